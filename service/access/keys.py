"""API keys: made once, kept as hashes, checked in constant time.

A key reads `ps_<id>_<secret>`. The id finds its row; the secret, 256 random bits, is compared by
its SHA-256, which is enough for a secret that nobody can guess (a slow hash protects passwords).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from indexer.properties import GROUP
from service.access.keystore import KeyStore
from service.errors import KeyFileError

Scope = Literal["search", "read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
CHECKED_SECONDS = 1.0
"""How long a checked key is good without another look: revocation is seen within this time."""

_KEY = re.compile(r"ps_([0-9a-z]{8})_([A-Za-z0-9_-]{43})")
_ID_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"

_LONGEST_NAME = 100
_MOST_CHECKED = 10_000
_NOBODY = hashlib.sha256(b"no key has this hash").hexdigest()
_COLUMNS = "id, name, scopes, groups, created, expires, revoked"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    groups: tuple[str, ...]
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None

    def state(self, now: datetime) -> Literal["active", "expired", "revoked"]:
        """Whether the key is still good for anything."""
        if self.revoked:
            return "revoked"
        return "expired" if self.expires and self.expires <= now else "active"


class KeyFile:
    """The keys of one index, in a SQLite file. Thread-safe; other processes may use the file too.

    Every method that reads raises `KeyFileError` where the file is there but cannot be read: a
    damaged file must never look like one without keys.
    """

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._store = KeyStore(path)
        self._now = now
        self._monotonic = monotonic
        self._any = False
        self._checked: dict[tuple[str, str], tuple[float, ApiKey]] = {}

    def any(self) -> bool:
        """Whether a key was ever made, also one that no longer works.

        Once true it stays true for this object, whatever becomes of the file: a service that asked
        for keys goes on asking for them.
        """
        if not self._any and self._store.exists():
            self._any = bool(self._store.rows("SELECT 1 FROM keys LIMIT 1"))
        return self._any

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        groups: Sequence[str] = (),
        expires: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which is shown once and kept nowhere.

        Raises `KeyFileError` for an empty name, an unknown scope, a malformed group, or an expiry
        that has passed.
        """
        now = self._now()
        key = ApiKey(
            id="".join(secrets.choice(_ID_CHARACTERS) for _ in range(8)),
            name=_name(name),
            scopes=_scopes(scopes),
            groups=_groups(groups),
            created=now,
            expires=expires.astimezone(UTC) if expires else None,
        )
        if key.state(now) == "expired":
            raise KeyFileError(f"the key would expire on {key.expires:%Y-%m-%d %H:%M}, in the past")
        secret = secrets.token_urlsafe(32)
        row = (
            key.id,
            _digest(secret),
            key.name,
            json.dumps(key.scopes),
            json.dumps(key.groups, ensure_ascii=False),
            _written(key.created),
            _written(key.expires) if key.expires else None,
        )
        with self._store.writing() as db:
            db.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", row)
        return key, f"ps_{key.id}_{secret}"

    def all(self) -> list[ApiKey]:
        """Every key that was ever made, oldest first."""
        if not self._store.exists():
            return []
        rows = self._store.rows(f"SELECT {_COLUMNS} FROM keys ORDER BY created, id")
        return [self._key(row) for row in rows]

    def revoke(self, id_or_name: str) -> ApiKey:
        """Makes a key useless, everywhere within `CHECKED_SECONDS`.

        A name stands for the one key so called that is not revoked yet. Raises `KeyFileError`
        where there is none, or more than one.
        """
        keys = self.all()
        found = [key for key in keys if key.id == id_or_name]
        found = found or [key for key in keys if key.name == id_or_name and not key.revoked]
        if not found:
            raise KeyFileError(
                f"no key that could be revoked has the id or name {id_or_name!r}: "
                "see `policy-search keys list`"
            )
        if len(found) > 1:
            ids = ", ".join(key.id for key in found)
            raise KeyFileError(f"{len(found)} keys are called {id_or_name!r}: give an id of {ids}")
        with self._store.writing() as db:
            db.execute(
                "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL",
                (_written(self._now()), found[0].id),
            )
        self._checked.clear()
        return next(key for key in self.all() if key.id == found[0].id)

    def remembered(self, text: str) -> ApiKey | None:
        """The active key that a text is, if `check` found so just now; never touches the file."""
        checked = self._checked.get(_parted(text))
        if checked is None or self._monotonic() - checked[0] >= CHECKED_SECONDS:
            return None
        return checked[1] if checked[1].state(self._now()) == "active" else None

    def check(self, text: str) -> ApiKey | None:
        """The active key that a text is; `None` for any other text, after the same work.

        A key that was found is remembered by id and digest for `CHECKED_SECONDS`.
        """
        known = self.remembered(text)
        if known is not None:
            return known
        key_id, given = _parted(text)
        asked, row = self._monotonic(), None
        if self._store.exists():
            query = f"SELECT {_COLUMNS}, hash FROM keys WHERE id = ?"
            row = next(iter(self._store.rows(query, key_id)), None)
        same = hmac.compare_digest(given, str(row[-1]) if row else _NOBODY)
        if row is None or not same:
            return None
        key = self._key(row[:-1])
        if key.state(self._now()) != "active":
            return None
        if len(self._checked) >= _MOST_CHECKED:
            self._checked.clear()
        self._checked[key_id, given] = (asked, key)
        return key

    def _key(self, row: Sequence[str | None]) -> ApiKey:
        try:
            id_, name, scopes, groups, created, expires, revoked = row
            return ApiKey(
                str(id_),
                str(name),
                # A scope of a newer version allows nothing here.
                tuple(scope for scope in SCOPES if scope in json.loads(scopes or "")),
                tuple(json.loads(groups or "")),
                datetime.fromisoformat(created or ""),
                datetime.fromisoformat(expires) if expires else None,
                datetime.fromisoformat(revoked) if revoked else None,
            )
        except (TypeError, ValueError) as error:
            raise self._store.damaged(sqlite3.DatabaseError(f"a row is damaged: {error}")) from None


def _parted(text: str) -> tuple[str, str]:
    """The id in a key's text, and its secret's digest; a malformed text costs the same."""
    parts = _KEY.fullmatch(text)
    return (parts[1], _digest(parts[2])) if parts else ("", _digest(text))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > _LONGEST_NAME or not cleaned.isprintable():
        raise KeyFileError(
            f"a key needs a name of 1 to {_LONGEST_NAME} printable characters, "
            f"which says what it is for, not {name!r}"
        )
    return cleaned


def _scopes(scopes: Sequence[str]) -> tuple[Scope, ...]:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        found = ", ".join(repr(scope) for scope in unknown) or "none"
        raise KeyFileError(f"a key has one or more of the scopes {', '.join(SCOPES)}, not {found}")
    return tuple(scope for scope in SCOPES if scope in scopes)


def _groups(groups: Sequence[str]) -> tuple[str, ...]:
    for group in groups:
        if not GROUP.fullmatch(group):
            raise KeyFileError(
                f"{group!r} is no group: letters, digits, '.', '_' and '-', at most 64"
            )
    return tuple(sorted(set(groups)))
