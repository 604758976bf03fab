"""What is found in clauses that leads elsewhere: links and definitions. Frozen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A place in a clause's text that names a clause of the same version, or another policy.

    `start` and `end` are character offsets into the citing clause's text. `target` is the id of a
    clause; where another policy is named, it is `None`, `policy` is the name as it stands in the
    text and `place` what is named of it, empty for the whole.
    """

    clause_id: str
    start: int
    end: int
    target: str | None = None
    policy: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and the sentence that says what it means: offsets into the defining clause's text.

    `text` is that sentence.
    """

    term: str
    clause_id: str
    start: int
    end: int
    text: str
