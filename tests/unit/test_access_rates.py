"""Rates by a clock that goes when told, and memory that stays small."""

from __future__ import annotations

import tracemalloc

import pytest

from service.access.rates import Counter, parse_rate
from service.access.windows import BoundedWindows
from service.errors import RateLimitedError


class Clock:
    def __init__(self) -> None:
        self.seconds = 5000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def refused(counter: Counter, name: str) -> RateLimitedError | None:
    try:
        counter.count(name, "This key")
    except RateLimitedError as error:
        return error
    return None


def test_requests_over_the_rate_are_refused_until_the_window_has_moved(clock: Clock) -> None:
    counter = Counter("3/minute", clock)
    for _ in range(3):
        assert refused(counter, "a") is None
        clock.seconds += 10
    error = refused(counter, "a")
    assert error is not None
    assert error.retry_after == 30
    assert error.headers() == {"Retry-After": "30"}
    assert str(error) == "This key may make 3 requests per minute. Try again in 30 s."
    clock.seconds += 29.5
    assert refused(counter, "a"), "one that was refused does not count, but the window is full"
    clock.seconds += 0.5
    assert refused(counter, "a") is None
    again = refused(counter, "a")
    assert again is not None
    assert again.retry_after == 10, "the second request leaves the window next"


def test_window_moves_so_that_no_minute_holds_more(clock: Clock) -> None:
    counter = Counter("10/minute", clock)
    passed: list[float] = []
    for _ in range(600):
        if refused(counter, "a") is None:
            passed.append(clock.seconds)
        clock.seconds += 0.7
    assert len(passed) == 70
    assert all(later - earlier >= 60 for earlier, later in zip(passed, passed[10:], strict=False))


def test_each_name_has_its_own_window(clock: Clock) -> None:
    counter = Counter("1/second", clock)
    assert [refused(counter, name) is None for name in "aab"] == [True, False, True]
    waiting = refused(counter, "b")
    assert waiting is not None
    assert waiting.retry_after == 1, "never zero"


def test_off_counts_nothing(clock: Clock) -> None:
    counter = Counter(" Off ", clock)
    assert all(refused(counter, "a") is None for _ in range(5000))
    assert len(counter.windows) == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("600/minute", "600 requests per minute"),
        ("1/second", "1 request per second"),
        ("10 per 5 seconds", "10 requests per 5 seconds"),
        ("5/Hour", "5 requests per hour"),
        ("100/day", "100 requests per day"),
    ],
)
def test_rate_is_read(text: str, shown: str) -> None:
    assert str(parse_rate(text)) == shown


@pytest.mark.parametrize(
    "text",
    ["", "many", "10", "10/", "-1/minute", "1.5/minute", "10/minute;5/second", "10/fortnight",
     "0/minute", "100001/minute", "10/month", "10/2 days", "none"],
)  # fmt: skip
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a rate"):
        parse_rate(text)


def test_many_names_are_forgotten_longest_unseen_first(clock: Clock) -> None:
    windows = BoundedWindows(clock, most_names=3)
    for name in "abcad":
        clock.seconds += 1
        assert windows.acquire_entry(name, 10, 3600)
    assert [windows.get(name) for name in "abcd"] == [2, 0, 1, 1]


def test_requests_remembered_are_bounded_over_all_names(clock: Clock) -> None:
    windows = BoundedWindows(clock, most_events=100)
    for name in range(30):
        for _ in range(10):
            windows.acquire_entry(str(name), 10, 3600)
        assert windows.events <= 100
    assert windows.events == sum(windows.get(str(name)) for name in range(30))
    assert windows.get("29") == 10


def test_names_whose_time_has_passed_leave_nothing_behind(clock: Clock) -> None:
    windows = BoundedWindows(clock)
    for name in range(1000):
        windows.acquire_entry(str(name), 10, 60)
    clock.seconds += 60
    windows.acquire_entry("late", 10, 60)
    assert (len(windows), windows.events) == (1, 1)
    windows.clear("late")
    assert (len(windows), windows.events) == (0, 0)


def test_memory_is_bounded_with_very_many_addresses(clock: Clock) -> None:
    windows = BoundedWindows(clock, most_names=2000)
    tracemalloc.start()
    try:
        for name in range(4000):
            windows.acquire_entry(f"2001:db8:{name:x}::/64", 10, 3600)
        before, _ = tracemalloc.get_traced_memory()
        for name in range(4000, 20_000):
            windows.acquire_entry(f"2001:db8:{name:x}::/64", 10, 3600)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(windows) == 2000
    assert after < before * 1.5
