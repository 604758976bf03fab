"""This service and others, end to end over HTTP: speed, cost and quality, on the same work.

    python tests/bench/bench_end_to_end.py [--seconds S] [--clients 1,4,16,64] [--only NAME,…]

Writes RESULTS.md and two pictures beside this file. `make bench` installs the others first.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from service import package_version  # noqa: E402
from service.bench.processes import leave_on_signals, load_average  # noqa: E402
from service.bench.report import machine  # noqa: E402
from service.errors import BenchError  # noqa: E402
from tests.bench.end_to_end import systems  # noqa: E402
from tests.bench.end_to_end.corpus import export_clauses, find_data  # noqa: E402
from tests.bench.end_to_end.drawing import draw  # noqa: E402
from tests.bench.end_to_end.measuring import (  # noqa: E402
    choose,
    encoder_part,
    index,
    indexing_parts,
    measure_system,
    say,
    start_parts,
)
from tests.bench.end_to_end.results import Results, markdown, versions  # noqa: E402
from tests.bench.end_to_end.running import figures_of, forget_settings  # noqa: E402
from tests.bench.sections import replace_section  # noqa: E402

NOTES = [
    "Every system runs alone, on loopback, asked by a load generator in a process of its own over "
    "kept connections; each client asks its next question when it has its answer. Latencies and "
    "rates are of answers with status 200; the first two seconds do not count.",
    "All encode with the same weights (the embedded model's): this service in 8 bits by ONNX "
    "Runtime, the others in fp32 by torch, with the prompts `query: ` and `passage: `. All index "
    "the same clauses, as this project's parser cut them.",
    "“Its defaults”: hybrid, language-fair, no hits where nothing answers, and none that hardly "
    "can: what a user gets. “Ten hits always” (`min_relevance=0`) is the same work as the "
    "others'. This service also answers with citations, relevance, highlights and links, the "
    "others with ids, scores and texts.",
    "(c) txtai's API answers one search at a time (a lock of its own). It pools the vectors of "
    "tokens itself, and so leaves out the linear map that the model ends with.",
    "(d) Chroma's server compares vectors; text becomes a vector in its client. So a thin FastAPI "
    "application stands in front, with Chroma's embedding function for sentence-transformers: what "
    "a search from question to texts takes. Both processes count.",
    "Indexing: this service reads and parses the files, embeds a clause twice where it stands "
    "under headings (alone, and with them), and stores words, texts and vectors; the plain "
    "pipeline embeds clauses that were parsed before.",
    "CPU: user and system time of the server's processes in the measured time. Memory: the largest "
    "resident set of each process, added up. The load generator's own time is in neither, but it "
    "shares the cores.",
    "(a) and (b) run in one environment, with uvicorn on uvloop and h11; (c) in one of its own, on "
    "asyncio and h11; "
    "(d)'s has uvloop and httptools, which chromadb brings.",
    "No system keeps answers or vectors of questions, so that asking a text again saves nothing; "
    "this service does otherwise (`POLICY_SEARCH_QUERY_CACHE`), and is told not to here.",
]


def main() -> None:
    """Measures everything and writes the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15.0, help="for each number of clients")
    parser.add_argument("--clients", default="1,4,16,64")
    parser.add_argument("--only", default="", help="ours,plain,txtai,chroma: some of the systems")
    parser.add_argument("--rounds", type=int, default=3, help="of starts and of encoding")
    parser.add_argument("--work", type=Path, default=ROOT / ".policy-search" / "bench")
    parser.add_argument("--environments", type=Path, default=ROOT / ".venv-bench")
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    clients = [int(count) for count in given.clients.split(",")]
    only = set(filter(None, given.only.split(","))) or {"ours", "plain", "txtai", "chroma"}
    work: Path = given.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    leave_on_signals()
    forget_settings()
    os.chdir(ROOT)
    began, load = time.time(), load_average()

    # What was indexed before may be of other clauses or another encoder.
    for done in work.glob("*.indexed"):
        done.unlink()
    data = find_data()
    asked = data.asked
    say("the torch form of the embedded model")
    figures_of([systems.PYTHON, systems.PARTS, "export", str(work / "model")], work / "export.log")
    as_it_comes, always_ten = systems.ours(work, data.files)
    index(always_ten, work)
    clauses = export_clauses(work / "ours", work / "clauses.jsonl")

    cores = len(os.sched_getaffinity(0))
    environments = given.environments.resolve()
    choices, trial = systems.torch_choices(cores), min(given.seconds, 5.0)
    best, tried = choose([systems.plain(work, torch) for torch in choices], asked, trial, work)
    plain = systems.plain(work, choices[best])
    candidates = [as_it_comes, always_ten, plain]
    if "txtai" in only:
        found, told = best_txtai(cores, asked, trial, work, environments)
        candidates += found
        tried += told
    candidates.append(systems.chroma(work, environments, choices[best]))
    measured = [
        measure_system(system, data, clauses, asked, clients, given.seconds, work)
        for system in candidates
        if system.name.partition("-")[0] in only
    ]
    parts = [
        *encoder_part(asked, given.rounds, work),
        *indexing_parts(data, work),
        *start_parts(as_it_comes, plain, work, given.rounds),
    ]
    about = [
        machine(),
        time.strftime("%d %B %Y, %H:%M UTC", time.gmtime(began))
        + f", {(time.time() - began) / 60:.0f} minutes; load before: {load or 0:.1f}",
        f"policy-search {package_version()}; {versions()}; the others: {_pins()}",
        f"{data.name}: {len(data.files)} policies, {len(clauses)} clauses with text; "
        f"{len(data.questions)} questions in two languages for quality, {len(asked)} distinct "
        f"texts for load, asked in turn, {given.seconds:.0f} s for each number of clients",
        "torch's threads: what was best for one and for 16 clients together of what was tried, for "
        f"(b) and (d) {plain.setting}. Tried: " + "; ".join(tried),
    ]
    figures = {"systems": measured, "parts": parts, "about": about}
    (work / "results.json").write_text(
        json.dumps(figures, default=asdict, ensure_ascii=False, indent=2), "utf-8"
    )
    pictures = draw(measured, given.out)
    text = markdown(Results(about, measured, parts, NOTES), pictures)
    replace_section(given.out / "RESULTS.md", "end to end", text)
    print(text)


def best_txtai(
    cores: int, asked: list[str], seconds: float, work: Path, environments: Path
) -> tuple[list[systems.System], list[str]]:
    """txtai with the better number of threads, and what was tried."""
    ways = [systems.txtai(work, environments, count) for count in sorted({1, cores})]
    if ways[0][0].missing:
        return ways[0], []
    try:
        best, tried = choose([way[0] for way in ways], asked, seconds, work)
    except BenchError as error:
        say(f"txtai: {error}")  # measuring it says so again, in the table
        return ways[-1], []
    return ways[best], [f"(c) with {line}" for line in tried]


def _pins() -> str:
    files = [HERE / "end_to_end" / f"{name}.txt" for name in ("txtai", "chroma")]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    return ", ".join(
        line.replace("==", " ")
        for line in lines
        if "txtai[" in line or ("chroma" in line and "==" in line)
    )


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
