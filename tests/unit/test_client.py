"""The client by itself: what it sends, when it sends it again, and what it raises."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.client import AsyncPolicySearch, PolicySearch, PolicySearchError, calls, flow

ROOT = Path(__file__).resolve().parents[2]
Answers = list[httpx.Response | Exception]
VERSION = {"version": "1", "python": "3", "model": None, "fingerprint": None, "generation": None}
BUSY = {"code": "rate-limited", "detail": "Too many requests.", "request_id": "r1", "errors": []}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were paused, without pausing."""
    monkeypatch.delenv("POLICY_SEARCH_KEY", raising=False)
    paused: list[float] = []

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr("service.client.clients.time.sleep", paused.append)
    monkeypatch.setattr("service.client.clients.asyncio.sleep", sleep)
    return paused


class Service(httpx.MockTransport):
    """Gives prepared answers, the last one again and again, and remembers the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        super().__init__(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def busy(status: int = 429, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=BUSY, headers=headers)


OK = httpx.Response(200, json=VERSION)


def test_busy_service_is_asked_again_when_it_says(pauses: list[float]) -> None:
    service = Service(busy(**{"Retry-After": "7"}), busy(503), OK)
    with PolicySearch(transport=service) as client:
        assert client.version().version == "1"
    assert len(service.requests) == 3
    assert pauses[0] == 7
    assert 0.5 <= pauses[1] <= 1


def test_retries_come_to_an_end(pauses: list[float]) -> None:
    service = Service(busy())
    with (
        PolicySearch(transport=service, retries=2) as client,
        pytest.raises(PolicySearchError, match="Too many requests") as raised,
    ):
        client.version()
    assert (raised.value.code, raised.value.status) == ("rate-limited", 429)
    assert (len(service.requests), len(pauses)) == (3, 2)


def test_service_that_asks_for_an_hour_is_not_asked_again(pauses: list[float]) -> None:
    service = Service(busy(**{"Retry-After": "3600"}), OK)
    with PolicySearch(transport=service) as client, pytest.raises(PolicySearchError):
        client.version()
    assert (len(service.requests), pauses) == (1, [])


@pytest.mark.parametrize(
    ("ask", "sent"),
    [
        (lambda c: c.search("x"), 4),
        (lambda c: c.put("a", text="x"), 4),
        (lambda c: c.delete("a"), 4),
        (lambda c: c.import_policies(b"zip"), 1),
        (lambda c: c.ready(), 1),
    ],
)
def test_what_may_not_be_sent_twice_is_sent_once(
    ask: Callable[[PolicySearch], object], sent: int
) -> None:
    service = Service(busy(503))
    with PolicySearch(transport=service) as client, pytest.raises(PolicySearchError):
        ask(client)
    assert len(service.requests) == sent


@pytest.mark.parametrize("status", [400, 401, 404, 412, 422, 500, 502])
def test_other_refusals_are_not_asked_again(status: int, pauses: list[float]) -> None:
    service = Service(busy(status), OK)
    with PolicySearch(transport=service) as client, pytest.raises(PolicySearchError) as raised:
        client.version()
    assert (raised.value.status, pauses) == (status, [])


def test_retry_after_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 17 < flow.pause_after(busy(**{"Retry-After": soon}), 0) <= 20
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    for value in (past, "soon", "-5", "", "²"):
        response = httpx.Response(503, headers=[(b"Retry-After", value.encode())])
        assert flow.pause_after(response, 0) <= 0.5


def test_key_is_the_argument_else_the_environment_and_is_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLICY_SEARCH_KEY", "ps_environment\n")
    for key, sent in (
        (None, "Bearer ps_environment"),
        ("ps_given", "Bearer ps_given"),
        ("", None),
    ):
        service = Service(OK)
        with PolicySearch(transport=service, key=key) as client:
            client.version()
            assert "ps_" not in repr(client)
        assert service.requests[0].headers.get("Authorization") == sent


def test_ids_of_any_script_are_sent_as_one_part_of_the_path_under_the_base() -> None:
    service = Service(httpx.Response(404, json={"code": "clause-not-found", "detail": "x"}))
    with PolicySearch("https://wiki.example/search/", transport=service) as client:
        for ask in (client.clause, client.policy, client.clauses):
            with pytest.raises(PolicySearchError):
                ask("差旅@1/2#四.a b?")
    paths = [request.url.raw_path for request in service.requests]
    part = b"%E5%B7%AE%E6%97%85%401%2F2%23%E5%9B%9B.a%20b%3F"
    assert paths[0] == b"/search/v1/clauses/" + part
    assert paths[1] == b"/search/v1/policies/" + part
    assert paths[2] == b"/search/v1/policies/" + part + b"/clauses?offset=0"


def test_string_for_several_values_is_one_value() -> None:
    call = calls.search("q", lang="zh", year=2025, policy_id=["a", "b"], as_of="2025-01-01")
    assert call.content is not None
    assert httpx.Response(200, content=call.content).json()["filter"] == {
        "lang": ["zh"],
        "year": [2025],
        "policy_id": ["a", "b"],
        "as_of": "2025-01-01",
    }


def test_connection_that_fails_is_the_clients_error() -> None:
    for failure, code in (
        (httpx.ConnectError("refused"), "unreachable"),
        (httpx.ReadTimeout("slow"), "no-answer"),
    ):
        service = Service(failure)
        with (
            PolicySearch(transport=service) as client,
            pytest.raises(PolicySearchError, match=r"127\.0\.0\.1:8080") as raised,
        ):
            client.version()
        assert (raised.value.code, raised.value.status) == (code, 0)


def test_answers_of_something_else_are_told_as_such() -> None:
    for answer, code in (
        (httpx.Response(502, text="<h1>Bad Gateway</h1>"), "http-502"),
        (httpx.Response(500, json=["no problem"]), "http-500"),
        (httpx.Response(302, headers={"Location": "/login"}), "http-302"),
        (httpx.Response(200, text="<h1>Welcome</h1>"), "answer-unexpected"),
        (httpx.Response(200, json={"version": 1}), "answer-unexpected"),
    ):
        with (
            PolicySearch(transport=Service(answer)) as client,
            pytest.raises(PolicySearchError) as raised,
        ):
            client.version()
        assert raised.value.code == code


def test_error_survives_pickling() -> None:
    error = PolicySearchError("c", 400, "d", (), "r")
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def task(state: str, **more: Any) -> httpx.Response:
    answer = {
        "id": "t",
        "state": state,
        "done": 0,
        "total": 1,
        "outcomes": [],
        "url": "/v1/tasks/t",
    }
    return httpx.Response(200, json=answer | more)


def test_wait_ends_when_the_task_does(pauses: list[float]) -> None:
    service = Service(task("waiting"), task("running"), busy(503), task("done", done=1))
    with PolicySearch(transport=service) as client:
        waiting = client.task("t")
        assert (waiting.state, waiting.wait().done) == ("waiting", 1)
    assert len(pauses) == 2
    with PolicySearch(transport=Service(task("failed", error="disk full"))) as client:
        with pytest.raises(PolicySearchError, match="disk full") as failed:
            client.task("t").wait()
        assert failed.value.code == "task-failed"
    with PolicySearch(transport=Service(task("running"))) as client:
        with pytest.raises(PolicySearchError, match="0 of 1 policies") as unfinished:
            client.task("t").wait(timeout=0)
        assert unfinished.value.code == "task-unfinished"


def test_awaiting_client_retries_and_raises_alike(pauses: list[float]) -> None:
    async def scenario() -> None:
        service = Service(busy(), OK)
        async with AsyncPolicySearch(transport=service) as client:
            assert (await client.version()).version == "1"
        assert (len(service.requests), len(pauses)) == (2, 1)
        async with AsyncPolicySearch(transport=Service(httpx.ConnectError("no"))) as client:
            with pytest.raises(PolicySearchError, match="cannot be reached"):
                await client.version()

    asyncio.run(scenario())


def test_both_clients_have_the_same_methods_and_parameters() -> None:
    def methods(kind: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(value).parameters)
            for name, value in vars(kind).items()
            if callable(value) and not name.startswith("_") and name not in ("close", "aclose")
        }

    assert methods(PolicySearch) == methods(AsyncPolicySearch)
    assert methods(PolicySearch)["clauses"] == ["self", "policy_id", "version", "limit", "offset"]
    assert PolicySearch.diff.__doc__


def test_one_source_of_a_policy_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one of text, path and data"):
        calls.put("a")
    with pytest.raises(ValueError, match="one of text, path and data"):
        calls.put("a", text="x", data=b"x")
    with pytest.raises(ValueError, match="content_type"):
        calls.put("a", data=b"x")
    with pytest.raises(FileNotFoundError):
        calls.put("a", path=tmp_path / "none.md")


def test_importing_the_client_loads_neither_service_nor_encoder() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import service.client\n"
        "heavy = {'torch', 'faiss', 'fastapi', 'starlette', 'uvicorn', 'numpy', 'onnxruntime',"
        " 'sentence_transformers', 'indexer', 'models'}\n"
        "print(sorted(heavy & set(sys.modules)), 'httpx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
