"""`policy-search search`: ask a question on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from service.commands import common
from service.printing import hit_as_json, print_hit
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
    as_json: common.JsonOption = False,
) -> None:
    """Ask a question and print the clauses that answer."""
    from service.runtime import make_searcher
    from service.search.live import LiveIndex
    from service.search.records import SearchFilter, SearchQuery

    settings = load_settings(index=index, model=model)
    encoder = common.load_encoder(settings)
    live = LiveIndex(settings.index, encoder)
    try:
        unknown = [p for p in policy or () if live.snapshot.policy(p) is None]
        if unknown:
            known = ", ".join(p.id for p in live.snapshot.policies())
            common.fail(f"no policy has the id {', '.join(unknown)}; known: {known}")
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


def _mode(name: str) -> Mode:
    from service.search.records import Mode

    if name not in get_args(Mode):
        common.fail(f"--mode is one of {', '.join(get_args(Mode))}, not {name!r}")
    return cast("Mode", name)
