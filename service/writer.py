"""The one place where a running service writes its index: several changes as one generation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anyio import CancelScope, Lock, to_thread

from indexer.lifecycle import Change, Outcome, apply_changes
from indexer.parsing import PolicyParser
from service.arranger import Arranger

if TYPE_CHECKING:
    from models import Encoder
    from service.settings import Settings

MOST_AT_ONCE = 64
"""Changes that are published together; those that come meanwhile wait for the next turn."""
WAIT_SECONDS = 10.0
"""For another process that is writing, before a client is told to come again."""


@dataclass(slots=True)
class _Ticket:
    """A change that waits for its turn."""

    change: Change
    outcome: Outcome | None = None
    error: Exception | None = None
    done: bool = field(default=False)


class Writer:
    """Applies changes one batch at a time; what waits while one is written goes into the next."""

    def __init__(
        self, settings: Settings, encoder: Callable[[], Encoder], parser: PolicyParser | None = None
    ) -> None:
        self._settings = settings
        self._encoder = encoder
        self._arranger = Arranger(settings.index)
        self._parser = parser or PolicyParser(settings.limits)
        self._turn = Lock()
        self._waiting: list[_Ticket] = []

    async def apply(self, change: Change) -> Outcome:
        """What became of the change, once it is published.

        Raises `IndexLockedError` where another process writes for too long, `NotReadyError` while
        there is no encoder. A caller that goes away does not undo its change.
        """
        ticket = _Ticket(change)
        self._waiting.append(ticket)
        async with self._turn:
            while not ticket.done:  # before it may be the changes of clients that went away
                batch, self._waiting = (
                    self._waiting[:MOST_AT_ONCE],
                    self._waiting[MOST_AT_ONCE:],
                )
                with CancelScope(shield=True):
                    await to_thread.run_sync(self._write, batch)
        if ticket.error is not None:
            raise ticket.error
        assert ticket.outcome is not None
        return ticket.outcome

    def close(self) -> None:
        """Ends the process that parses files, and starts no other work."""
        self._arranger.close()
        self._parser.close()

    def _write(self, batch: list[_Ticket]) -> None:
        try:
            outcomes = apply_changes(
                [ticket.change for ticket in batch],
                self._settings.index,
                self._encoder(),
                self._parser,
                self._settings.keep_versions,
                WAIT_SECONDS,
            )
        except Exception as error:
            for ticket in batch:
                ticket.error, ticket.done = error, True
            return
        self._arranger.wake()
        for ticket, outcome in zip(batch, outcomes, strict=True):
            ticket.outcome, ticket.done = outcome, True
