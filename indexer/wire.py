"""What passes between the indexer and the process that parses files: bounded, plain messages.

A message is one byte that says its kind, its length, and that many bytes. Records travel as JSON
arrays of their fields and are made again only as what their annotations say, so that a process
that a hostile file took over can answer wrongly, but cannot make the indexer run anything.
"""

from __future__ import annotations

import json
import struct
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import IO, Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from indexer.errors import LimitError, PolicyFileError
from indexer.limits import MIB, Limits
from indexer.records import Properties

_HEADER = struct.Struct(">cQ")
T = TypeVar("T")

LIMITS, REQUEST, DATA = b"L", b"Q", b"D"
"""To the child: the limits, once; then, for each file, what it is and its bytes."""
READY, PROGRESS, VERSION, CLAUSES, DONE, FAILURE = b"R", b"P", b"V", b"C", b"E", b"F"
"""From the child: that it has started; then progress, and a version in parts or a failure."""


LONGEST_TEXT = 20_000
"""Characters of an error's message, and of its traceback, that are sent."""


class WireError(Exception):
    """The other side said something that it must not say."""


@dataclass(frozen=True, slots=True)
class ParsedBefore:
    """What parsing needs to know of the version that is indexed now: to number the next one."""

    version: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Request:
    """A file to parse; its bytes follow."""

    path: str
    policy_id: str
    name: str
    before: ParsedBefore | None
    sidecar: Properties | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file was not parsed. `trace` is for the log alone."""

    kind: Literal["policy", "limit", "memory", "internal"]
    message: str
    trace: str = ""


def failure_of(error: BaseException) -> Failure:
    """What an error in reading or parsing a file means for that file."""
    if isinstance(error, MemoryError):
        return Failure("memory", "")
    if isinstance(error, RecursionError):
        return Failure("policy", "its parts are nested too deeply; save it in a simpler form")
    if isinstance(error, PolicyFileError):
        kind: Literal["limit", "policy"] = "limit" if isinstance(error, LimitError) else "policy"
        return Failure(kind, str(error)[:LONGEST_TEXT])
    message = f"{type(error).__name__}: {error}"
    trace = "".join(traceback.format_exception(error, limit=-20))
    return Failure("internal", message[:LONGEST_TEXT], trace[-LONGEST_TEXT:])


def longest_answer(limits: Limits) -> int:
    """Bytes that the messages about one file may have together.

    The source and the clauses' texts are about as long as each other, at up to four bytes a
    character; the rest is for the headings that clauses repeat.
    """
    return 16 * limits.max_characters + MIB


def write_message(stream: IO[bytes], kind: bytes, payload: bytes = b"") -> None:
    """Sends one message."""
    stream.write(_HEADER.pack(kind, len(payload)))
    stream.write(payload)
    stream.flush()


def read_message(stream: IO[bytes], longest: Mapping[bytes, int]) -> tuple[bytes, bytes] | None:
    """The next message's kind and bytes; `None` where the other side is gone.

    `longest` holds the kinds that may come and their greatest length, which is checked before
    anything is read. Raises `WireError` for any other kind, or a longer message.
    """
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    kind, length = _HEADER.unpack(header)
    if length > longest.get(kind, -1):
        raise WireError(f"a message {kind!r} of {length:,} bytes")
    payload = stream.read(length)
    return (kind, payload) if len(payload) == length else None


def encode(record: object) -> bytes:
    """A record, or a tuple of records, as JSON. Half characters become question marks."""
    return json.dumps(_plain(record), ensure_ascii=False).encode("utf-8", "replace")


def decode(type_: type[T], payload: bytes) -> T:
    """What `encode` made of a `type_`. Raises `WireError` for anything else."""
    try:
        return cast("T", _maker(cast("Any", type_))(json.loads(payload)))
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError(f"no {type_}: {error}") from error


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def _maker(hint: Any) -> Callable[[Any], Any]:
    """The function that checks a JSON value and makes of it what an annotation says."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is UnionType:
        (inner,) = (_maker(arg) for arg in args if arg is not NoneType)
        return lambda value: None if value is None else inner(value)
    if origin is Literal:
        return lambda value: value if value in args else _refuse(hint, value)
    if origin is tuple:
        item = _maker(args[0])
        return lambda value: tuple([item(each) for each in _expect(list, value)])
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        makers = [_maker(hints[field.name]) for field in fields(hint)]

        def make(value: Any) -> Any:
            values = _expect(list, value)
            return hint(*[made(each) for made, each in zip(makers, values, strict=True)])

        return make
    if hint is date:
        return lambda value: date.fromisoformat(_expect(str, value))
    if hint is float:
        return lambda value: float(value) if type(value) in (int, float) else _refuse(hint, value)
    if hint in (str, int, bool):
        return lambda value: _expect(hint, value)
    raise TypeError(f"{hint} has no place in a message")


def _expect(type_: type[T], value: Any) -> T:
    return value if type(value) is type_ else _refuse(type_, value)


def _refuse(hint: Any, value: Any) -> Any:
    raise ValueError(f"{type(value).__name__} in the place of {hint}")
