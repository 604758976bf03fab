"""What the walk through a document's body finds, before spacing and sizes are compared."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.readers.assemble import Piece
from indexer.readers.docx.styles import Spacing


@dataclass(frozen=True, slots=True)
class Found:
    """A piece and how it is set."""

    piece: Piece
    spacing: Spacing | None = None
    """Space around the paragraph; `None` where it has none of its own: table rows, notes."""
    style: str = ""
    after_empty: bool = False
    """An empty paragraph stands before it."""
    size: int | None = None
    """The smallest font size in it, in half points."""
    centred: bool = False
    is_title: bool = False
    """Its style is that of the document's title."""
