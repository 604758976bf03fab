"""The embedded default model: written once from the weights file into the cache folder."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from models.activations import Rounding, activations_digest, read_roundings
from models.cache import default_cache_dir, publish_folder
from models.folder import (
    DENSE_FILE,
    DENSE_FOLDER,
    GRAPH_DATA_FILE,
    GRAPH_FILE,
    INPUT_CONFIG_FILE,
    ONNX_MODULE,
    PIECES_FILE,
    write_graph,
    write_json,
    write_modules,
)
from models.trained import LAYERS_SHA256, TrainedLayers, read_trained_layers
from models.weights import KNOWN_SHA256, Weights, find_weights_file, read_weights

# Part of the cache folder's name: raise it whenever the written folder would differ.
CONVERTER_VERSION: Final = 4
BASE_NAME: Final = "multilingual-e5-small"
TRAINED_NAME: Final = "multilingual-e5-small-neutral"
QUANTIZATION: Final = "int8"


def embedded_folder(
    cache_dir: Path | None = None,
    on_message: Callable[[str], None] | None = None,
    *,
    trained: bool = True,
) -> Path:
    """The embedded model's folder, converted first where this has not been done yet.

    Any number of processes may call this at once: one converts, the others wait for it.

    Args:
        cache_dir: where converted models are kept; None takes `default_cache_dir()`.
        on_message: called with one line before and after a conversion.
        trained: with the trained layers; False gives the undisturbed base model.

    Raises:
        WeightsError: the weights or the trained layers are missing, damaged or other ones.
        CacheError: the cache folder cannot be written.
    """
    say = on_message or (lambda _: None)
    cache = cache_dir or default_cache_dir()
    name = TRAINED_NAME if trained else BASE_NAME
    folder = cache / "models" / f"{name}-{_version_hash(trained)}"

    def write(target: Path) -> dict[str, Any]:
        say(f"Converting the embedded model (once) into {folder} …")
        started = time.monotonic()
        weights = read_weights(find_weights_file())
        layers = read_trained_layers(weights.shape) if trained else None
        roundings = read_roundings("neutral" if trained else "base")
        facts = write_onnx_folder(target, weights, layers, roundings)
        say(f"Converted the embedded model in {time.monotonic() - started:.1f} s.")
        return facts

    return publish_folder(folder, write, say)


def write_onnx_folder(
    folder: Path,
    weights: Weights,
    trained: TrainedLayers | None = None,
    roundings: Mapping[str, Rounding] | None = None,
) -> dict[str, Any]:
    """Write a complete sentence-transformers folder that runs in ONNX Runtime.

    Args:
        folder: an existing, empty folder.
        weights: the parsed weights file.
        trained: what replaces some of the weights.
        roundings: of the activations of just these weights; None: found out for each batch.

    Returns:
        What a fingerprint needs to know of the folder: `name`, `quantization`,
        `weights_sha256` (of the written weights, not of their source), `tokenizer_sha256`.
    """
    # Imported here: onnx is needed to write the graph, never to run it.
    from models.graph import build_graph
    from models.layers import encoder_tensors
    from models.piece_model import build_piece_model

    shape = weights.shape
    tensors = encoder_tensors(weights, trained.tensors if trained else None)
    write_graph(folder, build_graph(tensors, roundings))
    (folder / PIECES_FILE).write_bytes(build_piece_model(weights.unigram))
    write_json(
        folder / INPUT_CONFIG_FILE,
        {"max_seq_length": shape.positions, "hidden_size": shape.hidden},
    )
    write_modules(folder, ONNX_MODULE, shape.hidden, trained.dense if trained else None)
    written = [folder / GRAPH_FILE, folder / GRAPH_DATA_FILE]
    if trained:
        written.append(folder / DENSE_FOLDER / DENSE_FILE)
    return {
        "name": TRAINED_NAME if trained else BASE_NAME,
        "quantization": QUANTIZATION,
        "source_sha256": weights.sha256,
        "converter_version": CONVERTER_VERSION,
        "weights_sha256": _sha256(*written),
        "tokenizer_sha256": _sha256(folder / PIECES_FILE),
    }


def _version_hash(trained: bool) -> str:
    parts = [KNOWN_SHA256, str(CONVERTER_VERSION), activations_digest()]
    parts += [LAYERS_SHA256] if trained else []
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]


def _sha256(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
