"""A base as the manifest names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class BaseRecord:
    """Where a base is and what it holds: of every passage whose key is at most `covers`, a row."""

    folder: str
    """In the index directory: `base-12`."""
    covers: int
    passages: int
    """Rows; those removed since stay until the next base is made."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """How the vectors of each language are kept, in FAISS's words: `IVF2828,SQ8`."""

    @property
    def in_words(self) -> str:
        """For the manifest's `vector_index`."""
        return ", ".join(dict.fromkeys(self.kinds.values()))

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> BaseRecord:
        """Raises `KeyError` or `TypeError` for fields that are no such record."""
        return cls(
            str(fields["folder"]),
            int(fields["covers"]),
            int(fields["passages"]),
            {str(lang): str(kind) for lang, kind in dict(fields["kinds"]).items()},
        )
