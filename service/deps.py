"""What routes ask for, by type."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.access.caller import Caller
from service.access.guard import needs
from service.runtime import Runtime


async def _runtime(request: Request) -> Runtime:  # not async, it would wait for a thread
    runtime: Runtime = request.app.state.runtime
    return runtime


AnyRuntime = Annotated[Runtime, Depends(_runtime)]
"""The runtime, ready or not. Its `opened` and `snapshot` raise `NotReadyError` until it is."""

MaySearch = Annotated[Caller, Depends(needs("search"))]
MayRead = Annotated[Caller, Depends(needs("read"))]
MayOpen = Annotated[Caller, Depends(needs("read", "search"))]
"""A single clause: what a search found may be opened, whole policies need `read`."""
MayWrite = Annotated[Caller, Depends(needs("write"))]
MayAdminister = Annotated[Caller, Depends(needs("admin"))]
