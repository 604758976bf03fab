"""Servers as processes: starting them, what they use (Linux's /proc), ending them whole."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from service.errors import BenchError

PROC = Path("/proc")
ENDING_SECONDS = 10.0
"""What a server gets to end by itself before it is killed."""
_TAIL_LINES = 15


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tree of processes has used since it began.

    `peak_bytes` is the sum of each process's largest resident set (VmHWM). Pages that they share
    count in each, so of several processes it is an upper bound.
    """

    cpu_seconds: float
    peak_bytes: int
    processes: int


@dataclass(frozen=True, slots=True)
class Member:
    """A process; `began` tells it from a later one of the same number."""

    pid: int
    parent: int
    began: int
    cpu_ticks: int


def tree(root: int) -> list[Member]:
    """A process and all below it; empty where it is gone, or where there is no /proc."""
    every = {member.pid: member for member in _all()}
    found = [every[root]] if root in every else []
    for member in found:  # grows while it is walked
        found.extend(child for child in every.values() if child.parent == member.pid)
    return found


def usage(root: int) -> Usage | None:
    """What the tree of a process used; `None` where the system does not tell."""
    members = tree(root)
    if not members:
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    return Usage(
        cpu_seconds=sum(member.cpu_ticks for member in members) / ticks,
        peak_bytes=sum(_peak(member.pid) for member in members),
        processes=len(members),
    )


@contextmanager
def started(
    command: Sequence[str], log: Path, variables: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process with all that it starts, ended with the block however that ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(variables or {}),
            start_new_session=True,  # Ctrl-C comes to us, and we end it
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all below it, by their numbers: asked first, then killed."""
    members = tree(process.pid)
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_SECONDS)
        # What it started while it ended.
        members += [m for m in tree(process.pid) if m.pid not in {k.pid for k in members}]
    if process.poll() is None:
        process.kill()
        process.wait()
    still = {(member.pid, member.began) for member in _all()}
    for member in members:
        if member.pid != process.pid and (member.pid, member.began) in still:
            with suppress(ProcessLookupError):
                os.kill(member.pid, signal.SIGKILL)


def wait_until(
    process: subprocess.Popen[bytes],
    url: str,
    log: Path,
    seconds: float,
    headers: Mapping[str, str],
) -> float:
    """Seconds from now until a URL answers with 200.

    Raises `BenchError`, with the end of the log, when the process ends or takes too long.
    """
    from urllib.error import URLError
    from urllib.request import ProxyHandler, Request, build_opener

    opener = build_opener(ProxyHandler({}))
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if process.poll() is not None:
            raise BenchError(
                f"the server ended with code {process.returncode}:\n{tail(log)}".rstrip()
            )
        request = Request(url, headers=dict(headers))
        with (
            suppress(URLError, OSError, ValueError),
            opener.open(request, timeout=seconds) as answer,
        ):
            if answer.status == 200:
                return time.perf_counter() - began
        time.sleep(0.05)
    raise BenchError(f"{url} did not answer within {seconds:.0f} s:\n{tail(log)}".rstrip())


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def tail(log: Path) -> str:
    """The last lines of a log."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    return "\n".join(lines[-_TAIL_LINES:])


def load_average() -> float | None:
    """Runnable processes, averaged over the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def leave_on_signals() -> None:
    """From now on SIGTERM and SIGHUP end this process as an exception does: blocks are left."""

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)


def _all() -> list[Member]:
    found = []
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            found.append(_member(int(folder.name), (folder / "stat").read_text()))
    return found


def _member(pid: int, stat: str) -> Member:
    # proc(5). The name stands in brackets and may hold anything: fields count from behind it.
    fields = stat.rpartition(")")[2].split()
    own, ended_children = fields[11:13], fields[13:15]
    return Member(pid, int(fields[1]), int(fields[19]), sum(map(int, own + ended_children)))


def _peak(pid: int) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
