"""The service over real index directories: publishing, refreshing, and refusing what is wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.build import build_index
from service.app import create_app
from service.settings import Settings

EXPENSES = """\
Lanternworks Expenses Policy

1. Travel

1.1 Train tickets are refunded within ten days of the claim.
"""


@pytest.fixture
def client(root: Path, encoder: Any) -> Iterator[TestClient]:
    settings = Settings(index=root, refresh_seconds=0.05)
    with TestClient(create_app(settings, encoder=encoder)) as client:
        yield client


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen in time")


def ready(client: TestClient) -> bool:
    return bool(client.get("/readyz").status_code == 200)


def test_service_becomes_ready_when_an_index_is_published(
    client: TestClient, folder: Path, root: Path, encoder: Any
) -> None:
    until(lambda: "policy-search index" in client.get("/readyz").json()["detail"])
    assert client.get("/readyz").status_code == 503
    assert client.get("/v1/policies").status_code == 503
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    assert client.get("/v1/policies").json()["total"] == 2


def test_search_finds_the_clause_and_its_url_opens_it(
    client: TestClient, folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    for question, lang, text in (
        ("until when may unused days be carried over?", "en", "until the end of March"),
        ("注销账户后，信息保存多久？", "zh", "信息保存三十日"),
    ):
        answer = client.post("/v1/search", json={"q": question}).json()
        hit = answer["hits"][0]
        assert (answer["query_lang"], hit["lang"]) == (lang, lang)
        assert text in hit["text"]
        assert answer["index"]["fingerprint"] == encoder.fingerprint.digest
        clause = client.get(hit["url"]).json()
        shared = ("id", "citation", "labels", "text", "lang", "policy")
        assert {k: clause[k] for k in shared} == {k: hit[k] for k in shared}


def test_filters_and_pages(client: TestClient, folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    everything = client.get("/v1/search?q=leave&limit=100").json()
    assert everything["total"] == len(everything["hits"])
    pages = [client.get(f"/v1/search?q=leave&limit=2&offset={n}").json()["hits"] for n in (0, 2, 4)]
    assert [hit for page in pages for hit in page] == everything["hits"][:6]
    chinese = client.get("/v1/search?q=leave&lang=zh").json()["hits"]
    assert {hit["policy"]["id"] for hit in chinese} == {"privacy"}
    assert client.get("/v1/search?q=leave&policy_id=privacy").json()["hits"] == chinese
    assert client.get("/v1/search?q=leave&lang=en&policy_id=privacy").json()["hits"] == []
    assert client.get("/v1/search?q=leave&policy_id=privat").json()["code"] == "unknown-policy"


def test_every_clause_of_a_policy_opens_and_links_to_its_neighbours(
    client: TestClient, folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    for policy in client.get("/v1/policies").json()["policies"]:
        clauses = client.get(policy["clauses_url"]).json()["clauses"]
        assert len(clauses) == policy["clause_count"]
        opened = [client.get(clause["url"]).json() for clause in clauses]
        assert [clause["id"] for clause in opened] == [clause["id"] for clause in clauses]
        following = [clause["next"]["id"] for clause in opened[:-1]]
        assert following == [clause["id"] for clause in clauses[1:]]
        assert opened[-1]["next"] is None
        children = {child["id"] for clause in opened for child in clause["children"]}
        assert children == {clause["id"] for clause in clauses if clause["parent_id"]}


def test_new_generation_is_served_without_a_restart(
    client: TestClient, folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    assert client.get("/v1/policies/expenses").status_code == 404
    (folder / "expenses.txt").write_text(EXPENSES, encoding="utf-8")
    build_index([folder], root, encoder)
    until(lambda: client.get("/readyz").json()["index"]["generation"] == 2)
    answer = client.get("/v1/search?q=when+are+train+tickets+refunded").json()
    assert answer["index"]["generation"] == 2
    assert answer["hits"][0]["policy"]["id"] == "expenses"


def test_metrics_tell_the_index_and_the_stages_of_searches(
    client: TestClient, folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    for question in ("annual leave", "nothing of the kind", "注销账户"):
        assert client.post("/v1/search", json={"q": question}).status_code == 200
    found = dict(
        line.rsplit(" ", 1)
        for line in client.get("/metrics").text.splitlines()
        if not line.startswith("#")
    )
    for name in ("policies 2", "clauses 11", "passages 7", "generation 1"):
        key, value = name.split()
        assert float(found[f"policy_search_index_{key}"]) == float(value)
    assert 0 <= float(found["policy_search_index_age_seconds"]) < 3600
    for stage in ("wait", "encode", "rank", "details"):
        labels = f'policy_search_search_stage_duration_seconds_%s{{stage="{stage}"}}'
        assert float(found[labels % "count"]) == 3
        assert float(found[labels % "sum"]) > 0


def test_questions_asked_while_publishing_are_all_answered(
    client: TestClient, folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    done, failures = threading.Event(), []

    def ask() -> None:
        while not done.is_set():
            response = client.get("/v1/search?q=annual+leave&limit=100")
            listing = client.get("/v1/policies/leave/clauses")
            if response.status_code != 200 or listing.status_code != 200:
                failures.append((response.text, listing.text))

    leave = (folder / "leave.txt").read_text("utf-8")
    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for generation in range(2, 6):
            text = leave + f"\n3. Version {generation}\n\n3.1 This clause is new.\n"
            (folder / "leave.txt").write_text(text, encoding="utf-8")
            assert build_index([folder], root, encoder).generation == generation
            until(lambda: client.get("/readyz").json()["index"]["generation"] == generation)  # noqa: B023
    finally:
        done.set()
        for asker in askers:
            asker.join(20)
    assert failures == []


def test_index_of_another_encoder_is_never_searched(
    client: TestClient, folder: Path, root: Path, encoder: Any, make_encoder: Any
) -> None:
    build_index([folder], root, make_encoder("another-encoder"))
    until(lambda: "another-encoder" in client.get("/readyz").json()["detail"])
    problem = client.get("/readyz").json()
    assert problem["code"] == "not-ready"
    assert "letter-pairs" in problem["detail"]
    assert "policy-search index" in problem["detail"]
    assert client.get("/v1/search?q=leave").status_code == 503
    build_index([folder], root, encoder)
    until(lambda: ready(client))


def test_index_rebuilt_by_another_encoder_leaves_the_old_generation_serving(
    client: TestClient, folder: Path, root: Path, encoder: Any, make_encoder: Any
) -> None:
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    build_index([folder], root, make_encoder("another-encoder"))
    until(lambda: client.get("/readyz").json()["refresh_failure"] is not None)
    assert "another-encoder" in client.get("/readyz").json()["refresh_failure"]
    assert client.get("/v1/search?q=annual+leave").json()["hits"]


def test_no_endpoint_tells_where_files_lie(
    client: TestClient, folder: Path, root: Path, tmp_path: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    until(lambda: ready(client))
    for path in ("/v1/policies", "/v1/policies/leave", "/v1/policies/leave/clauses", "/readyz"):
        assert str(tmp_path) not in client.get(path).text
