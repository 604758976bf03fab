"""A few hundred made-up requests: every answer is a documented one. Long form: `make fuzz-api`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def fuzz_api() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_api", TESTS / "fuzz/fuzz_api.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "phases", "least"),
    [
        ("a good key", "examples,coverage", 300),
        ("no keys", "examples,fuzzing", 15),
        ("no key sent", "examples,fuzzing", 15),
    ],
)
def test_every_answer_is_documented(
    fuzz_api: ModuleType, keys: str, phases: str, least: int
) -> None:
    result = fuzz_api.fuzz(2, 7, keys, phases, 40)
    assert not result.failed, result.output
    assert result.cases >= least
