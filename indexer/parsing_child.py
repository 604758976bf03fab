"""The process that parses files which may be hostile: `python -m indexer.parsing_child`.

It reads requests from standard input and answers on standard output, as `indexer.wire` says, opens
no policy file itself, and imports nothing of models and vectors. It is bounded in memory (on Linux;
macOS does not enforce it, Windows knows nothing of the kind) and, on both, killed by an alarm
where its parent is no longer there to kill it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from indexer import wire
from indexer.errors import LimitError
from indexer.files import SourceFile
from indexer.limits import MIB, Limits
from indexer.parse import parse_policy
from indexer.readers import read_bytes
from indexer.records import Clause, PolicyVersion

OUT_OF_MEMORY = 77
"""Exit code where there is not even the memory to say so."""
_SECONDS_BETWEEN_TELLS = 0.1
_GRACE_SECONDS = 5.0
_BATCH_CHARACTERS = 1_000_000
_BATCH_CLAUSES = 2_000


def main() -> None:
    """Answers requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears of it, and ends us
    requests, answers = _own_channel()
    first = wire.read_message(requests, {wire.LIMITS: MIB})
    if first is None:
        return
    limits = wire.decode(Limits, first[1])
    _end_with_parent(requests)
    _bound(limits)
    wire.write_message(answers, wire.READY)
    known = {wire.REQUEST: MIB, wire.DATA: limits.max_bytes}
    while (request := wire.read_message(requests, known)) is not None:
        data = wire.read_message(requests, known)
        if data is None:
            return
        _alarm(limits.max_seconds + _GRACE_SECONDS)
        _answer(answers, wire.decode(wire.Request, request[1]), data[1], limits)
        _alarm(0)


def _answer(answers: IO[bytes], request: wire.Request, data: bytes, limits: Limits) -> None:
    try:
        policy = _parse(answers, request, data, limits)
        for kind, payload in _parts(policy, limits):
            wire.write_message(answers, kind, payload)
    except BrokenPipeError:
        os._exit(0)  # the parent is gone
    except BaseException as error:  # a library's own, or even an exit: it costs this file alone
        try:
            wire.write_message(answers, wire.FAILURE, wire.encode(wire.failure_of(error)))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


def _parse(answers: IO[bytes], request: wire.Request, data: bytes, limits: Limits) -> PolicyVersion:
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _SECONDS_BETWEEN_TELLS:
            told = now
            wire.write_message(answers, wire.PROGRESS, wire.encode((done, total)))

    file = SourceFile(Path(request.path), request.policy_id, request.name, request.sidecar)
    document = read_bytes(data, file.path.suffix.lower(), limits, tell)
    return parse_policy(file, document, request.before)


def _parts(policy: PolicyVersion, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """The messages that a version is sent as: all but its clauses, then these in batches."""
    sent = 0
    for kind, record in (
        (wire.VERSION, replace(policy, clauses=())),
        *((wire.CLAUSES, batch) for batch in _batches(policy.clauses)),
    ):
        payload = wire.encode(record)
        sent += len(payload)
        if sent > wire.longest_answer(limits):
            raise LimitError(
                f"its clauses with their headings take {sent:,} bytes, over the bound of "
                f"{wire.longest_answer(limits):,} that follows from POLICY_SEARCH_MAX_CHARACTERS"
            )
        yield kind, payload
    yield wire.DONE, b""


def _batches(clauses: Sequence[Clause]) -> Iterator[tuple[Clause, ...]]:
    start, characters = 0, 0
    for position, clause in enumerate(clauses):
        size = len(clause.text) + sum(map(len, clause.heading_path)) + len(clause.lead_in)
        if position - start >= _BATCH_CLAUSES or characters + size > _BATCH_CHARACTERS:
            yield tuple(clauses[start:position])
            start, characters = position, 0
        characters += size
    if start < len(clauses):
        yield tuple(clauses[start:])


def _own_channel() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output under numbers of our own; what libraries print goes nowhere."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return requests, answers


def _bound(limits: Limits) -> None:
    """Bounds this process as far as the system can: memory, files written, a core dump."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError):  # where memory is short, the kernel shall end us, not the service
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    bounds = ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, limits.max_memory))
    for name, bound in bounds:
        with suppress(ValueError, OSError):  # macOS refuses some, a lower hard limit others
            resource.setrlimit(name, (bound, bound))


def _alarm(seconds: float) -> None:
    """Death after so many seconds, whatever library is at work by then; 0 takes it back."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _end_with_parent(requests: IO[bytes]) -> None:
    """From now on this process ends when its parent is gone, also while it parses."""
    if sys.platform == "win32":
        return
    import select

    hung_up = select.poll()
    hung_up.register(requests.fileno(), 0)  # that it hung up is always told

    def watch() -> None:
        hung_up.poll()
        os._exit(0)

    threading.stack_size(256 * 1024)
    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
