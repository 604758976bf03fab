"""Where policies are put: an index directory of one's own, or a service that is running."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from indexer.lifecycle import Change, Delete, Put, State

if TYPE_CHECKING:
    from models import Encoder
    from service.client import PolicySearch
    from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Known:
    """A policy that is there already."""

    origin: str | None
    revision: str | None
    updated_date: date | None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a change; `reason` says why it was not made."""

    change: Change
    state: State
    reason: str | None = None


class Target(Protocol):
    """Where policies are put. `known` is what its owner may see."""

    def known(self) -> Mapping[str, Known]: ...

    def tag(self, policy_id: str) -> str:
        """What tells this text from others (`indexer.lifecycle.tag_of`)."""

    def apply(self, changes: Sequence[Change]) -> list[Done]: ...


class IndexTarget:
    """An index directory, written as one generation. The encoder is loaded when it is needed."""

    def __init__(self, settings: Settings, load: Callable[[Settings], Encoder]) -> None:
        self._settings = settings
        self._load = load
        self._tags: dict[str, str] = {}

    def known(self) -> Mapping[str, Known]:
        from indexer.catalogue import open_catalogue
        from indexer.errors import IndexMissingError
        from indexer.lifecycle import tag_of

        try:
            with open_catalogue(Path(self._settings.index)) as catalogue:
                policies = catalogue.policies()
        except IndexMissingError:
            return {}
        self._tags = {one.id: tag_of(one.key, one.content_sha256) for one in policies}
        return {one.id: Known(one.origin, one.revision, one.updated_date) for one in policies}

    def tag(self, policy_id: str) -> str:
        return self._tags[policy_id]

    def apply(self, changes: Sequence[Change]) -> list[Done]:
        from indexer.lifecycle import apply_changes
        from indexer.parsing import PolicyParser

        settings = self._settings
        with PolicyParser(settings.limits, always_apart=True) as parser:
            outcomes = apply_changes(
                changes,
                Path(settings.index),
                self._load(settings),
                parser,
                settings.keep_versions,
                wait_seconds=60.0,
            )
        return [
            Done(one.change, one.state, str(one.error) if one.error else _REASONS.get(one.state))
            for one in outcomes
        ]


class ServiceTarget:
    """A running service, through its HTTP API; the key needs the scopes `read` and `write`."""

    def __init__(self, client: PolicySearch) -> None:
        self._client = client

    def known(self) -> Mapping[str, Known]:
        return {
            one.id: Known(one.origin, one.revision, one.updated_date)
            for one in self._client.policies().policies
        }

    def tag(self, policy_id: str) -> str:
        return self._client.policy(policy_id).etag.removeprefix("W/").strip('"')

    def apply(self, changes: Sequence[Change]) -> list[Done]:
        from service.client import PolicySearchError

        done = []
        for change in changes:
            try:
                done.append(Done(change, self._make(change)))
            except PolicySearchError as error:
                if error.status in (0, 401, 403):
                    raise  # the next one would fare no better
                state: State = "conflict" if error.status == 412 else "refused"
                done.append(Done(change, state, _REASONS.get(state, str(error))))
        return done

    def _make(self, change: Change) -> State:
        match = f'"{change.expected}"' if change.expected else None
        if isinstance(change, Delete):
            self._client.delete(change.policy_id, if_match=match)
            return "deleted"
        stored = self._client.put(
            change.policy_id,
            data=change.data,
            content_type="text/html",
            if_match=match,
            only_new=change.expected == "",
            **_stated(change),
        )
        return stored.state


def _stated(put: Put) -> Any:
    return {name: value for name, value in asdict(put.properties).items() if value is not None}


_REASONS: Mapping[str, str] = {
    "conflict": "somebody else changed it meanwhile; run the import again",
    "absent": "it is gone already",
}
