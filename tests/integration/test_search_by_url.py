"""`policy-search search --url`: a running service answers, no model is loaded."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from service.app import create_app
from service.client import PolicySearch, PolicySearchError
from service.commands import common
from service.settings import Settings
from tests.support.server import serving

Run = Callable[..., Any]


@pytest.fixture
def url(root: Path, folder: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("KEY", "URL"):
        monkeypatch.delenv(f"POLICY_SEARCH_{name}", raising=False)
    build_index([folder], root, encoder)
    app = create_app(Settings(index=root, refresh_seconds=3600), encoder=encoder)
    with serving(app) as url, PolicySearch(url) as client:
        pause = threading.Event()
        while True:
            try:
                client.ready()
            except PolicySearchError:
                pause.wait(0.02)
            else:
                break

        def never(_: Any) -> None:
            raise AssertionError("the model is loaded")

        monkeypatch.setattr(common, "load_encoder", never)
        yield url


QUESTION = "until when may unused days be carried over?"


def test_a_service_answers_as_the_command_alone_does(run: Run, url: str) -> None:
    done = run("search", QUESTION, "--url", url, "--limit", "1", "--lang", "en")
    assert (done.code, done.err) == (0, "")
    assert "until the end of March" in done.out
    assert "  1. Lanternworks Leave Policy" in done.out


def test_json_has_the_fields_of_the_command_alone(run: Run, url: str) -> None:
    done = run("search", QUESTION, "--url", url, "--policy", "leave", "--json")
    found = json.loads(done.out)
    assert {"query", "query_lang", "total", "hits", "nearest"} <= set(found)
    assert {hit["policy"]["id"] for hit in found["hits"]} == {"leave"}


def test_the_address_may_come_from_the_environment(
    run: Run, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICY_SEARCH_URL", url)
    assert "until the end of March" in run("search", QUESTION).out


def test_what_the_service_refuses_is_told(run: Run, url: str) -> None:
    done = run("search", QUESTION, "--url", url, "--policy", "unheard-of")
    assert done.code == 2
    assert "unheard-of" in done.err
    assert "Traceback" not in done.err


def test_no_service_is_told(run: Run) -> None:
    done = run("search", QUESTION, "--url", "http://127.0.0.1:9")
    assert done.code == 2
    assert "unreachable" in done.err


def test_a_service_and_an_index_do_not_go_together(run: Run, root: Path) -> None:
    done = run("search", QUESTION, "--url", "http://127.0.0.1:9", "--index", root)
    assert done.code == 2
    assert "leave one of them" in done.err
