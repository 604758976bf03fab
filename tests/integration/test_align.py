"""Aligning two policies: over HTTP, by the client and by the command, with the drift guard."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.lifecycle import Put, apply_changes
from indexer.limits import Limits
from indexer.parsing import PolicyParser
from indexer.records import Properties
from service.app import create_app
from service.lookup.alignment import comparing
from service.settings import Settings
from tests.support.command import Done

FIRST = """\
Lanternworks Travel Policy

1. Trains

1.1 Employees must book second class on journeys of less than four hours.

1.2 Claims are handed in within 30 days; <b>late</b> & incomplete ones are not paid.

2. Meals

2.1 Meals are refunded up to EUR 40 a day.
"""
SECOND = FIRST.replace("30 days", "60 days").replace("are not paid", "are paid")
THIRD = FIRST + "\n2.2 Wine is never refunded to anybody at all.\n"


@pytest.fixture
def client(root: Path, encoder: Any) -> Iterator[TestClient]:
    """A policy in two versions, one like it, and one that only the board may read."""
    with PolicyParser(Limits()) as parser:
        puts = [
            Put("travel", FIRST.encode(), ".txt", Properties(revision="1")),
            Put("travel-copy", THIRD.encode(), ".txt", Properties(revision="1")),
            Put("secret", FIRST.encode(), ".txt", Properties(revision="1", groups=("board",))),
        ]
        apply_changes(puts, root, encoder, parser)
        again = Put("travel", SECOND.encode(), ".txt", Properties(revision="2"))
        apply_changes([again], root, encoder, parser)
    app = create_app(Settings(index=root, refresh_seconds=3600), encoder=encoder)
    with TestClient(app) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.01)
        yield client


def asked(one: str, other: str, drift: bool = True, **versions: str) -> dict[str, Any]:
    sides = {"left": {"policy_id": one}, "right": {"policy_id": other}}
    for side, version in versions.items():
        sides[side]["version"] = version
    return {**sides, "drift": drift}


def kinds(answer: Any) -> list[str]:
    return [flag["kind"] for row in answer["rows"] for flag in row["flags"]]


def test_version_with_another_number_and_without_a_denial_is_flagged(client: TestClient) -> None:
    answer = client.post("/v1/align", json=asked("travel", "travel", left="1", right="2")).json()
    assert (answer["left"]["version"], answer["right"]["version"]) == ("1", "2")
    assert sorted(kinds(answer)) == ["negation", "period"]
    assert answer["flag_counts"] == {"negation": 1, "period": 1}
    (row,) = [row for row in answer["rows"] if row["flags"]]
    (clause,) = row["left"]
    period = next(flag for flag in row["flags"] if flag["kind"] == "period")
    ((start, end),) = period["left"]["marks"]
    assert clause["text"][start:end] == "30 days"
    begin = period["left"]["start"]
    assert clause["text"][begin : begin + len(period["left"]["text"])] == period["left"]["text"]
    assert client.get(clause["url"]).json()["id"] == clause["id"]


def test_policy_agrees_with_itself(client: TestClient) -> None:
    answer = client.post("/v1/align", json=asked("travel", "travel")).json()
    assert kinds(answer) == []
    assert {row["status"] for row in answer["rows"]} == {"matched"}


def test_clause_missing_on_one_side_is_flagged(client: TestClient) -> None:
    answer = client.post("/v1/align", json=asked("travel", "travel-copy", left="1")).json()
    assert kinds(answer) == ["missing"]
    (row,) = [row for row in answer["rows"] if row["flags"]]
    assert row["status"] == "only_there"
    assert row["flags"][0]["left"] is None
    assert "Wine" in row["flags"][0]["right"]["text"]


def test_drift_is_told_only_if_asked_for(client: TestClient) -> None:
    answer = client.post("/v1/align", json=asked("travel", "travel", drift=False)).json()
    assert answer["flag_counts"] is None
    assert {row["flags"] for row in answer["rows"]} == {None}


@pytest.mark.parametrize("side", ["left", "right"])
def test_policy_that_may_not_be_read_is_as_unknown_as_one_that_is_not_there(
    client: TestClient, side: str
) -> None:
    keys = client.app.state.access.keys  # type: ignore[attr-defined]
    key = {"Authorization": "Bearer " + keys.create("a key", ["read"], ("staff",))[1]}
    answers = []
    for name in ("secret", "nowhere"):
        body = asked("travel", "travel") | {side: {"policy_id": name}}
        versioned = asked("travel", "travel") | {side: {"policy_id": name, "version": "1"}}
        for question in (body, versioned):
            response = client.post("/v1/align", json=question, headers=key)
            assert (response.status_code, response.json()["code"]) == (404, "policy-not-found")
            answers.append(response.json()["detail"].replace(name, "*"))
    assert len(set(answers)) == 1
    board = {"Authorization": "Bearer " + keys.create("other", ["read"], ("board",))[1]}
    found = client.post("/v1/align", json=asked("secret", "travel"), headers=board)
    assert found.status_code == 200


def test_unknown_version_and_unknown_field_are_refused(client: TestClient) -> None:
    response = client.post("/v1/align", json=asked("travel", "travel", left="7"))
    assert (response.status_code, response.json()["code"]) == (404, "version-not-found")
    assert client.post("/v1/align", json=asked("travel", "travel") | {"x": 1}).status_code == 422


def test_policy_beyond_the_bound_is_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MOST_CLAUSES", 3)
    response = client.post("/v1/align", json=asked("travel", "travel"))
    assert (response.status_code, response.json()["code"]) == (422, "alignment-too-large")
    assert response.json()["errors"][0]["pointer"] == "#/left"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    paths = tmp_path / "first.txt", tmp_path / "second.txt", tmp_path / "third.txt"
    for path, text in zip(paths, (FIRST, SECOND, THIRD), strict=True):
        path.write_text(text, "utf-8")
    return paths


def test_command_leaves_with_1_where_files_drift_and_0_where_they_agree(
    run: Callable[..., Done], files: tuple[Path, Path, Path]
) -> None:
    done = run("align", files[0], files[1], "--drift")
    assert done.code == 1
    assert "[[30 days]]" in done.out
    assert "[[60 days]]" in done.out
    done = run("align", files[0], files[0], "--drift")
    assert (done.code, done.err) == (0, "")
    assert "No differences" in done.out
    done = run("align", files[0], files[1])
    assert done.code == 0
    assert "§1.2  =  " in done.out


def test_command_aligns_what_is_indexed_with_a_file(
    run: Callable[..., Done], folder: Path, files: tuple[Path, Path, Path]
) -> None:
    assert run("index", folder).code == 0
    assert run("align", "leave", folder / "leave.txt", "--drift").code == 0
    done = run("align", "leave@2025-03-01", "leave", "--format", "json")
    assert done.code == 0
    assert json.loads(done.out)["counts"]["matched"] == len(json.loads(done.out)["rows"])
    done = run("align", "leave", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err
    assert "privacy" in done.err


def test_command_refuses_what_it_does_not_know(
    run: Callable[..., Done], files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    assert run("align", files[0], files[1], "--format", "pdf").code == 2
    assert run("align", files[0], files[1], "--lang", "fr").code == 2
    assert run("align", files[0], tmp_path / "absent.txt").code == 2
    assert run("align", files[0], files[1], "--out", tmp_path / "no" / "x").code == 2


class Page(HTMLParser):
    """What a page is made of: its elements, attributes and marked words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.marked: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self._inside = tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.marked.append(data)


@pytest.mark.parametrize(("lang", "word"), [("en", "period"), ("zh", "期限")])
def test_html_report_is_one_file_without_script_and_escapes_the_policies(
    run: Callable[..., Done], files: tuple[Path, Path, Path], tmp_path: Path, lang: str, word: str
) -> None:
    out = tmp_path / "report.html"
    done = run(
        "align", files[0], files[1], "--drift", "--format", "html", "--lang", lang, "--out", out
    )
    assert (done.code, done.out) == (1, "")
    text = out.read_text("utf-8")
    page = Page(text)
    assert not {"script", "link", "img", "b"} & set(page.tags)
    assert not {name for name in page.attributes if name in ("src", "href") or name[:2] == "on"}
    assert "&lt;b&gt;late&lt;/b&gt; &amp; incomplete" in text
    assert {"30 days", "60 days", "not"} <= set(page.marked)
    assert word in text
    assert re.search(r"@media print", text)
