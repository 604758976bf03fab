"""A bilingual glossary: what lets keywords cross languages.

`注销` finds "close account", `IMEI` finds 设备标识. The default one is `glossary.tsv` beside this
module; an administrator may name another file. Only questions are expanded, so a changed glossary
needs no new index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from indexer.errors import IndexerError
from indexer.lexical.tokens import spelling, tokens

DEFAULT_FILE: Final = Path(__file__).with_name("glossary.tsv")
_SEPARATOR: Final = "|"


class GlossaryError(IndexerError):
    """A glossary file that cannot be used."""


@dataclass(frozen=True)
class _Term:
    spelling: tuple[str, ...]
    tokens: tuple[str, ...]


class Glossary:
    """Entries of terms that mean the same, in both languages."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        """From rows of terms that mean the same, whatever their language."""
        self._entries: list[tuple[_Term, ...]] = []
        self._by_first: defaultdict[str, list[tuple[_Term, int]]] = defaultdict(list)
        for row in rows:
            terms = (_Term(tuple(spelling(term)), tuple(tokens(term))) for term in row)
            entry = tuple(dict.fromkeys(term for term in terms if term.spelling))
            for term in entry:
                self._by_first[term.spelling[0]].append((term, len(self._entries)))
            self._entries.append(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def expansion(self, text: str) -> list[tuple[str, ...]]:
        """Terms, each as its tokens, that mean what a term of the text means; none of the text's.

        Of terms that overlap in the text, only the longest counts: in "close account" it is not
        "account" that is meant.
        """
        found = tuple(spelling(text))
        matched: list[tuple[int, int, _Term, int]] = []  # length, start, term, entry
        for start, unit in enumerate(found):
            for term, entry in self._by_first.get(unit, ()):
                length = len(term.spelling)
                if found[start : start + length] == term.spelling:
                    matched.append((length, start, term, entry))
        taken: set[int] = set()
        entries: dict[int, None] = {}
        lengths: dict[int, int] = {}
        for length, start, _, entry in sorted(matched, key=lambda m: (-m[0], m[1])):
            places = set(range(start, start + length))
            same_term = lengths.get(start) == length
            if places & taken and not same_term:
                continue
            taken |= places
            lengths[start] = length
            entries[entry] = None
        held = {term for _, _, term, _ in matched}
        own = set(tokens(text))
        return list(
            dict.fromkeys(
                term.tokens
                for entry in entries
                for term in self._entries[entry]
                if term not in held and not own.issuperset(term.tokens)
            )
        )


def read_glossary(path: Path) -> Glossary:
    """Reads tab-separated lines of English and Chinese terms, synonyms separated by `|`.

    Empty lines and lines that begin with `#` are left out.

    Raises:
        GlossaryError: the file cannot be read, or a line has not two columns of terms.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise GlossaryError(f"{path}: the glossary cannot be read as UTF-8: {error}") from error
    rows: list[list[str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 2 or not all(column.strip() for column in columns):
            raise GlossaryError(
                f"{path}, line {number}: expected English terms, a tab, Chinese terms; "
                f"found {line[:60]!r}"
            )
        rows.append([term.strip() for column in columns for term in column.split(_SEPARATOR)])
    return Glossary(rows)


@cache
def default_glossary() -> Glossary:
    """The glossary that comes with the package."""
    return read_glossary(DEFAULT_FILE)
