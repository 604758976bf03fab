"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass

from service.access.keys import SCOPES, ApiKey, Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may: the holder of a key, or anybody where no key was ever made."""

    key_id: str | None
    scopes: tuple[Scope, ...]
    groups: tuple[str, ...]
    sees_all: bool
    """Whether policies of every group may be seen: `admin`, or no keys at all."""

    def may(self, scope: Scope) -> bool:
        """Whether a scope is allowed; `admin` allows everything."""
        return scope in self.scopes or "admin" in self.scopes

    @property
    def sees_groups(self) -> frozenset[str] | None:
        """The groups whose policies may be seen; `None`: of all groups."""
        return None if self.sees_all else frozenset(self.groups)


ANYBODY = Caller(key_id=None, scopes=SCOPES, groups=(), sees_all=True)
"""Who asks a service for which no key was ever made."""


def caller_with(key: ApiKey) -> Caller:
    """The holder of a key."""
    return Caller(key.id, key.scopes, key.groups, sees_all="admin" in key.scopes)
