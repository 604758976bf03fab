"""The drift guard on bilingual clause pairs: edits are flagged, translations are left alone."""

from __future__ import annotations

import pytest

from tests.support.drift import flagged, read_pairs

NAMES = ["development.txt", "held_out.txt", "unseen.txt"]


def test_there_are_enough_pairs_and_edits_to_tell() -> None:
    pairs = [pair for name in NAMES for pair in read_pairs(name)]
    assert len(pairs) >= 400
    assert len({(pair.en, pair.zh) for pair in pairs}) == len(pairs)
    assert sum(len(pair.edits) for pair in pairs) >= 460


@pytest.mark.parametrize("name", NAMES)
def test_edits_are_flagged(name: str) -> None:
    missed, edits = [], 0
    for pair in read_pairs(name):
        for edit in pair.edits:
            edits += 1
            if not flagged(pair.edited(edit)) - flagged(pair):
                missed.append((edit, pair.en))
    assert len(missed) <= 0.06 * edits, missed


@pytest.mark.parametrize("name", NAMES)
def test_few_translations_are_flagged_although_nobody_edited_them(name: str) -> None:
    pairs = read_pairs(name)
    wrong = [(pair, flagged(pair)) for pair in pairs if flagged(pair)]
    assert len(wrong) <= 0.05 * len(pairs), wrong
