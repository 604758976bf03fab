"""`policy-search resolve`: from a citation to the clauses that it names."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands import common
from service.settings import load_settings

if TYPE_CHECKING:
    from indexer.rows import PolicyRecord
    from service.lookup.citations.records import Resolution


def resolve(
    citation: Annotated[
        str,
        typer.Argument(
            help="Such as 'Leave Policy §3.2', '《休假制度》三（二）' or a clause's id."
        ),
    ],
    index: common.IndexOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Clauses to print.")] = 10,
    lang: Annotated[
        list[str] | None, typer.Option(help="Only clauses in this language; repeatable.")
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option(help="Only this policy, by id; repeatable.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="In the versions that were valid on this day."),
    ] = None,
    as_json: common.JsonOption = False,
) -> None:
    """Print the clauses that a citation names; exit code 1 where it names none."""
    from indexer.directory import IndexDirectory, read_manifest
    from indexer.snapshot import open_snapshot
    from indexer.store_reader import StoreReader
    from service.lookup.citations.resolving import Restriction
    from service.lookup.citations.resolving import resolve as find

    if not any(character.isalnum() for character in citation):
        common.fail("the citation names nothing: give a policy and a place in it")
    directory = IndexDirectory(load_settings(index=index).index)
    manifest = read_manifest(directory)
    reader = StoreReader(directory.store)
    try:
        # Nothing is embedded: no encoder is needed, and any is good.
        whole = open_snapshot(directory, manifest.encoder, reader)
        snapshot = whole.seen_by(None, as_of.date() if as_of else None)
        unknown = [p for p in policy or () if snapshot.policy(p) is None]
        if unknown:
            known = ", ".join(p.id for p in snapshot.policies())
            common.fail(f"no policy has the id {', '.join(unknown)}; known: {known}")
        restriction = Restriction(tuple(policy or ()), tuple(lang or ()))
        found = find(snapshot, citation, restriction, limit)
    finally:
        reader.close()
    if as_json:
        print(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found)
    if not found.matches:
        raise typer.Exit(1)


def _print(found: Resolution) -> None:
    if found.total > 1:
        print(f"{found.total} clauses may be meant:\n")
    for clause, _ in found.matches:
        print(clause.citation)
        print("     " + clause.text.replace("\n", "\n     "))
        print(f"     {clause.id}\n")
    if not found.matches:
        print("No clause is named so." + (" The nearest:" if found.nearest else ""))
        for one in found.nearest:
            print(f"  {one.citation}   {one.clause_id or one.policy.id}")


def _as_json(found: Resolution) -> dict[str, Any]:
    return {
        "citation": found.citation,
        "ambiguous": found.total > 1,
        "total": found.total,
        "matches": [
            {
                "id": clause.id,
                "citation": clause.citation,
                "policy": _policy(policy),
                "lang": clause.lang,
                "labels": list(clause.labels),
                "heading_path": list(clause.heading_path),
                "text": clause.text,
            }
            for clause, policy in found.matches
        ],
        "nearest": [
            {
                "kind": one.kind,
                "citation": one.citation,
                "policy": _policy(one.policy),
                "clause_id": one.clause_id,
            }
            for one in found.nearest
        ],
    }


def _policy(policy: PolicyRecord) -> dict[str, Any]:
    return {"id": policy.id, "title": policy.title, "version": policy.version}
