"""For other people's pages and browsers: `/policy-search.js`, `/embed`, `/opensearch.xml`.

They are open: they hold no policies, and what they ask goes through the API.
"""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response

from service.access.access import Access
from service.deps import AnyRuntime
from service.web.address import public_base
from service.web.embed import embed_headers, embed_page
from service.web.language import chosen_language
from service.web.opensearch import DESCRIPTION_TYPE, description
from service.web.script import script

SCRIPT_SECONDS = 3600
DESCRIPTION_SECONDS = 86_400

router = APIRouter(include_in_schema=False)


@router.get("/policy-search.js")
async def get_script(request: Request) -> Response:
    """The component, for pages of any origin."""
    sent = script(_takes_gzip(request.headers.get("accept-encoding", "")))
    headers = {
        "ETag": sent.etag,
        "Cache-Control": f"public, max-age={SCRIPT_SECONDS}",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        # Modules, `integrity` and isolated pages need these; a script holds nothing secret.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if sent.encoding:
        headers["Content-Encoding"] = sent.encoding
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or sent.etag in known:
        headers.pop("Content-Encoding", None)
        return Response(status_code=304, headers=headers)
    return Response(sent.body, headers=headers, media_type="text/javascript")


@router.get("/embed")
async def get_embed(request: Request, runtime: AnyRuntime) -> Response:
    """The component in a page of its own, to be shown in a frame."""
    asked = request.query_params
    lang = chosen_language(asked.get("lang"), request.headers.get("accept-language"))
    key = runtime.settings.embed_key
    page = embed_page(asked, lang, key.get_secret_value().strip() if key else None)
    body = page.encode("utf-8", "replace")  # a lone surrogate in a parameter is no character
    return Response(body, headers=embed_headers(runtime.settings), media_type="text/html")


@router.get("/opensearch.xml")
def get_opensearch(request: Request, runtime: AnyRuntime) -> Response:
    """The OpenSearch description, in the language of the browser."""
    asked = request.query_params.get("lang")
    lang = chosen_language(asked, request.headers.get("accept-language"))
    access: Access = request.app.state.access
    body = description(
        public_base(request, runtime.settings), lang, suggestions=not access.keys.any()
    )
    headers = {
        "Cache-Control": f"public, max-age={DESCRIPTION_SECONDS}",
        "Vary": "Accept-Language",
        "Content-Language": lang,
    }
    return Response(body, headers=headers, media_type=DESCRIPTION_TYPE)


def _takes_gzip(accepted: str) -> bool:
    found = re.search(r"(?:^|[\s,])(?:gzip|\*)\s*(?:;\s*q=([\d.]+))?\s*(?:,|$)", accepted, re.I)
    return found is not None and (found[1] is None or found[1].strip("0.") != "")
