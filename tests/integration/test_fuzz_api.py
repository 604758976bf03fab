"""A few hundred made-up requests: every answer is a documented one. Long form: `make fuzz-api`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import fuzz_api

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "phases", "least"),
    [
        ("a good key", "examples,coverage", 300),
        ("no keys", "examples,fuzzing", 15),
        ("no key sent", "examples,fuzzing", 15),
    ],
)
def test_every_answer_is_documented(keys: str, phases: str, least: int) -> None:
    result = fuzz_api.fuzz(2, 7, keys, phases, 40)
    assert not result.failed, result.output
    assert result.cases >= least
