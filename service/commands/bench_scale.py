"""`policy-search bench scale`: how speed, recall and memory change as an index grows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands import common
from service.progress import progress_reporter
from service.settings import load_settings

if TYPE_CHECKING:
    from service.bench.scale.measuring import Size
    from service.bench.scale.source import Source

LEAST_CLAUSES, MOST_CLAUSES = 500, 20_000_000


def scale(
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    clauses: Annotated[
        str,
        typer.Option(
            help="How many clauses, one index after the other; 10k and 1M are understood."
        ),
    ] = "10k,100k",
    questions: common.QuestionsOption = None,
    most_questions: Annotated[
        int, typer.Option(min=10, max=10_000, help="At most so many of them.")
    ] = 200,
    searches: Annotated[
        int,
        typer.Option(
            min=1, max=100_000, help="At least so many searches with each filter are timed."
        ),
    ] = 200,
    work: Annotated[
        Path,
        typer.Option(
            help="Folder for the made indexes (about 10 kB a clause); each is deleted at its end."
        ),
    ] = Path(".policy-search/scale"),
    keep: Annotated[
        bool,
        typer.Option(
            "--keep", help="Leave the made indexes there; the next run with --keep takes them."
        ),
    ] = False,
    adding: Annotated[
        int, typer.Option(min=0, max=100, help="How often 100 clauses are added and removed.")
    ] = 3,
    serve_seconds: Annotated[
        float,
        typer.Option(min=0, max=3600, help="How long `serve` is asked over HTTP; 0: not at all."),
    ] = 5.0,
    seed: Annotated[int, typer.Option(min=0, help="Other numbers make other policies.")] = 20,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
) -> None:
    """Measure how speed, recall and memory change as an index grows.

    Makes indexes of any size from a real one: vectors are mixed and perturbed ones of its clauses,
    texts are runs of its words with new words among them. Each is published as usual, then opened
    by a fresh process with one search thread and asked with vectors given, so that encoding is in
    no figure but those over HTTP. Recall is against comparing with every vector; the exact flat
    index is timed beside it.
    """
    from service.bench.processes import leave_on_signals
    from service.bench.questions import questions_of_index, read_questions
    from service.bench.report import machine
    from service.bench.scale.keeping import forget
    from service.bench.scale.measuring import Plan, measure_size
    from service.bench.scale.source import read_source
    from service.bench.scale.table import rows, text

    counts = parse_counts(clauses)
    settings = load_settings(index=index, model=model)
    source = read_source(settings.index)
    asked = read_questions(questions) if questions else questions_of_index(settings.index)
    asked = asked[:most_questions]
    if not asked:
        common.fail("nothing to ask: give --questions with one question a line")
    encoder = common.load_encoder(settings)
    if encoder.fingerprint.digest != source.fingerprint.digest:
        common.fail(
            f"{settings.index} was built with {source.fingerprint.model}, but {encoder.name} is "
            "loaded: give the --model that it was built with"
        )
    leave_on_signals()
    vectors = encoder.encode_queries(asked)
    plan = Plan(settings, source, tuple(asked), vectors, seed, searches, adding, serve_seconds)
    _make_room(work)
    print(f"{machine()}\n{_told(source)}; {len(asked)} distinct questions\n", flush=True)
    sizes: list[Size] = []
    for count in counts:
        root = work / f"scale-{count}"
        if not keep:
            forget(root)
        try:
            with progress_reporter() as progress:
                sizes.append(measure_size(plan, count, root, progress))
        finally:
            if not keep:
                forget(root)
        print(text(rows(sizes[-1:])) + "\n", flush=True)
        if sizes[-1].service_failure:
            print(f"not served over HTTP: {sizes[-1].service_failure}\n", file=sys.stderr)
        _write(sizes, source, len(asked), json_file)
    if len(sizes) > 1:
        print(text(rows(sizes)))
    _print_growth(sizes)


def parse_counts(given: str) -> list[int]:
    """`10k,1M` as numbers; leaves with a message where it is something else."""
    units = {"k": 1000, "m": 1_000_000}
    counts = []
    for part in given.replace("_", "").lower().split(","):
        number = part.strip().rstrip("km")
        unit = units.get(part.strip()[len(number) :], 1)
        known = number.isascii() and number.isdigit() and len(part.strip()) <= len(number) + 1
        counts.append(int(number) * unit if known else 0)
    if not all(LEAST_CLAUSES <= count <= MOST_CLAUSES for count in counts):
        common.fail(
            f"--clauses is {given!r}: expected numbers from {LEAST_CLAUSES} to {MOST_CLAUSES}, as "
            "in 10k,100k,1M"
        )
    return counts


def _make_room(work: Path) -> None:
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        common.fail(f"--work {work}: cannot be made: {error.strerror}")


def _told(source: Source) -> str:
    parts = [f"{len(one.words)} in {one.lang}" for one in source.languages]
    return f"made from {' and '.join(parts)} real passages"


def _write(sizes: list[Size], source: Source, questions: int, json_file: Path | None) -> None:
    """What is known so far: the next size may take hours."""
    from service.bench.report import machine
    from service.bench.scale.table import as_json, growth, rows

    if json_file is None:
        return
    found = {
        "machine": machine(),
        "source": _told(source),
        "questions": questions,
        "growth": growth(sizes),
        "table": rows(sizes),
        "sizes": [as_json(size) for size in sizes],
    }
    try:
        json_file.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        common.fail(f"{json_file}: cannot be written: {error.strerror}")


def _print_growth(sizes: list[Size]) -> None:
    from service.bench.scale.table import growth

    grown = growth(sizes)
    if grown is not None:
        print(f"\nthe largest takes {grown:.1f} × as long as the smallest (hybrid, p50)")
