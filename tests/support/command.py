"""The command `policy-search` inside the tests' own process."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from service import cli


@dataclass(frozen=True)
class Done:
    """What the command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


@contextmanager
def running(
    index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    """Runs the command on an index; no setting comes from the machine, and the log is put back."""
    for name in list(os.environ):
        if name.startswith("POLICY_SEARCH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("POLICY_SEARCH_INDEX", str(index))

    def run_command(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["policy-search", *map(str, arguments)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = leaving.code or 0
        captured = capsys.readouterr()
        assert isinstance(code, int)
        return Done(code, captured.out, captured.err)

    log = logging.getLogger()
    handlers, level = log.handlers[:], log.level
    try:
        yield run_command
    finally:
        log.handlers[:] = handlers  # `serve` sets up the log of the whole process
        log.setLevel(level)
        logging.captureWarnings(False)
