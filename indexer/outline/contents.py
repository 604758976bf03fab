"""Finding the table of contents, whose lines look like clauses and are none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from indexer.outline.markers import fold, read_markers
from indexer.records import Block

_TITLE = re.compile(
    r"\W*(?:(?:table of |index of )?contents|目\s*[录次]|本政策将帮助您了解以下内容)\W*",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\s*\.{3,}|\s*…+|\s*·{3,}|\t+|\s{3,})\s*\d{1,4}\s*$")
_ENDS_SENTENCE = tuple(".。;；!！?？:：,，")
_LONGEST_ENTRY = 120
_FEWEST_ENTRIES = 3
_ALIKE = 0.75
"""A contents line may differ from its heading by a word or two: the two are edited apart."""


def find_contents(blocks: Sequence[Block]) -> frozenset[int]:
    """The positions of the blocks that form a table of contents, with its title.

    A table of contents is marked as such by the markup, announced by its title, or a run of
    entries that the text after it repeats.
    """
    found = {i for i, block in enumerate(blocks) if block.in_contents}
    bodies = [_body(block.text) for block in blocks]
    position = 0
    while position < len(blocks):
        announced = _TITLE.fullmatch(fold(blocks[position].text)) is not None
        first = position + 1 if announced else position
        last = _end_of_run(blocks, bodies, first, mixed=announced)
        if last - first >= _FEWEST_ENTRIES and (
            announced or _is_repeated(bodies[first:last], bodies[last:])
        ):
            found.update(range(position, last))
            position = last
        else:
            position = first if announced else max(position + 1, last)
    return frozenset(found)


def _end_of_run(blocks: Sequence[Block], bodies: Sequence[str], first: int, *, mixed: bool) -> int:
    """Where a run of entries that starts at `first` ends: before the text that it announces.

    Unless `mixed`, the entries are all numbered or all not, so that a title page above an
    unannounced table of contents does not hide its first entry.
    """
    position = first
    while position < len(blocks) and _is_entry(blocks[position]):
        if position > first and _same_entry(bodies[first], bodies[position]):
            break
        if not mixed and _TITLE.fullmatch(fold(blocks[position].text)):
            break
        if not mixed and _is_numbered(blocks[position]) != _is_numbered(blocks[first]):
            break
        position += 1
    return position


def _is_entry(block: Block) -> bool:
    text = block.text
    if len(text) > _LONGEST_ENTRY or block.kind == "table_row":
        return False
    if _LEADER.search(text):
        return True
    return not text.endswith(_ENDS_SENTENCE)


def _is_numbered(block: Block) -> bool:
    return bool(read_markers(fold(block.text)))


def _is_repeated(entries: Sequence[str], later: Sequence[str]) -> bool:
    """Whether most entries stand again after the run, the first one right behind it."""
    if not later or not _same_entry(entries[0], later[0]):
        return False
    rest = set(later)
    hits = sum(entry in rest for entry in entries)
    return hits * 2 >= len(entries)


def _same_entry(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter, longer = sorted((len(one), len(other)))
    if not shorter or shorter / longer < 0.5 or longer > _LONGEST_ENTRY:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


def _body(text: str) -> str:
    """A line for comparison: without number, page number, and differences of width and case."""
    folded = _LEADER.sub("", fold(text)).strip()
    readings = read_markers(folded)
    if readings:
        folded = folded[readings[0].length :]
    return folded.strip().casefold()
