"""The numbers that a browser prints before list items."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.outline.markers import fold, read_markers
from indexer.readers.html.tree import Element

LISTS = frozenset({"ol", "ul", "menu", "dir"})
_TYPES = {
    "1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman",
}  # fmt: skip
_BULLETS = frozenset({"disc", "circle", "square", "disclosure-open", "disclosure-closed"})
_ALPHABETS = {
    "lower-alpha": "abcdefghijklmnopqrstuvwxyz",
    "lower-latin": "abcdefghijklmnopqrstuvwxyz",
    "upper-alpha": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "upper-latin": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower-greek": "αβγδεζηθικλμνξοπρστυφχψω",
}
_STEMS = {
    "cjk-heavenly-stem": "甲乙丙丁戊己庚辛壬癸",
    "cjk-earthly-branch": "子丑寅卯辰巳午未申酉戌亥",
}
_INFORMAL = ("零一二三四五六七八九", "十百千")
_FORMAL = {
    "simp-chinese-formal": ("零壹贰叁肆伍陆柒捌玖", "拾佰仟"),
    "trad-chinese-formal": ("零壹貳參肆伍陸柒捌玖", "拾佰仟"),
}
_CHINESE = frozenset(
    {"cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal", "japanese-informal"}
)
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_STYLE_WORD = re.compile(r"(?:[a-z]+-)*[a-z]+")
_OPENING = 48
"""So many characters of an item tell whether it begins with a number of its own."""
_LARGEST = 10**9


@dataclass(slots=True)
class Counting:
    """A list while it is read: the next number, and how its items are marked."""

    style: str
    next: int
    step: int
    own: bool
    """Its items begin with printed numbers or bullets of their own."""

    def marker(self, item: Element) -> str:
        """What is printed before the next item: "3.", "三、", "•", or nothing."""
        value = _integer(item.attrs.get("value"))
        number = self.next if value is None else value
        self.next = number + self.step
        style = list_style(item) or self.style
        if style == "none" or (self.own and own_marker(item)):
            return ""
        return "•" if style in _BULLETS else printed(number, style)


def open_list(element: Element) -> Counting:
    """Begins to count a list as a browser does: `start`, `reversed`, `type`, its inline style."""
    items = [c for c in element.children if isinstance(c, Element) and c.tag == "li"]
    items = [item for item in items if not item.dropped]
    own = sum(own_marker(item) for item in items) * 2 > len(items)
    if element.tag != "ol":
        return Counting(list_style(element) or "disc", 1, 1, own)
    backwards = "reversed" in element.attrs
    start = _integer(element.attrs.get("start"))
    if start is None:
        start = len(items) if backwards else 1
    return Counting(list_style(element) or "decimal", start, -1 if backwards else 1, own)


def list_style(element: Element) -> str | None:
    """The list style that an element states itself; `None` where it states none."""
    stated = element.style.get("list-style-type") or element.style.get("list-style")
    if stated:
        words = [word for word in stated.split() if _STYLE_WORD.fullmatch(word)]
        known = [word for word in words if word not in ("inside", "outside")]
        return known[0] if known else None
    stated = element.attrs.get("type", "").strip()
    return _TYPES.get(stated) or (stated.lower() if stated.lower() in {*_BULLETS, "none"} else None)


def own_marker(item: Element) -> bool:
    """Whether an item's own text begins with a printed number or bullet."""
    opening = fold(_opening(item))
    return any(m.style != "1 " and m.doubt < 3 for m in read_markers(opening))


def printed(number: int, style: str) -> str:
    """A number with its suffix, in one of CSS's counter styles; decimal in an unknown one."""
    if abs(number) > _LARGEST:
        return f"{number}."
    if style in _CHINESE or style in _FORMAL:
        digits, units = _FORMAL.get(style, _INFORMAL)
        formal = style in _FORMAL
        return (_chinese(number, digits, units, formal) or str(number)) + "、"
    if style == "cjk-decimal":
        return "".join("〇一二三四五六七八九"[int(d)] for d in str(abs(number))) + "、"
    if style in _STEMS:
        letters = _STEMS[style]
        return (letters[number - 1] if 1 <= number <= len(letters) else str(number)) + "、"
    if style in _ALPHABETS and number > 0:
        return _alphabetic(number, _ALPHABETS[style]) + "."
    if style in ("lower-roman", "upper-roman") and 0 < number < 4000:
        roman = _roman(number)
        return (roman.upper() if style == "upper-roman" else roman) + "."
    if style == "decimal-leading-zero":
        return f"{number:02d}."
    return f"{number}."


def _opening(item: Element) -> str:
    """The first words of an item, those of a list inside it left out."""
    parts: list[str] = []
    length = 0
    stack: list[Element | str] = [item]
    while stack and length < _OPENING:
        node = stack.pop()
        if isinstance(node, str):
            text = " ".join(node.split())
            spaced = f" {text}" if node[:1].isspace() else text
            parts.append(f"{spaced} " if node[-1:].isspace() else spaced)
            length += len(text)
        elif node.tag in LISTS:
            break
        elif not node.dropped:
            stack.extend(reversed(node.children))
    return " ".join("".join(parts).split())


def _chinese(number: int, digits: str, units: str, formal: bool) -> str:
    """A number below 10,000 in Chinese; empty where it is larger or negative."""
    if not 0 <= number < 10_000:
        return ""
    if number == 0:
        return digits[0]
    written = ""
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            written += digits[digit] + (units[power - 1] if power else "")
        elif written and number % 10**power and not written.endswith(digits[0]):
            written += digits[0]
    return written[1:] if 10 <= number < 20 and not formal else written


def _alphabetic(number: int, letters: str) -> str:
    written = ""
    while number:
        number, rest = divmod(number - 1, len(letters))
        written = letters[rest] + written
    return written


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _integer(text: str | None) -> int | None:
    found = re.match(r"\s*([+-]?\d{1,9})", text or "")
    return int(found[1]) if found else None
