"""A policy-search that is stopped, hangs or refuses the key neither breaks nor slows a wiki."""

from __future__ import annotations

import os
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import httpx
import pytest

if not os.environ.get("POLICY_SEARCH_WIKI"):
    pytest.skip("runs with `make test-wiki`", allow_module_level=True)

from tests.wiki.conftest import Keys, Questions, block, get, plain_settings
from tests.wiki.rig import Service, WikiSite

ALLOWED = 1.0
"""Seconds that a page may take more than without the plug-in."""

_NUMBERS = count()


def fresh_question() -> str:
    """One that no cache holds."""
    return f"Where is parcel {next(_NUMBERS)} stored?"


def seconds(wiki: WikiSite, question: str) -> float:
    started = time.perf_counter()
    answer = httpx.get(wiki.search_url(question), timeout=30)
    assert answer.status_code == 200, answer.text[:1000]
    return time.perf_counter() - started


def usual(wiki: WikiSite) -> float:
    """What the page takes without the plug-in."""
    without = (wiki.plugin, wiki.plugin.with_name(".set-aside"))
    wiki.configure(None)
    without[0].rename(without[1])
    try:
        seconds(wiki, fresh_question())
        return statistics.median(seconds(wiki, fresh_question()) for _ in range(5))
    finally:
        without[1].rename(without[0])


@contextmanager
def silent_server() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_stopped_service_does_not_slow_the_page(
    wiki: WikiSite, service: Service, keys: Keys
) -> None:
    without = usual(wiki)
    wiki.configure(plain_settings(service, keys))
    seconds(wiki, fresh_question())
    with service.stopped():
        taken = [seconds(wiki, fresh_question()) for _ in range(5)]
        note = block(get(wiki.search_url(fresh_question()))).css_first(".policysearch-note").text()
    print(f"\n{wiki.kind}: {without:.3f} s without, stopped at most {max(taken):.3f} s")
    assert max(taken) < without + ALLOWED
    assert note == "Policy search cannot be reached just now."


def test_hanging_service_slows_one_page_and_then_none(
    wiki: WikiSite, service: Service, keys: Keys
) -> None:
    without = usual(wiki)
    with silent_server() as url:
        settings = plain_settings(service, keys) | {"url": url, "retry_after": 30}
        wiki.configure(settings)
        first, *later = [seconds(wiki, fresh_question()) for _ in range(4)]
    print(f"\n{wiki.kind}: {without:.3f} s without, hanging {first:.3f} s, then {max(later):.3f} s")
    assert 0.5 < first < without + ALLOWED
    assert max(later) < without + 0.4


def test_answers_come_back_with_the_service(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    page = wiki.search_url(f"{questions.english} {next(_NUMBERS)}")
    with service.stopped():
        assert not block(get(page)).css("li")
    time.sleep(1.2)
    assert block(get(page)).css("li")


@pytest.mark.parametrize("cache", ["CACHE_NONE", "CACHE_DB"])
def test_answers_are_kept_for_a_while(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions, cache: str
) -> None:
    if wiki.kind == "mediawiki":
        wiki.configure(plain_settings(service, keys), extra=f"$wgMainCacheType = {cache};")
    page = wiki.search_url(f"{questions.chinese} {next(_NUMBERS)}")
    before = block(get(page)).html
    with service.stopped():
        assert block(get(page)).html == before


@pytest.mark.parametrize("url", ["", "nowhere", "http://no-such-host.invalid", "ftp://127.0.0.1"])
def test_address_that_cannot_be_asked_breaks_no_page(
    wiki: WikiSite, service: Service, keys: Keys, url: str
) -> None:
    wiki.configure(plain_settings(service, keys) | {"url": url})
    found = block(get(wiki.search_url(fresh_question())))
    assert found.css_first(".policysearch-note").text().endswith("cannot be reached just now.")


def test_answer_that_is_none_of_policy_search_breaks_no_page(
    wiki: WikiSite, service: Service, keys: Keys
) -> None:
    for path in ("/docs", "/healthz", "/nowhere"):
        wiki.configure(plain_settings(service, keys) | {"url": f"{service.url}{path}?"})
        assert not block(get(wiki.search_url(fresh_question()))).css("li")


def test_reader_is_not_told_why_a_key_is_refused(
    wiki: WikiSite, service: Service, keys: Keys
) -> None:
    wiki.configure(plain_settings(service, keys) | {"key": "psk_no_such_key"})
    found = block(get(wiki.search_url(fresh_question())))
    assert [note.text() for note in found.css("p")] == ["Policy search did not accept this search."]


def test_question_that_is_refused_stops_no_other(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    wiki.configure(plain_settings(service, keys) | {"retry_after": 30})
    too_long = "where " * 700
    page = get(wiki.search_url(too_long))
    if wiki.kind == "dokuwiki":  # MediaWiki itself refuses so long a question
        assert "did not accept" in block(page).text()
    assert block(get(wiki.search_url(questions.english))).css("li")
