"""Keys: made once, kept as hashes, and good for nothing once they end."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.access.keys import CHECKED_SECONDS, KeyFile
from service.commands.keys import parse_expiry
from service.errors import KeyFileError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Two clocks that go at one pace, when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return 1000.0 + self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path, clock: Clock) -> KeyFile:
    path = tmp_path / "index" / "keys.sqlite"
    return KeyFile(path, now=clock.now, monotonic=clock.monotonic)


def again(keys: KeyFile) -> KeyFile:
    """The same file as another process sees it."""
    return KeyFile(keys.path, now=keys._now)


def test_key_that_was_made_is_recognised(keys: KeyFile) -> None:
    key, text = keys.create("  wiki \t search ", ["read", "search", "read"], ["hr", "hr", "法务"])
    assert (key.name, key.scopes, key.groups) == ("wiki search", ("search", "read"), ("hr", "法务"))
    assert keys.check(text) == key
    assert again(keys).check(text) == key
    assert again(keys).all() == [key]


def test_secret_is_nowhere_in_the_file_and_the_file_is_private(keys: KeyFile) -> None:
    _, text = keys.create("wiki", ["search"])
    secret = text.split("_", 2)[2]
    assert len(secret) == 43
    written = b"".join(path.read_bytes() for path in keys.path.parent.iterdir())
    assert secret.encode() not in written
    assert secret.encode("utf-16-le") not in written
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert [path.name for path in keys.path.parent.iterdir()] == ["keys.sqlite"]


def test_keys_differ(keys: KeyFile) -> None:
    texts = {keys.create("wiki", ["search"])[1] for _ in range(20)}
    assert len({text.split("_", 2)[1] for text in texts}) == 20
    assert len({text.split("_", 2)[2] for text in texts}) == 20


def test_nothing_else_is_a_key(keys: KeyFile) -> None:
    _, text = keys.create("wiki", ["search"])
    _, other = keys.create("app", ["search"])
    head, secret = text[:12], text[12:]
    wrong = [
        "", "ps_", head, secret, text[:-1], text + "A", text + "\n", " " + text, text.upper(),
        head + other[12:], other[:12] + secret, head + "A" * 43, "ps_zzzzzzzz_" + secret,
        text.replace("ps_", "PS_"), "ps_" + "' OR 1=1 --", "\x00", "\ud800", "鍵" * 20,
        "a" * 100_000,
    ]  # fmt: skip
    assert [found for found in wrong if keys.check(found)] == []
    assert keys.check(text)


def test_work_is_the_same_for_every_wrong_key(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, text = keys.create("wiki", ["search"])
    keys.revoke("wiki")
    import service.access.keys as module

    compared: list[tuple[str, str]] = []
    plain = module.hmac.compare_digest

    def compare(a: str, b: str) -> bool:
        compared.append((a, b))
        return plain(a, b)

    monkeypatch.setattr(module.hmac, "compare_digest", compare)
    for wrong in ("nonsense", text, text[:12] + "A" * 43, "ps_zzzzzzzz_" + "A" * 43):
        assert keys.check(wrong) is None
    assert [(len(a), len(b)) for a, b in compared] == [(64, 64)] * 4


def test_expired_key_is_refused_to_the_second(keys: KeyFile, clock: Clock) -> None:
    _, text = keys.create("wiki", ["search"], expires=NOON + timedelta(seconds=10))
    clock.seconds = 9.9
    assert keys.check(text)
    clock.seconds = 10.0
    assert keys.check(text) is None, "also where it was just found good"
    assert keys.all()[0].state(clock.now()) == "expired"


def test_revoked_key_is_refused_at_once_here_and_soon_elsewhere(
    keys: KeyFile, clock: Clock
) -> None:
    key, text = keys.create("wiki", ["search"])
    elsewhere = again(keys)
    assert keys.check(text)
    assert elsewhere.revoke("wiki").state(clock.now()) == "revoked"
    assert elsewhere.check(text) is None
    clock.seconds = CHECKED_SECONDS - 0.01
    assert keys.check(text) == key
    clock.seconds = CHECKED_SECONDS
    assert keys.check(text) is None


def test_checked_key_does_not_touch_the_file_again(keys: KeyFile, clock: Clock) -> None:
    key, text = keys.create("wiki", ["search"])
    assert keys.remembered(text) is None
    keys.check(text)
    keys.path.unlink()
    assert keys.check(text) == keys.remembered(text) == key
    assert keys.remembered(text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    clock.seconds = CHECKED_SECONDS
    assert keys.check(text) is None


def test_revoking_by_name_means_the_one_that_still_works(keys: KeyFile) -> None:
    old, _ = keys.create("wiki", ["search"])
    keys.revoke("wiki")
    new, text = keys.create("wiki", ["search"])
    third, _ = keys.create("wiki", ["search"])
    with pytest.raises(KeyFileError, match=f"2 keys .*{new.id}.*{third.id}|{third.id}.*{new.id}"):
        keys.revoke("wiki")
    keys.revoke(third.id)
    assert keys.revoke("wiki").id == new.id
    assert keys.check(text) is None
    first = {key.id: key.revoked for key in keys.all()}[old.id]
    assert keys.revoke(old.id).revoked == first, "the first moment stays"
    for unknown in ("wiki", "nobody", ""):
        with pytest.raises(KeyFileError, match="keys list"):
            keys.revoke(unknown)


@pytest.mark.parametrize(
    ("name", "scopes", "groups", "message"),
    [
        ("", ["read"], [], "name of 1 to 100"),
        ("x" * 101, ["read"], [], "name of 1 to 100"),
        ("a\x1b[31mb", ["read"], [], "printable"),
        ("a", [], [], "not none"),
        ("a", ["read", "fly"], [], "not 'fly'"),
        ("a", ["read"], ["h r"], "'h r' is no group"),
        ("a", ["read"], [""], "'' is no group"),
    ],
)
def test_key_that_makes_no_sense_is_not_made(
    keys: KeyFile, name: str, scopes: list[str], groups: list[str], message: str
) -> None:
    with pytest.raises(KeyFileError, match=message):
        keys.create(name, scopes, groups)
    with pytest.raises(KeyFileError, match="in the past"):
        keys.create("late", ["read"], expires=NOON)
    assert not keys.path.exists()


def test_looking_makes_no_file(keys: KeyFile) -> None:
    assert not keys.any()
    assert keys.all() == []
    assert keys.check("ps_zzzzzzzz_" + "A" * 43) is None
    assert not keys.path.parent.exists()


def test_once_made_keys_are_asked_for_ever_after(keys: KeyFile) -> None:
    assert not keys.any()
    again(keys).create("wiki", ["search"])
    assert keys.any()
    again(keys).revoke("wiki")
    assert again(keys).any(), "revoked keys count"
    with closing(sqlite3.connect(keys.path)) as db, db:
        db.execute("DELETE FROM keys")
    assert keys.any(), "rows that are gone open nothing"
    assert not again(keys).any()
    keys.path.unlink()
    assert keys.any(), "a file that is gone opens nothing"


@pytest.mark.parametrize("content", [b"", b"no database" * 500, b"SQLite format 3\x00" * 60])
def test_damaged_file_never_looks_like_one_without_keys(keys: KeyFile, content: bytes) -> None:
    keys.path.parent.mkdir()
    keys.path.write_bytes(content)
    for use in (keys.any, keys.all, lambda: keys.check("x"), lambda: keys.create("a", ["read"])):
        with pytest.raises(KeyFileError, match=r"keys\.sqlite: cannot be used"):
            use()
    assert keys.path.read_bytes() == content


def test_damaged_row_and_newer_format_are_told(keys: KeyFile) -> None:
    _, text = keys.create("wiki", ["search"])
    with closing(sqlite3.connect(keys.path)) as db, db:
        db.execute("UPDATE keys SET scopes = 'all'")
    with pytest.raises(KeyFileError, match="a row is damaged"):
        keys.check(text)
    with closing(sqlite3.connect(keys.path)) as db, db:
        db.execute("PRAGMA user_version = 7")
    with pytest.raises(KeyFileError, match="format 7, this version reads format 1"):
        keys.any()


def test_scope_of_a_newer_version_allows_nothing(keys: KeyFile) -> None:
    _, text = keys.create("wiki", ["search"])
    with closing(sqlite3.connect(keys.path)) as db, db:
        db.execute("""UPDATE keys SET scopes = '["search", "everything"]'""")
    key = keys.check(text)
    assert key is not None
    assert key.scopes == ("search",)


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_folder_that_may_not_be_read_is_no_folder_without_keys(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(KeyFileError, match="Permission denied"):
        keys.any()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90d", NOON + timedelta(days=90)),
        ("12H", NOON + timedelta(hours=12)),
        ("2w", NOON + timedelta(weeks=2)),
        ("2027-01-31", datetime(2027, 2, 1, tzinfo=UTC)),
        ("2027-01-31T08:00+08:00", datetime(2027, 1, 31, tzinfo=UTC)),
    ],
)
def test_expiry_is_a_span_or_a_day_that_still_counts(text: str, moment: datetime) -> None:
    assert parse_expiry(text, NOON) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "90", "-1d", "9" * 9 + "d", "2027-02-30", "2027-01-31T08:00", "9999-12-31"]
)
def test_expiry_that_is_none_is_told_what_to_write(text: str) -> None:
    with pytest.raises(KeyFileError, match="90d"):
        parse_expiry(text, NOON)
