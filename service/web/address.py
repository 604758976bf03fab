"""Addresses as a browser elsewhere has to write them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request

from service.access.addresses import client_address, parse_networks
from service.settings import Settings

_UNTOLD = "0.0.0.0"


def public_base(request: Request, settings: Settings) -> str:
    """Scheme, host and prefix under which the service was asked, without a slash at the end.

    A trusted proxy's `X-Forwarded-Proto` is believed: the proxy is where TLS ends.
    """
    base = str(request.base_url).rstrip("/")
    told = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    if told in ("http", "https") and _is_proxied(request, settings):
        base = f"{told}://{base.partition('://')[2]}"
    return base


def reading_path(policy_id: str, clause_id: str | None = None) -> str:
    """The page of a policy, opened at a clause."""
    clause = f"?clause={quote(clause_id, safe='')}" if clause_id else ""
    return f"/policies/{quote(policy_id, safe='')}{clause}"


def _is_proxied(request: Request, settings: Settings) -> bool:
    # Only a trusted peer's word about another address is taken.
    proxies = parse_networks(settings.trusted_proxies)
    peer = request.client.host if request.client else None
    return str(client_address(peer, [_UNTOLD], proxies)) == _UNTOLD
