"""Bulk imports: many policies stored one batch after the other, while their client asks how far."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import anyio

from indexer.lifecycle import Change, Outcome, Put
from service.errors import TaskNotFoundError

MOST_TASKS = 200
"""Finished tasks beyond these are forgotten, the oldest first."""
_BATCH = 16


@dataclass(slots=True)
class Task:
    """An import under way. `owner`: the key that asked for it; `None` where there are no keys."""

    id: str
    owner: str | None
    puts: Sequence[Put]
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    outcomes: list[Outcome] = field(default_factory=list)
    error: str | None = None


class Tasks:
    """The imports of a running service; forgotten when it ends, what they stored stays."""

    def __init__(
        self,
        apply: Callable[[Change], Awaitable[Outcome]],
        catch_up: Callable[[], Awaitable[None]],
    ) -> None:
        self._apply = apply
        self._catch_up = catch_up
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._send, self._receive = anyio.create_memory_object_stream[Task](MOST_TASKS)

    def add(self, puts: Sequence[Put], owner: str | None) -> Task:
        """A new task at the end of the line. Raises `anyio.WouldBlock` where the line is full."""
        task = Task(uuid.uuid4().hex, owner, puts)
        self._send.send_nowait(task)
        self._tasks[task.id] = task
        for old in [t for t in self._tasks.values() if t.state in ("done", "failed")]:
            if len(self._tasks) <= MOST_TASKS:
                break
            del self._tasks[old.id]
        return task

    def get(self, task_id: str, owner: str | None, *, sees_all: bool) -> Task:
        """A task of the caller's. Raises `TaskNotFoundError`."""
        task = self._tasks.get(task_id)
        if task is None or not (sees_all or task.owner == owner):
            raise TaskNotFoundError(task_id)
        return task

    def close(self) -> None:
        """Takes no more tasks."""
        self._send.close()
        self._receive.close()

    async def run(self) -> None:
        """Work on one task after the other, until closed or cancelled."""
        with suppress(anyio.ClosedResourceError):
            async for task in self._receive:
                task.state = "running"
                try:
                    for start in range(0, len(task.puts), _BATCH):
                        await self._store(task, task.puts[start : start + _BATCH])
                    task.state = "done"
                except Exception as error:
                    task.state, task.error = "failed", str(error)

    async def _store(self, task: Task, batch: Sequence[Put]) -> None:
        """One batch: its changes wait together, and are published together."""
        outcomes: list[Outcome | None] = [None] * len(batch)
        failures: list[Exception] = []

        async def store(place: int, put: Put) -> None:
            try:
                outcomes[place] = await self._apply(put)
            except Exception as error:
                failures.append(error)

        async with anyio.create_task_group() as group:
            for place, put in enumerate(batch):
                group.start_soon(store, place, put)
        task.outcomes += [outcome for outcome in outcomes if outcome]
        if failures:
            raise failures[0]
        await self._catch_up()
