"""Every passage of a generation as a row of columns, and selections of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from indexer.base.opening import Base
from indexer.lexical.holders import KeptTerms, Passages

Keys = NDArray[np.int64]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]
T = TypeVar("T")
_FEW = 20
"""Of so many rows at least, one is selected."""


@dataclass(frozen=True)
class PassageTable:
    """The passages of a generation, ascending by key: those of its base first, then the others.

    A *row* is a passage's place here. A base keeps the rows of versions that were removed since it
    was made; their version has no place among `version_keys` of the generation, and nothing that
    is selected holds them.
    """

    passage_keys: Keys
    clause_keys: Keys
    versions: NDArray[np.int32]
    """The place of each row's version in `version_keys`."""
    language_codes: NDArray[np.int16]
    """The place of each row's language in `languages`."""
    version_keys: Keys
    """Of all versions that have rows, each once."""
    languages: tuple[str, ...]
    base_rows: int = 0
    """So many rows, the first ones, are the base's."""

    def __len__(self) -> int:
        return len(self.passage_keys)

    @cached_property
    def counts(self) -> Rows:
        """How many rows each version has in each language, shape (versions, languages)."""
        shape = (len(self.version_keys), len(self.languages))
        cells = self.versions * np.int64(shape[1]) + self.language_codes
        counts: Rows = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
        return counts

    @cached_property
    def kept_terms(self) -> KeptTerms:
        """Who holds the words asked for so far."""
        return KeptTerms()

    def versions_mask(self, keys: Sequence[int] | Keys) -> Mask:
        """Which of `version_keys` are among these."""
        ordered, order = self._ordered_versions
        mask = np.zeros(len(order), bool)
        wanted = np.asarray(keys, np.int64)
        places = np.searchsorted(ordered, wanted)
        inside = places < len(order)
        inside[inside] = ordered[places[inside]] == wanted[inside]
        mask[order[places[inside]]] = True
        return mask

    @cached_property
    def _ordered_versions(self) -> tuple[Keys, Rows]:
        order = np.argsort(self.version_keys, kind="stable")
        return self.version_keys[order], order

    @cached_property
    def _by_clause(self) -> Rows | None:
        """Rows in the order of their clauses; `None` where they stand so already."""
        if bool(np.all(self.clause_keys[1:] >= self.clause_keys[:-1])):
            return None
        return np.argsort(self.clause_keys, kind="stable")

    def rows_of_clauses(self, clause_keys: Keys) -> tuple[Rows, Rows]:
        """The rows of clauses, one clause after the other, and the place of each row's clause."""
        order = self._by_clause
        first = np.searchsorted(self.clause_keys, clause_keys, side="left", sorter=order)
        last = np.searchsorted(self.clause_keys, clause_keys, side="right", sorter=order)
        counts = last - first
        owners = np.repeat(np.arange(len(clause_keys)), counts)
        places = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(len(owners))
        return (places if order is None else order[places]), owners

    def first_rows_of_clauses(self, clause_keys: Keys) -> Rows:
        """One row of each clause, all of which must have passages."""
        order = self._by_clause
        first = np.searchsorted(self.clause_keys, clause_keys, side="left", sorter=order)
        return first if order is None else order[first]

    def beside(self, clause_keys: Keys, step: int) -> Rows:
        """A row of the clause before (-1) or after (1) each one in the order of keys; -1: none."""
        order = self._by_clause
        if step < 0:
            places = np.searchsorted(self.clause_keys, clause_keys, "left", sorter=order) - 1
        else:
            places = np.searchsorted(self.clause_keys, clause_keys, "right", sorter=order)
        none = (places < 0) | (places >= len(self))
        places = np.where(none, 0, places)
        rows = places if order is None else order[places]
        return np.where(none, -1, rows)


def table_of(rows: Sequence[tuple[int, int, int, str]], base: Base | None) -> PassageTable:
    """The table of a base and the passages beside it.

    `rows`: passage, clause and version key, and language, ascending by passage. What the base has
    numbered keeps its number.
    """
    count = len(rows)
    passage_keys: Keys = np.fromiter((row[0] for row in rows), np.int64, count)
    clause_keys: Keys = np.fromiter((row[1] for row in rows), np.int64, count)
    of_version: Keys = np.fromiter((row[2] for row in rows), np.int64, count)
    names = {row[3] for row in rows}
    known = () if base is None else base.description.languages
    languages = (*known, *sorted(names.difference(known)))
    numbers = {name: number for number, name in enumerate(languages)}
    codes = np.fromiter((numbers[row[3]] for row in rows), np.int16, count)
    version_keys = np.unique(of_version)
    if base is None:
        versions = np.searchsorted(version_keys, of_version).astype(np.int32)
        return PassageTable(passage_keys, clause_keys, versions, codes, version_keys, languages)
    own = base.columns
    new = np.setdiff1d(version_keys, own.version_keys, assume_unique=True)
    version_keys = np.concatenate([own.version_keys, new])
    order = np.argsort(version_keys, kind="stable")
    versions = order[np.searchsorted(version_keys, of_version, sorter=order)].astype(np.int32)
    return PassageTable(
        np.concatenate([own.passage_keys, passage_keys]),
        np.concatenate([own.clause_keys, clause_keys]),
        np.concatenate([own.versions, versions]),
        np.concatenate([own.languages, codes]),
        version_keys,
        languages,
        len(base),
    )


class Selection:
    """The passages of some versions in some languages. Thread-safe; nothing is copied to make one.

    A row is selected by its version and language alone, looked up in two short tables.
    """

    def __init__(self, table: PassageTable, versions: Mask, languages: Mask | None = None) -> None:
        """`versions`: which of `table.version_keys`; `languages`: which of `table.languages`."""
        self.table = table
        self.versions = versions
        self.languages = np.ones(len(table.languages), bool) if languages is None else languages
        self._kept: dict[object, Any] = {}

    def and_only(self, versions: Mask | None = None, languages: Mask | None = None) -> Selection:
        """What is left of the selection."""
        return Selection(
            self.table,
            self.versions if versions is None else self.versions & versions,
            self.languages if languages is None else self.languages & languages,
        )

    def in_language(self, code: int) -> Selection:
        """Those of one language alone."""
        return self.and_only(languages=np.arange(len(self.table.languages)) == code)

    @cached_property
    def by_language(self) -> dict[str, Selection]:
        """What is selected in each language that has any of it."""
        codes = np.flatnonzero(self.languages).tolist()
        parts = {self.table.languages[code]: self.in_language(code) for code in codes}
        return {name: part for name, part in parts.items() if part.count}

    def holds(self, rows: Rows | slice) -> Mask:
        """Which of some rows are selected."""
        held: Mask = self.versions[self.table.versions[rows]]
        if not self.languages.all():
            held = held & self.languages[self.table.language_codes[rows]]
        return held

    @cached_property
    def mask(self) -> Mask:
        """Which rows of the table are selected, one byte a row; made at the first use."""
        return self.holds(slice(None))

    @cached_property
    def count(self) -> int:
        """How many passages are selected."""
        return int(self.table.counts[self.versions][:, self.languages].sum())

    @cached_property
    def mask_or_rows(self) -> Mask | Rows:
        """The mask, or the rows where they are so few that they are sooner taken one by one."""
        return self.rows if _FEW * self.count < len(self.table) else self.mask

    @cached_property
    def passages(self) -> Passages:
        """The same as the keyword leg takes what is searched; made at the first use."""
        table = self.table
        return Passages(
            table.passage_keys, self.mask, self.count, table.base_rows, table.kept_terms
        )

    @property
    def present_versions(self) -> Keys:
        """The keys of the versions that the selected passages are of."""
        counts = self.table.counts[:, self.languages].sum(axis=1)
        keys: Keys = self.table.version_keys[(counts > 0) & self.versions]
        return keys

    @property
    def rows(self) -> Rows:
        """The rows selected, ascending. As long as the selection."""
        return np.flatnonzero(self.mask)

    @property
    def keys(self) -> Keys:
        """The keys of the passages selected, ascending. As long as the selection."""
        return self.table.passage_keys[self.mask]

    def kept(self, name: object, make: Callable[[], T]) -> T:
        """What is made of the selection to search one index, made once."""
        if name not in self._kept:
            self._kept[name] = make()
        return cast("T", self._kept[name])
