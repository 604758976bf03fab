"""Real processes: how they leave, what they log, and how several share one index."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from indexer.lifecycle import Delete, Put, apply_changes

HERE = Path(__file__).parent
SECONDS = 60.0
"""Longest wait for a process on a busy machine."""

EXPENSES = b"""\
Lanternworks Expenses Policy

1. Travel

1.1 Train tickets are refunded within ten days of the claim.
"""


class Served:
    """A service in a process of its own."""

    def __init__(self, index: Path, **variables: object) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("POLICY_SEARCH_")}
        given = {name: str(value) for name, value in variables.items()}
        self.process = subprocess.Popen(
            [sys.executable, HERE / "served.py", index],
            env=clean | {"PYTHONPATH": str(HERE.parents[1])} | given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors: list[str] = []
        self.prints: list[str] = []
        for stream, lines in (
            (self.process.stderr, self.errors),
            (self.process.stdout, self.prints),
        ):
            assert stream is not None
            threading.Thread(target=lines.extend, args=(stream,), daemon=True).start()

    def log(self, event: str) -> list[dict[str, Any]]:
        """The lines of an event; every line that was logged has to be JSON."""
        return [line for line in map(json.loads, self.errors[:]) if line["event"] == event]

    @property
    def port(self) -> int:
        until(lambda: bool(self.log("ready")), "\n".join(self.errors))
        return int(self.log("ready")[0]["url"].rsplit(":", 1)[1])

    def get(self, target: str) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request("GET", target)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def generation(self) -> int:
        return int(self.get("/readyz")[1]["index"]["generation"])

    def ends(self) -> float:
        """Seconds until the process has ended by itself."""
        started = time.monotonic()
        self.process.wait(SECONDS)
        return time.monotonic() - started


Serve = Callable[..., Served]


def until(condition: Callable[[], bool], story: str = "") -> float:
    """Seconds until something holds."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < SECONDS, f"it did not happen in time {story}"
        time.sleep(0.02)
    return time.monotonic() - started


@pytest.fixture
def serve(root: Path, folder: Path, encoder: Any) -> Iterator[Serve]:
    """Starts services over the index of two policies."""
    build_index([folder], root, encoder)
    running: list[Served] = []

    def start(**variables: object) -> Served:
        running.append(Served(root, **variables))
        return running[-1]

    yield start
    for served in running:
        served.process.kill()
        served.process.wait(SECONDS)
        for stream in (served.process.stdout, served.process.stderr):
            assert stream is not None
            stream.close()


def ask_slowly(served: Served) -> tuple[threading.Thread, list[tuple[int, Any]]]:
    """Asks a question that takes its time, and waits until it is being answered."""
    answers: list[tuple[int, Any]] = []
    asking = threading.Thread(
        target=lambda: answers.append(served.get("/v1/search?q=leave+slowly")), daemon=True
    )
    asking.start()
    until(lambda: "slow question\n" in served.prints)
    return asking, answers


def test_running_request_is_finished_while_readiness_says_no(serve: Serve) -> None:
    served = serve(SLOWLY=3)
    assert served.get("/readyz")[0] == 200
    asking, answers = ask_slowly(served)
    served.process.send_signal(signal.SIGTERM)
    until(lambda: served.get("/readyz")[0] == 503)
    assert answers == [], "readiness did not wait for the running request"
    problem = served.get("/readyz")[1]
    assert problem["code"] == "shutting-down"
    assert served.get("/healthz")[0] == 200
    asking.join(SECONDS)
    ((status, found),) = answers
    assert (status, bool(found["hits"])) == (200, True)
    assert served.ends() < 10
    assert served.process.returncode == -signal.SIGTERM
    assert served.log("Application shutdown complete.")
    assert served.log("shutting down")[0]["running_requests"] == 1


def test_request_that_takes_too_long_is_told_and_does_not_hold_up_the_end(serve: Serve) -> None:
    served = serve(SLOWLY=300, POLICY_SEARCH_SHUTDOWN_SECONDS=0.5)
    assert served.get("/readyz")[0] == 200
    asking, answers = ask_slowly(served)
    served.process.send_signal(signal.SIGTERM)
    assert served.ends() < 15
    asking.join(SECONDS)
    ((status, problem),) = answers
    assert (status, problem["code"]) == (503, "shutting-down")
    cut_off = served.log("request")[-1]
    assert (cut_off["status"], cut_off["code"]) == (503, "shutting-down")
    assert not [line for line in served.errors if "Traceback" in line]


def test_work_that_cannot_be_stopped_does_not_hold_up_the_end(serve: Serve) -> None:
    served = serve(LOADING=300, POLICY_SEARCH_SHUTDOWN_SECONDS=0)
    until(lambda: any("running on" in line for line in served.errors))
    served.process.send_signal(signal.SIGTERM)
    assert served.ends() < 15
    assert served.process.returncode == 1
    assert served.log("shutting down took too long: the process ends with work undone")


def test_idle_connection_does_not_hold_up_the_end(serve: Serve) -> None:
    served = serve()
    kept = HTTPConnection("127.0.0.1", served.port, timeout=SECONDS)
    kept.request("GET", "/healthz")
    assert kept.getresponse().read() == b'{"status":"ok"}'
    served.process.send_signal(signal.SIGTERM)
    assert served.ends() < 8, "less than POLICY_SEARCH_SHUTDOWN_SECONDS"
    kept.close()


def test_load_balancers_get_time_to_notice(serve: Serve) -> None:
    served = serve(POLICY_SEARCH_SHUTDOWN_DELAY_SECONDS=2)
    assert served.get("/readyz")[0] == 200
    served.process.send_signal(signal.SIGTERM)
    until(lambda: served.get("/readyz")[0] == 503)
    assert served.get("/v1/search?q=leave")[0] == 200
    assert served.ends() < 10


def test_every_line_is_json_and_one_belongs_to_each_request(serve: Serve) -> None:
    served = serve(POLICY_SEARCH_MAX_LIMTI=5)
    served.get("/v1/search?q=my+secret+illness&limit=1")
    served.get("/v1/policies/nobodys")
    until(lambda: len(served.log("request")) == 2)
    assert [(line["path"], line["status"]) for line in served.log("request")] == [
        ("/v1/search", 200),
        ("/v1/policies/nobodys", 404),
    ]
    assert any("POLICY_SEARCH_MAX_LIMIT?" in line for line in served.errors)
    assert not [line for line in served.errors if "secret" in line]
    assert served.prints == [], "nothing but the log where no person looks on"


def test_service_goes_on_where_nobody_reads_what_it_prints(serve: Serve) -> None:
    served = serve(POLICY_SEARCH_LOG_FORMAT="text", PYTHONUNBUFFERED="1", DEAF="1")
    until(lambda: any("could not tell" in line for line in served.errors))
    assert served.process.poll() is None
    served.process.send_signal(signal.SIGTERM)
    assert served.ends() < 8


def test_processes_of_one_index_see_what_another_writes(
    serve: Serve, root: Path, folder: Path, encoder: Any, run: Callable[..., Any]
) -> None:
    refresh = 0.5
    both = [serve(POLICY_SEARCH_REFRESH_SECONDS=refresh) for _ in range(2)]
    assert [served.generation() for served in both] == [1, 1]

    apply_changes([Put("expenses", EXPENSES, ".txt")], root, encoder)
    assert until(lambda: [served.generation() for served in both] == [2, 2]) < refresh + 1
    for served in both:
        answer = served.get("/v1/search?q=when+are+train+tickets+refunded")[1]
        assert (answer["index"]["generation"], answer["hits"][0]["policy"]["id"]) == (2, "expenses")

    apply_changes([Delete("expenses")], root, encoder)
    assert until(lambda: [served.generation() for served in both] == [3, 3]) < refresh + 1
    assert [served.get("/v1/policies/expenses")[0] for served in both] == [404, 404]

    leave = folder / "leave.txt"
    leave.write_text(leave.read_text("utf-8") + "\n3. Study\n\n3.1 Study leave is paid.\n", "utf-8")
    assert run("index", folder).code == 0
    assert until(lambda: [served.generation() for served in both] == [4, 4]) < refresh + 1
    for served in both:
        clauses = served.get("/v1/policies/leave/clauses")[1]["clauses"]
        assert "Study leave is paid." in clauses[-1]["text"]
