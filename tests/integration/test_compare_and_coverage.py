"""Comparison and coverage over an index that was built, by HTTP, client and command."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from models.calibration import Calibration
from service.app import create_app
from service.client import PolicySearch, PolicySearchError
from service.errors import QueryEmptyError
from service.lookup.compare import CompareQuery, compare
from service.lookup.coverage.records import CoverageQuery
from service.lookup.coverage.table import Topics, cover
from service.lookup.coverage.topics import Topic
from service.search.live import LiveIndex
from service.search.records import SearchFilter
from service.search.relevance import FEATURES
from service.search.searcher import Searcher
from service.settings import Settings
from tests.support.server import serving

BILINGUAL = """\
Harbour Notice 港口通知

1. Cookies

1.1 The site keeps a cookie on your computer, so that it knows you when you come back later.

1.2 You can remove the cookie in the settings of your browser whenever you want to do so.

2. 未成年人

2.1 未满十四周岁的未成年人不得注册账户，须由监护人陪同办理。

2.2 儿童的信息一经发现立即删除，并通知其监护人。
"""
TOPICS = (
    Topic("sick", "Sick leave", "病假", "", ("Sick leave is paid.",), ("sick leave",)),
    Topic("closing", "Closing", "注销", "", ("您可以注销账户。", "怎样注销？"), ("注销",)),
    Topic("minors", "Minors", "未成年人", "", ("未成年人可以注册吗？",), ("未成年", "child*")),
)
TOPICS_FILE = """\
- {id: sick, en: Sick leave, zh: 病假, asks: {en: [Sick leave is paid.]}, terms: {en: [sick leave]}}
"""


@pytest.fixture
def searcher(folder: Path, root: Path, encoder: Any, opened: Any) -> tuple[LiveIndex, Searcher]:
    (folder / "harbour.txt").write_text(BILINGUAL, encoding="utf-8")
    build_index([folder], root, encoder)
    live = opened()
    # Cosines of letter pairs: half of them shared is much.
    calibration = Calibration("", FEATURES, {"any": (-6.0, 12.0, -8.0, 2.0)}, 0.3)
    return live, Searcher(live, encoder, calibration=calibration)


def test_policy_that_says_nothing_is_told_apart(searcher: tuple[LiveIndex, Searcher]) -> None:
    live, search = searcher
    found = compare(live.snapshot, search, CompareQuery("Is sick leave paid in full?"))
    assert (found.total, found.found) == (3, 1)
    leave, *others = found.answers
    assert (leave.policy.id, leave.found, leave.nearest) == ("leave", True, ())
    assert leave.clauses[0].labels == ("2", "2.1")
    assert leave.relevance == leave.clauses[0].relevance
    assert leave.relevance is not None
    assert leave.relevance >= 0.3
    for other in others:
        assert (other.found, other.clauses, len(other.nearest)) == (False, (), 1)
        assert other.relevance is not None
        assert other.relevance < 0.3


def test_verdict_does_not_depend_on_the_other_policies_chosen(
    searcher: tuple[LiveIndex, Searcher],
) -> None:
    live, search = searcher
    question = CompareQuery("How are days of leave carried over?")
    together = {a.policy.id: a for a in compare(live.snapshot, search, question).answers}
    assert len(together) == 3
    for policy_id, answer in together.items():
        alone = compare(
            live.snapshot, search, CompareQuery(question.q, policy_id=(policy_id,))
        ).answers
        assert alone == (answer,)
        filtered = CompareQuery(question.q, filter=SearchFilter(policy_id=(policy_id,)))
        assert compare(live.snapshot, search, filtered).answers == (answer,)


def test_pages_of_a_comparison_fit_together(searcher: tuple[LiveIndex, Searcher]) -> None:
    live, search = searcher
    whole = compare(live.snapshot, search, CompareQuery("leave")).answers
    pages = [
        compare(live.snapshot, search, CompareQuery("leave", limit=1, offset=n)).answers
        for n in range(4)
    ]
    assert [page[0] for page in pages[:3]] == list(whole)
    assert pages[3] == ()


def test_clause_stands_for_a_question_and_its_own_policy_is_left_out(
    searcher: tuple[LiveIndex, Searcher],
) -> None:
    live, search = searcher
    clause = next(c for c in live.snapshot.clauses("privacy") if "三十日" in c.text)
    found = compare(live.snapshot, search, CompareQuery(clause_id=clause.id))
    assert found.clause == clause
    assert {answer.policy.id for answer in found.answers} == {"leave", "harbour"}


def test_without_a_calibration_nothing_is_called_silent(
    searcher: tuple[LiveIndex, Searcher], encoder: Any
) -> None:
    live, _ = searcher
    found = compare(live.snapshot, Searcher(live, encoder), CompareQuery("leave"))
    assert {(answer.found, answer.relevance) for answer in found.answers} == {(True, None)}


def test_empty_question_is_refused(searcher: tuple[LiveIndex, Searcher]) -> None:
    live, search = searcher
    with pytest.raises(QueryEmptyError):
        compare(live.snapshot, search, CompareQuery(" "))


def test_cells_cite_the_clauses_that_deal_with_a_topic(
    searcher: tuple[LiveIndex, Searcher],
) -> None:
    live, search = searcher
    table = cover(live.snapshot, CoverageQuery(), Topics(TOPICS), search.encoder.encode_queries)
    rows = {(row.policy.id, row.lang): row for row in table.rows}
    assert table.total == 3
    cell = rows["leave", "en"].cells[0]
    assert cell.state == "covered"
    assert "Lanternworks Leave Policy §2.1" in {clause.citation for clause in cell.clauses}
    assert [c.relevance for c in cell.clauses] == sorted(
        (c.relevance for c in cell.clauses), reverse=True
    )
    assert rows["privacy", "zh"].cells[0].state == "none"
    assert rows["privacy", "zh"].cells[1].state == "covered"
    assert [c.state for c in rows["leave", "en"].cells[1:]] == ["none", "none"]


def test_bilingual_policy_has_a_row_for_each_language(
    searcher: tuple[LiveIndex, Searcher],
) -> None:
    live, search = searcher
    asked = CoverageQuery(policy_id=("harbour",), topic=("minors",))
    table = cover(live.snapshot, asked, Topics(TOPICS), search.encoder.encode_queries)
    assert {(row.lang, row.cells[0].state) for row in table.rows} == {
        ("zh", "covered"),
        ("en", "none"),
    }
    assert [topic.id for topic in table.topics] == ["minors"]
    only = cover(
        live.snapshot,
        CoverageQuery(("harbour",), ("en",)),
        Topics(TOPICS),
        search.encoder.encode_queries,
    )
    assert [row.lang for row in only.rows] == ["en"]


def test_topics_are_encoded_once_for_an_encoder(searcher: tuple[LiveIndex, Searcher]) -> None:
    live, search = searcher
    asked: list[int] = []

    def encode(texts: Any) -> Any:
        asked.append(len(texts))
        return search.encoder.encode_queries(texts)

    topics = Topics(TOPICS)
    for _ in range(3):
        cover(live.snapshot, CoverageQuery(), topics, encode)
    assert len(asked) == 1


def test_filter_that_leaves_no_policy_gives_empty_answers(
    searcher: tuple[LiveIndex, Searcher],
) -> None:
    live, search = searcher
    table = cover(
        live.snapshot, CoverageQuery(lang=("ja",)), Topics(TOPICS), search.encoder.encode_queries
    )
    assert (table.rows, table.total) == ((), 0)
    japanese = SearchFilter(lang=("ja",))
    found = compare(live.snapshot, search, CompareQuery("leave", filter=japanese))
    assert (found.answers, found.total, found.found) == ((), 0, 0)


@pytest.fixture
def client(folder: Path, root: Path, encoder: Any, tmp_path: Path) -> Iterator[PolicySearch]:
    build_index([folder], root, encoder)
    topics = tmp_path / "topics.yaml"
    topics.write_text(TOPICS_FILE, encoding="utf-8")
    app = create_app(
        Settings(index=root, topics=topics, refresh_seconds=3600, max_limit=5), encoder=encoder
    )
    pause = threading.Event()
    with serving(app) as url, PolicySearch(url) as client:
        while True:
            try:
                client.ready()
                break
            except PolicySearchError:
                pause.wait(0.02)
        yield client


def test_client_compares_and_covers(client: PolicySearch) -> None:
    answers = client.compare("sick leave", policy_id="leave", clauses=1).policies
    assert [(a.policy.id, len(a.clauses)) for a in answers] == [("leave", 1)]
    table = client.coverage(lang="en")
    assert [(row.policy.id, row.lang) for row in table.rows] == [("leave", "en")]
    assert [topic.id for topic in table.topics] == ["sick"]
    clause = table.rows[0].cells[0].clauses[0]
    assert client.clause(clause.id).citation == clause.citation


def test_formats_are_negotiated(client: PolicySearch) -> None:
    def get(path: str, accept: str = "*/*") -> Any:
        return client._http.get(path, headers={"Accept": accept})

    page = get("/v1/coverage", "text/html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "灯塔隐私政策" in page.text
    assert get("/v1/coverage", "text/csv").headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(get("/v1/coverage?format=csv", "text/html").text)))
    assert [line["policy_id"] for line in lines] == ["leave", "privacy"]
    plain = get("/v1/coverage")
    assert plain.headers["vary"] == "Accept"
    assert plain.json()["total"] == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/v1/coverage?topic=nothing", None, "unknown-topic"),
        ("GET", "/v1/coverage?policy_id=nothing", None, "unknown-policy"),
        ("GET", "/v1/coverage?limit=6", None, "out-of-range"),
        ("GET", "/v1/coverage?lang=english", None, "language-code-invalid"),
        ("POST", "/v1/compare", {}, "comparison-invalid"),
        ("POST", "/v1/compare", {"q": "leave", "clause_id": "x"}, "comparison-invalid"),
        ("POST", "/v1/compare", {"q": " "}, "query-empty"),
        ("POST", "/v1/compare", {"q": "leave", "limit": 6}, "out-of-range"),
        ("POST", "/v1/compare", {"q": "leave", "limit": 1, "policy_id": ["no"]}, "unknown-policy"),
        ("POST", "/v1/compare", {"clause_id": "no@1#1", "limit": 1}, "clause-not-found"),
    ],
)
def test_refusals_say_what_is_wrong(
    client: PolicySearch, method: str, path: str, body: Any, code: str
) -> None:
    if body is not None:
        body = {"limit": 5} | body
    response = client._http.request(method, path, json=body)
    assert response.json()["code"] == code


def test_command_prints_a_comparison(
    run: Callable[..., Any], folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    done = run("compare", "sick leave", "--policy", "leave")
    assert done.code == 0
    assert "Lanternworks Leave Policy §2" in done.out
    assert "1 of 1 policies say something on it." in done.out
    told = json.loads(run("compare", "注销", "--json").out)
    assert {answer["policy"]["id"] for answer in told["policies"]} == {"leave", "privacy"}
    assert run("compare").code == 2
    assert "known: leave, privacy" in run("compare", "x", "--policy", "no").err


def test_command_writes_the_table_in_every_format(
    run: Callable[..., Any], folder: Path, root: Path, encoder: Any, tmp_path: Path
) -> None:
    build_index([folder], root, encoder)
    topics = tmp_path / "topics.yaml"
    topics.write_text(TOPICS_FILE, encoding="utf-8")
    text = run("coverage", "--topics", topics).out
    assert "Sick leave 病假" in text
    assert "Lanternworks Leave Policy §" in text
    table = json.loads(run("coverage", "--topics", topics, "--format", "json").out)
    assert [row["cells"][0]["state"] for row in table["rows"]] == ["covered", "none"]
    assert run("coverage", "--topics", topics, "--format", "csv").out.count("\n") == 3
    out = tmp_path / "table.html"
    assert run("coverage", "--topics", topics, "--format", "html", "--out", out).out == ""
    assert out.read_text("utf-8").startswith("<!doctype html>")
    assert run("coverage", "--format", "pdf").code == 2
    assert "cannot be read" in run("coverage", "--topics", tmp_path / "no.yaml").err
