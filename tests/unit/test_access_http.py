"""Who is let in over HTTP, by which key, to what, and how often."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.access.access import Access
from service.access.keys import KeyFile
from service.settings import Settings

SEARCH = "/v1/search?q=leave"
CLAUSE = "/v1/clauses/lanternworks-leave@2025-03-01%231.1"
POLICY = "/v1/policies/lanternworks-leave"
HERE = ("127.0.0.1", 4711)
THERE = ("203.0.113.9", 4711)
PROXY = ("10.0.0.1", 4711)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index=tmp_path / "index", refresh_seconds=0.05)


@pytest.fixture
def keys(settings: Settings) -> KeyFile:
    return KeyFile(settings.keys_file)


@pytest.fixture
def make_key(keys: KeyFile) -> Callable[..., dict[str, str]]:
    """Makes a key of some scopes; returns the headers that carry it."""

    def make(*scopes: str, **more: Any) -> dict[str, str]:
        return {"Authorization": "Bearer " + keys.create("a key", scopes, **more)[1]}

    return make


@pytest.fixture
def come_from(client: TestClient) -> Callable[..., TestClient]:
    """The same service as a client at another address sees it, under other settings."""

    def make(
        address: tuple[str, int] | None, clock: Clock | None = None, **more: Any
    ) -> TestClient:
        app: Any = client.app
        if more or clock:
            settings = Settings(**(app.state.access_settings.model_dump() | more))
            clocks = {"now": clock.now, "monotonic": clock.monotonic} if clock else {}
            app.state.access = Access(settings, **clocks)
        return TestClient(app, client=address)  # type: ignore[arg-type]

    client.app.state.access_settings = client.app.state.runtime.settings  # type: ignore[attr-defined]
    return make


def code(response: Any) -> str:
    return f"{response.status_code} {response.json().get('code', '')}".strip()


def test_service_without_keys_asks_for_none(client: TestClient) -> None:
    for path in (SEARCH, CLAUSE, POLICY, "/v1/policies"):
        assert client.get(path).status_code == 200
        assert client.get(path, headers={"Authorization": "Basic x"}).status_code == 200


def test_scopes_open_what_they_are_for(client: TestClient, make_key: Any) -> None:
    allowed = {
        scope: [client.get(path, headers=make_key(scope)).status_code for path in
                (SEARCH, CLAUSE, POLICY, POLICY + "/clauses", "/v1/policies")]
        for scope in ("search", "read", "write", "admin")
    }  # fmt: skip
    assert allowed == {
        "search": [200, 200, 403, 403, 403],
        "read": [403, 200, 200, 200, 200],
        "write": [403, 403, 403, 403, 403],
        "admin": [200, 200, 200, 200, 200],
    }
    both = make_key("search", "read")
    assert client.post("/v1/search", json={"q": "leave"}, headers=both).status_code == 200
    assert client.get(POLICY, headers=both).status_code == 200


def test_missing_scope_is_named(client: TestClient, make_key: Any) -> None:
    refused = client.get(POLICY, headers=make_key("search"))
    assert code(refused) == "403 scope-missing"
    assert "scope 'read'" in refused.json()["detail"]
    assert 'scope="read"' in refused.headers["WWW-Authenticate"]
    either = client.get(CLAUSE, headers=make_key("write"))
    assert "'read' or 'search'" in either.json()["detail"]


def test_health_and_documentation_need_no_key(client: TestClient, make_key: Any) -> None:
    make_key("search")
    for path in ("/healthz", "/readyz", "/version", "/openapi.json", "/docs"):
        assert client.get(path).status_code == 200
        assert client.get(path, headers={"X-API-Key": "wrong"}).status_code == 200
    assert code(client.get(SEARCH)) == "401 key-missing"


def test_key_is_taken_from_either_header(client: TestClient, make_key: Any) -> None:
    text = make_key("search")["Authorization"].removeprefix("Bearer ")
    for headers in (
        {"Authorization": "Bearer " + text},
        {"Authorization": "bearer   " + text + " "},
        {"X-API-Key": text},
        {"X-API-Key": text, "Authorization": "Bearer " + text},
        {"X-API-Key": text, "Authorization": "Basic dXNlcjpwYXNz"},
        {"X-API-Key": text, "Authorization": "Bearer "},
    ):
        assert client.get(SEARCH, headers=headers).status_code == 200, headers


def test_no_key_and_two_keys_are_told(client: TestClient, make_key: Any) -> None:
    one, two = (make_key("search")["Authorization"].removeprefix("Bearer ") for _ in range(2))
    for headers in (
        {},
        {"Authorization": one},
        {"X-API-Key": ""},
        {"Authorization": "Basic " + one},
    ):
        refused = client.get(SEARCH, headers=headers)
        assert code(refused) == "401 key-missing"
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    for pairs in (
        [("X-API-Key", one), ("Authorization", "Bearer " + two)],
        [("X-API-Key", one), ("X-API-Key", two)],
        [("X-API-Key", one), ("Authorization", "Bearer wrong")],
    ):
        assert code(client.get(SEARCH, headers=pairs)) == "401 key-ambiguous"  # type: ignore[arg-type]


def test_unknown_expired_and_revoked_keys_get_one_answer(
    client: TestClient, come_from: Any, keys: KeyFile, make_key: Any
) -> None:
    clock = Clock()
    come_from(HERE, clock)
    app: Any = client.app
    own: KeyFile = app.state.access.keys
    expiring = own.create("a", ["search"], expires=clock.now() + timedelta(seconds=5))[1]
    revoked = make_key("search")["Authorization"].removeprefix("Bearer ")
    keys.revoke("a key")
    clock.seconds = 5
    answers = [
        client.get(SEARCH, headers={"X-API-Key": text, "X-Request-ID": "same"})
        for text in (expiring, revoked, revoked[:-4] + "AAAA", "ps_zzzzzzzz_" + "A" * 43, "x")
    ]
    assert {code(answer) for answer in answers} == {"401 key-invalid"}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["WWW-Authenticate"] for answer in answers}) == 1


def test_stranger_learns_nothing_but_401(client: TestClient, index: Any, make_key: Any) -> None:
    make_key("search")
    asked = len(index.queries)
    json = {"Content-Type": "application/json"}
    answers = [
        client.get("/v1/clauses/no-such@1%23x"),
        client.get(CLAUSE),
        client.get("/v1/policies/no-such"),
        client.get(POLICY),
        client.get(POLICY + "/clauses?limit=many"),
        client.get("/v1/search"),
        client.get("/v1/search?nothing=1&limit=x"),
        client.head(POLICY),
        client.post("/v1/search", json={"q": 7}),
        client.post("/v1/search", content=b"{", headers=json),
        client.post("/v1/search", content=b"\xff", headers=json),
        client.post("/v1/search", content=b"[" * 100_000, headers=json),
        client.post("/v1/search", content=b"a" * 2_000_000, headers=json),
        client.post("/v1/search", data={"q": "leave"}),
    ]
    assert [answer.status_code for answer in answers] == [401] * len(answers)
    assert {answer.json()["title"] for answer in answers if answer.content} == {"A key is needed"}
    assert len(index.queries) == asked


def test_not_ready_is_told_to_those_who_may_know(
    make_client: Any, index: Any, eventually: Any, make_key: Any
) -> None:
    from indexer.errors import IndexMissingError

    index.failure = IndexMissingError("nowhere: no index")
    client = make_client()
    headers = make_key("search")
    eventually(lambda: client.get("/readyz").status_code == 503)
    assert code(client.get(SEARCH)) == "401 key-missing"
    assert code(client.get(SEARCH, headers=headers)) == "503 not-ready"


def test_first_key_closes_a_running_service(client: TestClient, keys: KeyFile) -> None:
    assert client.get(SEARCH).status_code == 200
    _, text = keys.create("wiki", ["search"])
    assert code(client.get(SEARCH)) == "401 key-missing"
    assert client.get(SEARCH, headers={"X-API-Key": text}).status_code == 200
    keys.revoke("wiki")
    assert code(client.get(SEARCH)) == "401 key-missing"
    keys.path.unlink()
    assert code(client.get(SEARCH)) == "401 key-missing"


def test_damaged_keys_let_nobody_in_and_tell_the_log_alone(
    client: TestClient, keys: KeyFile, make_key: Any, caplog: pytest.LogCaptureFixture
) -> None:
    headers = make_key("admin")
    keys.path.write_bytes(b"")
    with caplog.at_level(logging.ERROR):
        refused = [client.get(SEARCH, headers=headers) for _ in range(3)]
    assert {code(answer) for answer in refused} == {"503 keys-unavailable"}
    assert str(keys.path.parent) not in refused[0].text
    told = [r.getMessage() for r in caplog.records if str(keys.path) in r.getMessage()]
    assert len(told) == 1
    assert client.get("/healthz").status_code == 200


def test_handlers_know_who_asks(client: TestClient, make_key: Any, monkeypatch: Any) -> None:
    from service.routes import search

    seen = []
    plain = search._answer

    async def answer(query: Any, runtime: Any, caller: Any) -> Any:
        seen.append(caller)
        return await plain(query, runtime, caller)

    monkeypatch.setattr(search, "_answer", answer)
    client.get(SEARCH)
    client.get(SEARCH, headers=make_key("search", groups=["hr", "legal"]))
    client.post("/v1/search", json={"q": "leave"}, headers=make_key("admin"))
    open_, one, admin = seen
    assert (open_.key_id, open_.sees_all, open_.may("write")) == (None, True, True)
    assert (one.groups, one.sees_all, one.may("read")) == (("hr", "legal"), False, False)
    assert (admin.groups, admin.sees_all, admin.may("search")) == ((), True, True)
    assert one.key_id != admin.key_id


def test_key_over_its_rate_waits_and_others_do_not(come_from: Any, make_key: Any) -> None:
    clock = Clock()
    client = come_from(THERE, clock, rate_per_key="2/minute")
    one, two = make_key("search"), make_key("search")
    assert [client.get(SEARCH, headers=one).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(SEARCH, headers=one)
    assert code(refused) == "429 rate-limited"
    assert refused.headers["Retry-After"] == "60"
    assert "2 requests per minute" in refused.json()["detail"]
    assert client.get(SEARCH, headers=two).status_code == 200
    assert client.get("/healthz").status_code == 200
    clock.seconds = 60
    assert client.get(SEARCH, headers=one).status_code == 200


def test_address_over_its_rate_waits_whatever_its_keys(come_from: Any, make_key: Any) -> None:
    client = come_from(THERE, Clock(), rate_per_address="3/minute")
    answers = [client.get(SEARCH, headers=make_key("search")).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    elsewhere = come_from(("203.0.113.10", 1))
    assert elsewhere.get(SEARCH, headers=make_key("search")).status_code == 200


def test_open_service_counts_other_addresses_and_not_its_own(come_from: Any) -> None:
    there = come_from(THERE, Clock(), rate_per_address="1/minute")
    assert [there.get(SEARCH).status_code for _ in range(2)] == [200, 429]
    for address in (HERE, ("::1", 1), None):
        own = come_from(address)
        assert [own.get(SEARCH).status_code for _ in range(3)] == [200, 200, 200]


def test_wrong_keys_are_answered_less_often_and_good_ones_still_work(
    come_from: Any, make_key: Any
) -> None:
    clock = Clock()
    client = come_from(THERE, clock, rate_of_failures="2/minute")
    good = make_key("search")
    wrong = {"X-API-Key": "ps_zzzzzzzz_" + "A" * 43}
    answers = [code(client.get(SEARCH, headers=wrong)) for _ in range(3)]
    assert answers == ["401 key-invalid", "401 key-invalid", "429 rate-limited"]
    assert client.get(SEARCH, headers=good).status_code == 200
    assert come_from(HERE).get(SEARCH, headers=wrong).status_code == 401


def test_forwarded_address_counts_behind_a_trusted_proxy_only(come_from: Any) -> None:
    def asks(client: TestClient, address: str) -> int:
        return client.get(SEARCH, headers={"X-Forwarded-For": address}).status_code

    proxy = come_from(PROXY, Clock(), rate_per_address="1/minute", trusted_proxies="10.0.0.0/8")
    answers = [asks(proxy, address) for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")]
    assert answers == [200, 429, 200]
    liar = come_from(THERE)
    assert [asks(liar, address) for address in ("192.0.2.7", "192.0.2.8")] == [200, 429]


def test_request_counts_once(come_from: Any, make_key: Any) -> None:
    app: Any = come_from(THERE, Clock(), rate_per_key="100/minute").app
    client = TestClient(app, client=THERE)
    headers = make_key("search")
    for _ in range(3):
        client.post("/v1/search", json={"q": "leave"}, headers=headers)
    access = app.state.access
    assert (access._per_key.windows.events, access._per_address.windows.events) == (3, 3)
