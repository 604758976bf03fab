"""Pairs of versions in `tests/fixtures/versions`, each with the exact list of its changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.records import Clause
from indexer.versions.diff import diff_versions
from indexer.versions.records import Change

Parse = Callable[..., list[Clause]]
FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "versions"
FILES = sorted(FOLDER.glob("*.txt"))


def written(change: Change) -> str:
    """`moved + reworded §3.2 → §5.1, with its section: "thirty" → "sixty"`."""
    flags = ("moved", "renumbered", "reworded")
    also = [flag for flag in flags if getattr(change, flag) and flag != change.kind]
    line = " + ".join([change.kind, *also])
    line += f" {' & '.join(change.old_places)} → {' & '.join(change.new_places)}"
    line += ", with its section" if change.section else ""
    line += ", heading" if change.heading_changed else ""
    edits = []
    for edit in change.edits:
        old = change.old[edit.old.part].text[edit.old.start : edit.old.end]
        new = change.new[edit.new.part].text[edit.new.start : edit.new.end]
        edits.append(f'"{old}" → "{new}"')
    return line.replace("  ", " ").rstrip() + (f": {', '.join(edits)}" if edits else "")


def read_pair(path: Path) -> tuple[str, str, list[str]]:
    _, old, new, changes = path.read_text("utf-8").split("##### ")
    return (
        old.partition("\n")[2],
        new.partition("\n")[2],
        changes.partition("\n")[2].split("\n")[:-1],
    )


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_changes_of_a_pair_are_exactly_these(path: Path, parse: Parse) -> None:
    old, new, expected = read_pair(path)
    markdown = old.startswith("#")
    clauses = parse(old, markdown=markdown), parse(new, markdown=markdown)
    assert all(8 <= len(side) <= 25 for side in clauses)
    found = diff_versions(*clauses)
    changes = [written(change) for change in found.changes if change.kind != "unchanged"]
    assert changes == expected


def test_there_are_pairs_in_both_languages_and_bilingual_ones() -> None:
    names = [path.stem.split("-")[0] for path in FILES]
    assert (names.count("en"), names.count("zh"), names.count("bilingual")) == (7, 5, 2)
