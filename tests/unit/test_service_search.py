"""`/v1/search`: what it takes, what it answers, what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.errors import QueryEmptyError
from service.routes.search import check_query
from service.search.records import ScoreDetails, SearchFilter, SearchQuery


def search(client: TestClient, **body: Any) -> Any:
    return client.post("/v1/search", json=body)


def test_post_answers_with_hits_in_the_documented_shape(client: TestClient) -> None:
    answer = search(client, q="How long is data kept?", limit=2).json()
    assert answer["query"] == "How long is data kept?"
    assert (answer["query_lang"], answer["total"]) == ("en", 5)
    assert answer["processing_time_ms"] >= 0
    assert answer["index"] == {
        "generation": 1,
        "model": "tiny",
        "fingerprint": "d1ge57d1ge57d1ge57d1ge57",
    }
    assert answer["hits"][1] == {
        "rank": 2,
        "id": "dengta-privacy@1#四.一",
        "citation": "灯塔隐私政策 §四.一",
        "policy": {
            "id": "dengta-privacy",
            "title": "灯塔隐私政策",
            "version": "1",
            "effective_date": None,
        },
        "lang": "zh",
        "labels": ["四", "一"],
        "heading_path": ["账户注销"],
        "text": "（一）注销账户后，信息保存三十日。",
        "snippet": {"text": "（一）注销账户后，信息保存三十日。", "highlights": []},
        "relevance": None,
        "score": 0.5,
        "score_details": None,
        "more": None,
        "source_url": None,
        "url": "/v1/clauses/dengta-privacy@1%23%E5%9B%9B.%E4%B8%80",
        "links": [],
        "definitions": [],
    }


def test_nearest_clauses_stand_apart_from_the_hits(
    client: TestClient, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = index.search(SearchQuery("leave", limit=1))
    silent = replace(found, hits=(), total=0, nearest=found.hits)
    monkeypatch.setattr(index, "search", lambda query: silent)
    answer = search(client, q="How far is the moon?").json()
    assert (answer["hits"], answer["total"]) == ([], 0)
    assert [hit["rank"] for hit in answer["nearest"]] == [1]


def test_explain_tells_how_a_hit_came_by_its_place(
    client: TestClient, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = index.search(SearchQuery("leave", limit=1))
    details = ScoreDetails(0.9, 1, 0.5, 2, 0.1)
    hit = replace(found.hits[0], score_details=details, relevance=0.75)
    monkeypatch.setattr(index, "search", lambda query: replace(found, hits=(hit,)))
    shown = search(client, q="leave", explain=True).json()["hits"][0]
    assert shown["score_details"] == {
        "cosine": 0.9, "semantic_rank": 1, "words": 0.5, "keyword_rank": 2, "balance": 0.1,
    }  # fmt: skip
    assert shown["relevance"] == 0.75


def test_hit_url_opens_the_clause(client: TestClient) -> None:
    for hit in search(client, q="leave").json()["hits"]:
        clause = client.get(hit["url"])
        assert clause.status_code == 200
        assert (clause.json()["id"], clause.json()["text"]) == (hit["id"], hit["text"])


def test_get_answers_as_post_does(client: TestClient, index: Any) -> None:
    options = {"mode": "keyword", "language_balance": "off", "min_relevance": 0.25}
    body = {"q": "注销账户", "limit": 1, "offset": 1, "filter": {"lang": ["zh"]}, **options}
    by_body = search(client, **body, highlight=False, explain=True).json()
    given = "&".join(f"{name}={value}" for name, value in options.items())
    by_url = client.get(
        f"/v1/search?q=注销账户&limit=1&offset=1&lang=zh&{given}&highlight=false&explain=true"
    ).json()
    assert by_url["hits"] == by_body["hits"]
    assert index.queries[-1] == index.queries[-2]
    assert index.queries[-1] == SearchQuery(
        "注销账户", 1, 1, "keyword", SearchFilter(("zh",)), "off", 0.25, False, True
    )
    assert len(by_url["hits"]) == 1


@pytest.mark.parametrize(
    "parameters",
    [
        "lang=en,zh&policy_id=dengta-privacy,lanternworks-leave",
        "lang=en&lang=zh&policy_id=dengta-privacy&policy_id=lanternworks-leave",
        "lang=EN,%20zh,&policy_id=dengta-privacy,lanternworks-leave",
    ],
)
def test_lists_in_the_url_are_repeated_or_joined(
    client: TestClient, index: Any, parameters: str
) -> None:
    assert client.get(f"/v1/search?q=x&{parameters}").status_code == 200
    wanted = SearchFilter(lang=("en", "zh"), policy_id=("dengta-privacy", "lanternworks-leave"))
    assert index.queries[-1].filter == wanted


def test_search_runs_in_a_worker_thread(client: TestClient, index: Any) -> None:
    search(client, q="leave")
    assert all("worker" in name for name in index.threads)


def test_searching_threads_use_faiss_with_one_thread_each(client: TestClient, index: Any) -> None:
    import faiss

    seen: list[int] = []
    plain = index.search

    def search_and_look(query: SearchQuery) -> Any:
        seen.append(faiss.omp_get_max_threads())
        return plain(query)

    index.search = search_and_look
    search(client, q="leave")
    assert seen == [1]


@pytest.mark.parametrize("q", ["", " \t\n", "\u3000", "\u200b\ufeff", "\x00"])
def test_empty_query_is_refused(client: TestClient, q: str) -> None:
    problem = search(client, q=q)
    assert (problem.status_code, problem.json()["code"]) == (422, "query-empty")
    assert problem.json()["errors"][0]["pointer"] == "#/q"


def test_long_query_is_refused_with_both_lengths(client: TestClient) -> None:
    assert search(client, q="字" * 2000).status_code == 200
    for response in (search(client, q="字" * 10_000), client.get("/v1/search?q=" + "a" * 10_000)):
        problem = response.json()
        assert (response.status_code, problem["code"]) == (422, "query-too-long")
        assert "10000" in problem["detail"]
        assert "2000" in problem["detail"]


@pytest.mark.parametrize(
    ("field", "value"), [("limit", 0), ("limit", -3), ("limit", 101), ("offset", -1)]
)
def test_number_out_of_range_is_refused(client: TestClient, field: str, value: int) -> None:
    by_body = search(client, q="leave", **{field: value})
    by_url = client.get(f"/v1/search?q=leave&{field}={value}")
    for response in (by_body, by_url):
        assert (response.status_code, response.json()["code"]) == (422, "out-of-range")
    assert by_body.json()["errors"][0]["pointer"] == f"#/{field}"
    assert by_url.json()["errors"][0]["parameter"] == field


def test_unknown_policy_in_a_filter_is_named(client: TestClient) -> None:
    known_and_not = ["dengta-privacy", "lanternwork-leave"]
    problem = search(client, q="leave", filter={"policy_id": known_and_not})
    assert (problem.status_code, problem.json()["code"]) == (422, "unknown-policy")
    assert "'lanternwork-leave'" in problem.json()["detail"]
    assert "dengta" not in problem.json()["detail"]
    assert problem.json()["errors"][0]["pointer"] == "#/filter/policy_id"


def test_language_without_policies_finds_nothing(client: TestClient) -> None:
    answer = search(client, q="congés", filter={"lang": ["fr"]})
    assert (answer.status_code, answer.json()["hits"]) == (200, [])


@pytest.mark.parametrize("lang", ["english", "z", "中文", "zh-CN", "e1"])
def test_what_is_no_language_code_is_refused(client: TestClient, lang: str) -> None:
    problem = search(client, q="leave", filter={"lang": [lang]})
    assert (problem.status_code, problem.json()["code"]) == (422, "language-code-invalid")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("facet", ["lang"]),
        ("order", "date"),
        ("querry", "leave"),
    ],
)
def test_field_of_no_known_feature_is_refused_by_name(
    client: TestClient, field: str, value: Any
) -> None:
    by_body = search(client, q="leave", **{field: value}).json()
    assert (by_body["code"], by_body["errors"][0]["pointer"]) == ("unknown-field", f"#/{field}")
    assert field in by_body["detail"]
    by_url = client.get("/v1/search", params={"q": "leave", field: str(value)}).json()
    assert (by_url["code"], by_url["errors"][0]["parameter"]) == ("unknown-field", field)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"q": None},
        {"q": 5},
        {"q": "leave", "limit": "10"},
        {"q": "leave", "limit": True},
        {"q": "leave", "limit": 10**30},
        {"q": "leave", "mode": "fuzzy"},
        {"q": "leave", "language_balance": "unfair"},
        {"q": "leave", "min_relevance": 1.5},
        {"q": "leave", "min_relevance": "0.5"},
        {"q": "leave", "filter": {"as_of": "yesterday"}},
        {"q": "leave", "filter": {"lang": "en"}},
        {"q": "leave", "filter": {"lang": ["en"] * 101}},
        [],
        "leave",
    ],
)
def test_body_of_another_shape_is_refused(client: TestClient, body: Any) -> None:
    response = client.post("/v1/search", json=body)
    assert response.status_code == 422
    assert response.json()["errors"]


@pytest.mark.parametrize(
    "body", [rb'{"q": "\ud800"}', rb'{"q": "a", "filter": {"policy_id": ["\udfff"]}}']
)
def test_half_a_surrogate_pair_is_refused(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/search", content=body, headers=headers)
    assert response.status_code == 422
    assert "surrogate" in response.json()["detail"]


def test_check_query_serves_other_callers_too(settings: Any) -> None:
    with pytest.raises(QueryEmptyError):
        check_query(SearchQuery(q=" "), settings)
    check_query(SearchQuery(q="leave"), settings)
