"""What a client does step by step, whether it blocks or awaits: requests, pauses, results.

A flow yields a `Call` to be sent, and is sent its response, or yields seconds to pause.
"""

from __future__ import annotations

import random
import time
from collections.abc import Generator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from service.client import calls
from service.client.calls import Call
from service.client.errors import PolicySearchError, error_of
from service.schemas.operation import TaskResponse

T = TypeVar("T")
Flow = Generator[Call[Any] | float, httpx.Response | None, T]

RETRIED_STATUS = (429, 503)
LONGEST_PAUSE = 30.0
"""Seconds. A service that asks for more patience than this is not asked again."""
_FIRST_PAUSE = 0.5
_FIRST_LOOK, _LAST_LOOK = 0.1, 5.0


def answer(call: Call[T], retries: int) -> Flow[T]:
    """The call's result, after at most so many retries of what may be sent again."""
    for attempt in range(retries + 1):
        response = yield call
        assert response is not None
        if response.is_success:
            return call.read(response)
        pause = pause_after(response, attempt)
        last = attempt == retries or not call.retried
        if last or response.status_code not in RETRIED_STATUS or pause > LONGEST_PAUSE:
            raise error_of(response)
        yield pause
    raise AssertionError("unreachable")


def pause_after(response: httpx.Response, attempt: int) -> float:
    """Seconds until the next attempt: twice as long each time, spread, not before Retry-After."""
    backoff = min(_FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.0)
    return max(backoff, _retry_after(response.headers.get("retry-after", "")))


def finished(task_id: str, timeout: float | None, retries: int) -> Flow[TaskResponse]:
    """A task once it is done. Raises `task-failed`, or `task-unfinished` after `timeout` s."""
    end = None if timeout is None else time.monotonic() + timeout
    pause = _FIRST_LOOK
    while True:
        task = yield from answer(calls.task(task_id), retries)
        if task.state == "failed":
            raise PolicySearchError("task-failed", 200, f"Task {task.id} failed: {task.error}")
        if task.state == "done":
            return task
        if end is not None and time.monotonic() + pause > end:
            raise PolicySearchError(
                "task-unfinished",
                200,
                f"Task {task.id} is {task.state} after {timeout:g} s: {task.done} of {task.total} "
                "policies; it goes on, `wait` again.",
            )
        yield pause
        pause = min(pause * 1.5, _LAST_LOOK)


def _retry_after(value: str) -> float:
    """Seconds that a Retry-After header asks for: a number or a date; 0 where it says neither."""
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
