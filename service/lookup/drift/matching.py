"""Which facts of one text the other one has as well, and which are left over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from service.lookup.drift.dates import same_date
from service.lookup.drift.records import Fact

_NUMERIC = ("number", "period", "amount", "percentage")
_DAY = 86_400
_SIZES = {"s": (1, 60, 3600, _DAY, 7 * _DAY), "m": (1, 3, 12), "w": (1,)}
_SHORTEST_PHONE = 7


def left_over(left: Sequence[Fact], right: Sequence[Fact]) -> tuple[list[Fact], list[Fact]]:
    """The facts of each side that the other has not, in order.

    Each answers one of the other side; what is told twice on one side is still answered.
    """
    one, other = list(left), list(right)
    for same in (_equal, _equivalent):
        one, other = _without_pairs(one, other, same)
    repeated = [[f for f in one if _told(f, right)], [f for f in other if _told(f, left)]]
    return _counted(one, other, repeated)


def _counted(
    one: list[Fact], other: list[Fact], repeated: Sequence[Sequence[Fact]]
) -> tuple[list[Fact], list[Fact]]:
    """Without what says nothing by being alone: repetitions, and weak facts without a rival."""

    def counts(
        fact: Fact, rivals: Sequence[Fact], own: Sequence[Fact], others: Sequence[Fact]
    ) -> bool:
        if not fact.weak and fact not in own:
            return True
        rival = [
            r for r in rivals if r.kind == fact.kind and (fact.kind != "number" or _like(fact, r))
        ]
        if fact.weak and fact in own:
            return False
        return any(r not in others or (not r.weak and not fact.weak) for r in rival)

    return (
        [f for f in one if counts(f, other, *repeated)],
        [f for f in other if counts(f, one, repeated[1], repeated[0])],
    )


def _like(one: Fact, other: Fact) -> bool:
    """Whether numbers may stand for each other: an ordinal is not replaced by a count."""
    return len(one.key) == len(other.key) and (len(one.key) == 1 or one.key[0] == other.key[0])


def _told(fact: Fact, others: Sequence[Fact]) -> bool:
    return any(_equal(fact, other) or _equivalent(fact, other) for other in others)


def _without_pairs(
    one: list[Fact], other: list[Fact], same: Callable[[Fact, Fact], bool]
) -> tuple[list[Fact], list[Fact]]:
    rest = list(other)
    alone = []
    for fact in one:
        partner = next((candidate for candidate in rest if same(fact, candidate)), None)
        if partner is None:
            alone.append(fact)
        else:
            rest.remove(partner)
    return alone, rest


def _equal(one: Fact, other: Fact) -> bool:
    return one.kind == other.kind and one.key == other.key


def _equivalent(one: Fact, other: Fact) -> bool:
    """Whether two may be the same, told with more or less: a year missing, a unit left out."""
    if one.kind == other.kind == "date":
        return same_date(one.key, other.key)
    if one.kind == other.kind == "period" and ("always",) in (one.key, other.key):
        return (_DAY, "s") in (one.key, other.key)
    if one.kind == other.kind == "contact":
        return _same_phone(one.key, other.key)
    if one.kind == other.kind == "amount":
        return one.key[0] == other.key[0] and {one.key[1], other.key[1]} in (
            {"¥", "CNY"},
            {"¥", "JPY"},
        )
    if one.kind == other.kind and one.kind != "number":
        return False
    if {one.kind, other.kind} <= {*_NUMERIC, "date", "reference"}:
        plain, counted = (one, other) if one.kind == "number" else (other, one)
        if plain.kind != "number" or plain.key[0] == "code":
            return False
        value = plain.key[-1]
        return any(value == possible for possible in _bare_values(counted))
    return False


def _bare_values(fact: Fact) -> list[object]:
    """The numbers that may stand in a text for a fact whose unit is not told."""
    if fact.kind == "period" and len(fact.key) == 2:
        size, dimension = fact.key
        assert isinstance(size, Fraction)
        assert isinstance(dimension, str)
        return [size / unit for unit in _SIZES[dimension]]
    if fact.kind == "percentage":
        share = fact.key[0]
        assert isinstance(share, Fraction)
        return [share * 100, share]
    if fact.kind == "date":
        return [part for part in fact.key if isinstance(part, int)]
    if fact.kind == "reference":
        return [Fraction(str(fact.key[0]))] if str(fact.key[0]).isdigit() else []
    return [fact.key[-1]] if fact.kind == "number" else [fact.key[0]]


def _same_phone(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    if one[0] != "tel" or other[0] != "tel":
        return False
    numbers = sorted((str(one[1]), str(other[1])), key=len)
    return len(numbers[0]) >= _SHORTEST_PHONE and numbers[1].endswith(numbers[0])
