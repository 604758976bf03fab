"""Finding the clauses that a citation names, or what comes closest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexer.references.places import Found, Place, Places, best_of
from indexer.references.steps import HEADING, Step
from service.lookup.citations import nearby
from service.lookup.citations.reading import (
    CitedId,
    CitedVersion,
    cited_id,
    clean,
    readings,
    without_language,
    without_version,
)
from service.lookup.citations.records import Nearest, Reading, Resolution
from service.lookup.citations.register import EXACT, Register, register_of

if TYPE_CHECKING:
    from indexer.records import Clause
    from indexer.rows import PolicyRecord
    from indexer.snapshot import Snapshot

_UNNAMED = 70
"""How a reading without a name stands among those with one (see `register.EXACT` and the like)."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """Where to look; an empty tuple restricts nothing."""

    policy_id: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Match:
    rank: tuple[int, int]
    place: Place
    policy: PolicyRecord


def resolve(
    snapshot: Snapshot, citation: str, restriction: Restriction | None = None, limit: int = 10
) -> Resolution:
    """The clauses that a citation names, best first, at most `limit` of them."""
    limits = restriction or Restriction()
    register = register_of(snapshot)
    id_ = cited_id(citation)
    if id_ is not None:
        return _by_id(snapshot, register, citation, id_, limits)
    text = clean(citation)
    matches = _matches(snapshot, register, text, None, limits)
    spoken = None if matches or limits.lang else without_language(text)
    if spoken is not None:
        text, limits = spoken[0], replace(limits, lang=(spoken[1],))
        matches = _matches(snapshot, register, text, None, limits)
    versioned = None if matches else without_version(text)
    if versioned is not None:
        matches = _matches(snapshot, register, *versioned, limits)
    if not matches:
        near = _nearest(snapshot, register, text, versioned, limits)
        return Resolution(citation, nearest=tuple(near[: nearby.MOST]))
    printed = [match for match in matches if match.place.citation == citation.strip()]
    matches = printed or matches  # titles may differ by their capitals alone
    kept = matches[:limit]
    return Resolution(citation, tuple(_opened(snapshot, kept)), len(matches))


def _opened(snapshot: Snapshot, matches: Sequence[_Match]) -> Iterator[tuple[Clause, PolicyRecord]]:
    for match in matches:
        clause = snapshot.clause(match.place.id)
        if clause is not None:
            yield clause, match.policy


def _by_id(
    snapshot: Snapshot, register: Register, citation: str, id_: CitedId, limits: Restriction
) -> Resolution:
    """By a clause's id: any version that is kept, the current one where none is named."""
    policy = snapshot.policy(id_.policy_id, id_.version)
    allowed = not limits.policy_id or id_.policy_id in limits.policy_id
    if policy is not None and allowed:
        clause = snapshot.clause(f"{policy.id}@{policy.version}#{id_.path}")
        if clause is not None and (not limits.lang or clause.lang in limits.lang):
            return Resolution(citation, ((clause, policy),), 1)
    current = snapshot.policy(id_.policy_id)
    near: list[Nearest] = []
    if current is not None and allowed:
        near = nearby.by_path(register.places(current), current, id_.path, policy is None)
    elif allowed:
        near = nearby.titles(register, id_.policy_id, limits.policy_id)
    return Resolution(citation, nearest=tuple(near[: nearby.MOST]))


def _matches(
    snapshot: Snapshot,
    register: Register,
    text: str,
    version: CitedVersion | None,
    limits: Restriction,
) -> list[_Match]:
    """The matches of the best reading that has any."""
    best: dict[str, _Match] = {}
    least = (0, 0)
    if register.named(text)[0] == EXACT:
        return []  # a policy as a whole, though some heading may say the same
    for reading in dict.fromkeys(readings(text)):
        score, policies = _policies(register, reading.name, limits)
        if not policies or not (reading.steps or reading.heading):
            continue
        fit = score if reading.name else _UNNAMED
        if best and fit < -least[0]:
            continue
        for policy in policies:
            shown = policy if version is None else cited_version(snapshot, policy, version)
            if shown is None:
                continue
            for found in found_in(register.places(shown), reading):
                if limits.lang and found.place.lang not in limits.lang:
                    continue
                rank = (-fit, found.cost)
                if not best or rank < least:
                    best, least = {}, rank
                if rank == least:
                    best.setdefault(found.place.id, _Match(rank, found.place, shown))
    return sorted(best.values(), key=lambda match: (match.policy.id, match.place.ordinal))


def _policies(register: Register, name: str, limits: Restriction) -> tuple[int, list[PolicyRecord]]:
    score, policies = register.named(name) if name else (0, register.policies())
    if limits.policy_id:
        policies = [policy for policy in policies if policy.id in limits.policy_id]
    return score, policies


def found_in(places: Places, reading: Reading) -> list[Found]:
    """The places of a version that fit a reading of a citation, nearest first."""
    if reading.printed and not (reading.steps and reading.heading):
        exact = places.printed(reading.printed)
        if exact:
            return [Found(place, -1) for place in exact]
    if reading.steps:
        found = places.find(reading.steps)
        if not found and reading.steps[0].unit == "annex" and not reading.heading:
            found = places.headed(" ".join(reading.printed.casefold().split()))
        if reading.heading:
            return _headed(places, reading, found)
        return found
    return places.headed(reading.heading, loosely=bool(reading.name))


def _headed(places: Places, reading: Reading, found: Sequence[Found]) -> list[Found]:
    """Those of the places found that are headed as cited: "5 How you manage your information"."""
    below = places.find((*reading.steps, Step(HEADING, reading.heading)))
    equal = [one for one in found if one.place.heading == reading.heading]
    return best_of([*below, *equal]) or [
        one for one in found if one.place.heading.startswith(reading.heading)
    ]


def cited_version(
    snapshot: Snapshot, policy: PolicyRecord, cited: CitedVersion
) -> PolicyRecord | None:
    """The version of a policy that is named so, or of that date."""
    name = cited.name.casefold().lstrip("v")
    versions = snapshot.versions(policy.id)
    for version in versions:
        if version.version.casefold().lstrip("v") == name:
            return version
    for version in versions:
        if cited.day and re.sub(r"\D", "", version.version) == f"{cited.day:%Y%m%d}":
            return version
        if cited.day and cited.day in (version.effective_date, version.updated_date):
            return version
        if version.revision and version.revision.casefold().lstrip("v") == name:
            return version
    return None


def _nearest(
    snapshot: Snapshot,
    register: Register,
    text: str,
    versioned: tuple[str, CitedVersion] | None,
    limits: Restriction,
) -> list[Nearest]:
    """What comes closest to the best reading of a citation that names no clause."""
    if versioned is not None:
        without = _matches(snapshot, register, versioned[0], None, limits)
        if without:
            return [
                Nearest("version", match.policy, match.place.citation, match.place.id)
                for match in without
            ]
        text = versioned[0]
    near: list[tuple[int, int, Nearest]] = []
    for order, reading in enumerate(dict.fromkeys(readings(text))):
        score, policies = _policies(register, reading.name, limits)
        if not policies or (not reading.name and len(policies) > 1):
            continue
        for policy in policies:
            places = register.places(policy)
            for one in nearby.in_policy(places, policy, reading):
                weight = score - (5 if one.kind == "title" else 0)
                near.append((-weight, order, one))
    if not near:
        return nearby.titles(register, _name_in(text), limits.policy_id)
    near.sort(key=lambda one: one[:2])
    least = near[0][0]
    return list(dict.fromkeys(one for weight, _, one in near if weight == least))


def _name_in(text: str) -> str:
    """The name in a citation of an unknown policy: what stands before the place."""
    for reading in readings(text):
        if reading.name and reading.steps and reading.steps[-1].unit != HEADING:
            return reading.name
    return text
