"""Many clients that write and search at once: nothing is torn, lost, or found after it is gone."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.lifecycle import Put, apply_changes
from service.app import create_app
from service.settings import Settings

SECONDS = 300.0 if os.environ.get("POLICY_SEARCH_LONG") else 10.0
POLICIES = 200
WRITERS = SEARCHERS = 8
TOPICS = ("leave", "expenses", "privacy", "travel", "年假", "报销")


def text_of(number: int, revision: int) -> str:
    """A policy whose every clause names itself and its revision."""
    topic = TOPICS[number % len(TOPICS)]
    clauses = "\n\n".join(
        f"1.{n} The {topic} rule of policy{number} in draft{revision} allows {number + n} days."
        for n in range(1, 4)
    )
    return f"Rules {number} on {topic}\n\n1. General\n\n{clauses}\n"


class Desk:
    """A writer's own policies: what it stored last, which nobody else changes."""

    def __init__(self, client: TestClient, numbers: range, seed: int) -> None:
        self.client = client
        self.numbers = numbers
        self.rng = random.Random(seed)
        self.stored: dict[int, int] = {}
        self.tags: dict[int, str] = {}
        self.revision = 0

    def act(self) -> None:
        number = self.rng.choice(self.numbers)
        path = f"/v1/policies/rules-{number}"
        if number in self.stored and self.rng.random() < 0.3:
            answer = self.client.delete(path, headers={"If-Match": self.tags[number]})
            assert answer.status_code == 204, answer.text
            del self.stored[number]
            self.is_gone(number)
            return
        if number not in self.stored and self.rng.random() < 0.2:
            assert self.client.delete(path).status_code == 404
        stale = self.rng.random() < 0.1
        self.revision += 1
        answer = self.client.put(
            path,
            content=text_of(number, self.revision).encode(),
            headers={"Content-Type": "text/plain"} | ({"If-Match": '"stale"'} if stale else {}),
        )
        if stale:
            assert answer.status_code == 412, answer.text
            return
        assert answer.status_code == (200 if number in self.stored else 201), answer.text
        self.stored[number] = self.revision
        self.tags[number] = answer.headers["ETag"]
        found = [hit["text"] for hit in self.search(number, policy_id=[f"rules-{number}"])]
        assert sum(f"draft{self.revision}" in text for text in found) == 3, found
        assert not [t for t in found if "draft" in t and f"draft{self.revision}" not in t]

    def is_gone(self, number: int) -> None:
        path = f"/v1/policies/rules-{number}"
        assert self.client.get(path).status_code == 404
        assert self.client.get(path + "/versions").status_code == 404
        assert self.search(number) == []

    def search(self, number: int, **filtered: Any) -> Any:
        """The policy's hits among the best 100."""
        question = {"q": f"policy{number}", "limit": 100, "mode": "keyword"}
        answer = self.client.post("/v1/search", json=question | {"filter": filtered})
        assert answer.status_code == 200, answer.text
        return [h for h in answer.json()["hits"] if h["policy"]["id"] == f"rules-{number}"]


def look(client: TestClient, rng: random.Random, tally: dict[str, int]) -> None:
    """Search, and open what was found: it is as it was found, or gone with its policy."""
    number = rng.randrange(POLICIES)
    q = rng.choice((f"policy{number}", rng.choice(TOPICS), "how many days does the rule allow?"))
    answer = client.post("/v1/search", json={"q": q, "limit": 5, "facets": ["policy_id"]})
    assert answer.status_code == 200, answer.text
    for hit in answer.json()["hits"]:
        opened = client.get(hit["url"])
        tally["opened"] += 1
        if opened.status_code == 404:
            tally["gone"] += 1
            continue
        assert opened.status_code == 200, opened.text
        clause = opened.json()
        shared = ("id", "text", "citation", "labels")
        if clause["text"] != hit["text"]:
            # Deleted and stored anew under the same version's name meanwhile.
            tally["replaced"] += 1
            assert clause["policy"]["id"] == hit["policy"]["id"]
            continue
        assert {k: clause[k] for k in shared} == {k: hit[k] for k in shared}
        drafts = {word for word in clause["text"].split() if word.startswith("draft")}
        assert len(drafts) <= 1
    suggested = client.get("/v1/suggest", params={"q": q[:4]})
    assert suggested.status_code == 200, suggested.text


@pytest.fixture
def client(root: Path, encoder: Any) -> Iterator[TestClient]:
    apply_changes([Put("first", b"First\n\n1. The first rule.\n", ".txt")], root, encoder)
    settings = Settings(index=root, refresh_seconds=0.05, keep_versions=2)
    with TestClient(create_app(settings, encoder=encoder)) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.01)
        yield client


@pytest.mark.slow
def test_many_write_and_search_at_once(
    client: TestClient, tmp_path: Path, make_encoder: Any
) -> None:
    tally = {"opened": 0, "gone": 0, "replaced": 0, "writes": 0, "searches": 0}
    failures: list[BaseException] = []
    until = time.monotonic() + SECONDS
    share = POLICIES // WRITERS
    desks = [Desk(client, range(n * share, (n + 1) * share), n) for n in range(WRITERS)]

    def repeat(name: str, step: Callable[[], None]) -> None:
        try:
            while time.monotonic() < until and not failures:
                step()
                tally[name] += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=repeat, args=("writes", desk.act)) for desk in desks]
    for n in range(SEARCHERS):
        rng = random.Random(100 + n)
        step = lambda rng=rng: look(client, rng, tally)  # noqa: E731
        threads.append(threading.Thread(target=repeat, args=("searches", step)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    print(tally)
    assert min(tally["writes"], tally["searches"], tally["opened"]) > 20
    is_as_built_anew(client, desks, tmp_path / "anew", make_encoder())


def is_as_built_anew(client: TestClient, desks: list[Desk], root: Path, encoder: Any) -> None:
    """What is found in the end does not tell how it came to be."""
    stored = {number: rev for desk in desks for number, rev in desk.stored.items()}
    puts = [Put(f"rules-{n}", text_of(n, rev).encode(), ".txt") for n, rev in stored.items()]
    puts.append(Put("first", b"First\n\n1. The first rule.\n", ".txt"))
    apply_changes(sorted(puts, key=lambda put: put.policy_id), root, encoder)
    with TestClient(create_app(Settings(index=root), encoder=encoder)) as anew:
        while anew.get("/readyz").status_code != 200:
            time.sleep(0.01)
        both = (client, anew)
        listed, expected = (
            [
                (p["id"], p["title"], p["clause_count"])
                for p in c.get("/v1/policies").json()["policies"]
            ]
            for c in both
        )
        assert listed == expected
        for q in (*TOPICS, "how many days?", *(f"policy{n}" for n in list(stored)[:10])):
            found, built = (c.post("/v1/search", json={"q": q, "limit": 100}).json() for c in both)
            assert found["total"] == built["total"]
            assert scores(found) == pytest.approx(scores(built), abs=1e-5)
            assert texts_by_score(found) == texts_by_score(built)


def scores(answer: Any) -> list[float]:
    return [hit["score"] for hit in answer["hits"]]


def texts_by_score(answer: Any) -> set[tuple[float, str, str]]:
    """Policy and text of each hit but those that tie with the first hit of the next page."""
    last = round(answer["hits"][-1]["score"], 4)
    return {
        (round(hit["score"], 3), hit["policy"]["id"], hit["text"])
        for hit in answer["hits"]
        if round(hit["score"], 4) > last + 2e-4
    }
