"""The parsing process with one more format, `.hostile`, whose reader does what the file says."""

from __future__ import annotations

import ctypes
import fcntl
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

from indexer import parsing_child, readers, wire
from indexer.limits import Limits
from indexer.readers import Tell
from indexer.readers.assemble import Piece, assemble
from indexer.records import Clause, Document, Metadata, PolicyVersion


def read_hostile(data: bytes, limits: Limits, tell: Tell) -> Document:
    deed = data.decode()
    if deed in DEEDS:
        DEEDS[deed]()
    if deed == "pages":
        for page in range(1, 4):
            time.sleep(0.15)
            tell(page, 3)
    text = {"long": "word " * 500_000, "process id": str(os.getpid())}.get(deed, deed)
    pieces = [Piece("heading", "Gift Policy", 1), Piece("paragraph", f"1. {text}")]
    if deed == "many":
        pieces *= 30_000
    if deed == "environment":
        pieces.append(Piece("paragraph", "2. " + " ".join(sorted(os.environ))))
        files = sorted(path.name for path in Path("/proc/self/fd").iterdir())
        pieces.append(Piece("paragraph", f"3. {files}"))
    if deed == "headings":
        pieces = [Piece("heading", f"{level} long; " * 2000, level) for level in range(1, 7)]
        pieces += [Piece("heading", f"{n}", 7) for n in range(700)]
    return assemble(pieces, "docx")


def _allocate() -> NoReturn:
    kept = []
    while True:
        kept.append(bytearray(16 * 1024 * 1024))


def _recurse() -> None:
    _recurse()


def _recurse_in_library() -> None:
    value: list[object] = []
    for _ in range(1_000_000):
        value = [value]
    repr(value)


def _sleep() -> None:
    time.sleep(600)


def _loop_without_letting_go() -> None:
    10 ** (10**9)  # one call, during which no other thread of Python runs


def _print() -> None:
    print("garbage" * 10_000)
    print("garbage" * 10_000, file=sys.stderr)
    os.write(1, b"\x00garbage" * 1000)
    os.write(2, b"\x00garbage" * 1000)


def _raise() -> None:
    raise KeyError("a\x1b[31mred\nreason")


def _answer_with_a_huge_message() -> None:
    _channel().write(b"V" + (1 << 60).to_bytes(8, "big"))


def _answer_with_another_record() -> None:
    wire.write_message(_channel(), wire.VERSION, wire.encode(Limits()))


def _answer_out_of_turn() -> None:
    wire.write_message(_channel(), wire.DONE)


def _answer_of_another_policy() -> None:
    clause = Clause("b@1#1", "b", "1", 0, None, ("1",), None, (), "1", "en", "Take all.", 0, 0)
    policy = PolicyVersion("a", "1", Metadata("A", "en"), "", "a", "docx", "")
    wire.write_message(_channel(), wire.VERSION, wire.encode(policy))
    wire.write_message(_channel(), wire.CLAUSES, wire.encode((clause,)))
    wire.write_message(_channel(), wire.DONE)


def _channel() -> IO[bytes]:
    """The pipe to the parent, which a process that was taken over finds soon enough."""
    for number in range(3, 64):
        with suppress(OSError):
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_WRONLY:
                return os.fdopen(number, "wb", buffering=0, closefd=False)
    raise AssertionError("no pipe")


def _close_and_sleep() -> None:
    os.closerange(3, 64)
    time.sleep(600)


DEEDS = {
    "allocate": _allocate,
    "recurse": _recurse,
    "recurse in library": _recurse_in_library,
    "sleep": _sleep,
    "loop": _loop_without_letting_go,
    "exit": lambda: os._exit(3),
    "leave": lambda: sys.exit(0),
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "kill": lambda: os.kill(os.getpid(), 9),
    "print": _print,
    "raise": _raise,
    "huge message": _answer_with_a_huge_message,
    "another record": _answer_with_another_record,
    "another policy": _answer_of_another_policy,
    "out of turn": _answer_out_of_turn,
    "close": _close_and_sleep,
}

if __name__ == "__main__":
    readers._BINARY_READERS[".hostile"] = read_hostile
    parsing_child.main()
