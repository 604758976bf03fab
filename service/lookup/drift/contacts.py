"""E-mail addresses, web addresses and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.lookup.drift.records import Fact
from service.lookup.drift.scanning import Scan

_EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}", re.ASCII
)
_URL = re.compile(
    r"https?://[a-z0-9/.?=&%#_~:+@-]*[a-z0-9/=]"
    r"|\b(?:www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[a-z0-9/.?=&%#_~:+-]*[a-z0-9/])?"
    r"|(?<![a-z0-9.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,6}\.(?:com|org|net|cn|io|eu|gov|edu|example)\b"
    r"(?:/[a-z0-9/.?=&%#_~:+-]*[a-z0-9/])?",
    re.ASCII,
)
_LOCALE = re.compile(r"/(?:en|zh|cn)(?:[-_][a-z]{2,4})?(?=/|$)", re.ASCII)
_PHONE = re.compile(r"(?<![\w.,+])(?:\+|00)?\(?\d[\d ().-]{5,18}\d(?![\w%])", re.ASCII)
_SHORTEST_PHONE = 7


def find_contacts(scan: Scan) -> Iterator[Fact]:
    """Addresses without what differs between languages: `/zh-CN/`, `https`, `+86`, spaces."""
    for found in scan.take(_EMAIL):
        yield Fact("contact", (found[0],), *found.span())
    for found in scan.take(_URL):
        yield Fact("contact", (_plain_url(found[0]),), *found.span())
    for found in scan.take_if(_PHONE, _is_phone):
        yield Fact("contact", ("tel", _plain_phone(found[0])), *found.span())


def _plain_url(url: str) -> str:
    plain = re.sub(r"^https?://", "", url).removeprefix("www.")
    return _LOCALE.sub("", plain).rstrip("/")


def _is_phone(found: re.Match[str]) -> bool:
    text, digits = found[0], re.sub(r"\D", "", found[0])
    if len(digits) < _SHORTEST_PHONE:
        return False
    if re.fullmatch(r"(?:19|20)\d\d ?[-.] ?\d\d?(?: ?[-.] ?\d\d?)?|(?:19|20)\d\d ?- ?\d{4}", text):
        return False
    mobile = re.fullmatch(r"1[3-9]\d{9}", digits)
    parted = re.search(r"\d[ ().-]+\d", text) and not re.search(r"\d\.\d", text)
    return bool(text[0] in "+" or mobile or parted or re.fullmatch(r"0\d{9,11}", digits))


def _plain_phone(text: str) -> str:
    """Digits without the country's code and the zero of long-distance calls."""
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    if text.startswith(("+", "00")):
        digits = digits.removeprefix("00")
        digits = digits.removeprefix("86")
    return digits.lstrip("0")
