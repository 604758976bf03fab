"""A browser on the pages of a real service over the sample policies; `make test-browser`."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import serving

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "indexer" / "samples"
CACHE = ROOT / ".policy-search" / "browser"
AXE = Path(os.environ.get("AXE_PATH", CACHE / "node_modules" / "axe-core" / "axe.min.js"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "apt-get install chromium"
    with sync_playwright() as playwright:
        # Root has no sandbox in a container; the pages are our own.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def encoder(chromium: Any) -> Any:
    from service.runtime import load_encoder
    from service.settings import Settings

    return load_encoder(Settings())


@pytest.fixture(scope="session")
def index(encoder: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, the leave policy in two versions."""
    from indexer.build import build_index

    folder = tmp_path_factory.mktemp("samples")
    root = tmp_path_factory.mktemp("index") / "index"
    for sample in SAMPLES.iterdir():
        shutil.copy(sample, folder)
    build_index([folder], root, encoder)
    leave = folder / "leave-policy-en.md"
    text = leave.read_text(encoding="utf-8")
    leave.write_text(text.replace("2025", "2026").replace("must", "has to"), encoding="utf-8")
    build_index([folder], root, encoder)
    return root


@pytest.fixture(scope="session")
def make_service(encoder: Any, index: Path) -> Callable[..., Any]:
    """A running service: a context manager that gives its address."""
    from service.app import create_app
    from service.settings import Settings

    def make(**settings: Any) -> Any:
        app = create_app(Settings(index=index, **settings), encoder=encoder)
        serving_app = serving(app)
        return app, serving_app

    return make


@pytest.fixture(scope="session")
def service(make_service: Any) -> Iterator[str]:
    """The address of a service without keys."""
    _, running = make_service()
    with running as address:
        wait_until_ready(address)
        yield address


def until(page: Any, expression: str) -> None:
    """Wait until something holds in a page. Playwright's own way needs `eval`, which is refused."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never: {expression}")


def wait_until_ready(address: str) -> None:
    for _ in range(600):
        if httpx.get(address + "/readyz").status_code == 200:
            return
        time.sleep(0.05)
    raise AssertionError("the service did not become ready")


@pytest.fixture
def open_page(chromium: Any, service: str) -> Iterator[Callable[..., Any]]:
    """Opens a page of the service in a browser of its own.

    At the end no page may have asked another host, met the Content-Security-Policy, or failed.
    """
    contexts: list[Any] = []
    asked: list[str] = []
    complaints: list[str] = []

    def open_(path: str = "/", width: int = 1440, height: int = 900, **options: Any) -> Any:
        options.setdefault("locale", "en-GB")
        context = chromium.new_context(
            base_url=service, viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not [url for url in asked if not url.startswith((service + "/", "data:"))]
    assert not complaints
