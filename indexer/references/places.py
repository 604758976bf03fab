"""Where the clauses of one version stand, to be found by a cited place or a heading."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.outline.markers import fold
from indexer.references.matching import chain_cost
from indexer.references.steps import HEADING, Step, chain_of, plain_words

_BEGINS_WITH = 3
_FEWEST_WORDS = 2
_LONG_WORD = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A clause as it is looked up. `printed`: its citation without the policy's title."""

    id: str
    citation: str
    lang: str
    ordinal: int
    heading: str
    printed: str
    chain: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A place that fits, and how far from what was asked (see `chain_cost`)."""

    place: Place
    cost: int


class Places:
    """The places of one version of a policy."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.all = tuple(places)
        self._by_printed: dict[str, list[Place]] = defaultdict(list)
        self._by_last: dict[int | str, list[Place]] = defaultdict(list)
        self._by_heading: dict[str, list[Place]] = defaultdict(list)
        for place in self.all:
            self._by_printed[place.printed].append(place)
            keys = _keys(place.chain[-1])
            if place.heading:
                self._by_heading[place.heading].append(place)
                keys.add(place.heading)
            for key in keys:
                self._by_last[key].append(place)

    def printed(self, text: str) -> list[Place]:
        """The places that are printed so, but for white space and the width of characters."""
        return self._by_printed.get(squeezed(text), [])

    def find(self, steps: Sequence[Step], most: int | None = None) -> list[Found]:
        """Those that fit, nearest first, then in reading order; `most`: the highest cost."""
        candidates = {p.ordinal: p for key in _keys(steps[-1]) for p in self._by_last.get(key, ())}
        found = []
        for ordinal in sorted(candidates):
            place = candidates[ordinal]
            cost = chain_cost(steps, place.chain)
            if cost is None and steps[-1].unit == HEADING and place.heading == steps[-1].text:
                cost = _headed_cost(steps, place)
            if cost is not None and (most is None or cost <= most):
                found.append(Found(place, cost))
        return sorted(found, key=lambda one: one.cost)

    def headed(self, words: str, loosely: bool = False) -> list[Found]:
        """The places with a heading: that one exactly, else one that begins so, else has it all.

        One word is enough for the latter two only `loosely`.
        """
        if exact := self._by_heading.get(words):
            return [Found(place, 0) for place in exact]
        if len(words) < _BEGINS_WITH and not _is_han(words):
            return []
        parts = set(words.split())
        enough = len(parts) >= _FEWEST_WORDS or (loosely and len(words) >= _LONG_WORD)
        begins, holds = [], []
        for heading, places in self._by_heading.items():
            if heading.startswith(words) and (_is_han(words) or enough):
                begins += [Found(place, 2) for place in places]
            elif _holds(heading, words, parts, enough):
                holds += [Found(place, 3) for place in places]
        return sorted(begins or holds, key=lambda one: one.place.ordinal)


def place_of(
    id_: str, citation: str, title: str, labels: Sequence[str], heading: str | None, lang: str,
    ordinal: int,
) -> Place:  # fmt: skip
    """A clause's place."""
    printed = re.sub(r"^[\s,]+", "", citation.removeprefix(f"《{title.strip('《》')}》"))
    printed = printed.removeprefix(title)
    return Place(
        id_,
        citation,
        lang,
        ordinal,
        plain_words(heading or ""),
        squeezed(printed),
        chain_of(labels),
    )


def squeezed(text: str) -> str:
    """Half-width, and without white space, `§` and quotation marks: to compare printed places."""
    return re.sub(r"[\s§“”\"「」]+|^,", "", fold(text)).casefold().removeprefix(",")


def best_of(found: Sequence[Found]) -> list[Found]:
    """Those that are nearest."""
    least = min((one.cost for one in found), default=0)
    return [one for one in found if one.cost == least]


def _keys(step: Step) -> set[int | str]:
    if step.unit == HEADING:
        return {step.text}
    return {value for _, value in step.readings}


def _headed_cost(steps: Sequence[Step], place: Place) -> int | None:
    """For "5 “Leave”" where clause 5 has this heading."""
    if len(steps) == 1:
        return 1
    cost = chain_cost(steps[:-1], place.chain)
    if cost is None:
        cost = chain_cost(steps[:-1], place.chain[:-1])
    return None if cost is None else cost + 1


def _is_han(text: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" for c in text)


def _holds(heading: str, words: str, parts: set[str], enough: bool) -> bool:
    if _is_han(words):
        return len(words) >= _FEWEST_WORDS and words in heading
    return enough and parts <= set(heading.split())
