"""`/docs`: the OpenAPI document, to read."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.access.guard import PageRoute
from service.web.documenting import groups_of, schemas_of
from service.web.rendering import render

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/docs")
def docs(request: Request) -> Response:
    """Every operation with its parameters, examples and schemas. Open, as the document is."""
    document = request.app.openapi()
    return render(
        request,
        "docs.html",
        info=document["info"],
        groups=groups_of(document),
        schemas=schemas_of(document),
    )
