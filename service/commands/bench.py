"""`policy-search bench`: how fast a service answers, and what it takes to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands import bench_scale, common
from service.settings import ENV_PREFIX, load_settings

if TYPE_CHECKING:
    from service.bench.levels import Level
    from service.bench.service import Running

MOST_CLIENTS = 1000

app = typer.Typer(rich_markup_mode=None)
app.command("scale")(bench_scale.scale)


@app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="Measure the service that runs there (with the key in POLICY_SEARCH_KEY), "
            "instead of one started for this.",
            show_default=False,
        ),
    ] = None,
    questions: common.QuestionsOption = None,
    clients: Annotated[
        str, typer.Option(help="How many ask at once, one number after the other.")
    ] = "1,4,16",
    seconds: Annotated[
        float, typer.Option(min=0.1, max=3600, help="How long for each number of clients.")
    ] = 10.0,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
) -> None:
    """Measure a service over HTTP: latencies, throughput, processor time, memory.

    Each client keeps its connection and asks its next question when it has its answer. `bench
    scale` measures how an index grows; its options stand after `scale`.
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
        return
    from service.bench import service as served
    from service.bench.processes import leave_on_signals
    from service.bench.questions import questions_of_index, read_questions
    from service.bench.service import Running

    settings = load_settings(index=index, model=model)
    counts = parse_clients(clients)
    asked = read_questions(questions) if questions else questions_of_index(settings.index)
    if not asked:
        common.fail("nothing to ask: give --questions with one question a line")
    leave_on_signals()
    if url is not None:
        if not url.startswith(("http://", "https://")):
            common.fail(f"--url is {url!r}: expected http://HOST:PORT or https://HOST")
        key = os.environ.get(f"{ENV_PREFIX}KEY")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        _measure(Running(url, headers), asked, counts, seconds, json_file)
        return
    with served.running(settings, served.serve_command) as service:
        _measure(service, asked, counts, seconds, json_file)


def _refuse_options(context: typer.Context) -> None:
    """Options before a sub-command would do nothing, and nobody would notice."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = "json" if name == "json_file" else name
            common.fail(f"--{option} stands before {context.invoked_subcommand}: put it after")


def parse_clients(text: str) -> list[int]:
    """`1,4,16` as numbers; leaves with a message where it is something else."""
    counts = [
        int(part) for part in text.split(",") if part.strip().isascii() and part.strip().isdigit()
    ]
    if len(counts) != text.count(",") + 1 or not all(1 <= n <= MOST_CLIENTS for n in counts):
        common.fail(
            f"--clients is {text!r}: expected numbers from 1 to {MOST_CLIENTS}, as in 1,4,16"
        )
    return counts


def _measure(
    service: Running, asked: list[str], counts: list[int], seconds: float, json_file: Path | None
) -> None:
    from service.bench import report
    from service.bench.levels import measure
    from service.bench.questions import search_target

    ready = "" if service.ready_seconds is None else f", ready after {service.ready_seconds:.1f} s"
    print(f"{report.machine()}\n{service.url}{ready}; {len(asked)} distinct questions\n")
    report.print_heading()
    levels: list[Level] = []
    for level in measure(service, [search_target(q) for q in asked], counts, seconds):
        report.print_level(level)
        levels.append(level)
    peak = report.peak_of(levels)
    loads = [level.load_before for level in levels if level.load_before is not None]
    print()
    if peak is not None:
        print(f"peak memory of the service: {peak / 2**20:.0f} MiB")
    if loads:
        told = ", ".join(f"{load:.1f}" for load in loads)
        print(f"load of the machine before each line: {told} (this and other work)")
    if any("429" in level.load.failures for level in levels):
        print(
            "429: the service refuses requests above its rate, so this is not what it can do; "
            "POLICY_SEARCH_RATE_PER_KEY=off and POLICY_SEARCH_RATE_PER_ADDRESS=off lift that"
        )
    if json_file is not None:
        found = {
            "machine": report.machine(),
            "url": service.url,
            "ready_seconds": service.ready_seconds,
            "questions": len(asked),
            "levels": [report.level_as_json(level) for level in levels],
        }
        text = json.dumps(found, ensure_ascii=False, indent=2)
        try:
            json_file.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            common.fail(f"{json_file}: cannot be written: {error.strerror}")
    if not any(level.load.answers for level in levels):
        common.fail(f"no answer at all: {report.told_failures(levels[0].load.failures)}")
