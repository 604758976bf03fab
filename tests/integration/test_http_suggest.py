"""`/v1/suggest`, facets, groups and deadlines over HTTP and a real index."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.build import build_index, index_policies
from indexer.records import Clause, Metadata, PolicyVersion
from service.app import create_app
from service.search.live import LiveIndex
from service.search.suggest import suggest
from service.settings import Settings


@pytest.fixture
def client(folder: Path, root: Path, encoder: Any) -> Iterator[TestClient]:
    build_index([folder], root, encoder)
    with TestClient(
        create_app(Settings(index=root, refresh_seconds=0.05), encoder=encoder)
    ) as client:
        for _ in range(1000):
            if client.get("/readyz").status_code == 200:
                break
            time.sleep(0.01)
        yield client


def shown(client: TestClient, query: str) -> list[tuple[str, str]]:
    response = client.get("/v1/suggest" + query)
    assert response.status_code == 200, response.text
    return [(one["kind"], one["text"]) for one in response.json()["suggestions"]]


def test_suggestions_in_the_documented_shape_lead_to_policies_and_clauses(
    client: TestClient,
) -> None:
    answer = client.get("/v1/suggest?q=anual lea").json()
    assert answer["query"] == "anual lea"
    (first, *_) = answer["suggestions"]
    assert first == {
        "text": "Annual leave",
        "kind": "heading",
        "policy_id": "leave",
        "clause_id": "leave@2025-03-01#1",
        "url": "/v1/clauses/leave@2025-03-01%231",
        "highlights": [[0, 6], [7, 10]],
    }
    for query in ("?q=anual lea", "?q=账户", "?q="):
        for one in client.get("/v1/suggest" + query).json()["suggestions"]:
            if one["url"]:
                assert client.get(one["url"]).status_code == 200


def test_nothing_typed_suggests_titles(client: TestClient) -> None:
    everything = shown(client, "")
    assert everything == shown(client, "?q=%20")
    assert {kind for kind, _ in everything} == {"title"}
    assert shown(client, "?lang=zh") == [("title", "灯塔隐私政策")]
    assert len(shown(client, "?limit=1")) == 1


def test_either_script_and_width_is_suggested_for(client: TestClient) -> None:
    for typed in ("注销", "註銷", "账户注", "帳戶註"):
        assert ("heading", "账户注销") in shown(client, f"?q={typed}")
    assert shown(client, "?q=ＬＥＡ") == shown(client, "?q=lea")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?limit=0", "out-of-range"),
        ("?limit=101", "out-of-range"),
        ("?lang=english", "language-code-invalid"),
        ("?query=a", "unknown-field"),
        ("?q=" + "a" * 2001, "query-too-long"),
    ],
)
def test_what_cannot_be_suggested_for_is_refused(client: TestClient, query: str, code: str) -> None:
    response = client.get("/v1/suggest" + query)
    assert (response.status_code, response.json()["code"]) == (422, code)


def secret(name: str, groups: tuple[str, ...]) -> PolicyVersion:
    clause = Clause(
        f"{name}@1#1", name, "1", 0, None, ("1",), f"Layoffs {name}", (), "§1", "en",
        f"Layoffs of {name}: severance.", 0, 9,
    )  # fmt: skip
    metadata = Metadata(f"Layoffs at {name}", "en")
    return PolicyVersion(name, "1", metadata, "", name, "text", name, (clause,), groups=groups)


def test_nothing_hidden_is_suggested_and_no_count_tells_of_it(root: Path, encoder: Any) -> None:
    policies = [secret("harbour", ("board",)), secret("mill", ("hr",)), secret("yard", ("hr",))]
    index_policies(policies, root, encoder)
    live = LiveIndex(root, encoder)
    try:
        texts = {
            groups: {one.entry.text for one in suggest(live.snapshot.seen_by(seen), "l", 50)}
            for groups, seen in (("hr", frozenset({"hr"})), ("none", frozenset[str]()))
        }
        assert texts["none"] == set()
        assert {"Layoffs at mill", "Layoffs mill"} <= texts["hr"]
        assert not any("harbour" in text for text in texts["hr"])
        board = suggest(live.snapshot.seen_by(frozenset({"board"})), "sev", 50)
        assert board == []  # one clause that is seen holds it: no term, whatever others hold
    finally:
        live.close()


def test_of_very_many_headings_some_are_gathered(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    live = LiveIndex(root, encoder)
    try:
        view = live.snapshot
        every = view.headings(view.clause_count)
        some = view.headings(view.clause_count // 2)
        assert set(some) < set(every)
        assert 0 < len(some) <= view.clause_count // 2 + view.policy_count
    finally:
        live.close()


def test_suggestions_are_gathered_once_for_a_view_and_anew_for_a_generation(
    folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    live = LiveIndex(root, encoder)
    made: list[int] = []
    try:
        for _ in range(2):
            live.snapshot.derived("count", lambda seen: made.append(seen.generation) or "kept")
        assert made == [1]
        assert suggest(live.snapshot, "train", 5) == []
        (folder / "expenses.txt").write_text(
            "Train Policy\n\n1. Train tickets\n\n1.1 Paid.\n", "utf-8"
        )
        build_index([folder], root, encoder)
        assert live.refresh()
        assert [one.entry.kind for one in suggest(live.snapshot, "train", 5)] == [
            "title",
            "heading",
        ]
    finally:
        live.close()


def test_facets_in_the_documented_shape(client: TestClient) -> None:
    names = ["lang", "policy_id", "organisation", "year"]
    by_body = client.post("/v1/search", json={"q": "leave", "facets": names, "limit": 1}).json()
    by_url = client.get("/v1/search?q=leave&limit=1&facets=" + ",".join(names)).json()
    assert by_url["facets"] == by_body["facets"]
    assert list(by_body["facets"]) == names
    assert sum(value["count"] for value in by_body["facets"]["lang"]) == by_body["total"]
    assert by_body["facets"]["year"] == [{"value": 2025, "count": 4, "title": None}]
    assert by_body["facets"]["policy_id"][0]["title"] in {
        "灯塔隐私政策",
        "Lanternworks Leave Policy",
    }
    assert client.get("/v1/search?q=leave").json()["facets"] == {}
    chosen = client.get("/v1/search?q=leave&year=2025,2024&lang=en&facets=lang").json()
    assert (chosen["total"], len(chosen["facets"]["lang"])) == (4, 1)


@pytest.mark.parametrize("name", ["facets", "group_by", "sort"])
def test_unknown_names_are_refused_with_those_that_are_known(client: TestClient, name: str) -> None:
    known = {
        "facets": ("lang", "policy_id", "organisation", "year"),
        "group_by": ("policy",),
        "sort": ("relevance", "date", "policy"),
    }[name]
    value = ["author"] if name == "facets" else "author"
    for response in (
        client.post("/v1/search", json={"q": "leave", name: value}),
        client.get(f"/v1/search?q=leave&{name}=author"),
    ):
        problem = response.json()
        assert (response.status_code, problem["code"]) == (422, "request-invalid")
        assert all(f"'{one}'" in problem["detail"] for one in known)


def test_a_comma_is_part_of_an_organisations_name(client: TestClient) -> None:
    answer = client.get("/v1/search", params={"q": "leave", "organisation": "Lantern, Inc."})
    assert (answer.status_code, answer.json()["total"]) == (200, 0)


def test_grouped_answers_tell_how_many_more_there_are(client: TestClient) -> None:
    plain = client.get("/v1/search?q=leave&limit=100").json()
    assert all(hit["more"] is None for hit in plain["hits"])
    grouped = client.get("/v1/search?q=leave&group_by=policy&sort=date").json()
    assert [hit["policy"]["id"] for hit in grouped["hits"]] == ["leave", "privacy"]
    assert sum(1 + hit["more"] for hit in grouped["hits"]) == plain["total"]
    assert grouped["total"] == 2
    assert [hit["rank"] for hit in grouped["hits"]] == [1, 2]


def test_one_millisecond_gives_an_answer_or_says_that_it_was_too_short(
    client: TestClient, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = encoder.encode_queries

    def slowly(texts: list[str]) -> Any:
        time.sleep(0.05)
        return encode(texts)

    monkeypatch.setattr(encoder, "encode_queries", slowly)
    asked = {"q": "unused days of leave", "timeout_ms": 1, "facets": ["lang"]}
    response = client.post("/v1/search", json=asked)
    if response.status_code == 200:
        answer = response.json()
        assert answer["degraded"] == ["keyword", "snippets", "highlights", "facets"]
        assert (answer["hits"][0]["snippet"]["highlights"], answer["facets"]) == ([], {})
    else:
        assert (response.status_code, response.json()["code"]) == (503, "timeout")
    late = client.post(
        "/v1/search",
        json=asked | {"q": "days of leave that are left", "timeout_ms": 30, "mode": "keyword"},
    )
    assert (late.status_code, late.json()["code"]) == (503, "timeout")
    assert "timeout_ms" in late.json()["detail"]
    whole = client.post("/v1/search", json=asked | {"timeout_ms": 60000}).json()
    assert (whole["degraded"], list(whole["facets"])) == ([], ["lang"])


@pytest.mark.parametrize("timeout", [0, -5, 60001, 1.5, "soon"])
def test_timeouts_have_bounds(client: TestClient, timeout: Any) -> None:
    response = client.post("/v1/search", json={"q": "leave", "timeout_ms": timeout})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/timeout_ms"
