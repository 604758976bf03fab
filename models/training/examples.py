"""Training examples: single pairs and longer passages joined from neighbouring ones."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.training.recipe import Recipe
from models.training.records import Pair

# Joined passages grow to one of these lengths (English characters): a clause, a long clause,
# a paragraph of an encyclopaedia.
JOINED_LENGTHS = (300, 500, 800)
SHORTEST_JOINED, LONGEST_JOINED = 200, 1300
# Longer pairs are drawn more often, in proportion to their length up to this many characters:
# catalogues of messages hold more labels than sentences.
LONG_ENOUGH = 200
# Neighbours may have lost so many blocks between them in cleaning.
WIDEST_GAP = 4


@dataclass(frozen=True)
class Example:
    """Two texts of one meaning, and whether both are encoded as queries or as passages.

    One prompt for the two: drawn apart, they teach that a question and a passage of the same words
    are the same point, and questions then find their passages worse.
    """

    source: str
    en: str
    zh: str
    query: bool


def make_examples(pairs: Sequence[Pair], recipe: Recipe) -> tuple[list[Example], list[Example]]:
    """Examples to train on, and examples held aside to measure with.

    Held-aside pairs are drawn first, evenly from all sources, and occur in no training example.
    """
    rng = random.Random(recipe.seed)
    by_source: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_source[pair.source].append(pair)
    aside: list[Pair] = []
    count = min(recipe.held_aside, len(pairs) // 5)
    for source, share in _quotas(dict.fromkeys(by_source, 1.0), by_source, count).items():
        chosen = set(rng.sample(range(len(by_source[source])), share))
        aside += [p for i, p in enumerate(by_source[source]) if i in chosen]
        by_source[source] = [p for i, p in enumerate(by_source[source]) if i not in chosen]

    joined = [pair for group in by_source.values() for pair in _joined(group, rng)]
    rng.shuffle(joined)
    joined = joined[: int(recipe.joined * recipe.examples)]
    weights = {
        source: sum(len(pair.en) for pair in group) ** recipe.source_weight
        for source, group in by_source.items()
    }
    quotas = _quotas(weights, by_source, recipe.examples - len(joined))
    single = [p for source, n in quotas.items() for p in _sample(by_source[source], n, rng)]

    def example(pair: Pair) -> Example:
        return Example(pair.source, pair.en, pair.zh, rng.random() < 0.5)

    return [example(p) for p in (*joined, *single)], [example(p) for p in aside]


def _joined(pairs: Sequence[Pair], rng: random.Random) -> Iterable[Pair]:
    """Neighbouring pairs of one document as one longer pair."""
    start = 0
    while start < len(pairs):
        end, goal, length = start + 1, rng.choice(JOINED_LENGTHS), len(pairs[start].en)
        while end < len(pairs) and length < goal and _neighbours(pairs[end - 1], pairs[end]):
            length += len(pairs[end].en)
            end += 1
        first, group = pairs[start], pairs[start:end]
        if len(group) > 1 and SHORTEST_JOINED <= length <= LONGEST_JOINED:
            en, zh = " ".join(p.en for p in group), "".join(p.zh for p in group)
            yield Pair(first.source, first.document, first.position, en, zh)
        start = end


def _sample(pairs: Sequence[Pair], count: int, rng: random.Random) -> list[Pair]:
    """Draws without replacement, by length (Efraimidis & Spirakis 2006)."""
    keys = [rng.random() ** (1 / min(len(pair.en), LONG_ENOUGH)) for pair in pairs]
    chosen = sorted(range(len(pairs)), key=lambda i: -keys[i])[:count]
    return [pairs[i] for i in sorted(chosen)]


def _neighbours(a: Pair, b: Pair) -> bool:
    return a.document == b.document and 0 < b.position - a.position <= WIDEST_GAP


def _quotas(
    weights: Mapping[str, float], groups: Mapping[str, Sequence[object]], total: int
) -> dict[str, int]:
    """How many to take of each group: by weight, and no more than there are."""
    quotas: dict[str, int] = {}
    left = {name for name in groups if groups[name]}
    while left:
        unit = max(0, total - sum(quotas.values())) / sum(weights[name] for name in left)
        full = sorted(name for name in left if unit * weights[name] >= len(groups[name]))
        if not full:
            quotas.update({name: int(unit * weights[name]) for name in sorted(left)})
            break
        quotas.update({name: len(groups[name]) for name in full})
        left -= set(full)
    return quotas
