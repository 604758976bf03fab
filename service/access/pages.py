"""At the start: what the settings let pages do must not be more than their operator means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.access.keys import KeyFile
from service.access.origins import parse_origins
from service.errors import SettingsError

if TYPE_CHECKING:
    from service.settings import Settings


def check_pages(settings: Settings) -> None:
    """Raises `SettingsError` where any page could read the policies, or `/embed` show a key that
    may do more than search.
    """
    keys = KeyFile(settings.keys_file)
    if "*" in parse_origins(settings.cors_origins) and not keys.any():
        raise SettingsError(
            "POLICY_SEARCH_CORS_ORIGINS is '*', and no key was ever made "
            f"({settings.keys_file}): every page that somebody here opens in a browser could read "
            "the policies. Name the pages' origins, or make a key with `policy-search keys create "
            "NAME --scope search`."
        )
    if settings.embed_key is None:
        return
    key = keys.check(settings.embed_key.get_secret_value().strip())
    if key is None:
        raise SettingsError(
            f"POLICY_SEARCH_EMBED_KEY is none of the keys in {settings.keys_file}, or it has "
            "expired or was revoked. Make one with `policy-search keys create NAME --scope search`."
        )
    if key.scopes != ("search",):
        raise SettingsError(
            f"POLICY_SEARCH_EMBED_KEY is the key {key.id} ({key.name}), which may "
            f"{', '.join(key.scopes)}. Whoever opens /embed can read the key: make one that may "
            "search and nothing else, with `policy-search keys create NAME --scope search`."
        )
