"""`policy-search serve` in a process of its own, for as long as it is measured."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer.catalogue import open_catalogue
from service.access.keys import KeyFile
from service.bench.processes import free_port, started, wait_until
from service.settings import ENV_PREFIX, Settings

READY_SECONDS = 300.0
"""What a service may take until it is ready; converting the model, once, is in it."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service to ask: where, with which headers, and its process where it is ours."""

    url: str
    headers: dict[str, str]
    pid: int | None = None
    ready_seconds: float | None = None


def serve_command(settings: Settings) -> list[str]:
    """The command that serves an index, but for its host and port."""
    return [
        *(sys.executable, "-m", "service.cli", "serve"),
        *("--index", str(settings.index), "--model", settings.model),
    ]


@contextmanager
def running(
    settings: Settings,
    command: Callable[[Settings], list[str]] = serve_command,
    more: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Serves the index on loopback; `more` are further settings, as variables without the prefix.

    Where the index has keys, the service asks for keys as well, but for one that is made for this
    run, is nowhere kept, and is not counted against the rates. Raises `BenchError` when it does not
    become ready, `IndexerError` where there is no index that can be read.
    """
    with open_catalogue(settings.index):
        pass  # a service would wait for an index that is not there, or cannot be read
    port = free_port()
    with TemporaryDirectory(prefix="policy-search-bench-") as folder:
        log = Path(folder) / "serve.log"
        variables = {"HOST": "127.0.0.1", "PORT": str(port), **(more or {})}
        headers: dict[str, str] = {}
        if KeyFile(settings.keys_file).any():
            keys = Path(folder) / "keys.sqlite"
            _, text = KeyFile(keys).create("bench", ["admin"])
            headers["Authorization"] = f"Bearer {text}"
            variables |= {"KEYS": str(keys), "RATE_PER_KEY": "off", "RATE_PER_ADDRESS": "off"}
        named = {ENV_PREFIX + name: value for name, value in variables.items()}
        began = time.perf_counter()
        with started(command(settings), log, named) as process:
            url = f"http://127.0.0.1:{port}"
            wait_until(process, f"{url}/readyz", log, READY_SECONDS, headers)
            yield Running(url, headers, process.pid, time.perf_counter() - began)
