"""A change of one clause in a long policy costs what that clause costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.lifecycle import Put, apply_changes
from service.app import create_app
from service.settings import Settings

SECTIONS, CLAUSES = 40, 25


def handbook(changed: str = "") -> str:
    """A policy of a thousand clauses beside its headings, each of other words."""
    lines = ["Lanternworks Handbook", ""]
    for section in range(1, SECTIONS + 1):
        lines += [f"{section}. Part {section}", ""]
        for number in range(1, CLAUSES + 1):
            text = f"Item {section * 100 + number} is kept for {number} days."
            if changed and (section, number) == (20, 13):
                text = changed
            lines += [f"{section}.{number} {text}", ""]
    return "\n".join(lines)


@pytest.fixture
def client(root: Path, encoder: Any) -> Iterator[TestClient]:
    apply_changes([Put("handbook", handbook().encode(), ".txt")], root, encoder)
    with TestClient(create_app(Settings(index=root), encoder=encoder)) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.01)
        yield client


def test_changed_clause_alone_is_embedded_and_found_within_a_second(
    client: TestClient, encoder: Any
) -> None:
    assert client.get("/v1/policies/handbook").json()["clause_count"] >= SECTIONS * CLAUSES
    assert len(encoder.embedded) > SECTIONS * CLAUSES
    encoder.embedded.clear()
    took = []
    for word in ("zebrafish", "quicksilver", "mangrove"):
        started = time.perf_counter()
        answer = client.put(
            "/v1/policies/handbook",
            content=handbook(f"The {word} is kept in the cellar.").encode(),
            headers={"Content-Type": "text/plain"},
        )
        found = client.post("/v1/search", json={"q": f"where is the {word} kept?", "limit": 1})
        took.append(time.perf_counter() - started)
        assert answer.json()["state"] == "updated"
        assert word in found.json()["hits"][0]["text"]
        assert encoder.embedded
        assert all(word in text for text in encoder.embedded), encoder.embedded
        encoder.embedded.clear()
    assert min(took) < 1.0, took  # the quickest: the machine may be busy with other things
