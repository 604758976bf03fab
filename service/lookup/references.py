"""What leads from clauses elsewhere: their links as they stand now, and the terms they use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from indexer.references.steps import normal, read_place
from service.lookup.citations.records import Reading
from service.lookup.citations.register import Register, register_of
from service.lookup.citations.resolving import found_in
from service.search.kept import Kept

if TYPE_CHECKING:
    from indexer.references.records import Definition, Link
    from indexer.rows import PolicyRecord
    from indexer.snapshot import Snapshot

MOST_DEFINITIONS = 5
_BELIEVED = 9
"""Highest cost (see `chain_cost`) at which a place in another policy is believed to be meant."""


class ClauseLike(Protocol):
    """A clause, or what is known of one."""

    @property
    def id(self) -> str: ...
    @property
    def policy_id(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Citing:
    """A clause as far as it matters here."""

    id: str
    policy_id: str
    version: str
    text: str


@dataclass(frozen=True, slots=True)
class ResolvedLink:
    """A link and what it leads to: a clause, or a policy where `clause_id` is None."""

    start: int
    end: int
    text: str
    policy_id: str
    clause_id: str | None
    citation: str


@dataclass(frozen=True, slots=True)
class UsedTerm:
    """A term that a clause uses, and the clause that defines it."""

    term: str
    text: str
    clause_id: str
    citation: str


@dataclass(frozen=True, slots=True)
class References:
    """Of one clause, both in the text's order."""

    links: tuple[ResolvedLink, ...] = ()
    definitions: tuple[UsedTerm, ...] = ()


class Terms:
    """The terms of a version: which of them a text uses."""

    def __init__(self, definitions: Sequence[Definition]) -> None:
        self._by_term: dict[str, list[Definition]] = defaultdict(list)
        for definition in definitions:
            self._by_term[_key(definition.term)].append(definition)
        terms = sorted({d.term for d in definitions}, key=lambda term: (-len(term), term))
        self._pattern = re.compile("|".join(map(_pattern, terms))) if terms else None

    def used(self, clause_id: str, text: str) -> list[Definition]:
        """The definitions of the terms that a clause uses and does not define, in its order."""
        found: dict[str, Definition] = {}
        for use in self._pattern.finditer(text) if self._pattern else ():
            defined = self._of(use[0])
            if defined and all(one.clause_id != clause_id for one in defined):
                found.setdefault(_key(defined[0].term), defined[0])
                if len(found) == MOST_DEFINITIONS:
                    break
        return list(found.values())

    def _of(self, used: str) -> list[Definition]:
        key = _key(" ".join(used.split()))
        for form in (key, key.removesuffix("s"), key.removesuffix("es")):
            if form in self._by_term:
                return self._by_term[form]
        return []


def references_at_hand(snapshot: Snapshot, clauses: Sequence[Citing]) -> Mapping[str, References]:
    """The same as `references_of`; those of clauses that were shown lately are kept.

    They are kept with the view: where links lead depends on what the caller may read.
    """
    kept: Kept[Citing, References] = snapshot.derived(
        "references", lambda _: Kept(lambda clause, _: len(clause.text))
    )

    def find(missing: list[Citing]) -> dict[Citing, References]:
        found = references_of(snapshot, missing)
        return {clause: found[clause.id] for clause in missing if clause.id in found}

    return {clause.id: found for clause, found in kept.of(clauses, find).items()}


def references_of(snapshot: Snapshot, clauses: Sequence[ClauseLike]) -> Mapping[str, References]:
    """What leads elsewhere from each of some clauses, by id; nothing for those not there."""
    versions: dict[tuple[str, str], list[ClauseLike]] = defaultdict(list)
    for clause in clauses:
        versions[clause.policy_id, clause.version].append(clause)
    found: dict[str, References] = {}
    for (policy_id, name), citing in versions.items():
        version = snapshot.policy(policy_id, name)
        if version is not None:
            found.update(_of_version(snapshot, version, citing))
    return found


def _of_version(
    snapshot: Snapshot, version: PolicyRecord, clauses: Sequence[ClauseLike]
) -> dict[str, References]:
    terms = _terms(snapshot, version)
    used = {clause.id: terms.used(clause.id, clause.text) for clause in clauses}
    links = snapshot.links(version, [clause.id for clause in clauses])
    ids = {one.clause_id for several in used.values() for one in several}
    ids |= {link.target for link in links if link.target}
    citations = snapshot.citations(version, sorted(ids)) if ids else {}
    texts = {clause.id: clause.text for clause in clauses}
    resolved: dict[str, list[ResolvedLink]] = defaultdict(list)
    for link in links:
        leads = _resolved(link, texts[link.clause_id], version, register_of(snapshot), citations)
        if leads is not None:
            resolved[link.clause_id].append(leads)
    return {
        clause.id: References(
            tuple(resolved[clause.id]),
            tuple(
                UsedTerm(one.term, one.text, one.clause_id, citations[one.clause_id])
                for one in used[clause.id]
                if one.clause_id in citations
            ),
        )
        for clause in clauses
    }


def _resolved(
    link: Link,
    text: str,
    version: PolicyRecord,
    register: Register,
    citations: Mapping[str, str],
) -> ResolvedLink | None:
    """Where a link leads now; `None` where that is nowhere that the caller sees."""
    printed = text[link.start : link.end]
    if link.target is not None:
        if link.target not in citations:
            return None
        return ResolvedLink(
            link.start, link.end, printed, version.id, link.target, citations[link.target]
        )
    policy = register.titled(link.policy or "", version)
    if policy is None:
        return None
    steps = read_place(normal(link.place)) if link.place else None
    if steps:
        reading = Reading(link.policy or "", link.place, steps)
        places = [
            one for one in found_in(register.places(policy), reading) if one.cost <= _BELIEVED
        ]
        if places and (len(places) == 1 or places[0].cost < places[1].cost):
            place = places[0].place
            return ResolvedLink(link.start, link.end, printed, policy.id, place.id, place.citation)
    return ResolvedLink(link.start, link.end, printed, policy.id, None, policy.title)


def _terms(snapshot: Snapshot, version: PolicyRecord) -> Terms:
    """The terms of a version, made once for each view."""
    kept: dict[int, Terms] = snapshot.derived("terms", lambda _: {})
    if version.key not in kept:
        kept[version.key] = Terms(snapshot.definitions(version))
    return kept[version.key]


def _key(term: str) -> str:
    return term if _is_strict(term) else term.casefold()


def _is_strict(term: str) -> bool:
    """Whether capitals tell a term from the word: "Service" is not "service"."""
    return term.isascii() and " " not in term and "-" not in term


def _pattern(term: str) -> str:
    """Matches a term as a whole word, in the plural too; several words in any case."""
    words = re.escape(term).replace(r"\ ", r"\s+")
    if not term[0].isascii() and not term[-1].isascii():
        return words
    before = r"(?<![A-Za-z0-9])" if term[0].isascii() else ""
    after = r"(?:e?s)?(?![A-Za-z0-9])" if term[-1].isascii() else ""
    return f"{before}{words}{after}" if _is_strict(term) else f"{before}(?i:{words}){after}"
