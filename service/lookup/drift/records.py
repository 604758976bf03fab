"""What is found in a text, and how two texts differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "number",
    "percentage",
    "period",
    "date",
    "amount",
    "contact",
    "reference",
    "limit",
    "negation",
    "modality",
]
FlagKind = Literal[Kind, "missing"]
"""`missing`: a clause that one side lacks."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A quantity, date, address or reference in a text, in a form that both languages share.

    `key` is what is compared. A `weak` fact, such as the "one" of "one of them", may be missing on
    the other side; only one that differs from another there counts.
    """

    kind: Kind
    key: tuple[object, ...]
    start: int
    end: int
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence as it stands in a text, and the parts of it that differ.

    `marks` are offsets into `text`; `start` is the sentence's offset in the whole text.
    """

    text: str
    start: int
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What two sentences say differently; a side may be empty where it says nothing of it."""

    kind: Kind
    left: Quote
    right: Quote
