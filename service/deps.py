"""What routes ask for, by type."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.runtime import Runtime


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


AnyRuntime = Annotated[Runtime, Depends(_runtime)]
"""The runtime, ready or not. Its `opened` and `snapshot` raise `NotReadyError` until it is."""
