"""The names of all policies that a caller sees, and where the clauses of each stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from indexer.references.places import Places
from indexer.references.steps import plain_words

if TYPE_CHECKING:
    from indexer.rows import PolicyRecord
    from indexer.snapshot import Snapshot

EXACT, BEGINNING, WORDS, LETTERS, LOOSE = 100, 80, 60, 40, 30
"""How well a name fits a policy: all of it, how it begins, its words, its letters in their order,
its words but for what kind of policy it is called."""
_EMPTY = frozenset(
    {"the", "a", "an", "of", "our", "this", "s", "for", "on", "and", "to", "company"}
)
_KIND_WORDS = (
    "policy policies notice statement agreement terms rules procedure handbook guidelines code "
    "standard document privacy doc clause section article chapter paragraph part"
)
KINDS = frozenset(_KIND_WORDS.split())
"""Words for what kind of document a policy is, or for its parts."""
_FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class _Named:
    record: PolicyRecord
    title: str
    id: str
    words: frozenset[str]


class Register:
    """Of one view of a generation; see `register_of`. Thread-safe."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._tables: dict[int, Places] = {}
        self._lock = Lock()
        self._names = [_named(record) for record in snapshot.policies()]

    def places(self, version: PolicyRecord) -> Places:
        """Where the clauses of a version stand; read at the first call."""
        with self._lock:
            table = self._tables.get(version.key)
        if table is None:
            table = Places(self._snapshot.places(version))
            with self._lock:
                self._tables[version.key] = table
        return table

    def policies(self) -> list[PolicyRecord]:
        """All policies, by id."""
        return [named.record for named in self._names]

    def named(self, name: str) -> tuple[int, list[PolicyRecord]]:
        """How well a name fits, and the policies that it fits best."""
        plain = plain_words(name)
        parts = [word for word in plain.split() if word not in _EMPTY]
        if not parts:
            return 0, []
        best = 0
        found: list[PolicyRecord] = []
        for one in self._names:
            score = _score(plain, parts, one)
            if score > best:
                best, found = score, []
            if score == best and score:
                found.append(one.record)
        return best, found

    def titled(self, name: str, citing: PolicyRecord) -> PolicyRecord | None:
        """The one policy that another names so, of no other organisation than that one."""
        plain = plain_words(name)
        ending = f" {plain}"
        exact: list[PolicyRecord] = []
        ends: list[PolicyRecord] = []
        for one in self._names:
            theirs, ours = one.record.organisation, citing.organisation
            if one.record.id == citing.id or (theirs and ours and theirs != ours):
                continue
            if one.title == plain:
                exact.append(one.record)
            elif one.title.endswith(ending) and theirs and theirs == ours:
                ends.append(one.record)
        found = exact or ends
        return found[0] if len(found) == 1 else None


def register_of(snapshot: Snapshot) -> Register:
    """The register of a view, made at the first call."""
    return snapshot.derived("register", Register)


def _named(record: PolicyRecord) -> _Named:
    title, id_ = plain_words(record.title), plain_words(record.id)
    words = {*title.split(), *id_.split(), *plain_words(record.organisation or "").split()}
    return _Named(record, title, id_, frozenset(words))


def _score(plain: str, parts: list[str], one: _Named) -> int:
    if plain in (one.title, one.id) or parts == one.title.split():
        return EXACT
    han = bool(re.search("[\u3400-\u9fff]", plain))
    joined = " ".join(parts)
    if any(_begins(whole, joined, han) for whole in (one.title, one.id)):
        return BEGINNING
    if all(_is_word(part, one.words) for part in parts):
        return WORDS
    squeezed = joined.replace(" ", "")
    if len(squeezed) > _FEWEST_LETTERS and any(
        whole.replace(" ", "").startswith(squeezed) for whole in (one.title, one.id)
    ):
        return WORDS  # jctask for jc-task
    if han:
        letters = plain.replace(" ", "")
        title = one.title.replace(" ", "")
        if len(letters) > 1 and letters in title:
            return WORDS
        if len(letters) >= _FEWEST_LETTERS and _in_order(letters, title):
            return LETTERS
        return 0
    kind = [part for part in parts if part not in KINDS]
    return LOOSE if kind and all(_is_word(part, one.words) for part in kind) else 0


def _begins(whole: str, name: str, han: bool) -> bool:
    if han:
        return len(name) > 1 and whole.replace(" ", "").startswith(name.replace(" ", ""))
    return whole.startswith(name) and (whole[len(name) : len(name) + 1] in ("", " "))


def _is_word(part: str, words: frozenset[str]) -> bool:
    if part in words:
        return True
    enough = len(part) >= _FEWEST_LETTERS and not part.isdecimal()
    stem = part.removesuffix("s") if len(part) > _FEWEST_LETTERS else part
    return enough and any(word.startswith(stem) for word in words)


def _in_order(letters: str, title: str) -> bool:
    """Whether the letters stand in the title, in their order."""
    rest = iter(title)
    return all(letter in rest for letter in letters)
