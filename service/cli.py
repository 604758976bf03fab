"""The command `policy-search`, put together from `service.commands`."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from indexer.errors import IndexerError
from models.errors import ModelError
from service.commands import (
    align,
    bench,
    common,
    equivalents,
    index,
    keys,
    lookup,
    measure,
    policies,
    resolve,
    search,
    serve,
    wiki,
    wiki_import,
)
from service.errors import ServiceError

app = typer.Typer(
    name="policy-search",
    help="Search company policies: ask in English or Chinese, get the clauses that answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(index.index)
app.command()(search.search)
app.command()(resolve.resolve)
app.command()(lookup.compare)
app.command()(lookup.coverage)
app.command()(equivalents.equivalents)
app.command()(align.align)
app.command()(serve.serve)
app.add_typer(policies.app, name="policies")
app.add_typer(keys.app, name="keys")
app.add_typer(wiki.app, name="wiki")
app.add_typer(wiki_import.app, name="import")
app.add_typer(bench.app, name="bench")
app.command()(measure.evaluate)
app.command()(measure.calibrate)
app.command()(measure.calibrate_equivalents)


def main() -> None:
    """Runs the command; an error people can act on is one message and exit code 1 or 2."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        app()
    except (IndexerError, ModelError, ServiceError) as error:
        common.fail(str(error))
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


if __name__ == "__main__":
    main()
