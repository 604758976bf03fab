"""`create_app`: the HTTP service, assembled from its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
from fastapi import FastAPI
from starlette.responses import RedirectResponse

from service import openapi, package_version
from service.access.access import Access
from service.middleware import RequestMiddleware
from service.problems import install_problem_handlers
from service.routes import (
    clauses,
    health,
    lifecycle,
    policies,
    search,
    suggest,
    tasks,
    versions,
)
from service.runtime import LoadEncoder, OpenTheIndex, Runtime, load_encoder, open_index
from service.settings import Settings

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
        runtime = Runtime(settings, encoder=encoder, load=load, open_=open_)
        app.state.runtime = runtime
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(runtime.run)
                tasks.start_soon(runtime.tasks.run)
                yield
                tasks.cancel_scope.cancel()
        finally:
            runtime.close()

    app = _PolicySearch(
        title="policy-search",
        summary=openapi.SUMMARY,
        description=openapi.DESCRIPTION,
        version=package_version(),
        openapi_tags=openapi.TAGS,
        lifespan=lifespan,
        redirect_slashes=False,
        redoc_url=None,
    )
    app.state.access = Access(settings)
    app.add_middleware(RequestMiddleware, settings=settings)
    install_problem_handlers(app)
    for routes in (search, suggest, clauses, versions, policies, lifecycle, tasks, health):
        app.include_router(routes.router)

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/docs")

    return app


class _PolicySearch(FastAPI):
    """FastAPI whose OpenAPI document knows the shape of problems."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            openapi.complete(super().openapi())
        assert self.openapi_schema is not None
        return self.openapi_schema
