"""The command `policy-search`: index, search, serve, evaluate, calibrate."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args
from urllib.parse import quote_plus

import typer

from indexer.errors import IndexerError
from models.errors import ModelError
from service.commands import keys
from service.errors import ServiceError
from service.printing import hit_as_json, print_hit, print_report
from service.progress import progress_reporter
from service.settings import Settings, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from models import Encoder
    from service.search.records import Mode

app = typer.Typer(
    name="policy-search",
    help="Search company policies: ask in English or Chinese, get the clauses that answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(keys.app, name="keys")


IndexOption = Annotated[
    Path | None,
    typer.Option("--index", help="Index directory (POLICY_SEARCH_INDEX).", show_default=False),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="Encoder: embedded, or a sentence-transformers name or folder (POLICY_SEARCH_MODEL).",
        show_default=False,
    ),
]


def main() -> None:
    """Runs the command; an error people can act on is one message and exit code 1 or 2."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        app()
    except (IndexerError, ModelError, ServiceError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output, such as `head`, has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _print_version(wanted: bool) -> None:
    if wanted:
        from service import package_version

        print(f"policy-search {package_version()}")
        raise typer.Exit


@app.callback()
def _callback(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and leave.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
) -> None:
    """What every command has in common."""


@app.command()
def index(
    paths: Annotated[
        list[Path], typer.Argument(help="Policy files, or folders of them (.txt, .md).")
    ],
    index: IndexOption = None,
    model: ModelOption = None,
) -> None:
    """Index policies, or bring an index up to date with them.

    Only what changed is read and embedded again. A policy whose file is gone from a given folder
    is removed; policies from elsewhere stay.
    """
    from indexer.build import build_index

    settings = load_settings(index=index, model=model)
    encoder = _load_encoder(settings)
    with progress_reporter() as progress:
        report = build_index(paths, settings.index, encoder, progress)
    print_report(report, settings.index)
    if report.failed:
        sys.exit(1)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for, in English or Chinese.")],
    index: IndexOption = None,
    model: ModelOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Hits to print.")] = 5,
    offset: Annotated[int, typer.Option(min=0, help="Hits to skip.")] = 0,
    lang: Annotated[
        list[str] | None, typer.Option(help="Only clauses in this language; repeatable.")
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option(help="Only this policy, by id; repeatable.")
    ] = None,
    mode: Annotated[
        str, typer.Option(help="`hybrid`, `semantic` (meaning alone) or `keyword` (words alone).")
    ] = "hybrid",
    min_relevance: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Least relevance of a hit; 0 prints everything."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a question and print the clauses that answer."""
    from service.runtime import make_searcher
    from service.search.live import LiveIndex
    from service.search.records import SearchFilter, SearchQuery

    settings = load_settings(index=index, model=model)
    encoder = _load_encoder(settings)
    live = LiveIndex(settings.index, encoder)
    try:
        unknown = [p for p in policy or () if live.snapshot.policy(p) is None]
        if unknown:
            known = ", ".join(p.id for p in live.snapshot.policies())
            _fail(f"no policy has the id {', '.join(unknown)}; known: {known}")
        restriction = SearchFilter(tuple(lang or ()), tuple(policy or ()))
        result = make_searcher(settings, live, encoder).search(
            SearchQuery(
                question, limit, offset, _mode(mode), restriction, min_relevance=min_relevance
            )
        )
    finally:
        live.close()
    if as_json:
        hits = [hit_as_json(hit) for hit in result.hits]
        fields = {"query": result.query, "query_lang": result.query_lang, "total": result.total}
        nearest = [hit_as_json(hit) for hit in result.nearest]
        print(json.dumps(fields | {"hits": hits, "nearest": nearest}, ensure_ascii=False, indent=2))
        return
    for hit in result.hits:
        print_hit(hit)
    if not result.hits and result.nearest:
        print("No clause answers this. The nearest, which most likely do not answer either:\n")
        for hit in result.nearest:
            print_hit(hit)
    elif not result.hits:
        print("No clauses found.")


@app.command()
def serve(
    index: IndexOption = None,
    model: ModelOption = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (POLICY_SEARCH_HOST).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (POLICY_SEARCH_PORT).")
    ] = None,
    insecure: Annotated[
        bool,
        typer.Option(
            "--insecure",
            help="Listen on any address although no key was made (POLICY_SEARCH_INSECURE).",
        ),
    ] = False,
) -> None:
    """Serve the HTTP API. Without keys, on loopback addresses only."""
    import uvicorn

    from service.access.listening import check_listening
    from service.app import create_app
    from service.connections import impatient_protocol

    settings = load_settings(
        index=index, model=model, host=host, port=port, insecure=insecure or None
    )
    check_listening(settings)
    logging.getLogger().setLevel(settings.log_level.upper())
    logging.getLogger("faiss.loader").setLevel(logging.WARNING)  # tells of builds it did not find
    app = create_app(settings)
    threading.Thread(target=_announce, args=(app, settings), daemon=True).start()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
        http=impatient_protocol(settings.body_seconds),
        proxy_headers=False,  # POLICY_SEARCH_TRUSTED_PROXIES says whose are believed
    )


@app.command()
def calibrate(
    questions: Annotated[
        list[Path],
        typer.Argument(help="Question files with gold snippets, some without an answer."),
    ],
    policies: Annotated[Path, typer.Option(help="The folder of policies that they ask about.")],
    model: ModelOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Write here instead of beside the model in the cache.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Also draw the reliability diagram (needs matplotlib).")
    ] = None,
) -> None:
    """Fit what the relevance of a hit is for an encoder, on questions whose answers are known."""
    from models.calibration import calibration_file
    from service.evaluation.calibrating import draw, fit
    from service.evaluation.tasks import load_questions

    settings = load_settings(model=model)
    encoder = _load_encoder(settings)
    asked = [question for file in questions for question in load_questions(file)]
    with progress_reporter() as progress:
        fitted = fit(asked, policies, encoder, progress)
    path = out or calibration_file(encoder.fingerprint, settings.cache)
    fitted.calibration.write(path)
    for name, value in fitted.calibration.record.items():
        print(f"{name}: {value}")
    print(f"least relevance of a hit: {fitted.calibration.min_relevance}")
    print(f"written to {path}")
    if picture is not None:
        draw(fitted, picture)


@app.command()
def evaluate(
    tasks: Annotated[
        list[Path] | None,
        typer.Argument(help="Task folders in BEIR layout, or folders that hold such folders."),
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help="A question file with gold snippets; needs --policies.")
    ] = None,
    policies: Annotated[
        Path | None, typer.Option(help="The folder of policies that --questions asks about.")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Add plain cosine beside the search.")
    ] = False,
    restrict: Annotated[
        str | None,
        typer.Option(help="Each query sees only rows with its own value of this field."),
    ] = None,
    other_language: Annotated[
        bool,
        typer.Option("--other-language", help="Each query sees only rows in another language."),
    ] = False,
    exclude_self: Annotated[
        bool, typer.Option("--exclude-self", help="Query q-X never gets row X.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
    model: ModelOption = None,
) -> None:
    """Measure answers: nDCG@10, Recall@10, MRR@10, mAP, by language relation and pair."""
    from service.evaluation.report import as_json, print_outcome
    from service.evaluation.runner import run_questions, run_task
    from service.evaluation.tasks import find_tasks, load_questions, load_task

    if (questions is None) != (policies is None):
        _fail("--questions and --policies go together")
    folders = find_tasks(tasks or [])
    if not folders and questions is None:
        _fail("nothing to evaluate: give task folders, or --questions with --policies")
    encoder = _load_encoder(load_settings(model=model))
    outcomes = []
    for folder in folders:
        with progress_reporter() as progress:
            outcome = run_task(
                load_task(folder),
                encoder,
                baseline=baseline,
                restrict=restrict,
                other_language=other_language,
                exclude_self=exclude_self,
                progress=progress,
            )
        print_outcome(outcome)
        outcomes.append(outcome)
    if questions is not None and policies is not None:
        with progress_reporter() as progress:
            outcome = run_questions(
                load_questions(questions),
                policies,
                encoder,
                name=questions.parent.name or questions.stem,
                baseline=baseline,
                progress=progress,
            )
        print_outcome(outcome)
        outcomes.append(outcome)
    if json_file is not None:
        text = json.dumps(as_json(outcomes), ensure_ascii=False, indent=2)
        try:
            json_file.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            _fail(f"{json_file}: cannot be written: {error.strerror}")


def _announce(app: FastAPI, settings: Settings) -> None:
    """Says on standard output, once searches are answered, where and how to ask."""
    while True:
        runtime = getattr(app.state, "runtime", None)
        if runtime is not None and runtime.readiness.ready:
            break
        time.sleep(0.1)
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    base = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    question = quote_plus("How do I cancel my account?")
    print(f"Ready. The API is described at {base}/docs. Ask it something:", flush=True)
    key = " -H 'Authorization: Bearer KEY'" if app.state.access.keys.any() else ""
    print(f"  curl '{base}/v1/search?q={question}&limit=3'{key}", flush=True)


def _load_encoder(settings: Settings) -> Encoder:
    from models import load_encoder

    return load_encoder(
        settings.model,
        cache_dir=settings.cache,
        offline=settings.offline,
        threads=settings.threads,
        on_message=lambda message: print(message, file=sys.stderr),
    )


def _mode(name: str) -> Mode:
    from service.search.records import Mode

    if name not in get_args(Mode):
        _fail(f"--mode is one of {', '.join(get_args(Mode))}, not {name!r}")
    return cast("Mode", name)


def _fail(message: str) -> None:
    print(f"policy-search: {message}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
