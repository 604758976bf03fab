"""`policy-search serve`: the HTTP service."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote_plus

import typer

from service.commands import common
from service.settings import Settings, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI


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
    import uvicorn

    from service.access.listening import check_listening
    from service.app import create_app
    from service.connections import impatient_protocol

    settings = load_settings(
        index=index, model=model, host=host, port=port, insecure=insecure or None
    )
    check_listening(settings)
    logging.getLogger().setLevel(settings.log_level.upper())
    logging.getLogger("faiss.loader").setLevel(logging.WARNING)  # tells of builds it did not find
    app = create_app(settings)
    threading.Thread(target=_announce, args=(app, settings), daemon=True).start()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
        http=impatient_protocol(settings.body_seconds),
        proxy_headers=False,  # POLICY_SEARCH_TRUSTED_PROXIES says whose are believed
    )


def _announce(app: FastAPI, settings: Settings) -> None:
    """Says on standard output, once searches are answered, where and how to ask."""
    while True:
        runtime = getattr(app.state, "runtime", None)
        if runtime is not None and runtime.readiness.ready:
            break
        time.sleep(0.1)
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    base = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    question = quote_plus("How do I cancel my account?")
    print(f"Ready. The API is described at {base}/docs. Ask it something:", flush=True)
    key = " -H 'Authorization: Bearer KEY'" if app.state.access.keys.any() else ""
    print(f"  curl '{base}/v1/search?q={question}&limit=3'{key}", flush=True)
