"""Finding the table of contents, whose lines look like clauses and are none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
    is_heading: bool

    def continues(self, other: _Line) -> bool:
        """Whether a run of entries that are all numbered, or all not, goes on from another line."""
        return self.is_entry and not self.is_title and bool(self.number) == bool(other.number)


@dataclass(frozen=True, slots=True)
class _Lines:
    """All lines, with what is asked of each place again and again.

    `next_same`: the next line of the same body. `last_same`: the last one, by body. `end_mixed`
    and `end_alike`: where the entries that begin at a line end, whatever they are, or as far as
    they are all numbered or all not.
    """

    lines: Sequence[_Line]
    next_same: Sequence[int | None]
    last_same: Mapping[str, int]
    end_mixed: Sequence[int]
    end_alike: Sequence[int]


def find_contents(blocks: Sequence[Block]) -> frozenset[int]:
    """The positions of the blocks that form a table of contents, with its title.

    A table of contents is marked as such by the markup, announced by its title, or a run of
    entries that the text after it repeats.
    """
    found = {i for i, block in enumerate(blocks) if block.in_contents}
    lines = [_line(block) for block in blocks]
    known = _look_ahead(lines)
    position = 0
    while position < len(lines):
        announced = lines[position].is_title
        first = position + 1 if announced else position
        if first < len(blocks) and blocks[first].in_contents:
            if announced:
                found.add(position)
            position = first + 1
            continue
        end = _end_of_run(known, first, mixed=announced)
        # A title page may stand right above an unannounced table of contents.
        starts = [first] if announced else range(first, min(first + _TITLE_LINES, end - 2))
        for start in starts:
            last = end if start == first else _end_of_run(known, start, mixed=announced)
            if last - start < _FEWEST_ENTRIES:
                continue
            if announced or _is_repeated(known, start, last):
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
        _TITLE.fullmatch(folded) is not None, block.kind == "heading" and not block.in_contents,
    )  # fmt: skip


def _look_ahead(lines: Sequence[_Line]) -> _Lines:
    """One pass from the end: hostile texts have a hundred thousand short lines."""
    count = len(lines)
    next_same: list[int | None] = [None] * count
    end_mixed, end_alike = list(range(count)), list(range(count))
    following: dict[str, int] = {}
    for position in range(count - 1, -1, -1):
        line, after = lines[position], position + 1
        next_same[position] = following.get(line.body)
        following[line.body] = position
        if line.is_entry:
            # A heading by its markup is where the text begins.
            more = after < count and not lines[after].is_heading
            end_mixed[position] = end_mixed[after] if more else after
            goes_on = more and lines[after].continues(line)
            end_alike[position] = end_alike[after] if goes_on else after
    last_same = {line.body: position for position, line in enumerate(lines)}
    return _Lines(lines, next_same, last_same, end_mixed, end_alike)


def _end_of_run(known: _Lines, first: int, *, mixed: bool) -> int:
    """Where a run of entries that starts at `first` ends: before the text that it announces.

    Unless `mixed`, the entries are all numbered or all not, so that a title page above an
    unannounced table of contents does not hide its first entry.
    """
    if first >= len(known.lines):
        return first
    end = min((known.end_mixed if mixed else known.end_alike)[first], first + _MOST_ENTRIES)
    last = min(end, len(known.lines) - 1)
    again = known.next_same[first]
    if again is not None and again <= last:
        return again
    return _first_alike(known.lines, first, range(first + 1, last + 1)) or end


def _first_alike(lines: Sequence[_Line], first: int, run: range) -> int | None:
    """Where the heading stands that the first entry of a run announces in other words.

    Words like its own count under the same number alone: the entries of one table are like each
    other, too.
    """
    for position in run:
        same_number = lines[position].number == lines[first].number
        if same_number and _same_entry(lines[first].body, lines[position].body):
            return position
    return None


def _is_repeated(known: _Lines, first: int, end: int) -> bool:
    """Whether most entries of a run stand again after it, the first one right behind it."""
    lines = known.lines
    if end >= len(lines) or not _same_entry(lines[first].body, lines[end].body):
        return False
    hits = sum(known.last_same[entry.body] >= end for entry in lines[first:end])
    return hits * 2 >= end - first


def _is_entry(block: Block) -> bool:
    text = block.text
    if len(text) > _LONGEST_ENTRY or block.kind == "table_row":
        return False
    if _leader(text):
        return True
    return not text.endswith(_ENDS_SENTENCE)


def _leader(text: str) -> re.Match[str] | None:
    """The dots or spaces and the page number at a line's end."""
    # Most lines end in no digit: to look is cheap, and to search for dots is not.
    return _LEADER.search(text) if text.rstrip()[-1:].isdecimal() else None


def _same_entry(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter, longer = sorted((len(one), len(other)))
    if not shorter or shorter / longer < 0.5 or longer > _LONGEST_ENTRY:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    # Bounds that cost little come first.
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(bound() >= _ALIKE for bound in bounds)


def _body(folded: str) -> str:
    """A line for comparison: without number, page number, and differences of width and case."""
    leader = _leader(folded) if len(folded) <= _LONGEST_ENTRY else None
    text = folded[: leader.start()].strip() if leader else folded.strip()
    readings = read_markers(text)
    return text[readings[0].length if readings else 0 :].strip().casefold()
