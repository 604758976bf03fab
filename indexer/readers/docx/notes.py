"""Footnotes and endnotes: their marks in the text, and their own text by its mark."""

from __future__ import annotations

from lxml import etree

from indexer.readers.docx.counting import format_number
from indexer.readers.docx.names import W, attribute, child_integer, child_value
from indexer.readers.docx.package import Package

_STYLES = {"footnotes": "decimal", "endnotes": "lowerRoman"}


class Notes:
    """The notes of a document, counted in the order in which the text refers to them.

    A note that was read waits until the paragraph stands after which it is printed.
    """

    def __init__(self, package: Package) -> None:
        self._notes: dict[tuple[str, str], etree._Element] = {}
        self._styles = dict(_STYLES)
        self._next = dict.fromkeys(_STYLES, 1)
        self._marks: dict[tuple[str, str], str] = {}
        self._read: set[tuple[str, str]] = set()
        self._waiting: list[str] = []
        parts = (("footnotes", package.footnotes), ("endnotes", package.endnotes))
        for kind, root in parts:
            singular = kind.removesuffix("s")
            for note in root.iterchildren(W + singular) if root is not None else ():
                self._notes.setdefault((kind, attribute(note, "id") or ""), note)
            for source in (package.settings, package.document):
                wanted = f"{W}{singular}Pr"
                for properties in source.iter(wanted) if source is not None else ():
                    style = child_value(properties, "numFmt")
                    self._styles[kind] = style or self._styles[kind]
                    start = child_integer(properties, "numStart")
                    self._next[kind] = self._next[kind] if start is None else start

    @property
    def waiting(self) -> bool:
        """Whether notes wait to be printed."""
        return bool(self._waiting)

    def mark(self, kind: str, note_id: str) -> str:
        """The mark of a note, `[1]`; the next number where it is referred to for the first time."""
        key = (kind, note_id)
        if key not in self._notes:
            return ""
        if key not in self._marks:
            printed = format_number(self._next[kind], self._styles[kind])
            self._marks[key] = f"[{printed}]"
            self._next[kind] += 1
        return self._marks[key]

    def note(self, kind: str, note_id: str) -> etree._Element | None:
        """A note's element, once: a second reference to it prints nothing more."""
        key = (kind, note_id)
        if key in self._read:
            return None
        self._read.add(key)
        return self._notes.get(key)

    def add(self, mark: str, texts: list[str]) -> None:
        """Lets a note wait for its place."""
        text = " ".join(" ".join(texts).split())
        if text:
            self._waiting.append(f"{mark} {text}".strip())

    def take(self) -> str:
        """The waiting notes, one a line."""
        lines = "\n".join(self._waiting)
        self._waiting = []
        return lines
