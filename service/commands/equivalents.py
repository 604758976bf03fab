"""`policy-search equivalents`: the clauses that say what a clause, or a text, says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands import common
from service.settings import load_settings

if TYPE_CHECKING:
    from service.lookup.records import Counterpart


def equivalents(
    clause: Annotated[str, typer.Argument(help="A clause's id; with --text, a text instead.")],
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    text: Annotated[bool, typer.Option("--text", help="Look up the text that is given.")] = False,
    related: Annotated[
        bool, typer.Option("--related", help="Whatever comes closest, not only what says the same.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Clauses to print.")] = 5,
    lang: Annotated[
        list[str] | None, typer.Option(help="Only clauses in this language; repeatable.")
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option(help="Only this policy, by id; repeatable.")
    ] = None,
    min_relevance: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least probability that both say the same.")
    ] = None,
    as_json: common.JsonOption = False,
) -> None:
    """Find the clauses of other languages and policies that say the same."""
    from service.errors import ClauseNotFoundError
    from service.lookup.equivalents import look_up, source_of_clause, source_of_text
    from service.lookup.records import LookupQuery
    from service.runtime import check_policies, open_index
    from service.search.records import SearchFilter

    settings = load_settings(index=index, model=model)
    encoder = common.load_encoder(settings)
    opened = open_index(settings, encoder)
    try:
        snapshot = opened.live.snapshot
        restriction = SearchFilter(tuple(lang or ()), tuple(policy or ()))
        check_policies(snapshot, restriction)
        if text:
            source = source_of_text(clause, encoder)
        else:
            found = snapshot.clause(clause)
            if found is None:
                raise ClauseNotFoundError(clause)
            source = source_of_clause(snapshot, found, encoder)
        query = LookupQuery(
            "related" if related else "equivalent", limit, restriction, min_relevance
        )
        answer = look_up(snapshot, source, query, opened.equivalence)
    finally:
        opened.live.close()
    if as_json:
        rows = [_as_json(one) for one in answer.counterparts]
        fields = {"lang": answer.lang, "total": answer.total, "counterparts": rows}
        print(json.dumps(fields, ensure_ascii=False, indent=2))
        return
    for one in answer.counterparts:
        _print(one)
    if not answer.counterparts:
        print("No clause says the same; --related shows what comes closest.")


def _print(found: Counterpart) -> None:
    shown = f"{found.margin:.3f}" if found.relevance is None else f"{found.relevance:.0%}"
    mutual = "  each other's closest" if found.mutual_best else ""
    print(f"{found.rank:>3}. {found.clause.citation}   [{found.clause.lang}]  {shown}{mutual}")
    if found.clause.heading_path:
        print(f"     {' › '.join(found.clause.heading_path)}")
    print("     " + found.clause.text.replace("\n", "\n     "))
    print(f"     {found.clause.id}\n")


def _as_json(found: Counterpart) -> dict[str, Any]:
    clause = found.clause
    return {
        "rank": found.rank,
        "id": clause.id,
        "citation": clause.citation,
        "policy_id": clause.policy_id,
        "lang": clause.lang,
        "heading_path": list(clause.heading_path),
        "text": clause.text,
        "relevance": found.relevance,
        "margin": found.margin,
        "cosine": found.cosine,
        "surroundings": found.surroundings,
        "mutual_best": found.mutual_best,
    }
