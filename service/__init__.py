"""Index directory → answers: settings, the HTTP app and its routes, search, evaluation, command."""

from __future__ import annotations

from importlib import metadata


def package_version() -> str:
    """The installed version of policy-search, or `0+unknown` when run from a bare folder."""
    try:
        return metadata.version("policy-search")
    except metadata.PackageNotFoundError:
        return "0+unknown"
