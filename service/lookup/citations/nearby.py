"""What comes closest to a citation that names no clause."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from indexer.references.matching import below
from indexer.references.places import Place, Places, best_of
from indexer.references.steps import plain_words
from service.lookup.citations.records import Nearest, Reading
from service.lookup.citations.register import KINDS

if TYPE_CHECKING:
    from indexer.rows import PolicyRecord
    from service.lookup.citations.register import Register

MOST = 5
_LONG = 5
_LIKE = 0.6
"""How alike two headings must be (`difflib`), and how much of a title must be cited, in [0, 1]."""
_WORD = 0.75
"""How alike two words must be to be one, misspelt."""


def in_policy(places: Places, policy: PolicyRecord, reading: Reading) -> list[Nearest]:
    """The places of a policy nearest to a reading, or the policy where only it is named."""
    if reading.steps:
        if reading.heading and (there := best_of(places.find(reading.steps, 9))):
            return [_clause("label", policy, one.place) for one in there]  # headed otherwise
        return [_clause("above", policy, place) for place in _above(places, reading)] + [
            _clause("label", policy, place) for place in _beside(places, reading)
        ]
    if reading.heading:
        headings = {place.heading: place for place in reversed(places.all) if place.heading}
        close = difflib.get_close_matches(reading.heading, headings, MOST, _LIKE)
        words = {word for word in reading.heading.split() if len(word) >= _LONG}
        shared = [heading for heading in headings if words & set(heading.split())]
        found = list(dict.fromkeys([*close, *shared]))[:MOST]
        if found:
            return [_clause("heading", policy, headings[heading]) for heading in found]
    return [Nearest("title", policy, policy.title)]


def by_path(places: Places, policy: PolicyRecord, path: str, other_version: bool) -> list[Nearest]:
    """The clause with this path, or with the longest part of it, in the current version."""
    by_path = {place.id.partition("#")[2]: place for place in places.all}
    if other_version and path in by_path:
        return [_clause("version", policy, by_path[path])]
    while path:
        if path in by_path:
            return [_clause("above", policy, by_path[path])]
        path = path.rpartition(".")[0]
    return [Nearest("title", policy, policy.title)]


def titles(register: Register, name: str, only: tuple[str, ...]) -> list[Nearest]:
    """The policies with the titles or ids that are most like a name."""
    cited = _units(name)
    likes = []
    for policy in register.policies():
        if not only or policy.id in only:
            like = max(_likeness(cited, _units(called)) for called in (policy.title, policy.id))
            if like >= _LIKE:
                likes.append((-like, policy.id, policy))
    return [Nearest("title", policy, policy.title) for _, _, policy in sorted(likes)[:MOST]]


def _units(name: str) -> list[str]:
    """Words, and Han characters one by one."""
    return re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", plain_words(name))


def _likeness(cited: Sequence[str], title: Sequence[str]) -> float:
    """The part of a title that is cited, in [0, 1]; the kind of policy counts little."""
    weights = {unit: 0.3 if unit in KINDS else 1.0 for unit in title}
    matched = sum(
        weight
        for unit, weight in weights.items()
        if unit in cited
        or (len(unit) >= _LONG - 1 and difflib.get_close_matches(unit, cited, 1, _WORD))
    )
    return matched / max(sum(weights.values()), 1.0)


def _above(places: Places, reading: Reading) -> list[Place]:
    for length in range(len(reading.steps) - 1, 0, -1):
        found = places.find(reading.steps[:length], 9)
        if found:
            return [one.place for one in best_of(found)][:1]
    return []


def _beside(places: Places, reading: Reading) -> list[Place]:
    """Those with the numbers nearest to the last one cited, under the same clause."""
    values = [value for _, value in reading.steps[-1].readings]
    above = _above(places, reading)
    if not values or (not above and len(reading.steps) > 1):
        return []
    if above:
        depth = len(above[0].chain) + 1
        candidates = [p for p in places.all if below(above[0].chain, p.chain)]
    else:
        unit = reading.steps[-1].unit
        named = [p for p in places.all if unit and p.chain[-1].unit == unit]
        candidates = named or [p for p in places.all if len(p.chain) == 1]
        depth = 0
    near = [
        (abs(p.chain[-1].readings[0][1] - values[0]), p)
        for p in candidates
        if len(p.chain) == (depth or len(p.chain)) and p.chain[-1].readings
    ]
    near.sort(key=lambda one: (one[0], one[1].ordinal))
    return [place for _, place in near[: MOST - len(above)]]


def _clause(kind: str, policy: PolicyRecord, place: Place) -> Nearest:
    return Nearest(kind, policy, place.citation, place.id)  # type: ignore[arg-type]
