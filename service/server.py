"""The server around the app: how it starts, and how it leaves without dropping a request."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import threading
import time
from asyncio import Task
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn

from service.connections import impatient_protocol

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.runtime import Runtime
    from service.settings import Settings

CUT_OFF_SECONDS = 1.0
"""What telling clients may take that their requests are cut off."""
GRACE_SECONDS = 3.0
"""What closing may take once requests have had their time; then the process ends as it is."""

logger = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """uvicorn's server, which leaves in steps when it is told to (SIGTERM, SIGINT).

    At once `/readyz` says 503 `shutting-down`. It still listens, so that this can be seen, for
    `shutdown_delay_seconds` and until the requests that were running are done; then it closes what
    is idle and lets the rest finish. All of that after the delay takes `shutdown_seconds` at most.
    A second signal skips the listening.
    """

    def __init__(
        self, app: FastAPI, settings: Settings, on_ready: Callable[[Server], None]
    ) -> None:
        """Calls `on_ready` once, when searches are answered."""
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                log_level=settings.log_level,
                access_log=False,
                http=impatient_protocol(settings.body_seconds),
                proxy_headers=False,  # POLICY_SEARCH_TRUSTED_PROXIES says whose are believed
            )
        )
        self._app = app
        self._on_ready: Callable[[Server], None] | None = on_ready
        self._delay = settings.shutdown_delay_seconds
        self._deadline = settings.shutdown_delay_seconds + settings.shutdown_seconds
        self._told_at: float | None = None
        self._running: tuple[Task[None], ...] | None = None

    @property
    def runtime(self) -> Runtime | None:
        """The app's runtime, once the app has started."""
        runtime: Runtime | None = getattr(self._app.state, "runtime", None)
        return runtime

    @property
    def port(self) -> int:
        """The port that is listened on, once `started`; the setting may leave it open."""
        name: Any = self.servers[0].sockets[0].getsockname()
        return int(name[1])

    @property
    def needs_key(self) -> bool:
        """Whether requests need a key."""
        return bool(self._app.state.access.keys.any())

    def run_until_told(self) -> None:
        """Serve until a signal comes."""
        with suppress(KeyboardInterrupt):  # SIGINT, raised again when all is done
            self.run()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to leave; the next ticks go on with it."""
        super().handle_exit(sig, frame)
        if self._told_at is None:
            self._told_at = time.monotonic()
            self.should_exit = False
            if self.runtime is not None:
                self.runtime.leave()

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to close; asked ten times a second."""
        if self._on_ready and self.runtime and self.runtime.readiness.ready:
            tell, self._on_ready = self._on_ready, None
            try:
                tell(self)
            except Exception:  # Nobody reads what it prints, say: no reason to stop serving.
                logger.warning("could not tell that the service is ready", exc_info=True)
        if self._told_at is not None:
            waited = time.monotonic() - self._told_at
            if self._running is None:
                self._running = tuple(self.server_state.tasks)
                logger.info("shutting down", extra={"running_requests": len(self._running)})
                self._watch(self._deadline - waited)
            idle = waited >= self._delay and all(task.done() for task in self._running)
            if waited >= self._deadline:
                await self._cut_off()
            if idle or self.should_exit or waited >= self._deadline:
                left = max(1, math.ceil(self._deadline - waited))
                self.config.timeout_graceful_shutdown = left
                self.should_exit = True
        return await super().on_tick(counter)

    async def _cut_off(self) -> None:
        """Cancel the requests that are left; `RequestMiddleware` tells their clients."""
        left = list(self.server_state.tasks)
        if left:
            logger.warning("requests are cut off", extra={"running_requests": len(left)})
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=CUT_OFF_SECONDS)

    def _watch(self, seconds: float) -> None:
        """End the process if it is still there after its time: a thread cannot be cancelled."""
        watching = threading.Timer(seconds + GRACE_SECONDS, _end)
        watching.daemon = True
        watching.start()


def _end() -> None:
    logger.error("shutting down took too long: the process ends with work undone")
    logging.shutdown()
    os._exit(1)
