"""The numbers that Word counts: which list a paragraph is in, and what is printed before it.

Counters belong to the abstract list (`w:abstractNum`): every list made from it goes on where the
last one stopped, unless it overrides the start (`w:startOverride`), which counts once, at the
first paragraph that uses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from indexer.readers.docx.counting import custom_style, format_number
from indexer.readers.docx.names import (
    W,
    attribute,
    child_integer,
    child_value,
    integer,
    switch,
)
from indexer.readers.docx.styles import ParagraphStyle, Styles

_LEVELS = 9
_LONGEST_CHAIN = 8
_BULLET = "•"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list."""

    start: int = 0
    style: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    """The numbers of all levels are printed in digits."""
    paragraph_style: str | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """A list as paragraphs use it (`w:num`), with its overrides merged in."""

    abstract_id: str
    levels: dict[int, Level]
    overrides: dict[int, int]


@dataclass(frozen=True, slots=True)
class Counted:
    """What Word prints before a paragraph.

    `text` is the number with its punctuation, "•" for a bullet. `spaced`: a tab or a space follows.
    `is_item` says that the number is of the kind that lists have, rather than sections.
    """

    text: str
    level: int
    spaced: bool = True
    is_bullet: bool = False
    is_item: bool = False


@dataclass
class Numbering:
    """The lists of a document. `counters()` starts to count a story: the text, a box, the notes."""

    _lists: dict[str, _List] = field(default_factory=dict)

    def counters(self) -> Counters:
        """Counters for one story."""
        return Counters(self)

    def list_of(self, num_id: str | None) -> _List | None:
        """The list of a `w:numId`; list "0" is none, and takes the one of a style away."""
        return self._lists.get(num_id) if num_id else None


class Counters:
    """How far each list has counted in one story."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._values: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def count(self, properties: etree._Element | None, style: ParagraphStyle) -> Counted | None:
        """Counts one paragraph and says what is printed before it, `None` for nothing.

        Its list and level are its own or, each for itself, those of its style.
        """
        numbers = properties.find(W + "numPr") if properties is not None else None
        num_id = child_value(numbers, "numId") or style.num_id
        used = self._numbering.list_of(num_id)
        if num_id is None or used is None:
            return None
        ilvl = child_integer(numbers, "ilvl")
        ilvl = _level_of_style(used, style) if ilvl is None else ilvl
        level = used.levels.get(ilvl)
        if level is None or not 0 <= ilvl < _LEVELS:
            return None
        return _printed(used.levels, level, ilvl, self._step(num_id, used, level, ilvl))

    def _step(self, num_id: str, used: _List, level: Level, ilvl: int) -> list[int | None]:
        """The values of all levels after one more paragraph on a level."""
        values = self._values.setdefault(used.abstract_id, [None] * _LEVELS)
        for shallower in range(ilvl):
            if values[shallower] is None:  # a level that is left out counts as begun
                values[shallower] = used.levels.get(shallower, Level()).start
        before = values[ilvl]
        override = used.overrides.get(ilvl)
        if override is not None and (before is None or (num_id, ilvl) not in self._begun):
            values[ilvl] = override
        else:
            values[ilvl] = level.start if before is None else before + 1
        self._begun.add((num_id, ilvl))
        for deeper in range(ilvl + 1, _LEVELS):
            if _restarts(used.levels.get(deeper), deeper, ilvl):
                values[deeper] = None
        return values


def read_numbering(root: etree._Element | None, styles: Styles) -> Numbering:
    """The lists of a document from its numbering part."""
    if root is None:
        return Numbering()
    abstracts = {attribute(a, "abstractNumId"): a for a in root.iterchildren(W + "abstractNum")}
    nums = {attribute(num, "numId"): num for num in root.iterchildren(W + "num")}
    lists = {}
    for num_id, num in nums.items():
        levels: dict[int, Level] = {}
        starts: dict[int, int] = {}
        abstract_id: str | None = None
        link: etree._Element | None = num
        for _ in range(_LONGEST_CHAIN):  # abstract lists refer to numbering styles, and they on
            if link is None:
                break
            _merge_overrides(link, levels, starts)
            abstract_id = child_value(link, "abstractNumId")
            abstract = abstracts.get(abstract_id)
            linked = styles.list_of(child_value(abstract, "numStyleLink"))
            link = nums.get(linked) if linked else None
            if link is None and abstract is not None:
                for level in abstract.iterchildren(W + "lvl"):
                    levels.setdefault(integer(attribute(level, "ilvl")) or 0, _level(level))
        if num_id and abstract_id is not None:
            lists[num_id] = _List(abstract_id, levels, starts)
    return Numbering(lists)


def _merge_overrides(num: etree._Element, levels: dict[int, Level], starts: dict[int, int]) -> None:
    for override in num.iterchildren(W + "lvlOverride"):
        ilvl = integer(attribute(override, "ilvl")) or 0
        replaced = override.find(W + "lvl")
        if replaced is not None:
            levels.setdefault(ilvl, _level(replaced))
        start = child_integer(override, "startOverride")
        if start is not None:
            starts.setdefault(ilvl, start)


def _level(element: etree._Element) -> Level:
    style = child_value(element, "numFmt") or "decimal"
    if style == "custom":
        style = custom_style(attribute(element.find(W + "numFmt"), "format"))
    text = element.find(W + "lvlText")
    return Level(
        start=child_integer(element, "start") or 0,
        style=style,
        text=attribute(text) or "",
        suffix=child_value(element, "suff") or "tab",
        restart=child_integer(element, "lvlRestart"),
        legal=bool(switch(element, "isLgl")),
        paragraph_style=child_value(element, "pStyle"),
    )


def _level_of_style(used: _List, style: ParagraphStyle) -> int:
    """The level that names a paragraph's style or one that it is based on, else the style's own."""
    levels = {level.paragraph_style: ilvl for ilvl, level in used.levels.items()}
    named = (levels[style_id] for style_id in style.chain if style_id in levels)
    return next(named, style.ilvl or 0)


def _restarts(level: Level | None, position: int, used: int) -> bool:
    """Whether a level begins anew once a shallower one has been `used`."""
    after = level.restart if level else None
    if after is None or after > position:
        return True
    return used < after


def _printed(
    levels: dict[int, Level], level: Level, ilvl: int, values: list[int | None]
) -> Counted | None:
    spaced = level.suffix != "nothing"
    if level.style == "bullet":
        return Counted(_BULLET, ilvl, is_bullet=True) if level.text.strip() else None

    def number(found: re.Match[str]) -> str:
        shown = int(found[1]) - 1
        value = values[shown] if shown <= ilvl else None
        style = levels.get(shown, Level()).style
        if level.legal and style not in ("none", "bullet", "decimalZero"):
            style = "decimal"
        return format_number(value, style) if value is not None else ""

    text = re.sub(r"%([1-9])", number, level.text)
    if not text.strip():
        return None
    return Counted(text, ilvl, spaced, is_item=_is_item(level))


def _is_item(level: Level) -> bool:
    """Whether numbers of a level are those of a list, "(a)" "1)" "①", rather than of sections."""
    if len(re.findall(r"%[1-9]", level.text)) != 1 or re.search(r"第|[A-Za-z]{2}", level.text):
        return False
    lettered = level.style in ("lowerLetter", "upperLetter", "lowerRoman")
    return lettered or "Enclosed" in level.style or re.search(r"[)）]", level.text) is not None
