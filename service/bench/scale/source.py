"""What made clauses are made of: the clauses and vectors of a real index, by language."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.directory import IndexDirectory, read_manifest
from indexer.schema import live
from indexer.store import vectors_from
from indexer.store_reader import StoreReader
from models import Fingerprint
from service.errors import BenchError

LEAST = 5
"""Passages of a language below which it says too little to be imitated."""
_SELECT = (
    "SELECT clauses.lang, passages.text, vectors.vector FROM passages "
    "JOIN clauses ON clauses.key = passages.clause_key "
    "JOIN versions ON versions.key = clauses.version_key "
    "JOIN vectors ON vectors.hash = passages.vector_hash "
    f"WHERE {live('passages')} AND {live('versions')} "
    "AND (versions.superseded IS NULL OR versions.superseded > :generation) ORDER BY passages.key"
)
_PIECE = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Passages:
    """The passages of one language: vectors, shape (n, dimension), and texts cut into words.

    Words of a language that is written without spaces are those of a dictionary, marks included;
    `joint` is what stands between two.
    """

    lang: str
    vectors: NDArray[np.float32]
    words: tuple[tuple[str, ...], ...]
    joint: str


@dataclass(frozen=True, slots=True)
class Source:
    """A real index to imitate. `languages`: by code, in its order."""

    fingerprint: Fingerprint
    languages: tuple[Passages, ...]


def read_source(root: Path) -> Source:
    """The searched passages of an index.

    Raises `IndexerError` where there is none, `BenchError` where it holds too little.
    """
    directory = IndexDirectory(root)
    manifest = read_manifest(directory)
    reader = StoreReader(directory.store)
    try:
        with reader.connection() as db:
            rows = db.execute(_SELECT, {"generation": manifest.generation}).fetchall()
    finally:
        reader.close()
    texts: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    vectors: dict[str, list[bytes]] = defaultdict(list)
    for lang, text, vector in rows:
        words = split(text, lang)
        if words:
            texts[lang].append(words)
            vectors[lang].append(vector)
    languages = tuple(
        Passages(
            lang,
            vectors_from(vectors[lang], manifest.encoder.dimension),
            tuple(texts[lang]),
            "" if is_unspaced(lang) else " ",
        )
        for lang in sorted(texts)
        if len(texts[lang]) >= LEAST
    )
    if not languages:
        raise BenchError(
            f"{root}: no language has {LEAST} passages or more; give --index with an index of "
            "more policies"
        )
    return Source(manifest.encoder, languages)


def is_unspaced(lang: str) -> bool:
    """Whether a language is written without spaces between words."""
    return lang.partition("-")[0] == "zh"


def split(text: str, lang: str) -> tuple[str, ...]:
    """A text's words with the marks that stand at them."""
    if not is_unspaced(lang):
        return tuple(_PIECE.findall(text))
    import rjieba

    return tuple(word for word in rjieba.cut(" ".join(text.split())) if word.strip())
