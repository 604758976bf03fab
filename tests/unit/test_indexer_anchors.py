"""A link to a clause leads to the nearest place of its page that has a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.files import SourceFile
from indexer.parse import parse_policy
from indexer.readers import read_bytes
from indexer.records import PolicyVersion, Properties
from indexer.source_url import section_url
from indexer.wire import ParsedBefore


def parsed(body: str, before: ParsedBefore | None = None) -> PolicyVersion:
    document = read_bytes(f"<html lang=en><body>{body}</body></html>".encode(), ".html")
    file = SourceFile(Path("leave.html"), "leave", "leave.html", Properties(title="Handbook"))
    return parse_policy(file, document, before)


def anchors(body: str) -> dict[str, str]:
    """The name that each clause is reached by, by its last label."""
    return {clause.labels[-1]: clause.anchor for clause in parsed(body).clauses}


def test_mediawikis_headline_names_the_section_and_the_old_spelling_does_not() -> None:
    body = """<div class="mw-parser-output"><p>For all of us.</p>
    <h2><span class="mw-headline" id="Annual_leave">Annual leave</span></h2><p>Twenty days.</p>
    <h3><span class="mw-headline" id="Carry_over">Carry over</span></h3><p>Five days.</p>
    <h2><span id=".E7.97.85"></span><span class="mw-headline" id="病假">Sick leave</span></h2>
    <p>Tell us by ten.</p></div>"""
    assert anchors(body) == {
        "Preamble": "", "Annual leave": "Annual_leave", "Carry over": "Carry_over",
        "Sick leave": "病假",
    }  # fmt: skip


def test_ids_of_headings_sections_clauses_and_marks_count() -> None:
    body = """<h2 id=one>1. Scope</h2><p>All of us.</p>
    <section id=two><h2>2. Leave</h2><p>Twenty days.</p></section>
    <a name=three></a><h2>3. Travel</h2><p>Trains first.</p>
    <h2>4. Gifts</h2><p>None.</p>"""
    assert anchors(body) == {"1": "one", "2": "two", "3": "three", "4": ""}


def test_a_clause_without_a_name_is_reached_by_the_one_it_stands_under() -> None:
    body = """<h2 id=leave>Leave</h2><p>1. Twenty days.</p><p id=p2>2. In the portal:</p>
    <p>(a) two weeks before;</p><p>(b) with a reason.</p><h2>Gifts</h2><p>1. None.</p>"""
    found = [(c.labels, c.anchor) for c in parsed(body).clauses]
    assert found == [
        (("Leave",), "leave"), (("Leave", "1"), "leave"), (("Leave", "2"), "p2"),
        (("Leave", "2", "a"), "p2"), (("Leave", "2", "b"), "p2"),
        (("Gifts",), ""), (("Gifts", "1"), ""),
    ]  # fmt: skip


def test_names_that_no_link_can_hold_are_none() -> None:
    assert anchors('<h2 id="a b">1. Scope</h2><p>x</p><h2 id="">2. Leave</h2><p>y</p>') == {
        "1": "", "2": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("page", "anchor", "url"),
    [
        ("https://w.example/Leave", "Carry_over", "https://w.example/Leave#Carry_over"),
        (
            "https://w.example/d.php?id=a:b",
            "年假",
            "https://w.example/d.php?id=a:b#%E5%B9%B4%E5%81%87",
        ),
        ("https://w.example/Leave", 'a"b<c', "https://w.example/Leave#a%22b%3Cc"),
        ("https://w.example/Leave", "", "https://w.example/Leave"),
        ("https://w.example/#/leave", "scope", "https://w.example/#/leave"),
        (None, "scope", None),
    ],
)
def test_address_of_a_section(page: str | None, anchor: str, url: str | None) -> None:
    assert section_url(page, anchor) == url


def test_a_text_that_was_given_another_name_keeps_it_when_it_is_read_again() -> None:
    """Its own is another text's: one revision of a wiki's page, and another of its template."""
    first = parsed("<p>Version 7. Twenty days.</p>")
    before = ParsedBefore("7~2", first.content_sha256, ("7", "7~2"))
    assert (first.version, parsed("<p>Version 7. Twenty days.</p>", before).version) == ("7", "7~2")
