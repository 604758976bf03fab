"""`policy-search align`: two policies clause by clause, and where they drift apart."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.commands import common
from service.settings import load_settings

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot
    from models import Encoder
    from service.lookup.alignment.sources import Source
    from service.settings import Settings

_FORMATS = ("text", "json", "html")
_SIDE = "A policy's id, `id@version`, or a policy file, which is read without being indexed."


def align(
    a: Annotated[str, typer.Argument(metavar="A", help=_SIDE)],
    b: Annotated[str, typer.Argument(metavar="B", help="The other one, likewise.")],
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    drift: Annotated[
        bool,
        typer.Option(
            "--drift",
            help="Flag differing numbers, dates, duties and denials, and missing clauses; "
            "exit code 1 if there are any.",
        ),
    ] = False,
    format_: Annotated[
        str, typer.Option("--format", help="`text`, `json` or `html` (one file, no script).")
    ] = "text",
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write instead of standard output.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the report's labels: en or zh.")] = "en",
) -> None:
    """Align two policies, in either language: which clauses say the same, and where they differ."""
    from service.lookup.alignment.comparing import compare_policies

    if format_ not in _FORMATS:
        common.fail(f"--format is one of {', '.join(_FORMATS)}, not {format_!r}")
    labels: Literal["en", "zh"] = "zh" if lang == "zh" else "en"
    if lang not in ("en", "zh"):
        common.fail(f"--lang is en or zh, not {lang!r}")
    settings = load_settings(index=index, model=model)
    with ExitStack() as stack:
        sides = _Sides(settings, stack)
        left, right = sides.source(a), sides.source(b)
        found = compare_policies(left, right, drift)
        if format_ == "json":
            from service.lookup.alignment.responses import align_response

            report = align_response(found, None).model_dump_json(indent=2) + "\n"
        elif format_ == "html":
            from service.lookup.alignment.page import html_report

            report = html_report(found, labels)
        else:
            from service.lookup.alignment.text import text_report

            report = text_report(found, labels)
    _write(report, out)
    if found.drift is not None and found.drift.total:
        raise typer.Exit(1)


def _write(report: str, out: Path | None) -> None:
    if out is None:
        print(report, end="")
        return
    try:
        out.write_text(report, "utf-8")
    except OSError as error:
        common.fail(f"{out}: cannot be written ({error.strerror})")


class _Sides:
    """What the two sides are taken from: the encoder and the index, opened where needed."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self._encoder: Encoder | None = None
        self._snapshot: Snapshot | None = None

    def source(self, name: str) -> Source:
        """A file where there is one, else a policy of the index. Leaves where it is neither."""
        from indexer.errors import IndexMissingError
        from service.errors import NotFoundError
        from service.lookup.alignment.sources import from_file, from_index, stored_version

        path = Path(name)
        if path.is_file():
            return from_file(path, self._settings.limits, self._loaded())
        policy_id, _, version = name.partition("@")
        try:
            snapshot = self._opened()
            return from_index(snapshot, stored_version(snapshot, policy_id, version or None))
        except IndexMissingError:
            common.fail(f"{name}: no such file, and there is no index in {self._settings.index}")
        except NotFoundError as error:
            known = ", ".join(policy.id for policy in self._opened().policies())
            common.fail(f"{name}: no such file. {error} Known: {known}")

    def _loaded(self) -> Encoder:
        if self._encoder is None:
            self._encoder = common.load_encoder(self._settings)
        return self._encoder

    def _opened(self) -> Snapshot:
        if self._snapshot is None:
            from service.search.live import LiveIndex

            live = LiveIndex(self._settings.index, self._loaded())
            self._stack.callback(live.close)
            self._snapshot = live.snapshot
        return self._snapshot
