"""One request and its answer, as the log, the metrics and the traces tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.types import Scope

UNMATCHED = "unmatched"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


@dataclass(slots=True)
class Exchange:
    """A request under way. `status` is 0 until an answer begins.

    `scope` is the one that was routed; parts that only the handling of the request finds out stand
    in its state, where `note` puts them.
    """

    scope: Scope
    method: str
    path: str
    request_id: str
    status: int = 0

    @property
    def known_method(self) -> str:
        """The method, or `other`: a client may send any word."""
        return self.method if self.method in METHODS else "other"

    @property
    def route(self) -> str:
        """The template of the route that was found, such as `/v1/policies/{policy_id}`."""
        path = getattr(self.scope.get("route"), "path", None)
        return path.replace(":path}", "}") if isinstance(path, str) and path else UNMATCHED

    @property
    def key_id(self) -> str | None:
        """The id of the key that was sent, once it was found good."""
        return getattr(self._noted("caller"), "key_id", None)

    @property
    def code(self) -> str | None:
        """The code of the problem that was answered."""
        code: str | None = self._noted("problem_code")
        return code

    @property
    def limit(self) -> str | None:
        """The limit that the request met, if it was one too many."""
        limit: str | None = self._noted("rate_limit")
        return limit

    def _noted(self, name: str) -> Any:
        return self.scope.get("state", {}).get(name)


def note(scope: Scope, name: str, value: object) -> None:
    """Put what was found out about a request where its `Exchange` finds it."""
    scope.setdefault("state", {})[name] = value
