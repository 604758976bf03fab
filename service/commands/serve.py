"""`policy-search serve`: the HTTP service."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote_plus

import typer

from service.commands import common
from service.settings import Settings, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.server import Server

logger = logging.getLogger(__name__)


def serve(
    index: common.IndexOption = None,
    model: common.ModelOption = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (POLICY_SEARCH_HOST).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (POLICY_SEARCH_PORT).")
    ] = None,
    insecure: Annotated[
        bool,
        typer.Option(
            "--insecure",
            help="Listen on any address although no key was made (POLICY_SEARCH_INSECURE).",
        ),
    ] = False,
) -> None:
    """Serve the HTTP API. Without keys, on loopback addresses only."""
    from service.access.listening import check_listening
    from service.access.pages import check_pages
    from service.app import create_app
    from service.logs import set_up_logging

    settings = load_settings(
        set_up_logging, index=index, model=model, host=host, port=port, insecure=insecure or None
    )
    check_listening(settings)
    check_pages(settings)
    run(create_app(settings), settings)


def run(app: FastAPI, settings: Settings) -> None:
    """Serve an app until a signal comes, and tell when it is ready."""
    from service.server import Server

    Server(app, settings, lambda server: _announce(server, settings)).run_until_told()


def _announce(server: Server, settings: Settings) -> None:
    """Says where and how to ask: to a person, or to the log."""
    from service.logs import chosen_format

    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    base = f"http://{f'[{host}]' if ':' in host else host}:{server.port}"
    if chosen_format(settings) == "json":
        logger.info("ready", extra={"url": base, "docs": f"{base}/docs"})
        return
    question = quote_plus("How do I cancel my account?")
    print(f"Ready: {base}/ in a browser, the API at {base}/docs. Ask it something:", flush=True)
    key = " -H 'Authorization: Bearer KEY'" if server.needs_key else ""
    print(f"  curl '{base}/v1/search?q={question}&limit=3'{key}", flush=True)
