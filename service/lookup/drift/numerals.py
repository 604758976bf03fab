"""Numbers in digits, in English words and in Chinese characters, as one value.

Fractions, so that 0.05% and 万分之五 are equal.
"""

from __future__ import annotations

import re
from fractions import Fraction

_UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: n for n, word in enumerate(_UNITS)} | {w: 10 * n for n, w in enumerate(_TENS, 2)}
_SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "k": 1000,
    "m": 10**6,
    "bn": 10**9,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
}
_FORMAL = str.maketrans(
    "壹贰贳叁肆伍陆柒捌玖拾佰仟萬億〇○兩", "一二二三四五六七八九十百千万亿零零两"
)
_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000}

_WORD = "(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_BIG = "(?:hundred|thousand|million|billion)"
_PART = rf"(?:{_WORD}|{_BIG})"
HAN = "零〇○一二两兩三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億"
DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,9})?|\d{1,18}(?:\.\d{1,9})?)"
ENGLISH = (
    rf"(?:\b(?:an? (?={_BIG}))?{_PART}(?:(?: and |[\s-]+){_PART}){{0,12}}\b(?: and a half\b)?)"
)
CHINESE = rf"(?:[{HAN}]{{1,20}}(?:点[{HAN}]{{1,9}})?)"
NUMBER = (
    rf"(?:{DIGITS}(?:\s?(?:万亿|千万|百万|亿|万|千|百)|\s?(?:{_BIG}|bn)\b"
    rf"|[km]\b)?(?: and a half\b)?"
    rf"|{ENGLISH}|{CHINESE})"
)
"""A regular expression without groups for folded, lower-case text."""


def value_of(text: str) -> Fraction | None:
    """The value of what `NUMBER` matches; none of what is no number after all, such as 千万."""
    text = text.strip().translate(_FORMAL)
    half = Fraction(0)
    if text.endswith(" and a half"):
        text, half = text.removesuffix(" and a half"), Fraction(1, 2)
    found = re.fullmatch(rf"({DIGITS})\s*(\D*)", text)
    if found:
        scale = _SCALES.get(found[2].strip(), 1)
        return (Fraction(found[1].replace(",", "")) + half) * scale
    if text and text[0] in HAN:
        return _han_value(text)
    value = _english_value(text)
    return None if value is None else value + half


def _english_value(text: str) -> Fraction | None:
    total = group = 0
    for word in re.findall(r"[a-z]+", text):
        if word in ("and", "a", "an"):
            continue
        if word in _WORDS:
            group += _WORDS[word]
        elif word == "hundred":
            group = max(group, 1) * 100
        elif word in _SCALES:
            total += max(group, 1) * _SCALES[word]
            group = 0
        else:
            return None
    return Fraction(total + group)


def _han_value(text: str) -> Fraction | None:
    whole, _, decimals = text.partition("点")
    if decimals:
        value = _han_whole(whole)
        digits = "".join(str(_HAN_DIGITS.get(c, "x")) for c in decimals)
        return None if value is None or "x" in digits else value + Fraction(f"0.{digits}")
    value = _han_whole(whole)
    return None if value is None else Fraction(value)


def _han_whole(text: str) -> int | None:
    if not any(c in "十百千万亿" for c in text):
        return int("".join(str(_HAN_DIGITS[c]) for c in text))
    if text[0] in "百千万亿":
        return None  # 千万不要, 万一: no numbers
    total = section = digit = 0
    for c in text:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _HAN_SCALES:
            section += max(digit, 1) * _HAN_SCALES[c]
            digit = 0
        else:
            scale = 10**4 if c == "万" else 10**8
            part = section + digit
            total = (total + part) * scale if c == "亿" else total + max(part, 1) * scale
            section = digit = 0
    return total + section + digit
