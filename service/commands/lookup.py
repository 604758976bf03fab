"""`policy-search compare` and `coverage`: questions that only a whole set of policies answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands import common
from service.settings import load_settings

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot
    from service.search.searcher import Searcher
    from service.settings import Settings

FORMATS = ("text", "csv", "json", "html")
_ALL = 1_000_000

PolicyOption = Annotated[
    list[str] | None, typer.Option("--policy", help="Only this policy, by id; repeatable.")
]
LangOption = Annotated[
    list[str] | None, typer.Option("--lang", help="Only clauses in this language; repeatable.")
]


def compare(
    question: Annotated[
        str | None, typer.Argument(help="What to ask each policy, in English or Chinese.")
    ] = None,
    clause: Annotated[
        str | None, typer.Option(help="Ask what the others say on this clause, by its id, instead.")
    ] = None,
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    policy: PolicyOption = None,
    lang: LangOption = None,
    clauses: Annotated[int, typer.Option(min=1, max=100, help="Most clauses of each.")] = 3,
    min_relevance: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least relevance of a clause.")
    ] = None,
    as_json: common.JsonOption = False,
) -> None:
    """Print what each policy says on a question, or that it says nothing."""
    from service.lookup.answers import compare_response
    from service.lookup.compare import CompareQuery
    from service.lookup.compare import compare as judge
    from service.printing import print_answer
    from service.search.records import SearchFilter

    if (question is None) == (clause is None):
        common.fail("give either a question or --clause")
    started = time.perf_counter()
    settings = load_settings(index=index, model=model)
    with _opened(settings) as (snapshot, searcher):
        _check_known(snapshot, policy or ())
        query = CompareQuery(
            q=question,
            clause_id=clause,
            filter=SearchFilter(lang=tuple(lang or ())),
            policy_id=tuple(policy or ()),
            clauses=clauses,
            min_relevance=min_relevance,
            limit=_ALL,
        )
        compared = judge(snapshot, searcher, query)
        if as_json:
            answer = compare_response(compared, snapshot, time.perf_counter() - started)
            print(json.dumps(answer.model_dump(mode="json"), ensure_ascii=False, indent=2))
            return
    for policy_answer in compared.answers:
        print_answer(policy_answer)
    print(f"{compared.found} of {compared.total} policies say something on it.")


def coverage(
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "text",
    topics: Annotated[
        Path | None, typer.Option(help="File of topics (POLICY_SEARCH_TOPICS).")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="Only this topic, by id; repeatable.")
    ] = None,
    policy: PolicyOption = None,
    lang: LangOption = None,
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
) -> None:
    """Print which policies speak of which topics, with the clauses that do."""
    from service.lookup.answers import coverage_response
    from service.lookup.coverage.page import as_page
    from service.lookup.coverage.records import CoverageQuery
    from service.lookup.coverage.rendering import as_csv, as_text
    from service.lookup.coverage.table import Topics, cover
    from service.lookup.coverage.topics import read_topics

    if form not in FORMATS:
        common.fail(f"--format is one of {', '.join(FORMATS)}, not {form!r}")
    started = time.perf_counter()
    settings = load_settings(index=index, model=model, topics=topics)
    listed = Topics(read_topics(settings.topics) if settings.topics else None)
    with _opened(settings) as (snapshot, searcher):
        _check_known(snapshot, policy or ())
        query = CoverageQuery(tuple(policy or ()), tuple(lang or ()), topic=tuple(topic or ()))
        table = cover(snapshot, query, listed, searcher.encoder.encode_queries)
        if form == "csv":
            text = as_csv(table)
        elif form == "html":
            text = as_page(table)
        elif form == "json":
            answer = coverage_response(table, snapshot, time.perf_counter() - started)
            text = json.dumps(answer.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
        else:
            text = "\n".join(as_text(table)) + "\n"
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        common.fail(f"{out}: cannot be written: {error.strerror}")


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Snapshot, Searcher]]:
    """The newest generation and the search over it."""
    from service.runtime import make_searcher
    from service.search.live import LiveIndex

    encoder = common.load_encoder(settings)
    live = LiveIndex(settings.index, encoder)
    try:
        yield live.snapshot, make_searcher(settings, live, encoder)
    finally:
        live.close()


def _check_known(snapshot: Snapshot, policies: Sequence[str]) -> None:
    unknown = [name for name in policies if snapshot.policy(name) is None]
    if unknown:
        known = ", ".join(policy.id for policy in snapshot.policies())
        common.fail(f"no policy has the id {', '.join(unknown)}; known: {known}")
