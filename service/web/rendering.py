"""Pages out of templates: the only place that makes HTML, where everything is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from service.access.session import has_cookie
from service.web import links
from service.web.assets import asset_url
from service.web.documenting import prose
from service.web.interface import NAMES, Interface, interface_of

if TYPE_CHECKING:
    from jinja2 import Environment

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from another host, nothing inline, and no other site's frame."""
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Language, Cookie",
}


def render(
    request: HTTPConnection, template: str, status: int = 200, /, **values: Any
) -> HTMLResponse:
    """A page from a template, in the request's language.

    The template has `t` for the interface's texts, `asset` for files, `links` for addresses, and
    `switch(ui=…)` for this page under another choice.
    """
    interface = interface_of(request)
    html = (
        _environment()
        .get_template(template)
        .render(
            interface=interface,
            t=interface.text,
            ui=interface.ui,
            theme=interface.theme,
            other_ui="en" if interface.ui == "zh" else "zh",
            language_names=NAMES,
            asset=asset_url,
            links=links,
            switch=lambda **chosen: _switched(request, chosen),
            signed_in=has_cookie(request.scope),
            path=request.url.path,
            **values,
        )
    )
    response = HTMLResponse(html, status, {**HEADERS, "Content-Language": _tag(interface)})
    interface.remember(response, secure=request.app.state.access.is_https(request.scope))
    return response


@cache
def _environment() -> Environment:
    # Imported here: making no page needs no templates.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["marked"] = marked
    environment.filters["prose"] = prose
    environment.filters["tag"] = lambda lang: "zh-Hans" if lang == "zh" else lang
    return environment


def marked(text: str, spans: Any) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it lies in one of the spans (start, end), in order."""
    pieces, done = [], 0
    for start, end in spans:
        if start > done:
            pieces.append((text[done:start], False))
        if end > max(start, done):
            pieces.append((text[max(start, done) : end], True))
        done = max(done, end)
    if done < len(text):
        pieces.append((text[done:], False))
    return pieces


def _switched(request: HTTPConnection, chosen: dict[str, str]) -> str:
    """The same page, with another language or look; `part` and earlier choices are left out."""
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("ui", "theme", "part")
    ]
    return "?" + urlencode([*kept, *chosen.items()])


def _tag(interface: Interface) -> str:
    return "zh-Hans" if interface.ui == "zh" else "en"
