"""Make the activations' scales anew: `python -m models.training.activations FILE...`.

The files' lines are read by the embedded model in full precision, once with the trained layers and
once without, and the range of each feature is taken where `models.activations` says. A few hundred
lines in both languages are enough.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import save_file

from models.activations import (
    ACTIVATIONS_FILE,
    INPUTS,
    Range,
    Rounding,
    fit_rounding,
    rounding_tensors,
)
from models.errors import ModelError
from models.folder import PASSAGE_PROMPT
from models.layers import encoder_tensors
from models.torch_export import export_torch
from models.trained import TrainedLayers, read_trained_layers
from models.weights import Weights, find_weights_file, read_weights

if TYPE_CHECKING:
    import torch

_SHORTEST = 20
_BATCH = 32
# Where transformers' modules take the inputs in.
_MODULES = {
    "attention.self.query": "qkv",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m models.training.activations",
        description="Make the scales of the embedded model's activations anew.",
    )
    parser.add_argument("files", nargs="+", type=Path, help="texts in both languages, UTF-8")
    parser.add_argument("--out", type=Path, default=ACTIVATIONS_FILE, help="file to write")
    options = parser.parse_args(arguments)
    try:
        lines = [
            line.strip()
            for file in options.files
            for line in file.read_text("utf-8").splitlines()
            if len(line.strip()) >= _SHORTEST
        ]
        if not lines:
            parser.error(f"the files hold no line of {_SHORTEST} characters")
        weights = read_weights(find_weights_file())
        trained = read_trained_layers(weights.shape)
        made = {
            name: roundings(weights, layers, lines)
            for name, layers in (("neutral", trained), ("base", None))
        }
    except (ModelError, OSError, UnicodeDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    tensors = [rounding_tensors(found, name) for name, found in made.items()]
    save_file({name: values for part in tensors for name, values in part.items()}, options.out)
    print(f"Wrote {options.out}: {len(made['neutral'])} inputs, from {len(lines)} lines.")
    return 0


def roundings(
    weights: Weights, trained: TrainedLayers | None, lines: Sequence[str]
) -> dict[str, Rounding]:
    """Input (`l7.qkv`) -> its rounding, as `models.activations` fits it to the lines."""
    matrices = encoder_tensors(weights, trained.tensors if trained else None).matrices
    made = {}
    for name, seen in _ranges(weights, trained, lines).items():
        layer, part = name.split(".")
        met = np.concatenate([matrices[f"{layer}.{matrix}.w"] for matrix in INPUTS[part]])
        made[name] = fit_rounding(part, seen, met)
    return made


class _Watched:
    """An input, as batch after batch of its rows comes by."""

    def __init__(self) -> None:
        self._rows = 0
        self._least: list[torch.Tensor] = []
        self._most: list[torch.Tensor] = []
        self._squares: list[torch.Tensor] = []

    def add(self, rows: torch.Tensor) -> None:
        self._rows += len(rows)
        self._least.append(rows.amin(0))
        self._most.append(rows.amax(0))
        self._squares.append((rows.double() ** 2).sum(0))

    def range(self) -> Range:
        return Range(
            np.min(self._least, axis=0),
            np.max(self._most, axis=0),
            np.asarray(np.sqrt(np.sum(self._squares, axis=0) / self._rows), np.float32),
        )


def _ranges(
    weights: Weights, trained: TrainedLayers | None, lines: Sequence[str]
) -> dict[str, Range]:
    from sentence_transformers import SentenceTransformer

    watched: dict[str, _Watched] = {}
    real: torch.Tensor | None = None  # the batch's tokens that are not padding

    def watch(name: str, module: torch.nn.Module) -> None:
        watched[name] = _Watched()

        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            watched[name].add(inputs[0].detach()[real])

        module.register_forward_pre_hook(hook)

    def start(_: torch.nn.Module, inputs: tuple[Mapping[str, torch.Tensor], ...]) -> None:
        nonlocal real
        real = inputs[0]["attention_mask"].bool()

    with TemporaryDirectory(prefix="policy-search-activations-") as folder:
        model = SentenceTransformer(str(export_torch(Path(folder), weights, trained)), device="cpu")
        model[0].register_forward_pre_hook(start)
        for name, module in model.named_modules():
            place, _, inside = name.rpartition("layer.")[2].partition(".")
            if place.isdigit() and inside in _MODULES:
                watch(f"l{place}.{_MODULES[inside]}", module)
        model.encode(list(lines), prompt=PASSAGE_PROMPT, batch_size=_BATCH)
    return {name: seen.range() for name, seen in watched.items()}


if __name__ == "__main__":
    raise SystemExit(main())
