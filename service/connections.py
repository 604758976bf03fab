"""Connections of the server that do not wait for ever for a slow client."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


def impatient_protocol(seconds: float) -> type[H11Protocol]:
    """uvicorn's HTTP protocol, which closes a connection that is `seconds` late.

    uvicorn itself waits without end for a request's headers, and for the rest of a body that
    nobody wants any more. `service.bounds` takes care of a body that is being read.
    """

    class ImpatientProtocol(H11Protocol):
        _due: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._due = self.loop.call_later(seconds, self._give_up)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            headers_lack = self.conn.their_state is h11.IDLE
            body_is_unwanted = self.conn.our_state is h11.DONE
            if not headers_lack and not body_is_unwanted:
                self._relax()
            elif self._due is None:
                self._due = self.loop.call_later(seconds, self._give_up)

        def connection_lost(self, exc: Exception | None) -> None:
            self._relax()
            super().connection_lost(exc)

        def _relax(self) -> None:
            if self._due is not None:
                self._due.cancel()
                self._due = None

        def _give_up(self) -> None:
            self._due = None
            if not self.transport.is_closing():
                self.transport.close()

    return ImpatientProtocol
