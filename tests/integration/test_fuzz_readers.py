"""A few hundred random and damaged files: none crashes a reader. The long form is `make fuzz`."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.limits import MIB, Limits
from tests.fuzz import fuzz_readers

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.slow
def test_no_random_or_damaged_file_crashes_a_reader() -> None:
    seeds = [TESTS.parent / "indexer/samples", TESTS / "fixtures"]
    tally = fuzz_readers.fuzz(300, 7, Limits(max_seconds=5, max_memory=1024 * MIB), seeds)
    assert tally.crashes == []
    assert sum(tally.outcomes.values()) == 300
    parsed = sum(n for outcome, n in tally.outcomes.items() if outcome.endswith(" parsed"))
    assert parsed > 30  # not everything is refused at the door


def test_a_crash_is_told_from_a_refusal(tmp_path: Path) -> None:
    child = (str(Path(__file__).with_name("hostile_child.py")),)
    deeds = {"raise": "crashed", "segfault": "crashed", "recurse": "refused", "x": "parsed"}
    path = tmp_path / "file.hostile"
    with fuzz_readers.PolicyParser(None, child) as parser:
        for deed, outcome in deeds.items():
            path.write_text(deed)
            assert fuzz_readers.parse(parser, path)[0] == outcome
