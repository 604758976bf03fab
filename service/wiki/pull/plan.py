"""What an import is asked for, and what it would change."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.lifecycle import Change, Delete, Put


@dataclass(frozen=True, slots=True)
class Options:
    """How pages become policies. `versions`: texts of each page, at first; `groups`: its readers
    (`None`: as before, else everybody); `allow_empty`: a selection without pages removes all."""

    prefix: str = ""
    versions: int = 1
    groups: tuple[str, ...] | None = None
    organisation: str | None = None
    allow_empty: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a page that is to be stored."""

    put: Put
    digest: str
    clauses: int
    title: str


@dataclass(slots=True)
class Plan:
    """What an import would change. `failed` holds (page, reason)."""

    texts: list[Text] = field(default_factory=list)
    same: set[str] = field(default_factory=set)
    """Policies whose text is stored already; they are put again in case something else changed."""
    removed: list[Delete] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    """Policies that were not found again, but may not be removed (id, why)."""

    @property
    def changes(self) -> list[Change]:
        return [*(text.put for text in self.texts), *self.removed]
