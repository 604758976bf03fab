"""`policy-search search`: ask a question on the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from service.commands import common
from service.printing import PrintedHit, hit_as_json, print_hit
from service.settings import load_settings

if TYPE_CHECKING:
    from service.search.records import Mode


def search(
    question: Annotated[str, typer.Argument(help="What to look for, in English or Chinese.")],
    index: common.IndexOption = None,
    model: common.ModelOption = None,
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
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            envvar="POLICY_SEARCH_URL",
            help="Ask the service that runs there; its answer is there in a second. Its key, if it "
            "needs one, is in POLICY_SEARCH_KEY.",
            show_default=False,
        ),
    ] = None,
    as_json: common.JsonOption = False,
) -> None:
    """Ask a question and print the clauses that answer.

    Alone it loads the model and opens the index, which takes seconds; with --url it does neither.
    """
    asked = _Asked(
        question, limit, offset, tuple(lang or ()), tuple(policy or ()), _mode(mode), min_relevance
    )
    if url is not None and (index is not None or model is not None):
        common.fail("--url asks a service, which has its own index and model: leave one of them")
    found = _search_here(asked, index, model) if url is None else _ask_service(asked, url)
    if as_json:
        print(json.dumps(found.fields, ensure_ascii=False, indent=2))
        return
    for hit in found.hits:
        print_hit(hit)
    if not found.hits and found.nearest:
        print("No clause answers this. The nearest, which most likely do not answer either:\n")
        for hit in found.nearest:
            print_hit(hit)
    elif not found.hits:
        print("No clauses found.")


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    limit: int
    offset: int
    langs: tuple[str, ...]
    policies: tuple[str, ...]
    mode: Mode
    min_relevance: float | None


@dataclass(frozen=True, slots=True)
class _Answer:
    hits: Sequence[PrintedHit]
    nearest: Sequence[PrintedHit]
    fields: dict[str, Any]
    """All of it, for programs."""


def _search_here(asked: _Asked, index: Path | None, model: str | None) -> _Answer:
    from service.runtime import make_searcher
    from service.search.live import LiveIndex
    from service.search.records import SearchFilter, SearchQuery

    settings = load_settings(index=index, model=model)
    encoder = common.load_encoder(settings)
    live = LiveIndex(settings.index, encoder)
    try:
        unknown = [p for p in asked.policies if live.snapshot.policy(p) is None]
        if unknown:
            known = ", ".join(p.id for p in live.snapshot.policies())
            common.fail(f"no policy has the id {', '.join(unknown)}; known: {known}")
        result = make_searcher(settings, live, encoder).search(
            SearchQuery(
                asked.question,
                asked.limit,
                asked.offset,
                asked.mode,
                SearchFilter(asked.langs, asked.policies),
                min_relevance=asked.min_relevance,
            )
        )
    finally:
        live.close()
    fields = {"query": result.query, "query_lang": result.query_lang, "total": result.total}
    listed = {
        "hits": list(map(hit_as_json, result.hits)),
        "nearest": list(map(hit_as_json, result.nearest)),
    }
    return _Answer(result.hits, result.nearest, fields | listed)


def _ask_service(asked: _Asked, url: str) -> _Answer:
    from service.client import PolicySearch, PolicySearchError

    try:
        with PolicySearch(url) as service:
            result = service.search(
                asked.question,
                limit=asked.limit,
                offset=asked.offset,
                mode=asked.mode,
                lang=asked.langs,
                policy_id=asked.policies,
                min_relevance=asked.min_relevance,
            )
    except PolicySearchError as error:
        common.fail(str(error))
    return _Answer(result.hits, result.nearest, result.model_dump(mode="json", exclude_none=True))


def _mode(name: str) -> Mode:
    from service.search.records import Mode

    if name not in get_args(Mode):
        common.fail(f"--mode is one of {', '.join(get_args(Mode))}, not {name!r}")
    return cast("Mode", name)
