"""From a policy file to a policy version, at arm's length: a file may be huge, broken or hostile.

Formats of many parts, and long texts, are parsed in a child process that is bounded in memory and
time and can die without harm; short texts and Markdown are parsed here, because to start a child
takes a fifth of a second. On macOS the child's memory is not bounded; on Windows neither that nor
its end when this process is killed.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from indexer import wire
from indexer.errors import LimitError, PolicyFileError
from indexer.files import SourceFile
from indexer.limits import Limits
from indexer.parse import parse_policy
from indexer.parsing_child import OUT_OF_MEMORY
from indexer.readers import TEXT_SUFFIXES, Tell, naming, read_bytes, read_file
from indexer.records import Clause, PolicyVersion
from indexer.wire import ParsedBefore

CHILD = ("-m", "indexer.parsing_child")
LONGEST_HERE = 64 * 1024
"""Bytes of a text that is parsed in this process."""
_FILES_PER_CHILD = 100
"""After so many a child is replaced: libraries leak, and memory is in pieces."""
_START_SECONDS = 60.0
_PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONHASHSEED", "SYSTEMROOT")

_log = logging.getLogger(__name__)


class PolicyParser:
    """Parses files one after the other; owns the child process, which starts when one is needed.

    `always_apart` sends short texts to the child as well. `child` are the arguments of the Python
    process that serves as the child.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        child: Sequence[str] = CHILD,
        *,
        always_apart: bool = False,
    ) -> None:
        self._limits = limits or Limits()
        self._arguments = child
        self._longest_here = -1 if always_apart else LONGEST_HERE
        self._child: _Child | None = None

    @property
    def limits(self) -> Limits:
        return self._limits

    def __enter__(self) -> PolicyParser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child process, if there is one."""
        child, self._child = self._child, None
        if child:
            child.end()

    def parse(
        self, file: SourceFile, before: ParsedBefore | None = None, tell: Tell | None = None
    ) -> PolicyVersion:
        """A policy file as a policy version with its clauses; `before` is the one indexed now.

        `tell` hears of the pages or parts of a long file. Raises `PolicyFileError` for a file that
        cannot be read, whatever the reason, and `LimitError` for one that is over a limit.
        """
        return self.parse_bytes(file, read_file(file.path, self._limits), before, tell)

    def parse_bytes(
        self,
        file: SourceFile,
        data: bytes,
        before: ParsedBefore | None = None,
        tell: Tell | None = None,
    ) -> PolicyVersion:
        """The same for a file whose bytes are at hand; `file.path` says what it is called."""
        with naming(file.path):
            if file.path.suffix.lower() in TEXT_SUFFIXES and len(data) <= self._longest_here:
                return self._parse_here(file, data, before)
            return self._parse_in_child(file, data, before, tell)

    def _parse_here(
        self, file: SourceFile, data: bytes, before: ParsedBefore | None
    ) -> PolicyVersion:
        try:
            document = read_bytes(data, file.path.suffix.lower(), self._limits)
            return parse_policy(file, document, before)
        except Exception as error:
            raise _error_of(wire.failure_of(error), self._limits) from error

    def _parse_in_child(
        self, file: SourceFile, data: bytes, before: ParsedBefore | None, tell: Tell | None
    ) -> PolicyVersion:
        if self._child is None:
            self._child = _Child(self._arguments, self._limits)
        try:
            policy = self._child.parse(file, data, before, tell)
        except BaseException:
            if not self._child.sound:
                self.close()
            raise
        if self._child.parsed >= _FILES_PER_CHILD:
            self.close()
        return policy


class _Child:
    """One running child process."""

    def __init__(self, arguments: Sequence[str], limits: Limits) -> None:
        self.parsed = 0
        self.sound = False
        """It has parsed the last file, or said what is wrong with it. What is left of a child that
        ran into a limit, or failed otherwise, is not worth keeping."""
        self._limits = limits
        try:
            self._process = _start(arguments)
        except OSError as error:
            raise PolicyFileError(f"the process that reads files cannot start: {error}") from error
        try:
            with self._killed_after(_START_SECONDS):
                self._send(wire.LIMITS, wire.encode(limits))
                if self._next({wire.READY: 0}) is None:  # it has printed why
                    raise PolicyFileError("the process that reads files does not start")
        except BaseException:
            self.end()
            raise

    def parse(
        self, file: SourceFile, data: bytes, before: ParsedBefore | None, tell: Tell | None
    ) -> PolicyVersion:
        """Raises `PolicyFileError`; after any error the child may be dead, and is to be ended."""
        self.sound = False
        # Made absolute here, where relative paths have a meaning.
        path = str(file.path.absolute())
        request = wire.Request(path, file.policy_id, file.name, before, file.sidecar)
        with self._killed_after(self._limits.max_seconds) as late:
            self._send(wire.REQUEST, wire.encode(request))
            self._send(wire.DATA, data)
            try:
                policy = self._receive(file, tell)
            except wire.WireError as error:
                _log.debug("%s: %s", file.path, error)
                raise PolicyFileError(
                    "the process that read it answered out of turn: the file is hostile, or this "
                    "is a defect of the program"
                ) from error
            if policy is None:
                self._explain_death(late.is_set())
        self.parsed += 1
        self.sound = True
        return policy

    def _receive(self, file: SourceFile, tell: Tell | None) -> PolicyVersion | None:
        """The version that is sent; `None` where the child dies. Raises what it reports."""
        room = wire.longest_answer(self._limits)
        policy: PolicyVersion | None = None
        clauses: list[Clause] = []
        while True:
            message = self._next(
                {wire.PROGRESS: 64, wire.FAILURE: 16 * wire.LONGEST_TEXT}
                | ({wire.VERSION: room} if policy is None else {wire.CLAUSES: room, wire.DONE: 0})
            )
            if message is None:
                return None
            kind, payload = message
            if kind == wire.PROGRESS:
                progress = wire.decode(tuple[int, ...], payload)
                if tell and len(progress) == 2:
                    tell(*progress)
                continue
            room -= len(payload)
            if kind == wire.FAILURE:
                failure = wire.decode(wire.Failure, payload)
                self.sound = failure.kind == "policy"
                raise _error_of(failure, self._limits)
            elif kind == wire.VERSION:
                policy = wire.decode(PolicyVersion, payload)
            elif kind == wire.CLAUSES:
                clauses.extend(wire.decode(tuple[Clause, ...], payload))
            elif policy is not None:
                return _checked(replace(policy, clauses=tuple(clauses)), file)

    def _explain_death(self, late: bool) -> NoReturn:
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:  # it closed its output and lives on
            self._process.kill()
            code = 0
        if late or code == -getattr(signal, "SIGALRM", 0):
            raise LimitError(self._limits.message("max_seconds", "not read in time"))
        if code == OUT_OF_MEMORY:
            raise _error_of(wire.Failure("memory", ""), self._limits)
        how = f"signal {_signal_name(-code)}" if code < 0 else f"exit code {code}"
        if code == -getattr(signal, "SIGKILL", 0):
            raise LimitError(
                f"the process that read it was killed from outside ({how}), most likely because "
                "the machine ran out of memory: set POLICY_SEARCH_MAX_MEMORY below what it has"
            )
        raise PolicyFileError(
            f"the process that read it died ({how}): the file is damaged or hostile, or needs more "
            "memory than POLICY_SEARCH_MAX_MEMORY allows"
        )

    def _send(self, kind: bytes, payload: bytes) -> None:
        assert self._process.stdin
        with suppress(OSError):  # where the child died, reading its answer says how
            wire.write_message(self._process.stdin, kind, payload)

    def _next(self, longest: dict[bytes, int]) -> tuple[bytes, bytes] | None:
        assert self._process.stdout
        return wire.read_message(self._process.stdout, longest)

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[threading.Event]:
        """Kills the child where what is inside takes longer; reading from it then ends.

        The event tells that this happened.
        """
        late = threading.Event()

        def kill() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def end(self) -> None:
        """Kills the child and waits for it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """The child, with pipes to it, an environment of its own, and nothing else of ours."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # It finds this package where this process found it; -P keeps it from looking elsewhere.
    environment["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, sys.path))
    return subprocess.Popen(
        [sys.executable, "-P", "-B", "-X", "utf8", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,  # standard error stays ours until it has started
        env=environment,
        cwd=Path(sys.executable).anchor,
    )


def _checked(policy: PolicyVersion, file: SourceFile) -> PolicyVersion:
    """The version, if it speaks of the file that was sent and of nothing else."""
    prefix = f"{file.policy_id}@{policy.version}#"
    length = len(policy.source)
    sound = policy.policy_id == file.policy_id and all(
        clause.policy_id == file.policy_id
        and clause.version == policy.version
        and clause.id.startswith(prefix)
        and (clause.parent_id is None or clause.parent_id.startswith(prefix))
        and 0 <= clause.start <= clause.end <= length
        for clause in policy.clauses
    )
    if not sound:
        raise wire.WireError("clauses that are not of this file")
    return replace(policy, source_path=str(file.path.resolve()))


def _error_of(failure: wire.Failure, limits: Limits) -> PolicyFileError:
    """What a failure is reported as. Its words may be the file's: nothing in them is obeyed."""
    message = "".join(c if c.isprintable() else " " for c in failure.message)
    if failure.kind == "limit":
        return LimitError(message)
    if failure.kind == "memory":
        return LimitError(limits.message("max_memory", "needs more memory than may be used"))
    if failure.kind == "policy":
        return PolicyFileError(message)
    _log.debug("a file could not be parsed: %s\n%s", message, failure.trace)
    return PolicyFileError(
        f"internal error ({message}): the file could not be parsed; please report it with the log "
        "that POLICY_SEARCH_LOG_LEVEL=debug gives"
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
