"""What was made of clauses lately is kept at hand, within bounds."""

from __future__ import annotations

import pytest

from service.search.kept import OVERHEAD, Kept


class Maker:
    """Makes `<key>!` of keys, and tells which it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, keys: list[str]) -> dict[str, str]:
        self.asked.append(keys)
        return {key: key + "!" for key in keys if key != "none"}


@pytest.fixture
def make() -> Maker:
    return Maker()


def kept(entries: int, characters: int = 0) -> Kept[str, str]:
    return Kept(lambda key, _: len(key), entries * OVERHEAD + characters)


def test_only_what_is_not_at_hand_is_made(make: Maker) -> None:
    several = kept(3, 3)
    assert several.of(["a", "b"], make) == {"a": "a!", "b": "b!"}
    assert several.of(["b", "c", "a"], make) == {"a": "a!", "b": "b!", "c": "c!"}
    several.of(["a", "b", "c"], make)
    assert make.asked == [["a", "b"], ["c"]]


def test_those_used_longest_ago_go_first(make: Maker) -> None:
    two = kept(2, 2)
    for key in ("a", "b", "a", "c", "a", "b"):
        two.of([key], make)
    assert make.asked == [["a"], ["b"], ["c"], ["b"]]


def test_long_texts_leave_less_room(make: Maker) -> None:
    some = kept(2, 10)
    some.of(["a"], make)
    some.of(["b" * 10], make)
    some.of(["b" * 10, "a"], make)
    assert make.asked[2:] == [["a"]]
    assert some.of(["c" * 3 * OVERHEAD], make) == {"c" * 3 * OVERHEAD: "c" * 3 * OVERHEAD + "!"}
    some.of(["c" * 3 * OVERHEAD], make)
    assert make.asked[3] == make.asked[4]


def test_what_there_is_nothing_of_is_asked_for_again(make: Maker) -> None:
    some = kept(2)
    assert some.of(["none"], make) == {}
    assert some.of(["none"], make) == {}
    assert make.asked == [["none"], ["none"]]


def test_a_failure_is_passed_on_and_nothing_is_kept_of_it(make: Maker) -> None:
    def fail(keys: list[str]) -> dict[str, str]:
        raise LookupError(keys)

    some = kept(2, 2)
    some.of(["a"], make)
    with pytest.raises(LookupError, match="b"):
        some.of(["a", "b"], fail)
    assert some.of(["a", "b"], make) == {"a": "a!", "b": "b!"}
    assert make.asked == [["a"], ["b"]]
