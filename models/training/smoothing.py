"""Make the smoothing factors anew: `python -m models.training.smoothing FILE...`.

The files' lines are read by the embedded model in full precision, and the loudness of each
feature is taken where `models.smoothing` says. A few hundred lines in both languages are enough.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from models.errors import ModelError
from models.folder import PASSAGE_PROMPT
from models.layers import encoder_tensors
from models.smoothing import SMOOTHED, SMOOTHING_FILE, factors
from models.torch_export import export_torch
from models.trained import read_trained_layers
from models.weights import Weights, find_weights_file, read_weights

_SHORTEST = 20
_BATCH = 32


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m models.training.smoothing",
        description="Make the embedded model's smoothing factors anew.",
    )
    parser.add_argument("files", nargs="+", type=Path, help="texts in both languages, UTF-8")
    parser.add_argument("--out", type=Path, default=SMOOTHING_FILE, help="file to write")
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
        layers = read_trained_layers(weights.shape).tensors
        made = smoothing_factors(weights, layers, lines)
    except (ModelError, OSError, UnicodeDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    save_file(made, options.out)
    print(f"Wrote {options.out}: {len(made)} inputs, from {len(lines)} lines.")
    return 0


def smoothing_factors(
    weights: Weights, overrides: Mapping[str, NDArray[np.float32]], lines: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """Input (`l7.qkv`) -> factors, float32, shape (hidden,)."""
    tensors = encoder_tensors(weights, overrides)
    loudness = _loudness(weights, overrides, lines)
    made = {}
    for layer in range(weights.shape.layers):
        for name, parts in SMOOTHED.items():
            met = np.concatenate([tensors.matrices[f"l{layer}.{part}.w"] for part in parts])
            made[f"l{layer}.{name}"] = factors(loudness[f"l{layer}.{name}"], met)
    return made


def _loudness(
    weights: Weights, overrides: Mapping[str, NDArray[np.float32]], lines: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """Root mean square of each feature of the smoothed inputs, shape (hidden,).

    Lines are read in batches of like length; what little they are padded with counts as well, so
    another order of the files changes a factor by a few thousandths.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    squares: dict[str, torch.Tensor] = {}
    rows: dict[str, int] = {}

    def watch(name: str, module: torch.nn.Module) -> None:
        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            seen = inputs[0].detach().double().flatten(0, -2)
            squares[name] = squares.get(name, torch.zeros(seen.shape[1])) + (seen**2).sum(0)
            rows[name] = rows.get(name, 0) + len(seen)

        module.register_forward_pre_hook(hook)

    with TemporaryDirectory(prefix="policy-search-smoothing-") as folder:
        model = SentenceTransformer(
            str(export_torch(Path(folder), weights, overrides)), device="cpu"
        )
        for name, module in model.named_modules():
            if name.endswith("attention.self.query"):
                watch(f"l{_layer_of(name)}.qkv", module)
            elif name.endswith("intermediate.dense"):
                watch(f"l{_layer_of(name)}.fi", module)
        model.encode(list(lines), prompt=PASSAGE_PROMPT, batch_size=_BATCH)
    return {
        name: np.asarray(torch.sqrt(total / rows[name]).numpy(), np.float32)
        for name, total in squares.items()
    }


def _layer_of(name: str) -> int:
    parts = name.split(".")
    return int(parts[parts.index("layer") + 1])


if __name__ == "__main__":
    raise SystemExit(main())
