"""`PolicySearch` and `AsyncPolicySearch`: the same calls, sent by blocking and by awaiting."""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

import httpx
from pydantic import PrivateAttr

from service import package_version
from service.client import calls, flow
from service.client.calls import Call
from service.client.errors import translated
from service.client.imports import Policies
from service.schemas.operation import TaskResponse

P = ParamSpec("P")
T = TypeVar("T")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)

KEY_VARIABLE = "POLICY_SEARCH_KEY"
DEFAULT_URL = "http://127.0.0.1:8080"


class _Client(Generic[H]):
    """What both clients are: an httpx client and how patient it is."""

    def __init__(
        self, http: H, key: str | None, timeout: float, upload_timeout: float, retries: int
    ) -> None:
        self._http: H = http
        self._retries = retries
        self._usual = httpx.Timeout(timeout)
        self._long = httpx.Timeout(timeout, read=upload_timeout, write=upload_timeout)
        http.headers["User-Agent"] = f"policy-search-client/{package_version()}"
        key = (os.environ.get(KEY_VARIABLE, "") if key is None else key).strip()
        if key:
            http.headers["Authorization"] = f"Bearer {key}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._http.base_url)!r})"

    def _request(self, call: Call[Any]) -> httpx.Request:
        request: httpx.Request = self._http.build_request(
            call.method,
            call.path,
            params=call.params or None,
            headers=call.headers,
            content=call.content,
            data=call.form,
            files={"file": call.file} if call.file else None,
            timeout=self._long if call.long else self._usual,
        )
        return request


def _blocking(
    make: Callable[P, Call[T]],
) -> Callable[Concatenate[PolicySearch, P], T]:
    @functools.wraps(make)
    def method(self: PolicySearch, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(flow.answer(make(*args, **kwargs), self._retries))

    return _as_method(method, make)


def _awaiting(
    make: Callable[P, Call[T]],
) -> Callable[Concatenate[AsyncPolicySearch, P], Coroutine[Any, Any, T]]:
    @functools.wraps(make)
    async def method(self: AsyncPolicySearch, /, *args: P.args, **kwargs: P.kwargs) -> T:
        call = await asyncio.to_thread(make, *args, **kwargs)  # it may read files
        return await self._run(flow.answer(call, self._retries))

    return _as_method(method, make)


def _as_method(method: T, make: Callable[..., Any]) -> T:
    """Lets `help` show the call's parameters after `self`."""
    signature = inspect.signature(make)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    parameters = [itself, *signature.parameters.values()]
    shown = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    vars(method)["__signature__"] = shown
    return method


class PolicySearch(_Client[httpx.Client]):
    """The API of a running service. To be closed, or used as a context manager.

    `key` is that of `POLICY_SEARCH_KEY` unless given. `timeout` is the longest wait, in seconds,
    for a connection or an answer, `upload_timeout` that for the answer to an upload. A service that
    has no time (429, 503) is asked again at most `retries` times, when it says; an import is not.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        key: str | None = None,
        timeout: float = 35.0,
        upload_timeout: float = 600.0,
        retries: int = 3,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        http = httpx.Client(base_url=url, transport=transport)
        super().__init__(http, key, timeout, upload_timeout, retries)

    search = _blocking(calls.search)
    compare = _blocking(calls.compare)
    coverage = _blocking(calls.coverage)
    equivalents = _blocking(calls.equivalents)
    similar = _blocking(calls.similar)
    suggest = _blocking(calls.suggest)
    resolve = _blocking(calls.resolve)
    clause = _blocking(calls.clause)
    policies = _blocking(calls.policies)
    policy = _blocking(calls.policy)
    clauses = _blocking(calls.clauses)
    versions = _blocking(calls.versions)
    diff = _blocking(calls.diff)
    align = _blocking(calls.align)
    feed = _blocking(calls.feed)
    put = _blocking(calls.put)
    delete = _blocking(calls.delete)
    ready = _blocking(calls.ready)
    version = _blocking(calls.version)
    _import = _blocking(calls.import_policies)
    _task = _blocking(calls.task)

    def import_policies(self, policies: Policies) -> Task:
        """Store many policies: a folder, a ZIP file, or a list of `{"id": …, "text": …}`."""
        return Task.of(self, self._import(policies))

    def task(self, task_id: str) -> Task:
        """How far an import is."""
        return Task.of(self, self._task(task_id))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, steps: flow.Flow[T]) -> T:
        response = None
        try:
            while True:
                step = steps.send(response)
                if isinstance(step, Call):
                    with translated(self._http.base_url):
                        response = self._http.send(self._request(step))
                else:
                    time.sleep(step)
        except StopIteration as end:
            result: T = end.value
            return result


class AsyncPolicySearch(_Client[httpx.AsyncClient]):
    """The same as `PolicySearch` for asyncio: every method is awaited."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        key: str | None = None,
        timeout: float = 35.0,
        upload_timeout: float = 600.0,
        retries: int = 3,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        http = httpx.AsyncClient(base_url=url, transport=transport)
        super().__init__(http, key, timeout, upload_timeout, retries)

    search = _awaiting(calls.search)
    compare = _awaiting(calls.compare)
    coverage = _awaiting(calls.coverage)
    equivalents = _awaiting(calls.equivalents)
    similar = _awaiting(calls.similar)
    suggest = _awaiting(calls.suggest)
    resolve = _awaiting(calls.resolve)
    clause = _awaiting(calls.clause)
    policies = _awaiting(calls.policies)
    policy = _awaiting(calls.policy)
    clauses = _awaiting(calls.clauses)
    versions = _awaiting(calls.versions)
    diff = _awaiting(calls.diff)
    align = _awaiting(calls.align)
    feed = _awaiting(calls.feed)
    put = _awaiting(calls.put)
    delete = _awaiting(calls.delete)
    ready = _awaiting(calls.ready)
    version = _awaiting(calls.version)
    _import = _awaiting(calls.import_policies)
    _task = _awaiting(calls.task)

    async def import_policies(self, policies: Policies) -> AsyncTask:
        """Store many policies: a folder, a ZIP file, or a list of `{"id": …, "text": …}`."""
        return AsyncTask.of(self, await self._import(policies))

    async def task(self, task_id: str) -> AsyncTask:
        """How far an import is."""
        return AsyncTask.of(self, await self._task(task_id))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _run(self, steps: flow.Flow[T]) -> T:
        response = None
        try:
            while True:
                step = steps.send(response)
                if isinstance(step, Call):
                    with translated(self._http.base_url):
                        response = await self._http.send(self._request(step))
                else:
                    await asyncio.sleep(step)
        except StopIteration as end:
            result: T = end.value
            return result


C = TypeVar("C", PolicySearch, AsyncPolicySearch)


class _Task(TaskResponse, Generic[C]):
    _client: C = PrivateAttr()

    @classmethod
    def of(cls, client: C, answer: TaskResponse) -> Self:
        """The task that an answer tells of."""
        task = cls.model_validate(answer.model_dump())
        task._client = client
        return task

    def _finished(self, timeout: float | None) -> flow.Flow[TaskResponse]:
        return flow.finished(self.id, timeout, self._client._retries)


class Task(_Task[PolicySearch]):
    """An import under way, as it was when it was asked for."""

    def wait(self, timeout: float | None = None) -> Task:
        """The task once it is done: `outcomes` tells what became of each policy.

        Raises a `PolicySearchError`: `task-failed`, or `task-unfinished` after `timeout` seconds.
        """
        return Task.of(self._client, self._client._run(self._finished(timeout)))


class AsyncTask(_Task[AsyncPolicySearch]):
    """The same as `Task` for asyncio."""

    async def wait(self, timeout: float | None = None) -> AsyncTask:
        """The task once it is done; see `Task.wait`."""
        return AsyncTask.of(self._client, await self._client._run(self._finished(timeout)))
