"""How far a cited place is from a clause's, and whether one place is below another."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.references.steps import BULLET, HEADING, Step

_GENERIC = frozenset({None, "section", "clause", "paragraph", "item"})
"""What a number of any style may be called: "clause 3", "section 3"."""
_CONTAINERS = frozenset({"chapter", "part"})
_RUN_ON = frozenset({"article", "section", "clause", None})


def chain_cost(steps: Sequence[Step], chain: Sequence[Step]) -> int | None:
    """How far a cited place is from a clause's; `None` where it is another one.

    0: as printed. Below 10: told in another style, or without a chapter or a heading above that is
    not needed. From 10 on: only the end of the place agrees, or a roman number was told as another.
    """
    best: int | None = None
    unheaded = [step for step in chain if step.unit != HEADING]
    variants: list[tuple[Sequence[Step], int]] = [(chain, 0)]
    if len(unheaded) < len(chain) and all(step.unit != HEADING for step in steps):
        variants.append((unheaded, 4))
    for variant, extra in variants:
        cost = _suffix_cost(steps, variant)
        if cost is not None and (best is None or cost + extra < best):
            best = cost + extra
    return best


def _suffix_cost(steps: Sequence[Step], chain: Sequence[Step]) -> int | None:
    dropped = len(chain) - len(steps)
    if dropped < 0:
        return None
    total = 0
    for place in range(len(steps) - 1, -1, -1):
        cost = _step_cost(steps[place], chain[dropped + place])
        if cost is None:
            return None
        total += cost
    if dropped:
        above = {step.unit for step in chain[:dropped]}
        if above <= _CONTAINERS and chain[dropped].unit in _RUN_ON:
            pass  # articles are numbered through the chapters
        elif above <= _CONTAINERS | {HEADING}:
            total += 4
        else:
            total += 10 + dropped
        if chain[dropped].joined:
            total += 20  # ".2" is not the 2 of 3.2
    return total


def _step_cost(cited: Step, label: Step) -> int | None:
    if HEADING in (cited.unit, label.unit):
        same = cited.unit == label.unit and cited.text == label.text
        return 0 if same else None
    unit = _unit_cost(cited.unit, label.unit)
    if unit is None:
        return None
    if cited.text == label.text:
        value: int | None = 0
    elif cited.text.lower() == label.text.lower() or set(cited.readings) & set(label.readings):
        value = 1
    else:
        # A roman number told as another; a letter is no number.
        ours = {v for script, v in cited.readings if script != "a"}
        theirs = {v for script, v in label.readings if script != "a"}
        value = 20 if ours & theirs else None
    if value is None:
        return None
    return unit + value + (2 if cited.joined != label.joined else 0)


def _unit_cost(cited: str | None, label: str | None) -> int | None:
    if cited == label:
        return 0
    if label == BULLET:
        return 1 if cited == "item" else None
    if "annex" in (cited, label):
        return None
    if cited == BULLET:
        return 3 if label in _GENERIC else None
    if label in _CONTAINERS:
        return 2 if cited in _CONTAINERS else 8 if cited in (None, "section") else None
    if cited in _CONTAINERS:
        return 6 if label in (None, "section") else None
    if label == "article":
        return 1 if cited in (None, "section", "clause") else 4
    return 0 if cited is None or (label is None and cited in _GENERIC) else 1


def below(chain: Sequence[Step], other: Sequence[Step]) -> bool:
    """Whether one chain goes on from another."""
    return len(other) > len(chain) and all(
        a.text == b.text for a, b in zip(chain, other, strict=False)
    )
