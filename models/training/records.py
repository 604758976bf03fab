"""The records that training data passes through, from a package's file to a training pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Block:
    """One paragraph, heading or list item of a document, without markup.

    `id` is what the document itself calls the block ("" where it has no name); `heading` tells
    titles and headings from running text.
    """

    text: str
    id: str = ""
    heading: bool = False


@dataclass(frozen=True)
class Pair:
    """One text in English and in Chinese.

    `document` and `position` keep the reading order, so that neighbours can be joined into longer
    passages and a heading can be set beside the text below it.
    """

    source: str
    document: str
    position: int
    en: str
    zh: str
    heading: bool = False


class Reader(Protocol):
    """Reads the unpacked packages below `root` and yields (document, English block, Chinese block).

    Blocks of one document come in reading order.
    """

    def __call__(self, root: Path) -> Iterator[tuple[str, Block, Block]]: ...
