"""Writes what a run has made: the trained layers alone, and the record of how they came about."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from models.trained import DENSE_TENSOR
from models.training.examples import Example
from models.training.recipe import Recipe

LAYERS_FILE = "layers.safetensors"
RECORD_FILE = "record.json"


def write_layers(trained: Mapping[str, Tensor], dense: Tensor, folder: Path) -> str:
    """Writes layers and linear map in float16; returns the file's SHA-256.

    The layers have transformers' names, the map is `dense.weight`.
    """
    path = folder / LAYERS_FILE
    tensors = {**trained, DENSE_TENSOR: dense}
    save_file({k: v.to(torch.float16).contiguous() for k, v in tensors.items()}, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_layers(path: Path) -> dict[str, Tensor]:
    """Layers as float32 by transformers' names."""
    return {name: value.float() for name, value in load_file(path).items()}


def write_record(
    folder: Path,
    recipe: Recipe,
    examples: Sequence[Example],
    licences: Mapping[str, str],
    figures: Mapping[str, Any],
    sha256: str,
) -> None:
    """Writes recipe, examples per source with licences, figures before and after, and the hash."""
    counts = Counter(example.source for example in examples)
    record = {
        "layers": {"file": LAYERS_FILE, "sha256": sha256, "first_layer": recipe.first_layer},
        "recipe": asdict(recipe),
        "data": {
            source: {"examples": count, "licence": licences.get(source, "not stated")}
            for source, count in counts.most_common()
        },
        "figures": figures,
    }
    (folder / RECORD_FILE).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
