"""Characters as PDF fonts give them, mended to the characters that a reader sees."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_HAN = re.compile(
    r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WIDE_MARKS = re.compile(r"[\u3000-\u3004\u3008-\u303f\uff01-\uff60\uffe0-\uffe6‘’“”…—·]")
_SYMBOL_FONT = re.compile(r"wingding|webding|dingbat", re.IGNORECASE)
_RADICALS = dict(
    zip(
        map(ord, "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⼾⾭"),
        "母民虎西见角贝车长门青韦页风飞马骨鬼鱼鸟麦黄齐齿龙龟户青",
        strict=True,
    )
)
"""Radicals that NFKC leaves alone, or turns into a form that is not written today."""
_PRIVATE = {
    0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓", 0xF06E: "■", 0xF075: "◆", 0xF06C: "●", 0xF0A8: "□",
    0xF06F: "□", 0xF071: "□", 0xF0FE: "✓", 0xF0E0: "→", 0xF0B7: "•", 0xF0D2: "®", 0xF0D3: "©",
    0xF0D4: "™", 0xF0B0: "°", 0xF0A3: "≤", 0xF0B3: "≥", 0xF0B4: "×", 0xF02D: "-",
}  # fmt: skip
"""What Word's symbol fonts draw at their private places."""
_HYPHENS = {0x2, 0xFFFE}
"""PDFium gives these for a hyphen at the end of a line."""
_SUPERSCRIPTS = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
_known: dict[tuple[int, bool], str] = {}


def letter(code: int, *, symbols: bool = False) -> str:
    """The text of one character; "" for what is not text.

    `code` is a code point as PDFium gives it. `symbols`: its font draws symbols for letters.
    """
    if 0x21 <= code < 0x7F and not symbols:
        return chr(code)
    found = _known.get((code, symbols))
    if found is None:
        found = _known[code, symbols] = _letter(code, symbols)
    return found


def draws_symbols(font: str) -> bool:
    """Whether a font's letters are drawn as bullets, arrows and ticks."""
    return _SYMBOL_FONT.search(font) is not None


def _letter(code: int, symbols: bool) -> str:
    if code in _HYPHENS:
        return "-"
    if 0xE000 <= code <= 0xF8FF or (symbols and code < 0x100):
        return _PRIVATE.get(code if code >= 0xE000 else 0xF000 + code, "•")
    if code in _RADICALS:
        return _RADICALS[code]
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return ""
    char = chr(code)
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF or 0xFB00 <= code <= 0xFB06:
        return unicodedata.normalize("NFKC", char)
    if code == 0xFFFD or unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs"):
        return ""
    return char


def raised(text: str) -> str:
    """Digits set above the line, as superscript characters: a mark, not a part of the number."""
    return text.translate(_SUPERSCRIPTS)


@cache
def is_han(char: str) -> bool:
    """Whether a character is a Han character."""
    return _HAN.match(char) is not None


@cache
def is_wide(char: str) -> bool:
    """Whether a character stands without spaces: Han, or punctuation as Chinese sets it."""
    return _HAN.match(char) is not None or _WIDE_MARKS.match(char) is not None
