"""One policy's clauses made ready for alignment: vectors, numbers, places, lengths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.language import count_scripts
from indexer.outline.markers import fold, han_value, roman_value
from indexer.records import Clause

Floats = NDArray[np.float32]
NONE = -1
LEVELS = 4
"""Numbers of a chain that are compared, from the clause upwards."""

_FEW = 2.0
"""Weight of "no common part" against so many clauses: of one clause, no mean can be taken away."""

_LATIN_UNITS = 1.7
"""Chinese characters to an English word in translations of policies."""

_DIGITS = re.compile(r"\d+")
_HAN = re.compile(r"[零〇一二三四五六七八九十百]+")
_ROMAN = re.compile(r"[ivxlc]+|[IVXLC]+")


@dataclass(frozen=True, slots=True)
class Side:
    """Every list and array has an item for each clause, in reading order."""

    clauses: tuple[Clause, ...]
    vectors: Floats
    """What each says beyond what its whole policy says; unit length, zeros where unknown."""
    hollow: NDArray[np.bool_]
    """Whether it is a heading alone; its vector is then that of what stands under it."""
    parents: NDArray[np.intp]
    children: tuple[tuple[int, ...], ...]
    depths: NDArray[np.intp]
    numbers: tuple[tuple[frozenset[int], ...], ...]
    """The values that its number may have, then those of the numbers above, at most `LEVELS`."""
    lengths: Floats
    """In Chinese characters or what takes their place in English."""

    def __len__(self) -> int:
        return len(self.clauses)

    @property
    def positions(self) -> Floats:
        """Where each stands between the beginning, 0, and the end, 1."""
        return np.linspace(0, 1, len(self), dtype=np.float32)


def read_side(clauses: Sequence[Clause], vectors: Floats) -> Side:
    """Clauses in reading order with their vectors, shape (clauses, dimension), zeros for none."""
    place = {clause.id: i for i, clause in enumerate(clauses)}
    parents = np.array([place.get(c.parent_id or "", NONE) for c in clauses], np.intp)
    children: list[list[int]] = [[] for _ in clauses]
    depths = np.zeros(len(clauses), np.intp)
    own: list[frozenset[int]] = [
        _values(c.labels[-1]) if c.labels else frozenset() for c in clauses
    ]
    chains: list[tuple[frozenset[int], ...]] = []
    for i, parent in enumerate(parents.tolist()):
        above: tuple[frozenset[int], ...] = ()
        if parent != NONE:
            children[parent].append(i)
            depths[i] = depths[parent] + 1
            above = chains[parent]
        chains.append((own[i], *above)[:LEVELS] if own[i] else ())
    unit = _unit(vectors)
    hollow = np.asarray(~unit.any(axis=1), np.bool_)
    return Side(
        clauses=tuple(clauses),
        vectors=_with_headings(_without_common_part(unit), hollow, parents),
        hollow=hollow,
        parents=parents,
        children=tuple(map(tuple, children)),
        depths=depths,
        numbers=tuple(chains),
        lengths=np.array([length_of(clause.text) for clause in clauses], np.float32),
    )


def joined(side: Side, places: Sequence[int]) -> Floats:
    """The vector of several clauses as one text, unit length."""
    chosen = [i for i in places if not side.hollow[i]] or list(places)
    weights = np.maximum(side.lengths[chosen], 1)
    return np.asarray(_unit((side.vectors[chosen] * weights[:, None]).sum(axis=0)[None, :])[0])


def length_of(text: str) -> float:
    """A text's length in Chinese characters or what takes their place in English."""
    scripts = count_scripts(text)
    return scripts.han + scripts.kana + _LATIN_UNITS * scripts.latin_words


def _values(label: str) -> frozenset[int]:
    """The values of a printed number: `第三条` 3, `3.4` 4, `(i)` 1 or 9, `b` 2; none for a text."""
    folded = fold(label).strip().strip("().、:")
    if digits := _DIGITS.findall(folded):
        return frozenset({int(digits[-1][:6])}) if len(folded) < 24 else frozenset()
    bare = re.sub(r"^(?:第|附[件录表])|(?:[编章节条款项]|部分)$", "", folded)
    if _HAN.fullmatch(bare):
        return frozenset({han_value(bare)} - {0})
    last = folded.split()[-1] if folded and len(folded.split()) < 3 else ""
    found = set()
    if _ROMAN.fullmatch(last):
        found.add(roman_value(last))
    if len(last) == 1 and last.isascii() and last.isalpha():
        found.add(ord(last.lower()) - ord("a") + 1)
    return frozenset(found - {0})


def _without_common_part(unit: Floats) -> Floats:
    """What distinguishes clauses: their language and their policy's subject they all share."""
    known = np.asarray(unit.any(axis=1), np.bool_)
    count = int(known.sum())
    if not count:
        return unit
    mean = unit[known].sum(axis=0) / (count + _FEW)
    return _unit(np.where(known[:, None], unit - mean, 0).astype(np.float32))


def _with_headings(vectors: Floats, hollow: NDArray[np.bool_], parents: NDArray[np.intp]) -> Floats:
    """Gives headings the mean of what stands under them, from the deepest upwards."""
    filled = vectors.copy()
    below = np.zeros_like(filled)
    for i in range(len(filled) - 1, -1, -1):
        if hollow[i]:
            filled[i] = _unit(below[i][None, :])[0]
        if parents[i] != NONE:
            below[parents[i]] += filled[i]
    return filled


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
