"""Running the benchmark's child processes: commands that print figures, and servers."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service.bench.processes import started, tail
from service.errors import BenchError
from service.settings import ENV_PREFIX

# No file is fetched, and no setting of this machine's user comes in but where the model is kept.
_CLEAN = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "ANONYMIZED_TELEMETRY": "false",
}
LONGEST_SECONDS = 3600.0


def forget_settings() -> None:
    """Takes the settings out of this process's environment, and so out of its children's."""
    for name in list(os.environ):
        if name.startswith(ENV_PREFIX) and name not in (
            f"{ENV_PREFIX}CACHE",
            f"{ENV_PREFIX}SHARED",
        ):
            del os.environ[name]
    os.environ.update(_CLEAN)


def figures_of(
    command: Sequence[str], log: Path, variables: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a command prints as the last line of its output, as JSON. Raises `BenchError`."""
    with started(command, log, variables) as process:
        try:
            code = process.wait(LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            raise BenchError(f"{command[1]} took more than {LONGEST_SECONDS:.0f} s") from None
    lines = log.read_text("utf-8", "replace").splitlines()
    if code != 0 or not lines:
        raise BenchError(f"ended with code {code}:\n{tail(log)}")
    found = next((line for line in reversed(lines) if line.startswith("{")), None)
    if found is None:
        raise BenchError(f"printed no figures:\n{tail(log)}")
    figures: dict[str, Any] = json.loads(found)
    return figures


def seconds_of(command: Sequence[str], log: Path) -> float:
    """How long a command takes from its start to its end. Raises `BenchError`."""
    began = time.perf_counter()
    with started(command, log) as process:
        code = process.wait(LONGEST_SECONDS)
        took = time.perf_counter() - began
    if code != 0:
        raise BenchError(f"ended with code {code}:\n{tail(log)}")
    return took


class Asking:
    """A kept connection for a few questions whose answers are read."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)

    def get(self, target: str) -> Any:
        """An answer's JSON. Raises `BenchError` for any status but 200."""
        self._connection.request("GET", target)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise BenchError(f"{target}: {answer.status}: {body[:200]!r}")
        return json.loads(body)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
