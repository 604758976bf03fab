"""From a clause to its counterparts: over HTTP, on the command line, and how they are judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from models import Encoder, load_encoder
from models.calibration import find_calibration
from service.app import create_app
from service.evaluation.equivalence import fit, read_pairs
from service.lookup.likelihood import FEATURES
from service.settings import Settings
from service.views import clause_url

ENGLISH = """\
# Harbour Data Policy

1. Keeping

1.1 We keep invoices for ten years after the contract has ended.

1.2 Camera recordings are deleted after seventy-two hours unless the police asks for them.

2. Rights

2.1 You may ask at any time what we know about you; the answer is free of charge.

2.2 Complaints go to the harbour's ombudsman.
"""
CHINESE = """\
# 港口数据政策

一、保存

（一）合同终止后，发票保存十年。

（二）除警方要求外，监控录像在七十二小时后删除。

二、权利

（一）您可以随时查询我们掌握的关于您的信息，查询免费。

（二）投诉请向港口监察员提出。
"""
OTHER = """\
# Canteen Rules

1. Opening

1.1 The canteen opens at half past eleven.

1.2 Guests pay the full price at the till.

2. Recordings

2.1 Camera recordings of the till are kept for a week.
"""


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[TestClient]:
    settings = Settings(index=tmp_path_factory.mktemp("served") / "index")
    with TestClient(create_app(settings, encoder=encoder)) as client:
        for name, text in (("harbour", ENGLISH), ("gangkou", CHINESE), ("canteen", OTHER)):
            assert client.put(f"/v1/policies/{name}", json={"text": text}).status_code == 201
        yield client


def look_up(client: TestClient, clause_id: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.post(clause_url(clause_id) + "/equivalents", json=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["counterparts"]
    return found


@pytest.mark.parametrize(
    ("clause", "counterpart"),
    [
        ("harbour@1#1.1", "gangkou@1#一.一"),
        ("harbour@1#1.2", "gangkou@1#一.二"),
        ("gangkou@1#二.一", "harbour@1#2.1"),
        ("gangkou@1#二.二", "harbour@1#2.2"),
    ],
)
def test_a_clause_finds_what_says_the_same_in_the_other_language(
    client: TestClient, clause: str, counterpart: str
) -> None:
    first = look_up(client, clause)[0]
    assert first["id"] == counterpart
    assert first["mutual_best"] is True
    assert first["relevance"] > 0.8
    assert first["previous"] is not None


def test_a_clause_without_an_equivalent_has_none_but_related_ones(client: TestClient) -> None:
    assert look_up(client, "canteen@1#1.1") == []
    related = look_up(client, "canteen@1#2.1", mode="related")
    assert {"harbour@1#1.2", "gangkou@1#一.二"} == {found["id"] for found in related[:2]}
    assert all(found["rank"] == place for place, found in enumerate(related, 1))


def test_own_policy_is_left_out_in_its_language_unless_it_is_asked_for(client: TestClient) -> None:
    related = look_up(client, "harbour@1#1.1", mode="related", limit=50)
    assert not any(found["policy"]["id"] == "harbour" for found in related)
    asked = {"policy_id": ["harbour"]}
    own = look_up(client, "harbour@1#1.1", mode="related", filter=asked)
    assert {found["id"] for found in own} == {"harbour@1#1.2", "harbour@1#2.1", "harbour@1#2.2"}


def test_filters_hide_counterparts_and_move_none(client: TestClient) -> None:
    everything = look_up(client, "harbour@1#1.2", mode="related", limit=50)
    for lang in ("en", "zh"):
        filtered = look_up(client, "harbour@1#1.2", mode="related", filter={"lang": [lang]})
        expected = [found for found in everything if found["lang"] == lang]
        for found, same in zip(filtered, expected, strict=True):
            assert found == same | {"rank": found["rank"]}


def test_a_heading_alone_is_looked_up_by_its_words(client: TestClient) -> None:
    related = look_up(client, "harbour@1#1", mode="related", filter={"lang": ["zh"]})
    assert related[0]["id"].startswith("gangkou@1#一")
    assert related[0]["mutual_best"] is None


def test_a_text_finds_the_clauses_that_say_it(client: TestClient) -> None:
    asked = {"text": "After 72 hours video footage is erased, except where police request it."}
    answer = client.post("/v1/similar", json=asked).json()
    assert {found["id"] for found in answer["counterparts"][:2]} == {
        "harbour@1#1.2",
        "gangkou@1#一.二",
    }
    assert answer["clause"] is None
    assert (answer["lang"], answer["counterparts"][0]["surroundings"]) == ("en", None)


def test_an_older_version_is_looked_up_among_current_clauses_and_as_of_a_date(
    client: TestClient,
) -> None:
    stated = {
        "text": "# Keys\n\n1. Keys are handed in at the gate.",
        "effective_date": "2020-01-01",
    }
    first = client.put("/v1/policies/keys", json=stated).json()["version"]
    stated = {"text": "# Keys\n\n1. Cards replace keys.", "effective_date": "2024-01-01"}
    assert client.put("/v1/policies/keys", json=stated).status_code == 200
    now = look_up(client, f"keys@{first}#1", mode="related", filter={"policy_id": ["keys"]})
    assert [found["text"] for found in now] == ["1. Cards replace keys."]
    then = {"policy_id": ["keys"], "as_of": "2021-05-05"}
    later = look_up(client, "keys@2024-01-01#1", mode="related", filter=then)
    assert [found["text"] for found in later] == ["1. Keys are handed in at the gate."]
    assert client.delete("/v1/policies/keys").status_code == 204


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"limit": 0}, "out-of-range"),
        ({"filter": {"policy_id": ["nowhere"]}}, "unknown-policy"),
        ({"filter": {"lang": ["english"]}}, "language-code-invalid"),
        ({"mode": "alike"}, "request-invalid"),
    ],
)
def test_what_cannot_be_looked_up_is_told(
    client: TestClient, asked: dict[str, Any], code: str
) -> None:
    for path, body in (
        (clause_url("harbour@1#1.1") + "/equivalents", asked),
        ("/v1/similar", {"text": "Invoices are kept.", **asked}),
    ):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


def test_a_clause_that_is_not_there_and_a_text_without_words_are_refused(
    client: TestClient,
) -> None:
    unknown = client.post("/v1/clauses/harbour@1%2399/equivalents")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "clause-not-found")
    empty = client.post("/v1/similar", json={"text": " \u200b"})
    assert (empty.status_code, empty.json()["code"]) == (422, "query-empty")


def test_packaged_likelihood_belongs_to_the_embedded_encoder(encoder: Encoder) -> None:
    found = find_calibration(encoder.fingerprint, kind="equivalence")
    assert found is not None
    assert found.features == FEATURES
    closer = found.probabilities(
        np.array([[0.93, 0.98, 0.9], [0.97, 1.03, 0.97]], np.float32), ["en-zh", "en-zh"]
    )
    assert closer[0] < 0.1
    assert closer[1] > 0.8


def test_likelihood_is_fitted_on_pairs_of_any_text(
    tmp_path: Path, make_encoder: Callable[[], Any]
) -> None:
    names = ["lamp", "rope", "gate", "crane", "mast", "keel", "buoy", "pier", "tide", "hull"]
    rows = []
    for number in range(4200):
        digits = " ".join(names[int(digit)] for digit in f"{number:05}")
        text = f"Item {number} is made of {digits} and kept for the harbour."
        rows.append(
            {"source": "made", "document": str(number // 100), "en": text, "zh": text + "。"}
        )
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    encoder = make_encoder()
    fitted = fit(read_pairs(path), encoder)
    assert fitted.fingerprint == encoder.fingerprint.digest
    assert fitted.record["precision"] > 0.8
    assert fitted.record["recall"] > 0.8
