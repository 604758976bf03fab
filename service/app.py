"""`create_app`: the HTTP service, assembled from its settings."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread
from fastapi import FastAPI

from service import package_version
from service.access.access import Access
from service.access.origins import parse_origins
from service.crossorigin import CrossOriginHeaders, Preflights
from service.metrics import Metrics
from service.middleware import RequestMiddleware
from service.openapi import document
from service.problems import install_problem_handlers
from service.routes import (
    align,
    clauses,
    compare,
    coverage,
    docs,
    embedding,
    health,
    lifecycle,
    lookup,
    metrics,
    pages,
    policies,
    resolve,
    search,
    sign_in,
    static,
    suggest,
    tables,
    tasks,
    versions,
)
from service.runtime import LoadEncoder, OpenTheIndex, Runtime, load_encoder, open_index
from service.search.stages import Stage
from service.settings import Settings
from service.telemetry import NO_NATIVE_TELEMETRY, open_tracing

if TYPE_CHECKING:
    from models import Encoder


def create_app(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    load: LoadEncoder = load_encoder,
    open_: OpenTheIndex = open_index,
) -> FastAPI:
    """The service for these settings; making it opens and loads nothing.

    At start it listens at once and loads the encoder (unless one is given) and the index in the
    background; see `Runtime`. `load` and `open_` are the ways it does so.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tracing = app.state.tracing = open_tracing(os.environ)

        def on_search(stages: Sequence[Stage]) -> None:
            measured.searched(stages)
            if tracing is not None:
                tracing.searched(stages)

        runtime = Runtime(settings, encoder=encoder, load=load, open_=open_, on_search=on_search)
        app.state.runtime = measured.runtime = runtime
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(runtime.run)
                tasks.start_soon(runtime.tasks.run)
                yield
                tasks.cancel_scope.cancel()
        finally:
            runtime.close()
            if tracing is not None:
                await to_thread.run_sync(tracing.close)

    measured = Metrics()
    app = _PolicySearch(
        title="policy-search",
        summary=document.SUMMARY,
        description=document.DESCRIPTION,
        version=package_version(),
        openapi_tags=document.TAGS,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,  # FastAPI's loads from a CDN; `routes.docs` does not
        redoc_url=None,
        telemetry=NO_NATIVE_TELEMETRY,
    )
    app.state.access = Access(settings)
    app.state.metrics = measured
    origins = parse_origins(settings.cors_origins)
    if origins:
        app.add_middleware(Preflights, origins=origins)
    app.add_middleware(RequestMiddleware, settings=settings, metrics=measured)
    if origins:
        app.add_middleware(CrossOriginHeaders, origins=origins)
    install_problem_handlers(app)
    for routes in (
        search, suggest, compare, resolve, lookup, clauses, align, versions, policies, coverage,
        lifecycle, tasks, embedding, health, metrics, pages, tables, sign_in, docs, static,
    ):  # fmt: skip
        app.include_router(routes.router)
    return app


class _PolicySearch(FastAPI):
    """FastAPI whose OpenAPI document knows the shape of problems."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document.complete(super().openapi())
        assert self.openapi_schema is not None
        return self.openapi_schema
