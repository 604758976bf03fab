"""RESULTS.md: the figures of one run as tables, each beside its ratio to the plain pipeline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from service.bench.levels import Level
from service.bench.report import peak_of, told_failures
from tests.bench.end_to_end.measuring import Measured, Part

MIB = 2**20
_VERSIONS = (
    "torch", "sentence-transformers", "transformers", "onnxruntime", "faiss-cpu", "fastapi",
    "uvicorn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Results:
    """A whole run. `about`: lines on the machine and the work; `notes`: how to read the tables."""

    about: list[str]
    systems: list[Measured]
    parts: list[Part]
    notes: list[str] = field(default_factory=list)


def markdown(results: Results, pictures: Sequence[str]) -> str:
    """The file's text."""
    sections = [
        "# End to end: figures of one run",
        "Written by `make bench`; do not edit. In brackets: the ratio to (b), the plain pipeline, "
        "in the same run. Below 1.00 is faster or smaller; of answers and clauses a second, above "
        "1.00 is faster.",
        "\n".join(f"- {line}" for line in results.about),
        "## Answers, and what they take",
        _table(_summary(results.systems)),
        *(f"![{name}]({name})" for name in pictures),
        "## By number of clients",
        _table(_by_clients(results.systems)),
        "## Parts",
        _table(_parts(results.parts)),
        "## Notes",
        "\n".join(f"- {note}" for note in results.notes),
    ]
    return "\n\n".join(sections) + "\n"


def versions() -> str:
    """The versions that this service and the plain pipeline run on."""
    return ", ".join(f"{name} {version(name)}" for name in _VERSIONS)


def beside(value: float | None, base: float | None, digits: int = 1) -> str:
    """A figure with its ratio to the plain pipeline's: `12.3 (0.41)`."""
    if value is None or math.isnan(value):
        return "–"
    told = f"{value:.{digits}f}"
    if not base or math.isnan(base):
        return told
    return f"{told} ({value / base:.2f})"


def base_of(systems: Sequence[Measured]) -> Measured | None:
    """The plain pipeline's figures, where it ran."""
    return next((s for s in systems if s.name == "plain" and s.failure is None), None)


def level_of(system: Measured | None, clients: int) -> Level | None:
    """A system's figures at one number of clients."""
    levels = system.levels if system else ()
    return next((level for level in levels if level.load.clients == clients), None)


def _summary(systems: Sequence[Measured]) -> list[list[str]]:
    base = base_of(systems)
    counts = sorted({level.load.clients for s in systems for level in s.levels})
    rows = [
        ["System", "nDCG@10", "Recall@10, other language", "Hits an answer",
         *(f"p50 ms, {counts[0]} client" for _ in counts[:1]),
         *(f"Answers/s, {counts[-1]} clients" for _ in counts[:1]),
         "CPU ms an answer", "Peak memory MiB", "Start s"]
    ]  # fmt: skip
    for system in systems:
        if system.failure is not None or system.quality is None:
            rows.append([system.label, system.failure or "no figures", *[""] * (len(rows[0]) - 2)])
            continue
        quality = base.quality if base else None
        first, last = level_of(system, counts[0]), level_of(system, counts[-1])
        base_first, base_last = level_of(base, counts[0]), level_of(base, counts[-1])
        rows.append(
            [
                system.label,
                beside(system.quality.ndcg, quality and quality.ndcg, 3),
                beside(system.quality.cross_recall, quality and quality.cross_recall, 3),
                f"{system.quality.hits:.1f}",
                beside(first and first.load.p50, base_first and base_first.load.p50),
                beside(last and last.load.throughput, base_last and base_last.load.throughput),
                beside(_cpu(system), _cpu(base)),
                beside(_peak(system), _peak(base), 0),
                beside(system.ready_seconds, base and base.ready_seconds),
            ]
        )
    return rows


def _by_clients(systems: Sequence[Measured]) -> list[list[str]]:
    rows = [
        ["Clients", "System", "p50 ms", "p95 ms", "p99 ms", "Answers/s", "Answers", "CPU s",
         "CPU ms an answer", "Failed", "Load before"]
    ]  # fmt: skip
    base = base_of(systems)
    for clients in sorted({level.load.clients for s in systems for level in s.levels}):
        plain = level_of(base, clients)
        for system in systems:
            level = level_of(system, clients)
            if level is None:
                continue
            load, other = level.load, plain.load if plain else None
            rows.append(
                [
                    str(clients),
                    system.label,
                    beside(load.p50, other and other.p50),
                    beside(load.p95, other and other.p95),
                    beside(load.p99, other and other.p99),
                    beside(load.throughput, other and other.throughput),
                    str(load.answers),
                    beside(level.cpu_seconds, None),
                    beside(level.cpu_ms, plain and plain.cpu_ms),
                    told_failures(load.failures),
                    beside(level.load_before, None),
                ]
            )
    return rows


def _parts(parts: Sequence[Part]) -> list[list[str]]:
    rows = [["Part", "policy-search", "Plain pipeline", "Load before"]]
    for part in parts:
        rows.append(
            [
                f"{part.name}, {part.unit}",
                beside(part.ours, part.plain, 2),
                beside(part.plain, None, 2),
                beside(part.load_before, None),
            ]
        )
    return rows


def _cpu(system: Measured | None) -> float | None:
    """Milliseconds of processor time an answer, over all levels."""
    levels = system.levels if system else ()
    answers = sum(level.load.answers for level in levels)
    if not answers or any(level.cpu_seconds is None for level in levels):
        return None
    return 1000 * sum(level.cpu_seconds or 0.0 for level in levels) / answers


def _peak(system: Measured | None) -> float | None:
    peak = peak_of(system.levels) if system else None
    return None if peak is None else peak / MIB


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
