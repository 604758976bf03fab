"""Signs that Word keeps apart from text: symbols of symbol fonts, formulas, fields that draw."""

from __future__ import annotations

import re

from lxml import etree

from indexer.readers.docx.names import M, W, attribute, child_integer, switch

_WINGDINGS = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "□", 0x72: "□", 0x75: "◆",
    0x76: "◆", 0x77: "◆", 0x78: "☒", 0x9E: "•", 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: "☐",
    0xB2: "◆", 0xD8: "➢", 0xDC: "➢", 0xE0: "→", 0xE8: "→", 0xF0: "→", 0xFB: "✗", 0xFC: "✓",
    0xFD: "☒", 0xFE: "☑", 0x4A: "☺", 0x28: "☎", 0x2A: "✉", 0x46: "☞",
} | {0x80 + i: "⓪①②③④⑤⑥⑦⑧⑨⑩"[i] for i in range(11)} | {
    0x8B + i: "⓿❶❷❸❹❺❻❼❽❾❿"[i] for i in range(11)
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐",
    0x97: "●", 0x98: "●", 0xA0: "■"}  # fmt: skip
_SYMBOL = {0xB7: "•", 0xD7: "·", 0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xB9: "≠",
    0xAE: "→", 0xAB: "↔", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xE2: "®", 0xE3: "©", 0xE4: "™",
    0xB0: "°", 0xA5: "∞", 0x61: "α", 0x62: "β", 0x67: "γ", 0x64: "δ", 0x6D: "μ", 0x70: "π",
    0x73: "σ", 0x53: "Σ", 0x44: "Δ", 0x57: "Ω", 0xD6: "√"}  # fmt: skip
_FONTS = {"symbol": _SYMBOL, "wingdings 2": _WINGDINGS_2}
_PRIVATE = 0xF000
_UNKNOWN = "•"
PRIVATE_SIGNS = {_PRIVATE + code: sign for code, sign in (_SYMBOL | _WINGDINGS).items()}
"""Signs of symbol fonts that stand in text as private characters."""
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CIRCLED = re.compile(
    r"EQ\s*\\o\s*(?:\\a[cld])?\s*\(\s*[○〇◯]\s*[,，;]\s*([^()]*?)\s*\)", re.IGNORECASE
)
_RAISED = re.compile(r"\\s\\(?:up|do)\s*\d*\s*\([^()]*\)")
_STACKED = re.compile(r"EQ\b.*\\o\b[^(]*\((.*)\)", re.IGNORECASE | re.DOTALL)
_BUTTON = re.compile(r"MACROBUTTON\s+\S+\s+(.*)", re.IGNORECASE | re.DOTALL)
_SYMBOL_FIELD = re.compile(r"SYMBOL\s+(0x[0-9a-f]+|\d+)(?:.*\\f\s*\"?([^\"\\]+))?", re.IGNORECASE)


def symbol(code: str | None, font: str | None) -> str:
    """The sign of a `w:sym`: hexadecimal code in a font; a bullet for one that is not known."""
    if not code or not re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
        return ""
    number = int(code, 16)
    low = number - _PRIVATE if _PRIVATE <= number < _PRIVATE + 0x100 else number
    name = (font or "").strip().lower()
    if name in _FONTS or "wingdings" in name or "webdings" in name:
        plain = chr(low) if name == "symbol" and 0x20 <= low < 0x7F else _UNKNOWN
        return _FONTS.get(name, _WINGDINGS).get(low, plain)
    return chr(low) if low >= 0x20 and not 0xD800 <= low < 0xE000 else ""


def formula(node: etree._Element) -> str:
    """The text of a formula in one line: a/b, x^2, a_1."""
    name = node.tag.removeprefix(M) if isinstance(node.tag, str) else ""
    if name == "t":
        return node.text or ""
    if name.endswith("Pr") and name != "rPr":
        return ""
    parts = {child.tag.removeprefix(M): formula(child) for child in node if _is_math(child)}
    if name == "f":
        return f"{_grouped(parts.get('num', ''))}/{_grouped(parts.get('den', ''))}"
    if name in ("sSup", "sSub", "sSubSup"):
        below = f"_{_grouped(parts['sub'])}" if parts.get("sub") else ""
        above = f"^{_grouped(parts['sup'])}" if parts.get("sup") else ""
        return parts.get("e", "") + below + above
    if name == "rad":
        return f"√{_grouped(parts.get('e', ''))}"
    inner = "".join(formula(child) for child in node if isinstance(child.tag, str))
    return f"({inner})" if name == "d" else inner


def field_text(instruction: str, begin: etree._Element | None) -> str:
    """What a field prints that has no result of its own: circled characters, check boxes."""
    name = instruction.split(maxsplit=1)[0].upper() if instruction.strip() else ""
    if name == "EQ":
        return _equation(instruction.strip())
    if name == "SYMBOL":
        found = _SYMBOL_FIELD.match(instruction.strip())
        code = int(found[1], 16 if found[1][:2].lower() == "0x" else 10) if found else 0
        return symbol(f"{code:x}", found[2]) if found else ""
    if name == "MACROBUTTON":
        button = _BUTTON.match(instruction.strip())
        return button[1] if button else ""
    data = begin.find(W + "ffData") if begin is not None else None
    box = data.find(W + "checkBox") if data is not None else None
    if box is not None:
        checked = switch(box, "checked")
        return "☒" if (switch(box, "default") if checked is None else checked) else "☐"
    choices = data.find(W + "ddList") if data is not None else None
    if choices is not None:
        entries = [attribute(entry) or "" for entry in choices.iterchildren(W + "listEntry")]
        chosen = child_integer(choices, "result") or 0
        return entries[chosen] if 0 <= chosen < len(entries) else ""
    return ""


def _equation(instruction: str) -> str:
    """A character in a circle, or the base of one with its reading above."""
    circled = _CIRCLED.match(instruction)
    if circled:
        inner = circled[1]
        is_number = inner.isascii() and inner.isdigit() and 1 <= int(inner) <= len(_CIRCLES)
        return _CIRCLES[int(inner) - 1] if is_number else inner
    stacked = _STACKED.match(_RAISED.sub("", instruction))
    return stacked[1].strip(" ,;，") if stacked else ""


def _is_math(node: etree._Element) -> bool:
    return isinstance(node.tag, str) and node.tag.startswith(M)


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"
