"""From bytes to markup that is safe to parse: its encoding, XHTML's own spelling, its nesting."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from html import escape

from indexer.errors import PolicyFileError
from indexer.limits import Limits
from indexer.readers.decode import decode

_HEAD = 4096
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)\b[^>]*?\b(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.I
)
_SUPERSETS = {
    # A browser reads these names as the larger sets that pages under them are written in.
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "unicode": "utf-8",
}  # fmt: skip
_MOST_BROKEN = 0.001
_FEW_BROKEN = 2

_XHTML = re.compile(r"<\?xml\b|<html\b[^>]*\bxmlns\s*=\s*[\"']http://www\.w3\.org/1999/xhtml", re.I)
_SELF_CLOSED = re.compile(
    r"<(a|b|i|em|strong|span|div|p|li|ul|ol|td|th|tr|h[1-6]|script|style|title|textarea|iframe)"
    r"(\s[^<>]*)?/>",
    re.I,
)
_SUBSET = re.compile(r"(<!DOCTYPE[^>\[]*)\[[^\]]*\]\s*>", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)

_NOSCRIPT = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style|textarea|title)\b.*?(?:</(?P=raw)\b|\Z)"
    r"|<noscript\b.*?(?:(?P<end></noscript\s*>)|\Z)",
    re.DOTALL | re.IGNORECASE,
)

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|title|xmp|iframe|noembed|noframes)\b.*?(?:</(?P=raw)\b|\Z)"
    r"|<(?P<close>/?)(?P<name>[a-z][^\s/>]*)(?:\"[^\"]*\"|'[^']*'|[^>\"'])*+",
    re.DOTALL | re.I,
)
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())  # noqa: SIM905
_NESTING = frozenset(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure"  # noqa: SIM905
    " footer form header hgroup main menu nav ol pre section summary ul table object marquee applet"
    " button template foreignobject desc math svg".split()
)
_REOPENED = 3
"""So many equal formatting elements at most are opened again (HTML's "Noah's Ark clause")."""


def read_markup(data: bytes) -> str:
    """The page's text, in the encoding of its byte order mark, its own declaration, or its look.

    Raises `PolicyFileError` for bytes that are no text.
    """
    try:
        text, _ = decode(_as_declared(data))
    except ValueError as error:
        raise PolicyFileError(str(error)) from error
    if _XHTML.search(text[:_HEAD]):
        text = _SUBSET.sub(r"\1>", text, count=1)
        text = _SELF_CLOSED.sub(r"<\1\2></\1>", text)
        text = _CDATA.sub(lambda found: escape(found[1]), text)
    # The parser runs no scripts and would show what a browser does not.
    return _NOSCRIPT.sub(lambda found: "" if found["end"] else found[0], text)


def check_nesting(markup: str, limits: Limits) -> None:
    """Raises `LimitError` where elements left open nest beyond the limit.

    A parser takes time in the square of the depth, so this is seen before parsing, by counting in
    one pass. Elements that HTML closes by itself do not count.
    """
    depth: Counter[str] = Counter()
    total = 0
    opened: dict[str, list[str]] = {}
    equal: Counter[str] = Counter()
    reopened = 0
    for found in _TAG.finditer(markup):
        name = (found["name"] or "").lower()
        if name in _NESTING:
            step = -1 if found["close"] else 1
            if depth[name] + step >= 0:
                depth[name] += step
                total += step
        elif name in _FORMATTING:
            stack = opened.setdefault(name, [])
            if not found["close"]:
                stack.append(found[0])
                equal[found[0]] += 1
                reopened += equal[found[0]] <= _REOPENED
            elif stack:
                tag = stack.pop()
                reopened -= equal[tag] <= _REOPENED
                equal[tag] -= 1
        if max(total, reopened) > limits.max_nesting:
            limits.check("max_nesting", max(total, reopened), "elements inside each other")


def _as_declared(data: bytes) -> bytes:
    """The same text in UTF-8 where the page says what it is in; else the bytes as they are."""
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    declared = _DECLARED.search(data[:_HEAD])
    if not declared or _is_surely_utf8(data):
        return data
    name = declared[1].decode("ascii", "replace").lower()
    name = _SUPERSETS.get(name, name)
    try:
        codec = codecs.lookup(name)
        text = data.decode(codec.name, "replace")
    except (LookupError, ValueError):
        return data
    if text.count("\ufffd") > max(_FEW_BROKEN, _MOST_BROKEN * len(text)):
        return data
    return text.replace("\x00", "").encode("utf-8", "replace")


def _is_surely_utf8(data: bytes) -> bool:
    """Whether it is, whatever the page declares: other texts are not UTF-8 by accident."""
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
