"""`/healthz`, `/readyz`, `/version`: for those who run the service."""

from __future__ import annotations

import platform

from fastapi import APIRouter, Request

from service import package_version
from service.access.access import Access
from service.deps import AnyRuntime
from service.errors import KeyFileError, NotReadyError, ShuttingDownError
from service.openapi.operation import READY_RESPONSES
from service.schemas.operation import HealthResponse, ReadyResponse, VersionResponse
from service.views import index_info

router = APIRouter(tags=["operation"])


@router.get("/healthz", operation_id="health", summary="Is the process alive?")
async def healthz() -> HealthResponse:
    """Answers as soon as the process listens, also while the encoder is being loaded."""
    return HealthResponse()


@router.get(
    "/readyz",
    operation_id="ready",
    summary="Are searches answered?",
    responses=READY_RESPONSES,
)
async def readyz(request: Request, runtime: AnyRuntime) -> ReadyResponse:
    """200 once the index is open and a first question was answered; 503 says what is awaited, or
    that the service is shutting down.

    Where keys are needed, the policies that some groups alone may read are not counted.
    """
    if runtime.leaving:
        raise ShuttingDownError("The service was told to end and finishes what it does.")
    state = runtime.readiness
    if not state.ready:
        failure = f" {state.failure}" if state.failure else ""
        raise NotReadyError(f"Not yet: {state.awaited}.{failure}")
    snapshot = runtime.snapshot()
    if _has_keys(request):
        snapshot = snapshot.seen_by(frozenset())
    return ReadyResponse(
        index=index_info(snapshot),
        policies=snapshot.policy_count,
        clauses=snapshot.clause_count,
        refresh_failure=state.failure,
    )


def _has_keys(request: Request) -> bool:
    access: Access = request.app.state.access
    try:
        return access.keys.any()
    except KeyFileError:
        return True


@router.get("/version", operation_id="version", summary="What is running?")
async def version(runtime: AnyRuntime) -> VersionResponse:
    """The release, and the encoder and index generation once they are there."""
    encoder = runtime.encoder
    fingerprint = encoder.fingerprint if encoder else None
    return VersionResponse(
        version=package_version(),
        python=platform.python_version(),
        model=fingerprint.model if fingerprint else None,
        fingerprint=fingerprint.digest if fingerprint else None,
        generation=runtime.snapshot().generation if runtime.readiness.ready else None,
    )
