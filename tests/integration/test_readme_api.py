"""The README's API examples, run as they stand against a service over the sample policies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index
from service.app import create_app
from service.client import PolicySearch, PolicySearchError
from service.settings import Settings
from tests.support.server import serving

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- api-examples -->", "<!-- /api-examples -->"
URL_IN_EXAMPLES = "http://127.0.0.1:8080"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# A refused request is a failed example; curl tells only when asked to.
PRELUDE = "curl() { command curl --fail-with-body -sS --noproxy '*' \"$@\"; }\n"


@dataclass(frozen=True)
class Example:
    language: str
    code: str


@dataclass
class Served:
    """The running service, its OpenAPI document, and the requests that came."""

    url: str
    openapi: dict[str, Any]
    requests: list[tuple[str, str]]


def document() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def examples() -> list[Example]:
    between = document().partition(BEGIN)[2].partition(END)[0]
    return [Example(language, code) for language, code in FENCE.findall(between)]


def operations(openapi: dict[str, Any]) -> set[tuple[str, str]]:
    return {(m.upper(), path) for path, methods in openapi["paths"].items() for m in methods}


def operation_of(method: str, path: str, openapi: dict[str, Any]) -> tuple[str, str] | None:
    """The operation that a request's path belongs to; a literal path goes before a pattern."""
    for template in sorted(openapi["paths"], key=lambda path: path.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in openapi["paths"][template]:
            return method, template
    return None


@pytest.fixture
def served(root: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.delenv("POLICY_SEARCH_KEY", raising=False)
    build_index([ROOT / "indexer" / "samples"], root, encoder)
    app = create_app(Settings(index=root, refresh_seconds=3600), encoder=encoder)
    requests: list[tuple[str, str]] = []

    async def recording(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            requests.append((scope["method"], scope["path"]))
        await app(scope, receive, send)

    with serving(recording) as url:
        with PolicySearch(url) as client:
            wait_until_ready(client)
        requests.clear()
        yield Served(url, app.openapi(), requests)


def wait_until_ready(client: PolicySearch) -> None:
    pause = threading.Event()
    while True:
        try:
            client.ready()
            return
        except PolicySearchError as error:
            if error.code != "not-ready":
                raise
            pause.wait(0.02)


def run_shell(code: str) -> None:
    python = Path(sys.executable).parent
    done = subprocess.run(
        ["sh", "-eu", "-c", PRELUDE + code],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{python}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


def test_every_example_works_and_every_route_has_one(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    found = examples()
    with PolicySearch(served.url) as client:
        before = [policy.id for policy in client.policies().policies]
    served.requests.clear()
    assert {example.language for example in found} == {"sh", "python"}
    for example in found:
        code = example.code.replace(URL_IN_EXAMPLES, served.url)
        if example.language == "sh":
            run_shell(code)
        else:
            exec(compile(code, "README.md", "exec"), names)
    names["client"].close()
    used = {operation_of(method, path, served.openapi) for method, path in served.requests}
    assert used == operations(served.openapi)
    with PolicySearch(served.url) as client:
        assert [policy.id for policy in client.policies().policies] == before


def test_table_names_every_route(encoder: Any, root: Path) -> None:
    openapi = create_app(Settings(index=root), encoder=encoder).openapi()
    table = [line for line in document().splitlines() if line.startswith("| `")]
    named = set(re.findall(r"`(GET|POST|PUT|DELETE) (/[^`?]*)", "\n".join(table)))
    assert operations(openapi) <= named


def test_failing_example_is_noticed(served: Served) -> None:
    with pytest.raises(AssertionError, match="policy-not-found"):
        run_shell(f"curl {served.url}/v1/policies/none\n")
    assert operation_of("GET", "/v1/policies/none", served.openapi) == (
        "GET",
        "/v1/policies/{policy_id}",
    )
    assert operation_of("POST", "/v1/policies/none", served.openapi) is None
