"""Postings: for each term, the passages that hold it, in files that are read piece by piece.

What FTS5 tells of a term it tells passage by passage, which takes too long where half of a million
passages hold it. These files are made of the same tokens, for passages that no longer change:

    terms.bin       the terms as UTF-8, ascending, one after the other
    terms.npy       where each begins in it, int64, shape (terms + 1,)
    prefixes.npy    the first eight bytes of each as a number, to look terms up by
    counts.npy      passages that hold it, int32, shape (terms, columns)
    places.npy      where its lists begin in lists.bin, in 4-byte words, int64, the same shape
    lists.bin       passages' rows ascending, int32; a bitmap where that is smaller
    postings.json   format, number of terms, of rows and of words in lists.bin

Rows are places in the ascending keys that the files were made for. The second column, `context`,
leaves out the passages that hold the term in their text: there it counts for more.
"""

from __future__ import annotations

import json
import mmap
import re
import sqlite3
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError
from indexer.lexical.inverting import CONTEXT, STRETCH, TEXT, Keys, Vocabulary, invert
from indexer.lexical.merging import Laid, lay_out, save, write_lists

__all__ = ["CONTEXT", "TEXT", "Postings", "write_postings"]

Rows = NDArray[np.int32]
Bits = NDArray[np.uint8]
Tell = Callable[[str, int, int], object]

BYTES_KEPT: Final = 64_000_000
"""Of the lists that were looked at lately: most questions have some of the same common words."""

_FORMAT: Final = 1
_PLAIN = re.compile(
    r"[0-9a-z._@:/+\-\u00df-\u00f6\u00f8-\u00ff\u0430-\u045f"
    r"\u3041-\u3096\u30a1-\u30fa\u3400-\u4db5\u4e00-\u9fa5\uac00-\ud7a3]+"
)
"""What FTS5 indexes just as it is given; of anything else it alone knows what it makes of it."""


def is_plain(term: str) -> bool:
    """Whether a term is looked up here; any other one is asked of FTS5."""
    return _PLAIN.fullmatch(term) is not None


def write_postings(db: sqlite3.Connection, keys: Keys, folder: Path, tell: Tell) -> None:
    """Makes the files in `folder`, which is made if need be, from the tokens in the store.

    Args:
        db: connection to the store. Others may write meanwhile: a passage that is removed before
            its turn holds no words.
        keys: passages, ascending, shape (n,); row i of the postings is `keys[i]`.
        folder: nothing else should be in it.
        tell: called with "arranging", passages done, and all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = Vocabulary()
    with tempfile.TemporaryDirectory(dir=folder, prefix="stretches-") as scratch:
        stretches = []
        for number, inverted in enumerate(invert(db, keys, vocabulary)):
            stretch = Path(scratch) / f"{number}.npz"
            save(stretch, inverted)
            stretches.append(stretch)
            tell("arranging", min(len(keys), (number + 1) * STRETCH), len(keys))
        names = [term.encode() if is_plain(term) else b"" for term in vocabulary]
        del vocabulary
        laid = lay_out(names, stretches, len(keys))
        _write_terms(folder, [names[term] for term in laid.order.tolist()])
        del names
        _save(folder / "counts.npy", laid.counts)
        _save(folder / "places.npy", laid.places)
        write_lists(folder / "lists.bin", laid, stretches, len(keys))
    about = {"format": _FORMAT, "terms": len(laid.order), "rows": len(keys), "words": laid.words}
    (folder / "postings.json").write_text(json.dumps(about) + "\n", "utf-8")


def _write_terms(folder: Path, terms: Sequence[bytes]) -> None:
    (folder / "terms.bin").write_bytes(b"".join(terms))
    ends = np.cumsum(np.fromiter(map(len, terms), np.int64, len(terms)))
    _save(folder / "terms.npy", np.concatenate((np.zeros(1, np.int64), ends)))
    _save(folder / "prefixes.npy", _heads(terms))


def _heads(names: Iterable[bytes]) -> NDArray[np.uint64]:
    """Numbers that stand in the order of the names, but for those that begin alike."""
    heads = b"".join(name[:8].ljust(8, b"\0") for name in names)
    return np.frombuffer(heads, ">u8").astype(np.uint64)


def _save(path: Path, array: NDArray[np.generic]) -> None:
    np.save(path, np.ascontiguousarray(array))


class Postings:
    """The files of one folder, opened. Thread-safe.

    Of a mapped file, all that was ever looked at counts as memory: it is given back now and then.
    """

    def __init__(self, folder: Path) -> None:
        """Raises `IndexDamagedError` where a file is missing or cut short."""
        self.folder = folder
        self._looked_at = 0
        try:
            about = json.loads((folder / "postings.json").read_text("utf-8"))
            self._starts: NDArray[np.int64] = _mapped(folder / "terms.npy")
            self._prefixes: NDArray[np.uint64] = _mapped(folder / "prefixes.npy")
            self._counts: NDArray[np.int32] = _mapped(folder / "counts.npy")
            self._places: NDArray[np.int64] = _mapped(folder / "places.npy")
            self._size = int(about["rows"])
            terms = int(about["terms"])
            whole = (
                about["format"] == _FORMAT
                and len(self._starts) == terms + 1
                and len(self._prefixes) == terms
                and self._counts.shape == self._places.shape == (terms, 2)
                and (folder / "terms.bin").stat().st_size == int(self._starts[-1])
                and (folder / "lists.bin").stat().st_size == 4 * int(about["words"])
            )
            self._terms: NDArray[np.uint8] = (
                np.asarray(np.memmap(folder / "terms.bin", np.uint8, "r"))
                if terms
                else np.empty(0, np.uint8)
            )
            self._lists: bytes | mmap.mmap = b""
            if about["words"]:
                with (folder / "lists.bin").open("rb") as file:
                    self._lists = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise IndexDamagedError(f"{folder}: postings cannot be read: {error}") from error
        if not whole:
            raise IndexDamagedError(f"{folder}: postings are not of one piece")

    @classmethod
    def open(cls, folder: Path) -> Postings:
        """Opens what `write_postings` made."""
        return cls(folder)

    def __len__(self) -> int:
        """Rows: passages that the files were made for."""
        return self._size

    def number(self, term: str) -> int | None:
        """A term's number, to ask for its lists by; `None` where no passage holds it."""
        return self.numbers([term])[0]

    def numbers(self, terms: Sequence[str]) -> list[int | None]:
        """The numbers of several terms."""
        names = [term.encode(errors="replace") for term in terms]
        heads = _heads(names)
        first = np.searchsorted(self._prefixes, heads, side="left").tolist()
        last = np.searchsorted(self._prefixes, heads, side="right").tolist()
        return list(map(self._number_among, names, first, last))

    def _number_among(self, name: bytes, first: int, last: int) -> int | None:
        place = first + bisect_left(range(first, last), name, key=self._name)
        return place if place < last and self._name(place) == name else None

    def _name(self, number: int) -> bytes:
        return self._terms[int(self._starts[number]) : int(self._starts[number + 1])].tobytes()

    def count(self, term: str, column: int = TEXT) -> int:
        """How many rows `rows` gives."""
        number = self.number(term)
        return 0 if number is None else self.count_of(number, column)

    def rows(self, term: str, column: int = TEXT) -> Rows:
        """Rows of the passages that hold a term, ascending; in `CONTEXT`, there and not in their
        text."""
        number = self.number(term)
        return np.empty(0, np.int32) if number is None else self.rows_of(number, column)

    def count_of(self, number: int, column: int) -> int:
        """As `count`, by the term's number."""
        return int(self._counts[number, column])

    def is_dense(self, number: int, column: int) -> bool:
        """Whether so many rows hold a term that `bits_of` has less to read than `rows_of`."""
        return self.count_of(number, column) > Laid.most_listed(self._size)

    def rows_of(self, number: int, column: int) -> Rows:
        """As `rows`, by the term's number."""
        if self.is_dense(number, column):
            bits = self.bits_of(number, column)
            held = np.unpackbits(bits, count=self._size, bitorder="little").view(np.bool_)
            return np.flatnonzero(held).astype(np.int32)
        return self._read(number, column, self.count_of(number, column))

    def bits_of(self, number: int, column: int) -> Bits:
        """A dense term's rows as a bitmap, the first row in the lowest bit of the first byte,
        zeros after the last; its length is a multiple of four bytes."""
        words = Laid.words_of_bitmap(self._size)
        return self._read(number, column, words).view(np.uint8)

    def _read(self, number: int, column: int, words: int) -> Rows:
        self._looked_at += 4 * words
        if self._looked_at > BYTES_KEPT:
            self._looked_at = 0
            if isinstance(self._lists, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
                self._lists.madvise(mmap.MADV_DONTNEED)  # who still looks at it reads it again
        return np.frombuffer(self._lists, "<i4", words, 4 * int(self._places[number, column]))


def _mapped(path: Path) -> Any:
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
