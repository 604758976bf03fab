"""Finding the table of contents, whose lines look like clauses and are none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from indexer.outline.markers import fold, read_markers
from indexer.records import Block

_TITLE = re.compile(
    r"\W*(?:(?:table of |index of )?contents|目\s*[录錄次]|本政策将帮助您了解以下内容)\W*",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\s*\.{3,}|\s*…+|\s*·{3,}|\t+|\s{3,})\s*\d{1,4}\s*$")
_ENDS_SENTENCE = tuple(".。;；!！?？:：,，")
_LONGEST_ENTRY = 120
_FEWEST_ENTRIES = 3
_MOST_ENTRIES = 400
_TITLE_LINES = 6
_ALIKE = 0.75
"""A contents line may differ from its heading by a word or two: the two are edited apart."""


@dataclass(frozen=True, slots=True)
class _Line:
    """What is compared of a block, read once."""

    body: str
    number: tuple[int, ...]
    is_entry: bool
    is_title: bool


def find_contents(blocks: Sequence[Block]) -> frozenset[int]:
    """The positions of the blocks that form a table of contents, with its title.

    A table of contents is marked as such by the markup, announced by its title, or a run of
    entries that the text after it repeats.
    """
    found = {i for i, block in enumerate(blocks) if block.in_contents}
    lines = [_line(block) for block in blocks]
    position = 0
    while position < len(lines):
        announced = lines[position].is_title
        first = position + 1 if announced else position
        if first < len(blocks) and blocks[first].in_contents:
            if announced:
                found.add(position)
            position = first + 1
            continue
        end = _end_of_run(lines, first, mixed=announced)
        # A title page may stand right above an unannounced table of contents.
        starts = [first] if announced else range(first, min(first + _TITLE_LINES, end - 2))
        for start in starts:
            last = _end_of_run(lines, start, mixed=announced)
            if last - start < _FEWEST_ENTRIES:
                continue
            if announced or _is_repeated(lines[start:last], lines[last:]):
                found.update(range(position if announced else start, last))
                end = last
                break
        position = max(position + 1, end)
    return frozenset(found)


def _line(block: Block) -> _Line:
    folded = fold(block.text)
    readings = read_markers(folded)
    return _Line(
        _body(folded), readings[0].numbers if readings else (), _is_entry(block),
        _TITLE.fullmatch(folded) is not None,
    )  # fmt: skip


def _end_of_run(lines: Sequence[_Line], first: int, *, mixed: bool) -> int:
    """Where a run of entries that starts at `first` ends: before the text that it announces.

    Unless `mixed`, the entries are all numbered or all not, so that a title page above an
    unannounced table of contents does not hide its first entry.
    """
    position = first
    while position < min(len(lines), first + _MOST_ENTRIES) and lines[position].is_entry:
        line = lines[position]
        other_kind = line.is_title or bool(line.number) != bool(lines[first].number)
        if position > first and not mixed and other_kind:
            break
        position += 1
    run = range(first + 1, min(position + 1, len(lines)))
    return _first_repeat(lines, first, run) or position


def _first_repeat(lines: Sequence[_Line], first: int, run: range) -> int | None:
    """Where the heading stands that the first entry of a run announces.

    In the entry's own words where they come again, else in words like them under the same number:
    the entries of one table are like each other, too.
    """
    for position in run:
        if lines[position].body == lines[first].body:
            return position
    for position in run:
        same_number = lines[position].number == lines[first].number
        if same_number and _same_entry(lines[first].body, lines[position].body):
            return position
    return None


def _is_entry(block: Block) -> bool:
    text = block.text
    if len(text) > _LONGEST_ENTRY or block.kind == "table_row":
        return False
    if _LEADER.search(text):
        return True
    return not text.endswith(_ENDS_SENTENCE)


def _is_repeated(entries: Sequence[_Line], later: Sequence[_Line]) -> bool:
    """Whether most entries stand again after the run, the first one right behind it."""
    if not later or not _same_entry(entries[0].body, later[0].body):
        return False
    rest = {line.body for line in later}
    hits = sum(entry.body in rest for entry in entries)
    return hits * 2 >= len(entries)


def _same_entry(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter, longer = sorted((len(one), len(other)))
    if not shorter or shorter / longer < 0.5 or longer > _LONGEST_ENTRY:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


def _body(folded: str) -> str:
    """A line for comparison: without number, page number, and differences of width and case."""
    text = _LEADER.sub("", folded).strip() if len(folded) <= _LONGEST_ENTRY else folded
    readings = read_markers(text)
    return text[readings[0].length if readings else 0 :].strip().casefold()
