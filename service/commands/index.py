"""`policy-search index`: build an index, or look at what would be built."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands import common
from service.printing import print_report
from service.progress import progress_reporter
from service.settings import load_settings

if TYPE_CHECKING:
    from service.settings import Settings


def index(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Policy files, or folders of them, with their sidecars beside them."),
    ],
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only tell what would be indexed, and how it was read."),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="With --dry-run: print the clauses of each policy."),
    ] = False,
) -> None:
    """Index policies, or bring an index up to date with them.

    Only what changed is read and embedded again. A policy whose file is gone from a given folder
    is removed; policies from elsewhere stay.
    """
    settings = load_settings(index=index, model=model)
    if settings.log_level == "debug":
        logging.getLogger("indexer").setLevel(logging.DEBUG)
    if verbose and not dry_run:
        common.fail("--verbose goes with --dry-run")
    failed = _preview(paths, settings, verbose) if dry_run else _build(paths, settings)
    if failed:
        sys.exit(1)


def _build(paths: list[Path], settings: Settings) -> bool:
    """Returns whether a file could not be indexed."""
    from indexer.base.compacting import compact
    from indexer.build import build_index

    encoder = common.load_encoder(settings)
    with progress_reporter() as progress:
        report = build_index(
            paths, settings.index, encoder, progress, settings.limits, settings.keep_versions
        )
        arranged = compact(settings.index, progress)
    print_report(report, settings.index)
    if arranged is not None:
        print(
            f"Arranged {arranged.passages} passages for quick search, as generation "
            f"{arranged.generation}."
        )
    return bool(report.failed)


def _preview(paths: list[Path], settings: Settings, verbose: bool) -> bool:
    """Returns whether a file could not be indexed."""
    from indexer.preview import preview_index
    from service.show import print_preview

    with progress_reporter() as progress:
        preview = preview_index(paths, settings.index, progress, settings.limits)
    print_preview(preview, settings.index, verbose=verbose)
    return bool(preview.failed)
