"""How each kind of package is read: pairs of blocks, in reading order, still uncleaned."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from models.training.alignment import align
from models.training.catalogues import (
    fluent_messages,
    gettext_messages,
    pack_messages,
    properties_messages,
)
from models.training.markup import html_blocks, mallard_blocks
from models.training.records import Block, Reader

Blocks = Iterator[tuple[str, Block, Block]]


def html_by_id(english: str, chinese: str) -> Reader:
    """Pages of two folders with the same relative path; blocks with the same id (LibreOffice)."""

    def read(root: Path) -> Blocks:
        for page in sorted((root / english).rglob("*.html")):
            name = page.relative_to(root / english)
            if not (root / chinese / name).exists():
                continue
            translated = {b.id: b for b in _blocks(root / chinese / name) if b.id}
            for block in _blocks(page):
                if block.id in translated:
                    yield str(name), block, translated[block.id]

    return read


def html_by_structure(english: str, chinese: str, codes: tuple[str, str] | None = None) -> Reader:
    """Pages with the same name in two folders, aligned block by block.

    `codes` are the languages in the files' names, as ("en", "zh-cn") in `ch01.en.html`.
    """

    def read(root: Path) -> Blocks:
        pattern = f"*.{codes[0]}.html" if codes else "*.html"
        for page in sorted((root / english).rglob(pattern)):
            name = str(page.relative_to(root / english))
            same = name.replace(f".{codes[0]}.", f".{codes[1]}.") if codes else name
            if (root / chinese / same).exists():
                for pair in align(_blocks(page), _blocks(root / chinese / same)):
                    yield name, *pair

    return read


def mallard_pages(english: str, chinese: str) -> Reader:
    """GNOME help pages: the n-th block of one language is the n-th of the other."""

    def read(root: Path) -> Blocks:
        for page in sorted((root / english).rglob("*.page")):
            other = root / chinese / page.relative_to(root / english)
            if not other.exists():
                continue
            blocks = mallard_blocks(page.read_text("utf-8"))
            translated = mallard_blocks(other.read_text("utf-8"))
            if len(blocks) == len(translated):
                for pair in zip(blocks, translated, strict=True):
                    yield page.name, *pair

    return read


def gettext_catalogues(pattern: str) -> Reader:
    """Compiled gettext catalogues: the original text is the message's key."""

    def read(root: Path) -> Blocks:
        for file in sorted(root.glob(pattern)):
            for original, translation in gettext_messages(file.read_bytes()).items():
                yield file.stem, Block(original), Block(translation)

    return read


def chromium_packs(english: str, chinese: str) -> Reader:
    """Two Chromium locale packs of one version."""

    def read(root: Path) -> Blocks:
        yield from _by_key(
            "chromium",
            pack_messages((root / english).read_bytes()),
            pack_messages((root / chinese).read_bytes()),
        )

    return read


def text_catalogues(
    pattern: str, english: str, chinese: str, parse: Callable[[str], dict[str, str]]
) -> Reader:
    """Catalogues whose paths differ in the language alone, such as `en.json` and `zh-hans.json`.

    `pattern` finds the English files; `chinese` takes the place of `english` in their paths.
    """

    def read(root: Path) -> Blocks:
        for file in sorted(root.glob(pattern)):
            name = str(file.relative_to(root))
            other = root / name.replace(english, chinese)
            if other.exists():
                messages, translated = (parse(f.read_text("utf-8")) for f in (file, other))
                yield from _by_key(name, messages, translated)

    return read


def mozilla_archives(english: tuple[str, ...], chinese: str, leave_out: str) -> Reader:
    """Fluent and properties files of Mozilla's archives, in English and of one language pack.

    Files whose name holds `leave_out` are skipped.
    """

    def read(root: Path) -> Blocks:
        (pack,) = root.glob(chinese)
        translated = _archive_messages(pack)
        for archive in english:
            for name, messages in _archive_messages(root / archive).items():
                if name in translated and leave_out not in name:
                    yield from _by_key(name, messages, translated[name])

    return read


def _archive_messages(path: Path) -> dict[str, dict[str, str]]:
    """Messages by file name (without the folder of the locale)."""
    parsers = {".ftl": fluent_messages, ".properties": properties_messages}
    catalogue = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if parser := parsers.get(Path(name).suffix):
                text = archive.read(name).decode("utf-8", "replace")
                catalogue[Path(name).name] = parser(text)
    return catalogue


def _by_key(document: str, english: dict[str, str], chinese: dict[str, str]) -> Blocks:
    for key, text in english.items():
        if key in chinese:
            yield document, Block(text, key), Block(chinese[key], key)


def _blocks(page: Path) -> list[Block]:
    return html_blocks(page.read_text("utf-8", "replace"))
