"""The printed numbers that open clauses, and every way one of them can be read.

`(i)` is a roman one or the letter after `(h)`; `C.` is a letter or a hundred. Nothing is decided
here: `read_markers` gives all readings, and the tree chooses the ones that make sequences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADING = "heading"
"""Style of a clause that has a heading and no number."""

_FOLD = {ord("\u3000"): " "} | {0xFF01 + i: chr(0x21 + i) for i in range(94)}


def fold(text: str) -> str:
    """Full-width digits, brackets and letters as half-width ones; the length stays the same."""
    return text.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Marker:
    """One reading of a printed number.

    `style` names the numbering family with its punctuation, so that `1.` and `(1)` are different
    sequences; `numbers` is the value, with several components for `1.2.3`; `label` is what a
    citation quotes; `length` counts the characters of the text that the marker takes up;
    `doubt` is added to the cost of believing this reading (0 = none).
    """

    style: str
    numbers: tuple[int, ...]
    label: str
    length: int
    doubt: float = 0.0

    @property
    def last(self) -> int:
        return self.numbers[-1]


_FORMAL = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰", "一二二三三四五六六七八九十百")
"""Numerals as they are written where nobody may change them."""
_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN = "零〇一二三四五六七八九十百" + "".join(map(chr, _FORMAL))
_CJK = "\u3400-\u9fff"
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

# Words after "第三条" or "Article 3" that make it a reference to a clause, not its beginning.
_HAN_REFERENCE = re.compile(
    rf"[的中所之及和与或至到]|\s*(?:[、,，第]|\((?:\d+|[{_HAN}]+)\)|规定|约定|以外|以下|以上|项下"
    r"|款下|内容|要求|情形)"
)
_WORD_REFERENCE = re.compile(
    r"\s*(?:,|;|\)|and\b|or\b|of\b|to\b|above\b|below\b|shall\b|applies\b|is\b|are\b|does\b|in\b"
    r"|for\b|hereof\b|will\b|may\b|must\b|sets\b|describes\b|explains\b|through\b|lists\b"
    r"|contains\b|gives\b|shows\b|covers\b|states\b|provides\b|requires\b|says\b|defines\b"
    r"|governs\b|allows\b|prohibits\b|refers\b|was\b|were\b|has\b|have\b|can\b|does\b|also\b"
    r"|as\b|with\b|by\b|on\b|under\b)"
)

_DECIMAL = re.compile(r"(\d{1,3}(?:\s?\.\s?\d{1,3}){1,5})(?!\d)(?:[.、):]+|)(\s*)(?=\S)")
_ARABIC = re.compile(r"(\d{1,3})([.、):]|\.、)(?!\d)\s*")
_BARE = re.compile(rf"(\d{{1,2}})(?:\s+(?=[A-Z\"“\[{_CJK}])|(?=[{_CJK}]))")
_PAREN = re.compile(
    rf"\(\s*(\d{{1,3}}|[{_HAN}]{{1,4}}|[ivxlcIVXLC]{{1,7}}|[a-zA-Z])\s*\)\s*[.、:]?\s*"
)
_LETTERS = re.compile(r"([ivxlc]{1,7}|[IVXLC]{1,7}|[a-zA-Z])([.、)])(?:\s+|(?=[^\x00-\x7f]))")
_HAN_NUMBER = re.compile(rf"([{_HAN}]{{1,4}})(?:([、.．:])\s*|(\s+)(?=\S))")
_DI = re.compile(
    rf"\(?第\s*\(?\s*(\d{{1,3}}|[{_HAN}]{{1,5}})\s*\)?\s*([编章节条款项]|部分)\)?[、.:．：]?"
)
_WORD = re.compile(
    r"(Article|Section|Clause|Chapter|Part|Schedule|Appendix|Annex|Exhibit|Attachment"
    r"|ARTICLE|SECTION|CLAUSE|CHAPTER|PART|SCHEDULE|APPENDIX|ANNEX|EXHIBIT|ATTACHMENT)"
    r"\s+(\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,7}|[A-Z])(?![\w])(\s*[.:)\-–—]|)\s*"
)
_BULLET = re.compile(r"([-–—•*·●○▪◦‣■□◆►➢✓✔])(?:\s+|(?=[^\x00-\x7f\s]))")
_LOOSE_BULLETS = "-–—*"
_DASHES = "-–—"


def read_markers(text: str) -> list[Marker]:
    """Every reading of the marker at the beginning of a text, none where there is no marker.

    The text is expected to be folded (`fold`) and to start with a non-blank character.
    """
    first = text[:1]
    if not first:
        return []
    if first == "(":
        found = _PAREN.match(text)
        readings = _bracketed(found) if found else []
        return readings or _numbered_unit(text)
    if first.isdigit() and first.isascii():
        return _decimal(text) or _arabic(text)
    if first == "第":
        return _numbered_unit(text)
    if first in _CIRCLED:
        return [Marker("①", (_CIRCLED.index(first) + 1,), first, 1)]
    if first in _HAN:
        return _han(text)
    if first.isascii() and first.isalpha():
        return _word(text) or _letters(text)
    found = _BULLET.match(text)
    if found and not (first in _LOOSE_BULLETS and not text[1:2].isspace()):
        if first in _DASHES and text.rstrip()[-1] in _DASHES:
            return []  # "— end —"
        sign = "-" if first in _DASHES else first
        return [Marker(f"•{sign}", (0,), "•", found.end())]
    return []


def _decimal(text: str) -> list[Marker]:
    found = _DECIMAL.match(text)
    if not found:
        return []
    printed = re.sub(r"\s", "", found[1])
    numbers = tuple(int(part) for part in printed.split("."))
    doubt = 0.0
    if " " in found[1].strip():
        doubt += 1.0
    if not found[2] and found.end(1) == found.end():
        doubt += 3.0  # "11.5.14.2的试验", "1.5%": the number runs into its word
    return [Marker("1.1", numbers, printed, found.end(), doubt)]


def _arabic(text: str) -> list[Marker]:
    found = _ARABIC.match(text)
    if found:
        style = "1" + found[2][0]
        return [Marker(style, (int(found[1]),), found[1], found.end())]
    found = _BARE.match(text)
    if found:
        return [Marker("1 ", (int(found[1]),), found[1], found.end(), doubt=1.5)]
    return []


def _bracketed(found: re.Match[str]) -> list[Marker]:
    inner, length = found[1], found.end()
    if inner.isascii() and inner.isdigit():
        return [Marker("(1)", (int(inner),), inner, length)]
    if inner[0] in _HAN:
        value = han_value(inner)
        return [Marker("(一)", (value,), inner, length)] if value else []
    return _letter_readings(inner, "(", ")", length, 0.0)


def _letters(text: str) -> list[Marker]:
    found = _LETTERS.match(text)
    if not found:
        return []
    # "I. e." and "A. Smith" look like markers; a full stop after one letter is the weakest.
    doubt = 0.5 if found[2] == "." else 0.0
    return _letter_readings(found[1], "", found[2], found.end(), doubt)


def _letter_readings(
    inner: str, before: str, after: str, length: int, doubt: float
) -> list[Marker]:
    readings = []
    case = "I" if inner.isupper() else "i"
    value = roman_value(inner)
    if value:
        readings.append(Marker(before + case + after, (value,), inner, length, doubt))
    if len(inner) == 1:
        letter = "A" if inner.isupper() else "a"
        number = ord(inner.lower()) - ord("a") + 1
        readings.append(Marker(before + letter + after, (number,), inner, length, doubt))
    return readings


def _han(text: str) -> list[Marker]:
    found = _HAN_NUMBER.match(text)
    if not found:
        return []
    value = han_value(found[1])
    if not value:
        return []
    doubt = 0.0 if found[2] else 1.0
    return [Marker("一、", (value,), found[1], found.end(), doubt)]


def _numbered_unit(text: str) -> list[Marker]:
    found = _DI.match(text)
    if not found:
        return []
    value = int(found[1]) if found[1].isascii() else han_value(found[1])
    if not value:
        return []
    label = re.sub(r"[\s()]|[、.:．：]$", "", found[0])
    doubt = 0.0
    if found[0][-1] not in "、.:．：)" and _HAN_REFERENCE.match(text, found.end()):
        doubt = 6.0
    return [Marker(f"第{found[2]}", (value,), label, found.end(), doubt)]


def _word(text: str) -> list[Marker]:
    found = _WORD.match(text)
    if not found:
        return []
    word, number = found[1].capitalize(), found[2]
    label = f"{found[1]} {number}"
    doubt = 0.0
    if not found[3].strip() and _WORD_REFERENCE.match(text, found.end(2)):
        doubt = 6.0
    if number[0].isdigit():
        numbers = tuple(int(part) for part in number.split("."))
        style = "1.1" if len(numbers) > 1 else word
        return [Marker(style, numbers, label, found.end(), doubt)]
    readings = []
    value = roman_value(number)
    if value:
        readings.append(Marker(f"{word} I", (value,), label, found.end(), doubt))
    if len(number) == 1:
        readings.append(Marker(f"{word} A", (ord(number) - 64,), label, found.end(), doubt))
    return readings


def han_value(text: str) -> int:
    """The value of a Chinese numeral below 1,000; 0 where it is none."""
    text = text.translate(_FORMAL)
    if not any(c in "十百" for c in text):
        if len(text) > 1 and text[0] in "零〇":
            return 0
        digits = [_HAN_DIGITS[c] for c in text]
        return int("".join(map(str, digits)))
    total, digit = 0, 0
    for c in text:
        if c == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif c == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _HAN_DIGITS[c]
    return total + digit


def roman_value(text: str) -> int:
    """The value of a roman numeral in one case; 0 where it is not written as one."""
    values = [_ROMAN_VALUES.get(c, 0) for c in text.lower()]
    if not all(values):
        return 0
    total = sum(-v if v < nxt else v for v, nxt in zip(values, [*values[1:], 0], strict=True))
    return total if _to_roman(total) == text.lower() else 0


def _to_roman(value: int) -> str:
    written = ""
    for symbol, size in (
        ("c", 100), ("xc", 90), ("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4),
        ("i", 1),
    ):  # fmt: skip
        while value >= size:
            written, value = written + symbol, value - size
    return written
