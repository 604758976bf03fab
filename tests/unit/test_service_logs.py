"""One form for every line of the log, which no client can break, with nothing private in it."""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.logs import chosen_format, log_formatter, request_fields, set_up_logging
from service.settings import LogFormat, Settings

Lines = Callable[[], list[str]]
logger = logging.getLogger("somebody.else")


@pytest.fixture
def written(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """Lets the process log in JSON, or the parameter's form; gives the lines written so far."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log_formatter(getattr(request, "param", "json")))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: stream.getvalue().split("\n")[:-1]
    root.removeHandler(handler)
    root.setLevel(before)


BOTH = pytest.mark.parametrize("written", ["json", "text"], indirect=True)


def objects(written: Lines, event: str) -> list[dict[str, Any]]:
    return [found for line in written() if (found := json.loads(line))["event"] == event]


def own(written: Lines) -> list[str]:
    """The service's lines; the test's own client writes some as well."""
    return [line for line in written() if json.loads(line)["logger"].startswith("service.")]


def fail(message: str, a_local_variable: str) -> None:
    logger.info(len(a_local_variable))
    raise RuntimeError(message)


def test_line_of_a_library_has_the_same_form(written: Lines) -> None:
    logger.warning("disk %s is %d%% full", "/var", 93, extra={"disk": "/var"})
    (line,) = written()
    found = json.loads(line)
    assert found.pop("timestamp").endswith("Z")
    assert found == {
        "level": "warning",
        "event": "disk /var is 93% full",
        "logger": "somebody.else",
        "disk": "/var",
    }


@pytest.mark.parametrize("written", ["text"], indirect=True)
def test_text_is_one_readable_line(written: Lines) -> None:
    logger.info("request", extra={"path": "/v1/search", "status": 200, "q": 'the "年假" = ?'})
    (line,) = written()
    _stamp, rest = line.split(" ", 1)
    assert rest == (
        'info    somebody.else: request path=/v1/search status=200 q="the \\"年假\\" = ?"'
    )


def test_request_id_stands_in_every_line_of_a_request(written: Lines) -> None:
    with request_fields(request_id="r-1"):
        logger.info("inside")
    logger.info("outside")
    inside, outside = map(json.loads, written())
    assert (inside["request_id"], "request_id" in outside) == ("r-1", False)


FORGERIES = [
    'x\n{"level":"error","event":"forged"}',
    "x\r\n2026-01-05T08:30:00Z error   root: forged",
    "x\u2028forged\u0085forged\x0bforged\x0cforged\x1cforged",
    "\x1b[2J\x1b]0;forged\x07\x9b31m\x00\x7f",
    "\u202eforged\u2066",
    "\ud800forged",
]


@BOTH
@pytest.mark.parametrize("value", FORGERIES)
def test_value_of_a_client_cannot_forge_a_line(written: Lines, value: str) -> None:
    logger.info("client %s", value, extra={"given": value, "listed": [value]})
    (line,) = written()
    assert line.isprintable()
    assert len(line.splitlines()) == 1
    line.encode("utf-8")
    if line.startswith("{"):
        assert json.loads(line)["given"] == value


@BOTH
def test_traceback_cannot_forge_a_line_and_tells_no_variables(written: Lines) -> None:
    try:
        fail("boom\n2026-01-05T08:30:00Z error   root: forged\x1b[2J", "hunter" + "2")
    except RuntimeError:
        logger.exception("unexpected error")
    _, first, *rest = written()
    assert "unexpected error" in first
    assert all(line.startswith("    ") and line.isprintable() for line in rest)
    text = "\n".join([first, *rest])
    assert "Traceback (most recent call last)" in text
    assert "in fail" in text
    assert "boom" in text
    assert "hunter2" not in text


def test_form_is_text_on_a_terminal_and_json_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def chosen(stream: io.StringIO, given: LogFormat | None = None) -> str:
        monkeypatch.setattr(sys, "stderr", stream)
        return chosen_format(Settings(log_format=given))

    assert (chosen(Terminal()), chosen(io.StringIO())) == ("text", "json")
    assert (chosen(Terminal(), "json"), chosen(io.StringIO(), "text")) == ("json", "text")


def test_whole_process_logs_once_and_as_loud_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        for _ in range(2):
            set_up_logging(Settings(log_format="json", log_level="warning"))
        logger.info("too quiet")
        logging.getLogger("uvicorn.error").warning("loud\n", extra={"color_message": "\x1b[1m"})
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old\nhabits", DeprecationWarning, stacklevel=1)
    finally:
        logging.captureWarnings(False)
        root.handlers[:], _ = handlers, root.setLevel(level)
    loud, warning = map(json.loads, stream.getvalue().splitlines())
    assert (loud["event"], "color_message" in loud) == ("loud", False)
    assert "DeprecationWarning: old\nhabits" in warning["event"]


def test_line_of_a_request_names_the_key_by_its_id_alone(
    client: TestClient, written: Lines, tmp_path: Any
) -> None:
    from service.access.keys import KeyFile

    app: Any = client.app
    app.state.access.keys = keys = KeyFile(tmp_path / "keys.sqlite")
    key, text = keys.create("the wiki", ["search"])
    question = {"q": "my secret illness"}
    sent = {"Authorization": f"Bearer {text}", "X-Request-ID": "r1"}
    assert client.post("/v1/search?token=secret", json=question, headers=sent).status_code == 200
    assert client.get("/v1/policies", headers=sent).status_code == 403
    assert client.get("/v1/search?q=secret", headers={"X-API-Key": text + "x"}).status_code == 401
    found, forbidden, unknown = objects(written, "request")
    assert (found["key_id"], found["request_id"], found["status"]) == (key.id, "r1", 200)
    assert (forbidden["key_id"], forbidden["code"]) == (key.id, "scope-missing")
    assert ("key_id" in unknown, unknown["code"]) == (False, "key-invalid")
    everything = "\n".join(own(written))
    assert "secret" not in everything
    assert text.split("_")[-1] not in everything


def test_error_has_its_traceback_and_request_id(
    client: TestClient, index: Any, written: Lines
) -> None:
    index.failure = RuntimeError("the disk is gone")
    client.post("/v1/search", json={"q": "my secret illness"}, headers={"X-Request-ID": "r9"})
    (error,) = objects(written, "unexpected error")
    assert (error["level"], error["request_id"]) == ("error", "r9")
    assert "RuntimeError: the disk is gone" in error["exception"]
    assert "secret" not in "\n".join(own(written))


@pytest.mark.parametrize("wanted", [False, True])
def test_questions_are_logged_only_where_that_is_asked_for(
    client: TestClient, written: Lines, wanted: bool
) -> None:
    app: Any = client.app
    runtime = app.state.runtime
    runtime.settings = runtime.settings.model_copy(update={"log_queries": wanted})
    client.get("/v1/search?q=年假+leave", headers={"X-Request-ID": "r3"})
    found = objects(written, "search")
    assert [(line["q"], line["request_id"]) for line in found] == [("年假 leave", "r3")] * wanted
