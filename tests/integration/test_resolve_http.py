"""`GET /v1/resolve`, and what leads from clauses elsewhere, as the API tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.build import build_index
from indexer.lifecycle import Put, apply_changes
from indexer.records import Properties
from service.app import create_app
from service.settings import Settings
from tests.support.command import Done

LEAVE = """\
Harbour Leave Policy

Effective date: 1 March 2025

1. Terms

1.1 “Working day” means a day on which the office is open. See the Harbour Expense Policy.

2. Annual leave

2.1 Everybody has 25 working days of leave.

2.2 More is possible under 2.1 and Section 3 of the Harbour Expense Policy.
"""
EXPENSES = """\
Harbour Expense Policy

1. Trains

1.1 Second class is paid.

3. Leave

3.1 Travel on leave is not paid.
"""


@pytest.fixture
def served(root: Path, encoder: Any, tmp_path: Path) -> Iterator[TestClient]:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "leave.txt").write_text(LEAVE, encoding="utf-8")
    (folder / "expenses.txt").write_text(EXPENSES, encoding="utf-8")
    build_index([folder], root, encoder)
    with TestClient(create_app(Settings(index=root, refresh_seconds=0.05), encoder=encoder)) as one:
        while one.get("/readyz").status_code != 200:
            pass
        yield one


def resolve(client: TestClient, citation: str, **more: Any) -> Any:
    answer = client.get("/v1/resolve", params={"citation": citation, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(condition: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if condition():
            return
    raise AssertionError("it did not happen in time")


def test_citation_is_answered_with_its_clause(served: TestClient) -> None:
    answer = resolve(served, "harbour leave policy, clause 2.1")
    assert (answer["ambiguous"], answer["total"], answer["nearest"]) == (False, 1, [])
    (match,) = answer["matches"]
    assert match["citation"] == "Harbour Leave Policy §2.1"
    assert match["policy"]["id"] == "leave"
    assert served.get(match["url"]).json()["text"] == match["text"]


def test_ambiguous_citation_is_answered_with_the_list(served: TestClient) -> None:
    answer = resolve(served, "harbour 1.1")
    assert (answer["ambiguous"], answer["total"]) == (True, 2)
    assert [match["policy"]["id"] for match in answer["matches"]] == ["expenses", "leave"]
    assert resolve(served, "harbour 1.1", policy_id="leave")["total"] == 1
    assert resolve(served, "harbour 1.1", lang="zh")["total"] == 0


def test_wrong_citation_is_answered_with_what_is_nearest(served: TestClient) -> None:
    answer = resolve(served, "Harbour Leave Policy §2.9")
    assert (answer["matches"], answer["total"]) == ([], 0)
    first = answer["nearest"][0]
    assert (first["kind"], first["citation"]) == ("above", "Harbour Leave Policy §2")
    assert served.get(first["url"]).status_code == 200


@pytest.mark.parametrize("citation", ["", "  ", "§§", "《》（）", "\u200b"])
def test_citation_without_a_letter_or_number_is_refused(served: TestClient, citation: str) -> None:
    answer = served.get("/v1/resolve", params={"citation": citation})
    assert (answer.status_code, answer.json()["code"]) == (422, "citation-empty")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"policy_id": "none"}, "unknown-policy"),
        ({"lang": "english"}, "language-code-invalid"),
        ({"limit": 0}, "out-of-range"),
        ({"citation": "1" * 5000}, "query-too-long"),
        ({"as_of": "yesterday"}, "validation-failed"),
    ],
)
def test_parameters_are_checked(served: TestClient, more: dict[str, Any], code: str) -> None:
    answer = served.get("/v1/resolve", params={"citation": "2.1"} | more)
    assert answer.status_code == 422
    if code != "validation-failed":
        assert answer.json()["code"] == code


def test_links_lead_to_clauses_and_to_other_policies(served: TestClient) -> None:
    clause = served.get("/v1/clauses/leave@2025-03-01%232.2").json()
    text = clause["text"]
    assert [(one["text"], one["target"]["citation"]) for one in clause["links"]] == [
        ("2.1", "Harbour Leave Policy §2.1"),
        ("Section 3 of the Harbour Expense Policy", "Harbour Expense Policy §3"),
    ]  # fmt: skip
    for link in clause["links"]:
        assert text[link["start"] : link["end"]] == link["text"]
        assert served.get(link["target"]["url"]).json()["citation"] == link["target"]["citation"]
    listed = served.get("/v1/policies/leave/clauses").json()["clauses"]
    assert next(one for one in listed if one["id"] == clause["id"])["links"] == clause["links"]
    whole = next(one for one in listed if one["labels"] == ["1", "1.1"])["links"]
    assert [(one["target"]["kind"], one["target"]["id"]) for one in whole] == [
        ("policy", "expenses")
    ]


def test_terms_are_offered_where_they_are_used_and_not_where_they_are_defined(
    served: TestClient,
) -> None:
    using = served.get("/v1/clauses/leave@2025-03-01%232.1").json()
    (found,) = using["definitions"]
    assert found["term"] == "Working day"
    assert found["text"] == "“Working day” means a day on which the office is open."
    assert served.get(found["clause"]["url"]).json()["definitions"] == []
    hits = served.get("/v1/search", params={"q": "25 working days", "min_relevance": 0}).json()[
        "hits"
    ]
    hit = next(hit for hit in hits if hit["id"] == using["id"])
    assert hit["definitions"] == using["definitions"]


def test_links_follow_the_other_policy_as_it_changes(
    served: TestClient, root: Path, encoder: Any
) -> None:
    path = "/v1/clauses/leave@2025-03-01%232.2"

    def target() -> Any:
        links = served.get(path).json()["links"]
        return links[1]["target"]["citation"] if len(links) > 1 else None

    def put(text: str, groups: tuple[str, ...] | None = None) -> None:
        change = Put("expenses", text.encode(), ".txt", Properties(groups=groups))
        apply_changes([change], root, encoder)

    put(EXPENSES.replace("3. Leave", "2. Leave").replace("3.1", "2.1"))
    until(lambda: bool(target() == "Harbour Expense Policy"))  # no section 3 any more: the whole
    put(EXPENSES)
    until(lambda: bool(target() == "Harbour Expense Policy §3"))


def test_what_a_caller_may_not_read_does_not_show(
    served: TestClient, root: Path, encoder: Any
) -> None:
    change = Put("expenses", EXPENSES.encode(), ".txt", Properties(groups=("finance",)))
    apply_changes([change], root, encoder)
    keys = served.app.state.access.keys  # type: ignore[attr-defined]
    inside = {"X-API-Key": keys.create("one of them", ["read", "search"], groups=["finance"])[1]}
    outside = {"X-API-Key": keys.create("somebody", ["read", "search"])[1]}
    path = "/v1/clauses/leave@2025-03-01%232.2"
    until(lambda: len(served.get(path, headers=outside).json()["links"]) == 1)
    assert len(served.get(path, headers=inside).json()["links"]) == 2
    ask = {"citation": "Harbour Expense Policy §1.1"}
    assert served.get("/v1/resolve", params=ask, headers=inside).json()["total"] == 1
    hidden = served.get("/v1/resolve", params=ask, headers=outside).json()
    unknown = served.get(
        "/v1/resolve", params={"citation": "Harbour Zzzzzzz Policy §1.1"}, headers=outside
    ).json()
    assert "expenses" not in str(hidden)
    assert (hidden["total"], hidden["matches"]) == (unknown["total"], unknown["matches"])
    assert hidden["nearest"] == unknown["nearest"]


def test_links_that_are_kept_at_hand_are_those_of_the_caller(
    served: TestClient, root: Path, encoder: Any
) -> None:
    change = Put("expenses", EXPENSES.encode(), ".txt", Properties(groups=("finance",)))
    apply_changes([change], root, encoder)
    keys = served.app.state.access.keys  # type: ignore[attr-defined]
    inside = {"X-API-Key": keys.create("one of them", ["search"], groups=["finance"])[1]}
    outside = {"X-API-Key": keys.create("somebody", ["search"])[1]}

    def links(headers: Any) -> list[str]:
        asked = {"q": "leave", "mode": "keyword", "min_relevance": 0, "limit": 50}
        hits = served.post("/v1/search", json=asked, headers=headers).json()["hits"]
        citing = next(hit for hit in hits if hit["id"] == "leave@2025-03-01#2.2")
        return [one["target"]["citation"] for one in citing["links"]]

    own, other = "Harbour Leave Policy §2.1", "Harbour Expense Policy §3"
    until(lambda: links(outside) == [own])
    for _ in range(2):
        assert links(inside) == [own, other]
        assert links(outside) == [own]


def test_older_versions_are_found_by_date_name_and_as_of(
    served: TestClient, root: Path, encoder: Any
) -> None:
    newer = LEAVE.replace("1 March 2025", "1 June 2026").replace("25 working", "30 working")
    apply_changes([Put("leave", newer.encode(), ".txt")], root, encoder)
    cited = "Harbour Leave Policy §2.1"
    until(lambda: "30" in resolve(served, cited)["matches"][0]["text"])
    for older in (
        "Harbour Leave Policy (2025-03-01) §2.1",
        "Harbour Leave Policy @2025-03-01 §2.1",
        "Harbour Leave Policy, version 2025-03-01, §2.1",
        "leave@2025-03-01#2.1",
    ):
        (match,) = resolve(served, older)["matches"]
        assert "25 working days" in match["text"], older
        assert match["policy"]["version"] == "2025-03-01"
    (match,) = resolve(served, cited, as_of="2025-04-01")["matches"]
    assert match["policy"]["version"] == "2025-03-01"


def test_command_resolves_without_an_encoder(
    run: Callable[..., Done], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("index", str(folder))
    monkeypatch.setattr("service.commands.common.load_encoder", None)
    found = run("resolve", "privacy 2(1)")
    assert found.code == 0
    assert "privacy@1#二.一" in found.out
    missing = run("resolve", "灯塔隐私政策九", "--json")
    assert (missing.code, '"total": 0' in missing.out) == (1, True)
    assert run("resolve", "§").code == 2
