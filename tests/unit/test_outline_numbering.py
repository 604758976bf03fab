"""Every numbering family opens clauses at their place; what only looks like a number does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.outline.markers import han_value, read_markers, roman_value

Chains = Callable[..., list[str]]
CASES = Path(__file__).resolve().parents[1] / "fixtures" / "outline"


def cases(name: str) -> list[object]:
    """A file's cases: `=== what it shows`, a text, `--- clauses`, and their label chains."""
    found = []
    for case in re.split(r"^=== ", (CASES / f"{name}.txt").read_text("utf-8"), flags=re.M)[1:]:
        title, _, rest = case.partition("\n")
        text, _, expected = rest.partition("\n--- clauses\n")
        found.append(pytest.param(text, expected.strip().split("\n"), id=title))
    return found


@pytest.mark.parametrize(("text", "expected"), cases("families"))
def test_numbering_family(chains: Chains, text: str, expected: list[str]) -> None:
    assert chains(text) == expected


@pytest.mark.parametrize(("text", "expected"), cases("references"))
def test_reference_opens_no_clause(chains: Chains, text: str, expected: list[str]) -> None:
    assert chains(text) == expected


@pytest.mark.parametrize(("text", "expected"), cases("ambiguous"))
def test_what_follows_settles_a_number(chains: Chains, text: str, expected: list[str]) -> None:
    assert chains(text) == expected


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("三十五", 35),
        ("一百零二", 102),
        ("二〇", 20),
    ],
)
def test_chinese_numerals(printed: str, value: int) -> None:
    assert han_value(printed) == value


@pytest.mark.parametrize(
    ("printed", "value"), [("iv", 4), ("XIX", 19), ("c", 100), ("iiii", 0), ("vx", 0), ("abc", 0)]
)
def test_roman_numerals(printed: str, value: int) -> None:
    assert roman_value(printed) == value


def test_every_reading_of_an_ambiguous_number_is_offered() -> None:
    assert {(m.style, m.last) for m in read_markers("(i) one")} == {("(i)", 1), ("(a)", 9)}
    assert {(m.style, m.last) for m in read_markers("C. one")} == {("I.", 100), ("A.", 3)}


@pytest.mark.parametrize(
    "text", ["", "-5 degrees", "www.example.com", "第三方服务", "一般规定", "3.5%", "I am"]
)
def test_no_marker(text: str) -> None:
    assert all(marker.doubt > 0 for marker in read_markers(text))
