"""Names of WordprocessingML, and how its values are read."""

from __future__ import annotations

import re

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
PACKAGE_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
STRICT = "http://purl.oclc.org/ooxml/"

_OFF = frozenset({"0", "false", "off"})
_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)(pt|in|cm|mm|pc|pi)?")
_TWIPS = {"pt": 20.0, "in": 1440.0, "cm": 1440 / 2.54, "mm": 144 / 2.54, "pc": 240.0, "pi": 240.0}


def attribute(element: etree._Element | None, name: str = "val") -> str | None:
    """An attribute of the w: namespace, or `None`."""
    return element.get(W + name) if element is not None else None


def child_value(element: etree._Element | None, name: str) -> str | None:
    """The `w:val` of a child, or `None`."""
    return attribute(element.find(W + name)) if element is not None else None


def integer(text: str | None) -> int | None:
    """A whole number, `None` where there is none or it is absurdly large."""
    if text is None or not re.fullmatch(r"\s*[+-]?\d{1,9}(?:\.\d+)?\s*", text):
        return None
    return int(float(text))


def child_integer(element: etree._Element | None, name: str) -> int | None:
    """The whole number in the `w:val` of a child, or `None`."""
    return integer(child_value(element, name))


def switch(element: etree._Element | None, name: str) -> bool | None:
    """Whether an on-off child is on; `None` where it is absent."""
    found = element.find(W + name) if element is not None else None
    return None if found is None else found.get(W + "val", "1").lower() not in _OFF


def is_on(element: etree._Element, name: str) -> bool:
    """Whether an on-off attribute of the w: namespace is on."""
    return element.get(W + name, "0").lower() not in _OFF


def twips(text: str | None) -> int | None:
    """A length in twentieths of a point; strict documents write "12pt"."""
    found = _LENGTH.fullmatch(text.strip()) if text else None
    if not found or len(found[1]) > 9:
        return None
    return round(float(found[1]) * _TWIPS.get(found[2] or "", 1.0))
