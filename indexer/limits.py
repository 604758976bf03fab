"""How large, deep and slow a policy file may be before it is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields

from indexer.errors import LimitError

MIB = 1024 * 1024
KEEP_VERSIONS = 20
"""Superseded versions of each policy that stay to be cited."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file. Each is a setting: `max_pages` is POLICY_SEARCH_MAX_PAGES."""

    max_bytes: int = 64 * MIB
    """Size of the file."""
    max_expanded_bytes: int = 512 * MIB
    """Size of all parts of an archive (DOCX) together, unpacked."""
    max_expansion: int = 200
    """Unpacked size over packed size of an archive; above it, a bomb."""
    max_pages: int = 5_000
    max_blocks: int = 500_000
    """Paragraphs, headings, list items and table rows."""
    max_characters: int = 20_000_000
    """Text of the document."""
    max_nesting: int = 256
    """Elements inside elements."""
    max_seconds: float = 300.0
    """Time to read and parse one file."""
    max_memory: int = 2048 * MIB
    """Address space of the process that reads a complex format, in bytes."""

    def check(self, name: str, found: float, what: str) -> None:
        """Raises `LimitError` where `found` is over the limit called `name`.

        `what` says what was found, in words that follow the number: "pages".
        """
        if found > getattr(self, name):
            raise LimitError(self.message(name, f"{found:,.0f} {what}"))

    def message(self, name: str, found: str) -> str:
        """What an error says: what was found, the limit, and the setting that moves it."""
        assert name in {field.name for field in fields(self)}
        limit = f"{getattr(self, name):,}".removesuffix(".0")
        return f"{found}, over the limit of {limit} (POLICY_SEARCH_{name.upper()})"
