"""Policies come, change and go over HTTP; every text stays to be cited, each caller sees theirs."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings

ATOM = "{http://www.w3.org/2005/Atom}"
FIRST = (
    "# Parking Policy\n\nEffective date: 2024-01-01\n\n1. Each employee may park one car.\n"
    "2. Visitors park in the yard.\n3. The gate closes at eight.\n"
)
SECOND = (
    "# Parking Policy\n\nEffective date: 2025-01-01\n\n1. Each employee may park one car.\n"
    "2. Bicycles stand in the cellar.\n3. Visitors park in the yard.\n"
    "4. The gate closes at nine.\n"
)


@pytest.fixture
def client(tmp_path: Path, encoder: Any) -> Iterator[TestClient]:
    """A service over a directory without an index."""
    settings = Settings(index=tmp_path / "index", refresh_seconds=0.05)
    with TestClient(create_app(settings, encoder=encoder)) as client:
        yield client


def put(client: TestClient, policy_id: str, text: str, **more: Any) -> Any:
    headers = more.pop("headers", {})
    return client.put(f"/v1/policies/{policy_id}", json={"text": text, **more}, headers=headers)


def found(client: TestClient, question: str, **options: Any) -> list[str]:
    body = {"q": question, "min_relevance": 0, **options}
    answer = client.post("/v1/search", json=body, headers=options.pop("headers", {}))
    assert answer.status_code == 200, answer.text
    return [hit["text"] for hit in answer.json()["hits"]]


def test_policy_is_found_as_soon_as_it_is_stored_and_gone_as_soon_as_it_is_removed(
    client: TestClient,
) -> None:
    stored = put(client, "parking", FIRST)
    assert stored.status_code == 201
    assert stored.json()["state"] == "created"
    assert stored.json()["title"] == "Parking Policy"
    assert "2. Visitors park in the yard." in found(client, "visitors yard")
    assert client.delete("/v1/policies/parking").status_code == 204
    assert client.get("/v1/policies/parking").status_code == 404
    assert client.delete("/v1/policies/parking").status_code == 404
    assert client.get("/v1/policies").json()["total"] == 0


def test_same_content_again_changes_nothing(client: TestClient) -> None:
    first = put(client, "parking", FIRST)
    again = put(client, "parking", FIRST)
    assert (again.status_code, again.json()["state"]) == (200, "unchanged")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert client.get("/v1/policies/parking/versions").json()["total"] == 1


def test_a_change_that_expects_another_state_is_refused(client: TestClient) -> None:
    tag = put(client, "parking", FIRST).headers["ETag"]
    assert client.get("/v1/policies/parking").headers["ETag"] == tag
    assert put(client, "parking", SECOND, headers={"If-Match": tag}).status_code == 200
    late = put(client, "parking", FIRST, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition-failed")
    assert client.delete("/v1/policies/parking", headers={"If-Match": tag}).status_code == 412
    assert put(client, "parking", FIRST, headers={"If-None-Match": "*"}).status_code == 412
    assert put(client, "new", FIRST, headers={"If-None-Match": "*"}).status_code == 201
    assert put(client, "newer", FIRST, headers={"If-Match": "*"}).status_code == 412


def test_old_versions_stay_to_be_cited_and_searched_as_of_a_date(client: TestClient) -> None:
    put(client, "parking", FIRST)
    put(client, "parking", SECOND)
    versions = client.get("/v1/policies/parking/versions").json()["versions"]
    assert [(v["version"], v["is_current"]) for v in versions] == [
        ("2025-01-01", True), ("2024-01-01", False),
    ]  # fmt: skip
    old = client.get("/v1/clauses/parking@2024-01-01%233").json()
    assert old["text"] == "3. The gate closes at eight."
    assert old["policy"]["version"] == "2024-01-01"
    assert "4. The gate closes at nine." in found(client, "gate")
    assert "3. The gate closes at eight." not in found(client, "gate")
    as_of = {"filter": {"as_of": "2024-06-30"}}
    assert "3. The gate closes at eight." in found(client, "gate", **as_of)
    assert "4. The gate closes at nine." not in found(client, "gate", **as_of)
    assert found(client, "gate", filter={"as_of": "2023-01-01"}) == []
    older = client.get("/v1/policies/parking/clauses?version=2024-01-01").json()
    assert older["total"] == 4
    assert client.get("/v1/policies/parking/clauses?version=7").status_code == 404


def test_two_texts_of_one_date_get_different_versions(client: TestClient) -> None:
    put(client, "parking", FIRST)
    put(client, "parking", FIRST.replace("eight", "seven"))
    names = [v["version"] for v in client.get("/v1/policies/parking/versions").json()["versions"]]
    assert names == ["2024-01-01~2", "2024-01-01"]
    assert client.get("/v1/clauses/parking@2024-01-01%233").json()["text"].endswith("eight.")
    assert client.get("/v1/clauses/parking@2024-01-01~2%233").json()["text"].endswith("seven.")


def test_versions_are_compared_clause_by_clause(client: TestClient) -> None:
    put(client, "parking", FIRST)
    put(client, "parking", SECOND)
    diff = client.get("/v1/policies/parking/diff").json()
    assert (diff["from_version"]["version"], diff["to_version"]["version"]) == (
        "2024-01-01", "2025-01-01",
    )  # fmt: skip
    kinds = [(c["kind"], [n["labels"] for n in c["new"]]) for c in diff["changes"]]
    assert ("added", [["2"]]) in kinds
    assert ("renumbered", [["3"]]) in kinds
    assert ("reworded", [["4"]]) in kinds
    edited = next(c for c in diff["changes"] if c["kind"] == "reworded" and c["renumbered"])
    (edit,) = edited["edits"]
    assert (
        SECOND[SECOND.index("4. The gate") :][edit["new"]["start"] : edit["new"]["end"]] == "nine"
    )
    assert client.get("/v1/policies/parking/diff?from=9").status_code == 404
    chinese = client.get("/v1/policies/parking/diff?lang=zh").json()["summary"]
    assert any("新增" in line for line in chinese)


def test_feeds_tell_of_changes(client: TestClient) -> None:
    put(client, "parking", FIRST)
    put(client, "parking", SECOND)
    put(client, "lunch", "# Lunch Policy\n\n1. Lunch is at noon.\n")
    answer = client.get("/v1/policies/parking/changes.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    assert len(feed.findall(f"{ATOM}entry")) == 2
    whole = ElementTree.fromstring(client.get("/v1/changes.atom").content)
    assert len(whole.findall(f"{ATOM}entry")) == 3


def test_files_of_every_kind_are_stored(client: TestClient) -> None:
    page = b"<h1>Gift Policy</h1><h2>1. Limit</h2><p>Gifts up to thirty euros may be kept.</p>"
    raw = client.put(
        "/v1/policies/gifts?organisation=Lanternworks", content=page,
        headers={"Content-Type": "text/html"},
    )  # fmt: skip
    assert (raw.status_code, raw.json()["format"]) == (201, "html")
    assert raw.json()["organisation"] == "Lanternworks"
    form = client.put(
        "/v1/policies/parking",
        files={"file": ("parking.md", FIRST.encode(), "text/markdown")},
        data={"title": "Where to park", "groups": ["hr", "it"]},
    )
    assert (form.status_code, form.json()["title"]) == (201, "Where to park")
    assert form.json()["groups"] == ["hr", "it"]


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"json": {"text": "x", "colour": "red"}}, 422, "upload-invalid"),
        ({"json": {"text": "x", "effective_date": "2025-02-30"}}, 422, "upload-invalid"),
        ({"json": {"words": "x"}}, 422, "upload-invalid"),
        ({"json": {"text": " "}}, 422, "policy-unreadable"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "upload-invalid"),
        ({"content": b"%PDF-", "headers": {"Content-Type": "application/pdf"}}, 422,
         "policy-unreadable"),
        ({"content": b"x", "headers": {"Content-Type": "image/png"}}, 415,
         "unsupported-media-type"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_policy_is_refused_and_changes_nothing(
    client: TestClient, options: Any, status: int, code: str
) -> None:
    put(client, "parking", FIRST)
    answer = client.put("/v1/policies/parking", **options)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.get("/v1/policies/parking/versions").json()["total"] == 1


def test_id_that_no_policy_can_have_is_refused(client: TestClient) -> None:
    answer = put(client, "Not An Id", FIRST)
    assert (answer.status_code, answer.json()["code"]) == (422, "policy-id-invalid")


def test_import_is_a_task_that_tells_how_far_it_is(client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(20):
            archive.writestr(f"rules/r{number}.md", f"# Rule {number}\n\n1. Rule word{number}.\n")
        archive.writestr("rules/scan.pdf", b"%PDF-1.4 broken")
        archive.writestr("notes.xlsx", b"no policy")
    started = client.post(
        "/v1/import", content=packed.getvalue(), headers={"Content-Type": "application/zip"}
    )
    assert started.status_code == 202
    task = started.json()
    assert task["total"] == 21
    for _ in range(200):
        task = client.get(started.headers["Location"]).json()
        if task["state"] == "done":
            break
        time.sleep(0.05)
    assert task["done"] == 21
    states = {outcome["policy_id"]: outcome["state"] for outcome in task["outcomes"]}
    assert states.pop("rules-scan") == "refused"
    assert set(states.values()) == {"created"}
    assert client.get("/v1/policies").json()["total"] == 20
    assert client.get("/v1/tasks/none").status_code == 404


def keys_of(client: TestClient) -> Any:
    return client.app.state.access.keys  # type: ignore[attr-defined]


def test_a_key_sees_what_its_groups_may_read(client: TestClient) -> None:
    put(client, "parking", FIRST)
    put(client, "salaries", "# Salary Policy\n\n1. Bonuses are paid in May.\n", groups=["hr"])
    keys = keys_of(client)
    everybody = {"X-API-Key": keys.create("all", ["search", "read"])[1]}
    hr = {"X-API-Key": keys.create("hr", ["search", "read"], ["hr"])[1]}

    def listed(key: dict[str, str]) -> list[str]:
        return [p["id"] for p in client.get("/v1/policies", headers=key).json()["policies"]]

    assert listed(everybody) == ["parking"]
    assert listed(hr) == ["parking", "salaries"]
    bonus = "1. Bonuses are paid in May."
    for key, sees in ((everybody, False), (hr, True)):
        body = {"q": "bonuses paid", "min_relevance": 0}
        answer = client.post("/v1/search", json=body, headers=key).json()
        assert (bonus in [hit["text"] for hit in answer["hits"]]) == sees
        status = 200 if sees else 404
        for path in ("", "/clauses", "/versions", "/diff", "/changes.atom"):
            reply = client.get(f"/v1/policies/salaries{path}", headers=key)
            assert reply.status_code == status, path
    hidden = client.get("/v1/policies/salaries", headers=everybody).json()
    unknown = client.get("/v1/policies/nothing", headers=everybody).json()
    assert hidden["code"] == unknown["code"]
    assert "salaries" in hidden["detail"]  # only what was asked for
    assert "Salary" not in client.get("/v1/changes.atom", headers=everybody).text


def test_a_new_text_without_groups_keeps_those_of_the_policy(client: TestClient) -> None:
    put(client, "salaries", "# Salary Policy\n\n1. Bonuses are paid in May.\n", groups=["hr"])
    again = put(client, "salaries", "# Salary Policy\n\n1. Bonuses are paid in June.\n")
    assert again.json()["groups"] == ["hr"]
    opened = put(client, "salaries", "# Salary Policy\n\n1. Bonuses are gone.\n", groups=[])
    assert opened.json()["groups"] == []


def test_who_stores_an_imported_policy_by_hand_takes_it_over(client: TestClient) -> None:
    """Only what its origin still names may an import replace or remove."""
    origin = "mediawiki wiki.example category:Policies 12"
    stored = put(client, "leave", "# Leave\n\n1. Twenty days a year.\n", origin=origin)
    assert stored.json()["origin"] == origin
    assert client.get("/v1/policies/leave").json()["origin"] == origin
    again = put(client, "leave", "# Leave\n\n1. Thirty days a year.\n")
    assert again.json()["origin"] is None


def test_clauses_tell_where_their_section_is_published(client: TestClient) -> None:
    page = (
        "<h1>Leave</h1><h2 id='Annual leave'>1. Sick</h2><p>Tell us by ten.</p>"
        "<h2 id='Carry_over'>2. Carrying over</h2><p>Five unused days of leave at most.</p>"
    )
    client.put(
        "/v1/policies/leave",
        content=page,
        headers={"Content-Type": "text/html"},
        params={"source_url": "https://wiki.example/Leave"},
    )
    answer = client.get("/v1/search", params={"q": "unused days", "min_relevance": 0}).json()
    hit = next(hit for hit in answer["hits"] if hit["labels"] == ["2"])
    assert hit["source_url"] == "https://wiki.example/Leave#Carry_over"
    opened = client.get(hit["url"]).json()
    assert opened["source_url"] == hit["source_url"]
    assert [
        one["source_url"]
        for one in client.get("/v1/policies/leave/clauses").json()["clauses"]
        if one["labels"] == ["1"]
    ] == ["https://wiki.example/Leave"]


def test_a_writer_cannot_replace_or_remove_what_it_may_not_see(client: TestClient) -> None:
    put(client, "salaries", "# Salary Policy\n\n1. Bonuses are paid in May.\n", groups=["hr"])
    writer = {"X-API-Key": keys_of(client).create("writer", ["write", "read"])[1]}
    assert put(client, "salaries", FIRST, headers=writer).status_code == 404
    assert client.delete("/v1/policies/salaries", headers=writer).status_code == 404
    assert put(client, "parking", FIRST, headers=writer).status_code == 201
