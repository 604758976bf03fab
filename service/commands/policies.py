"""`policy-search policies`: what is indexed, and what the parser made of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands import common
from service.settings import load_settings

if TYPE_CHECKING:
    from indexer.records import PolicyVersion
    from service.settings import Settings

app = typer.Typer(
    help="List the indexed policies, or show one with its clauses.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_policies(index: common.IndexOption = None, as_json: common.JsonOption = False) -> None:
    """List the policies of an index."""
    from indexer.catalogue import open_catalogue
    from service.show import print_policies, record_as_json

    with open_catalogue(load_settings(index=index).index) as catalogue:
        records = catalogue.policies()
    if as_json:
        listed = [record_as_json(record) for record in records]
        print(json.dumps(listed, ensure_ascii=False, indent=2))
    else:
        print_policies(records)


@app.command("show")
def show(
    policy: Annotated[
        str,
        typer.Argument(
            metavar="FILE|ID",
            help="A policy file, parsed as it would be indexed, or the id of an indexed policy.",
        ),
    ],
    index: common.IndexOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Show a policy: what is known of it, its clauses, and what was remarked in reading them."""
    from service.show import policy_as_json, print_policy

    settings = load_settings(index=index)
    path = Path(policy)
    found = _parsed(path, settings) if path.is_file() else _indexed(policy, settings)
    if as_json:
        print(json.dumps(policy_as_json(found), ensure_ascii=False, indent=2))
    else:
        print_policy(found)


def _parsed(path: Path, settings: Settings) -> PolicyVersion:
    from indexer.files import find_files
    from indexer.parsing import PolicyParser

    found = find_files([path])
    for file, reason in (*found.failed, *found.skipped):
        common.fail(reason if reason.startswith(file) else f"{file}: {reason}")
    with PolicyParser(settings.limits) as parser:
        return parser.parse(found.files[0])


def _indexed(policy_id: str, settings: Settings) -> PolicyVersion:
    from indexer.catalogue import open_catalogue
    from indexer.errors import IndexMissingError

    try:
        with open_catalogue(settings.index) as catalogue:
            version = catalogue.version(policy_id)
            known = ", ".join(record.id for record in catalogue.policies())
    except IndexMissingError:
        common.fail(f"{policy_id}: no such file, and there is no index in {settings.index}")
    if version is None:
        common.fail(f"{policy_id}: no such file, and no policy has this id; known: {known}")
    return version
