"""From inline runs to lines of text, as a browser collapses white space."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from indexer.readers.assemble import Piece

LinkKind = Literal["", "jump", "away"]
_SPACE = re.compile(r"[ \t\n\r\f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x9f\u2028\u2029]")
_WIDE = "\u2e80-\u2fff\u3001-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_WRAPPED = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\n\r][ \t\n\r\f]*(?=[{_WIDE}])")
_NO_WORD = re.compile(r"[\W\d_]*")
_UPPER = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look: what stands between two changes of style."""

    text: str
    bold: bool = False
    link: LinkKind = ""
    keep: bool = False
    """Its white space is kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of the page, and how much of it is links."""

    piece: Piece
    links: int = 0
    """Number of links elsewhere, if the line holds nothing else."""
    jumps: int = 0
    """Number of links to places in the page, if the line holds nothing else."""
    preformatted: bool = False


def line_text(runs: Sequence[Run]) -> str:
    """The text of a line. A source line that breaks between two Chinese characters is no space."""
    parts = [run.text if run.keep else run.text.replace("\u200b", "") for run in runs]
    joined = "".join(parts)
    if not any(run.keep for run in runs):
        joined = _SPACE.sub(" ", _WRAPPED.sub("", joined))
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", joined)).strip()


def is_bold(runs: Sequence[Run]) -> bool:
    """Whether every letter of a line is bold."""
    seen = [run for run in runs if any(c.isalnum() for c in run.text)]
    return bool(seen) and all(run.bold for run in seen)


def is_decoration(text: str) -> bool:
    """Whether a line is only a picture: an emoji, a dingbat."""
    return all(unicodedata.category(c) in ("So", "Sk", "Mn", "Cf", "Zs") for c in text)


def count_links(runs: Sequence[Run], kind: LinkKind) -> int:
    """How many links of a kind a line is made of; 0 where it holds other words."""
    # The number or page of an entry may stand outside its link.
    if not all(run.link == kind or _NO_WORD.fullmatch(run.text) for run in runs):
        return 0
    linked = ["link" if run.link == kind else "between" for run in runs if run.text]
    return sum(group == "link" for group, _ in groupby(linked))


def superscript(text: str) -> str:
    """Raised digits as such: m², 10⁶. Raised words (1st) stay as they are."""
    stripped = text.strip()
    raised = stripped.translate(_UPPER)
    return raised if raised and not any(c.isascii() for c in raised) else text
