"""`GET /metrics`: what Prometheus scrapes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.access.guard import GuardedRoute
from service.deps import MayAdminister
from service.metrics import CONTENT_TYPE, Metrics
from service.openapi.operation import METRICS_RESPONSES

router = APIRouter(tags=["operation"], route_class=GuardedRoute)


class Exposition(Response):
    """Metrics in Prometheus's text format."""

    media_type = "text/plain"


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Measure the service",
    response_class=Exposition,
    responses=METRICS_RESPONSES,
)
async def metrics(request: Request, caller: MayAdminister) -> Response:
    """Requests, searches by stage, errors, the index and the process, for Prometheus to scrape."""
    found: Metrics = request.app.state.metrics
    return Exposition(found.exposition(), headers={"Content-Type": CONTENT_TYPE})
