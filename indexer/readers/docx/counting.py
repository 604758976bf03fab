"""Numbers as Word writes them: the number formats of lists and notes (ISO 29500-1, 17.18.59)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_TENS = "_ ten twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL_WORDS, _TENS_WORDS = _WORDS.split(), _TENS.split()
_ORDINAL_WORDS = {"one": "first", "two": "second", "three": "third", "five": "fifth",
    "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}  # fmt: skip
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_LONGEST = 40
"""Letters repeat (aa, bbb): a list that starts at a million is printed in digits."""


@dataclass(frozen=True, slots=True)
class _Han:
    """A Chinese or Japanese way to write numbers with units."""

    digits: str
    units: str
    ten_thousand: str
    zero: str = ""
    """Stands for places left out: 一百〇一."""
    plain_one: bool = False
    """A one before a unit is not written: 百一."""
    plain_ten: bool = True
    """Ten to nineteen begin with the unit: 十一."""


_COUNTING = "〇一二三四五六七八九"
_CHINESE = _Han(_COUNTING, "十百千", "万", zero="〇")
_TAIWANESE = _Han(_COUNTING, "十百千", "萬", zero="零")
_JAPANESE = _Han(_COUNTING, "十百千", "万", plain_one=True)
_LEGAL = _Han("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "万", zero="零", plain_ten=False)
_LEGAL_TRADITIONAL = _Han("零壹貳參肆伍陸柒捌玖", "拾佰仟", "萬", zero="零", plain_ten=False)
_LEGAL_JAPANESE = _Han("零壱弐参四伍六七八九", "拾百阡", "萬", plain_ten=False)


def format_number(number: int, style: str) -> str:
    """A number as Word prints it in a style such as `lowerRoman`; digits where it knows no way.

    `none` and `bullet` print nothing.
    """
    if style in ("none", "bullet"):
        return ""
    write = _FORMATS.get(style)
    if write is None or number < 0 or (number == 0 and style not in _WITH_ZERO):
        return str(number)
    return write(number) or str(number)


def custom_style(pattern: str | None) -> str:
    """The style that a pattern of `custom` numbering names: "001, 002, 003, ..."."""
    first = (pattern or "").split(",")[0].strip()
    return f"zero{len(first)}" if first.isdigit() and len(first) in (2, 3, 4, 5) else "decimal"


def _letters(alphabet: str) -> Callable[[int], str]:
    def write(number: int) -> str:
        times, place = divmod(number - 1, len(alphabet))
        return alphabet[place] * (times + 1) if times < _LONGEST else ""

    return write


def _roman(number: int) -> str:
    if number >= 1000 * _LONGEST:
        return ""
    written = ""
    for value, symbol in _ROMAN:
        times, number = divmod(number, value)
        written += symbol * times
    return written


def _enclosed(first: str, count: int) -> Callable[[int], str]:
    """Signs that Unicode has for the first numbers; Word goes on in digits."""
    return lambda number: chr(ord(first) + number - 1) if number <= count else ""


def _replaced(digits: str) -> Callable[[int], str]:
    return lambda number: "".join(digits[int(digit)] for digit in str(number))


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if number <= len(signs) else ""


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _cardinal_words(number: int) -> str:
    if number < 20:
        return _SMALL_WORDS[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS_WORDS[tens] + (f"-{_SMALL_WORDS[ones]}" if ones else "")
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            count, rest = divmod(number, size)
            return f"{_cardinal_words(count)} {name}" + (f" {_cardinal_words(rest)}" * bool(rest))
    return ""


def _ordinal_words(number: int) -> str:
    words = _cardinal_words(number)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[cut:]
    ordinal = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return words[:cut] + _ORDINAL_WORDS.get(last, ordinal)


def _counting_below_hundred(number: int) -> str:
    """十一, 九十九, and from a hundred on digit by digit: 一〇〇."""
    return _han(_CHINESE)(number) if number < 100 else _replaced(_COUNTING)(number)


def _han(system: _Han) -> Callable[[int], str]:
    def write(number: int) -> str:
        high, low = divmod(number, 10_000)
        if high >= 10_000:
            return ""
        written = ""
        if high:
            written = _group(system, high, first=True) + system.ten_thousand
            if low and low < 1000:
                written += system.zero
        return written + (_group(system, low, first=not high) if low else "")

    return write


def _group(system: _Han, number: int, first: bool) -> str:
    """Up to four digits with their units."""
    written = ""
    skipped = False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            skipped = bool(written)
            continue
        if skipped:
            written += system.zero
            skipped = False
        unit = system.units[place - 1] if place else ""
        leading_ten = place == 1 and first and not written and system.plain_ten
        plain = digit == 1 and place > 0 and (system.plain_one or leading_ten)
        written += ("" if plain else system.digits[digit]) + unit
    return written


_WITH_ZERO = frozenset(
    {"decimal", "decimalZero", "decimalFullWidth", "decimalFullWidth2", "numberInDash", "zero2",
     "zero3", "zero4", "zero5", "ideographDigital", "taiwaneseDigital",
     "japaneseDigitalTenThousand"}
)  # fmt: skip
_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "zero2": lambda number: f"{number:02d}",
    "zero3": lambda number: f"{number:03d}",
    "zero4": lambda number: f"{number:04d}",
    "zero5": lambda number: f"{number:05d}",
    "hex": lambda number: f"{number:X}",
    "numberInDash": lambda number: f"- {number} -",
    "decimalFullWidth": _replaced("０１２３４５６７８９"),
    "decimalFullWidth2": _replaced("０１２３４５６７８９"),
    "lowerLetter": _letters("abcdefghijklmnopqrstuvwxyz"),
    "upperLetter": _letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "ordinal": _ordinal,
    "cardinalText": lambda number: _cardinal_words(number).capitalize(),
    "ordinalText": lambda number: _ordinal_words(number).capitalize(),
    "decimalEnclosedCircle": _enclosed("①", 20),
    "decimalEnclosedCircleChinese": _enclosed("①", 20),
    "decimalEnclosedParen": _enclosed("⑴", 20),
    "decimalEnclosedFullstop": _enclosed("⒈", 20),
    "ideographEnclosedCircle": _enclosed("㊀", 10),
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "ideographZodiacTraditional": lambda number: (
        _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12] if number <= 60 else ""
    ),
    "ideographDigital": _replaced(_COUNTING),
    "taiwaneseDigital": _replaced(_COUNTING),
    "japaneseDigitalTenThousand": _replaced(_COUNTING),
    "chineseCounting": _counting_below_hundred,
    "taiwaneseCounting": _counting_below_hundred,
    "chineseCountingThousand": _han(_CHINESE),
    "taiwaneseCountingThousand": _han(_TAIWANESE),
    "japaneseCounting": _han(_JAPANESE),
    "chineseLegalSimplified": _han(_LEGAL),
    "ideographLegalTraditional": _han(_LEGAL_TRADITIONAL),
    "japaneseLegal": _han(_LEGAL_JAPANESE),
    "ganada": _letters("가나다라마바사아자차카타파하"),
    "chosung": _letters("ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"),
    "russianLower": _letters("абвгдежзиклмнопрстуфхцчшщыэюя"),
    "russianUpper": _letters("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ"),
    "chicago": _letters("*†‡§"),
}  # fmt: skip
