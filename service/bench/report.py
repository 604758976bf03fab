"""What a benchmark found, for people and for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from service.bench.levels import Level

_HEADINGS = ("clients", "answers/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms/answer", "failed")


def print_heading() -> None:
    """The head of the table."""
    print("  ".join(f"{heading:>9}" for heading in _HEADINGS), flush=True)


def print_level(level: Level) -> None:
    """A line of the table."""
    load = level.load
    cells = (
        str(load.clients),
        f"{load.throughput:.1f}",
        *(f"{value:.1f}" for value in (load.p50, load.p95, load.p99)),
        "" if level.cpu_ms is None else f"{level.cpu_ms:.1f}",
        told_failures(load.failures),
    )
    widths = (max(9, len(heading)) for heading in _HEADINGS)
    row = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    print(row, flush=True)


def told_failures(failures: dict[str, int]) -> str:
    """`429 × 12, ConnectionResetError × 1`; `0` where there are none."""
    return ", ".join(f"{name} × {count}" for name, count in sorted(failures.items())) or "0"


def level_as_json(level: Level) -> dict[str, Any]:
    """A level, for programs."""
    return asdict(level) | {"throughput": level.load.throughput, "cpu_ms": level.cpu_ms}


def peak_of(levels: Sequence[Level]) -> int | None:
    """The largest memory of the levels, in bytes."""
    return max((level.peak_bytes for level in levels if level.peak_bytes), default=None)


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(x.split(":", 1)[1].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def machine() -> str:
    """Processor, the cores that may be used, and Python."""
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    return f"{processor()}, {len(usable)} cores, Python {platform.python_version()}"
