"""The table as text, CSV and a page: complete, and harmless whatever a policy is called."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest

from service.lookup.coverage.page import as_page
from service.lookup.coverage.records import Cell, CitedClause, Coverage, Row
from service.lookup.coverage.rendering import COLUMNS, as_csv, as_text
from service.lookup.coverage.topics import Topic
from service.routes.coverage import _accepted
from service.views import clause_url

HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>\x1b[31m'
VOID = {"meta", "br"}


def table() -> Coverage:
    policy: Any = SimpleNamespace(id="dengta-privacy", title="灯塔隐私政策", version="1")
    hostile: Any = SimpleNamespace(id="evil", title=HOSTILE, version='"2"')
    clause = CitedClause("dengta-privacy@1#四.一", "《灯塔隐私政策》四（一）", "zh", "您可以", 0.91)
    other = CitedClause("dengta-privacy@1#四.二", "《灯塔隐私政策》四（二）", "zh", "注销", 0.62)
    bad = CitedClause("evil@2#1", f"{HOSTILE} §1", "en", "@SUM(A1) <b>bold</b>", 0.3)
    closing = Topic("closing", "Closing & leaving", "注销", "GDPR Art. 17", ("?",))
    minors = Topic("minors", "Minors", "未成年人", "", ("?",))
    rows = (
        Row(policy, "zh", (Cell("covered", 0.91, (clause, other)), Cell("none", 0.02))),
        Row(hostile, "en", (Cell("mentioned", 0.3, (bad,)), Cell("none", 0.1))),
    )
    return Coverage((closing, minors), rows, 7, 3)


class Balanced(HTMLParser):
    """Collects the elements of a page and notices what is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_csv_has_a_line_for_each_cell() -> None:
    lines = list(csv.DictReader(io.StringIO(as_csv(table()))))
    assert list(lines[0]) == list(COLUMNS)
    assert [(line["policy_id"], line["topic"], line["state"]) for line in lines] == [
        ("dengta-privacy", "closing", "covered"),
        ("dengta-privacy", "minors", "none"),
        ("evil", "closing", "mentioned"),
        ("evil", "minors", "none"),
    ]
    assert lines[0]["citation"] == "《灯塔隐私政策》四（一）"
    assert lines[0]["further_clause_ids"] == "dengta-privacy@1#四.二"
    assert lines[1]["clause_id"] == ""


def test_no_cell_of_the_csv_is_a_formula() -> None:
    cells = [cell for line in csv.reader(io.StringIO(as_csv(table()))) for cell in line]
    assert any(cell.startswith("'=") for cell in cells)
    assert any(cell.startswith("'@") for cell in cells)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]


def test_page_escapes_what_a_policy_says_and_needs_no_script() -> None:
    page = as_page(table(), clause_url)
    parsed = Balanced(page)
    assert parsed.open == []
    assert "script" not in parsed.seen
    assert "b" not in parsed.seen
    assert "&lt;script&gt;" in page
    assert set(parsed.links) == {
        "/v1/clauses/dengta-privacy@1%23%E5%9B%9B.%E4%B8%80",
        "/v1/clauses/dengta-privacy@1%23%E5%9B%9B.%E4%BA%8C",
        "/v1/clauses/evil@2%231",
    }
    assert not re.search(r"https?://(?!x)|url\(|@import", page)


def test_page_tells_states_in_words_of_both_languages_and_heads_every_row_and_column() -> None:
    page = as_page(table())
    parsed = Balanced(page)
    assert parsed.links == []  # a page in a file has nothing to link to
    for words in ("Covered", "有规定", "Mentioned", "仅提及", "None", "未发现"):
        assert words in page
    assert page.count('scope="row"') == 2
    assert page.count('scope="col"') == 3
    assert 'lang="zh"' in page
    assert "2 topics, 2 of 7 policies" in page


def test_text_maps_the_states_and_cites_the_clauses_without_control_characters() -> None:
    lines = list(as_text(table()))
    text = "\n".join(lines)
    row = next(line for line in lines if line.startswith("Closing & leaving 注销 "))
    assert row.split()[-2:] == ["●", "○"], lines
    assert "《灯塔隐私政策》四（一）  0.91" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/csv", "csv"),
        ("text/csv;q=0.5, application/json", "json"),
        ("text/html;q=0, text/csv;q=0.1", "csv"),
        ("text/html;q=x", "json"),
        ("image/png", "json"),
    ],
)
def test_accept_chooses_the_format(accept: str, wanted: str) -> None:
    assert _accepted(accept) == wanted
