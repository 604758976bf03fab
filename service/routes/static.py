"""`/static/{name}`: the pages' scripts and styles."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from service.web.assets import PATH, assets

router = APIRouter(include_in_schema=False)

FOR_EVER = "public, max-age=31536000, immutable"


@router.get(PATH + "{name}")
async def static(name: str, request: Request, v: str = "") -> Response:
    """A file of the package; one that is named by its digest may be kept for ever."""
    asset = assets().get(name)
    if asset is None:
        raise HTTPException(404)
    etag = f'"{asset.digest}"'
    headers = {
        "Cache-Control": FOR_EVER if v == asset.digest else "no-cache",
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
