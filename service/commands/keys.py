"""`policy-search keys`: make, list and revoke the keys that let applications ask."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands import common
from service.errors import KeyFileError
from service.settings import load_settings

if TYPE_CHECKING:
    from service.access.keys import ApiKey, KeyFile

app = typer.Typer(
    help="Make, list and revoke the keys that let applications ask.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index",
        help="Index directory whose keys are meant (POLICY_SEARCH_INDEX, POLICY_SEARCH_KEYS).",
        show_default=False,
    ),
]

_SPAN = re.compile(r"(\d{1,6})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, such as 'wiki'.")],
    scope: Annotated[
        list[str],
        typer.Option(help="search, read, write or admin; repeatable.", show_default=False),
    ],
    group: Annotated[
        list[str] | None,
        typer.Option(help="Group whose policies the key sees; repeatable.", show_default=False),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            help="When it ends: 12h, 90d, 8w, or its last day (UTC) such as 2027-01-31.",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but the key.")
    ] = False,
    index: IndexOption = None,
) -> None:
    """Make a key. It is printed this once, alone on standard output, and kept nowhere."""
    ends = parse_expiry(expires, datetime.now(UTC)) if expires is not None else None
    file = _key_file(index)
    first = not file.any()
    key, text = file.create(name, scope, group or (), ends)
    if not quiet:
        may = f"may {', '.join(key.scopes)}"
        ends_text = f"until {key.expires:%Y-%m-%d %H:%M} UTC" if key.expires else "for ever"
        print(
            f"Key {key.id} ({key.name}) {may}, {ends_text}. Kept in {file.path}:", file=sys.stderr
        )
        sys.stderr.flush()
    print(text, flush=True)
    if not quiet:
        print(
            "It is shown this once: store it now. Send it as `Authorization: Bearer KEY`.",
            file=sys.stderr,
        )
        if first:
            print("From now on the service asks everybody for a key.", file=sys.stderr)


@app.command("list")
def list_keys(
    as_json: common.JsonOption = False,
    index: IndexOption = None,
) -> None:
    """List all keys that were ever made, without their secrets."""
    file = _key_file(index)
    now = datetime.now(UTC)
    rows = [_as_json(key, now) for key in file.all()]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        print(f"No key was ever made ({file.path}): the service is open, on loopback only.")
        return
    for row in rows:
        groups = f"  groups {', '.join(row['groups'])}" if row["groups"] else ""
        ends = f"  until {row['expires'][:16]}" if row["expires"] else ""
        print(
            f"{row['id']}  {row['state']:<7}  {','.join(row['scopes']):<17}  {row['name']}", end=""
        )
        print(f"{groups}  made {row['created'][:10]}{ends}")


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID|NAME", help="The key's id, or its name.")],
    index: IndexOption = None,
) -> None:
    """Revoke a key: a running service refuses it within a second."""
    revoked = _key_file(index).revoke(key)
    print(f"Key {revoked.id} ({revoked.name}) is revoked.")


def parse_expiry(text: str, now: datetime) -> datetime:
    """`90d` from now, or the end of a day (UTC), or a moment with its offset.

    Raises `KeyFileError` for anything else.
    """
    span = _SPAN.fullmatch(text.strip().lower())
    try:
        if span:
            return now + timedelta(hours=int(span[1]) * _HOURS[span[2]])
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            day = datetime.fromisoformat(text.strip()).date()
            return datetime.combine(day + timedelta(days=1), time(), UTC)
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is not None:
            return moment
    except (ValueError, OverflowError):
        pass
    raise KeyFileError(f"--expires is {text!r}: give 12h, 90d, 8w, or a day such as 2027-01-31")


def _key_file(index: Path | None) -> KeyFile:
    from service.access.keys import KeyFile

    return KeyFile(load_settings(index=index).keys_file)


def _as_json(key: ApiKey, now: datetime) -> dict[str, Any]:
    def written(moment: datetime | None) -> str | None:
        return moment.isoformat(timespec="seconds") if moment else None

    return {
        "id": key.id,
        "name": key.name,
        "state": key.state(now),
        "scopes": list(key.scopes),
        "groups": list(key.groups),
        "created": written(key.created),
        "expires": written(key.expires),
        "revoked": written(key.revoked),
    }
