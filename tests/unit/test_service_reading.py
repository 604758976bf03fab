"""Clauses and policies over HTTP."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from service.views import clause_url

ID = "lanternworks-leave@2025-03-01#1.1"


def test_clause_knows_its_place(client: TestClient) -> None:
    clause = client.get("/v1/clauses/lanternworks-leave@2025-03-01%231.1").json()
    text = "1.1 Unused leave may be carried over to March."
    assert clause["id"] == ID
    assert clause["citation"] == "Lanternworks Leave Policy §1.1"
    assert clause["text"] == text
    assert clause["span"] == {"start": 100, "end": 100 + len(text)}
    assert (clause["labels"], clause["heading_path"]) == (["1", "1.1"], ["Annual leave"])
    assert clause["parent_id"] == "lanternworks-leave@2025-03-01#1"
    assert clause["policy"]["effective_date"] == "2025-03-01"
    assert clause["previous"]["labels"] == ["1"]
    assert clause["next"]["labels"] == ["2"]
    assert clause["children"] == []


def test_clause_lists_its_children_and_the_links_lead_there(client: TestClient) -> None:
    clause = client.get("/v1/clauses/dengta-privacy@1%23四").json()
    (child,) = clause["children"]
    assert client.get(child["url"]).json()["id"] == "dengta-privacy@1#四.一"
    assert clause["previous"] is None
    assert clause["parent_id"] is None


@pytest.mark.parametrize("clause_id", ["p@1#a/b", "p@1#一.（二）", "p@1#100%", "p@1#What? & why"])
def test_clause_url_survives_the_way_there_and_back(client: TestClient, clause_id: str) -> None:
    problem = client.get(clause_url(clause_id)).json()
    assert problem["code"] == "clause-not-found"
    assert repr(clause_id) in problem["detail"]
    assert clause_url(clause_id) == "/v1/clauses/" + quote(clause_id, safe="@")


@pytest.mark.parametrize("clause_id", ["nothing", "", "lanternworks-leave@2025-03-01", ID + ".9"])
def test_unknown_clause_gets_told_what_ids_look_like(client: TestClient, clause_id: str) -> None:
    response = client.get("/v1/clauses/" + quote(clause_id))
    assert (response.status_code, response.json()["code"]) == (404, "clause-not-found")
    assert "%23" in response.json()["detail"]


def test_policies_are_listed(client: TestClient) -> None:
    listing = client.get("/v1/policies").json()
    assert listing["total"] == 2
    assert listing["index"]["generation"] == 1
    assert [policy["id"] for policy in listing["policies"]] == [
        "dengta-privacy",
        "lanternworks-leave",
    ]


def test_policy_tells_what_its_text_says_and_not_where_its_file_lies(client: TestClient) -> None:
    response = client.get("/v1/policies/dengta-privacy")
    assert response.json() == {
        "id": "dengta-privacy",
        "title": "灯塔隐私政策",
        "version": "1",
        "effective_date": None,
        "lang": "zh",
        "updated_date": "2025-06-01",
        "revision": None,
        "organisation": "灯塔有限公司",
        "source_url": None,
        "origin": None,
        "format": "text",
        "clause_count": 2,
        "url": "/v1/policies/dengta-privacy",
        "clauses_url": "/v1/policies/dengta-privacy/clauses",
        "remarks": [
            {
                "code": "front-matter",
                "message": "front matter: line 2: not understood",
                "clause_id": None,
                "kind": "warning",
            },
            {
                "code": "fused-item",
                "message": "a list item was set apart",
                "clause_id": "dengta-privacy@1#四.一",
                "kind": "repair",
            },
        ],
    }
    assert "secret-place" not in client.get("/v1/policies").text


def test_remarks_come_with_one_policy_and_not_with_the_list(client: TestClient) -> None:
    listed = client.get("/v1/policies").json()["policies"]
    assert all("remarks" not in policy for policy in listed)
    assert listed[1]["source_url"] == "https://lanternworks.example/leave"
    assert client.get("/v1/policies/lanternworks-leave").json()["remarks"] == []


def test_clauses_come_in_reading_order(client: TestClient) -> None:
    listing = client.get("/v1/policies/lanternworks-leave/clauses").json()
    assert listing["total"] == 3
    assert [clause["labels"] for clause in listing["clauses"]] == [["1"], ["1", "1.1"], ["2"]]
    assert listing["clauses"][1]["parent_id"] == listing["clauses"][0]["id"]


@pytest.mark.parametrize(
    ("parameters", "labels"),
    [("limit=1", ["1"]), ("offset=2", ["2"]), ("limit=1&offset=1", ["1.1"]), ("offset=9", [])],
)
def test_clauses_can_be_paged(client: TestClient, parameters: str, labels: list[str]) -> None:
    listing = client.get(f"/v1/policies/lanternworks-leave/clauses?{parameters}").json()
    assert [clause["labels"][-1] for clause in listing["clauses"]] == labels
    assert listing["total"] == 3


@pytest.mark.parametrize("rest", ["", "/clauses"])
def test_unknown_policy_is_not_found(client: TestClient, rest: str) -> None:
    response = client.get("/v1/policies/nobodys" + rest)
    assert (response.status_code, response.json()["code"]) == (404, "policy-not-found")
    assert "'nobodys'" in response.json()["detail"]
