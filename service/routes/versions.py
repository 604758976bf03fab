"""What changed: a policy's versions, the differences between two, and feeds of them."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from indexer.rows import PolicyRecord
from indexer.snapshot import Snapshot
from indexer.versions.describing import describe, summary_lines
from indexer.versions.diff import diff_versions
from indexer.versions.feed import MEDIA_TYPE, FeedEntry, atom_feed
from indexer.versions.records import VersionDiff
from service.access.guard import GuardedRoute
from service.deps import AnyRuntime, MayRead
from service.errors import PolicyNotFoundError, VersionNotFoundError
from service.openapi.policies import (
    ALL_FEED_RESPONSES,
    DIFF_RESPONSES,
    FEED_RESPONSES,
    VERSIONS_RESPONSES,
)
from service.schemas.versions import DiffResponse, VersionList
from service.views import change_response, policy_reference, policy_url, version_response

router = APIRouter(tags=["policies"], route_class=GuardedRoute)

MOST_ENTRIES = 30
_DIFFS_KEPT = 256
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_kept: OrderedDict[tuple[str, ...], VersionDiff] = OrderedDict()
_kept_lock = Lock()


@router.get(
    "/v1/policies/{policy_id}/versions",
    operation_id="listVersions",
    summary="List a policy's versions",
    responses=VERSIONS_RESPONSES,
)
def list_versions(policy_id: str, runtime: AnyRuntime, caller: MayRead) -> VersionList:
    """Every version that is kept, newest first. Their clauses stay to be cited."""
    versions = _versions(runtime.view(caller), policy_id)
    return VersionList(
        policy_id=policy_id,
        total=len(versions),
        versions=[version_response(version) for version in versions],
    )


@router.get(
    "/v1/policies/{policy_id}/diff",
    operation_id="diffVersions",
    summary="Compare two versions",
    responses=DIFF_RESPONSES,
)
def diff(
    policy_id: str,
    runtime: AnyRuntime,
    caller: MayRead,
    from_: Annotated[
        str | None, Query(alias="from", description="The older version; the one before `to`.")
    ] = None,
    to: Annotated[str | None, Query(description="The newer version; the current one.")] = None,
    lang: Annotated[Literal["en", "zh"], Query(description="Language of the descriptions.")] = "en",
    unchanged: Annotated[bool, Query(description="Also list what did not change.")] = False,
) -> DiffResponse:
    """Clause by clause, by what they say and not by their numbers."""
    older, newer, found = compared_versions(runtime.view(caller), policy_id, from_, to)
    return DiffResponse(
        policy_id=policy_id,
        from_version=policy_reference(older),
        to_version=policy_reference(newer),
        counts={str(kind): count for kind, count in found.counts.items()},
        summary=list(summary_lines(found, lang)),
        changes=[
            change_response(change, describe(change, lang))
            for change in found.changes
            if unchanged or change.kind != "unchanged"
        ],
    )


@router.get(
    "/v1/policies/{policy_id}/changes.atom",
    operation_id="policyFeed",
    summary="Follow a policy",
    response_class=Response,
    responses=FEED_RESPONSES,
)
def policy_feed(policy_id: str, request: Request, runtime: AnyRuntime, caller: MayRead) -> Response:
    """An Atom feed (RFC 4287) of a policy's versions and what changed in each."""
    snapshot = runtime.view(caller)
    versions = _versions(snapshot, policy_id)
    base = str(request.base_url)
    entries = [_entry(snapshot, version, base) for version in versions[:MOST_ENTRIES]]
    return _feed(request, versions[0].title, entries, policy_id, snapshot)


@router.get(
    "/v1/changes.atom",
    operation_id="feed",
    summary="Follow all policies",
    response_class=Response,
    responses=ALL_FEED_RESPONSES,
)
def feed(request: Request, runtime: AnyRuntime, caller: MayRead) -> Response:
    """An Atom feed of the newest versions of every policy that the caller may read."""
    snapshot = runtime.view(caller)
    versions = [v for policy in snapshot.policies() for v in snapshot.versions(policy.id)]
    versions.sort(key=lambda version: (version.indexed_at, version.key), reverse=True)
    base = str(request.base_url)
    entries = [_entry(snapshot, version, base) for version in versions[:MOST_ENTRIES]]
    return _feed(request, "Policies", entries, None, snapshot)


def compared_versions(
    snapshot: Snapshot, policy_id: str, older: str | None, newer: str | None
) -> tuple[PolicyRecord, PolicyRecord, VersionDiff]:
    """Two versions by their names, and what changed; without names the current and its forerunner.

    Raises a `NotFoundError` for a policy or a version that is not seen.
    """
    versions = _versions(snapshot, policy_id)
    later = _named(versions, newer, policy_id) if newer else versions[0]
    earlier = _named(versions, older, policy_id) if older else _before(versions, later)
    return earlier, later, _diff(snapshot, earlier, later)


def _versions(snapshot: Snapshot, policy_id: str) -> list[PolicyRecord]:
    versions = snapshot.versions(policy_id)
    if not versions:
        raise PolicyNotFoundError(policy_id)
    return versions


def _named(versions: list[PolicyRecord], name: str, policy_id: str) -> PolicyRecord:
    found = next((version for version in versions if version.version == name), None)
    if found is None:
        raise VersionNotFoundError(policy_id, name, [version.version for version in versions])
    return found


def _before(versions: list[PolicyRecord], newer: PolicyRecord) -> PolicyRecord:
    """The version before one; the first version is compared with itself."""
    place = versions.index(newer)
    return versions[place + 1] if place + 1 < len(versions) else newer


def _entry(snapshot: Snapshot, version: PolicyRecord, base: str) -> FeedEntry:
    versions = snapshot.versions(version.id)
    older = _before(versions, version)
    lang: Literal["en", "zh"] = "zh" if version.lang == "zh" else "en"
    if older is version:
        lines = ["首次收录" if lang == "zh" else "First indexed"]
    else:
        lines = list(summary_lines(_diff(snapshot, older, version), lang))
    return FeedEntry(
        policy_id=version.id,
        title=version.title,
        version=version.version,
        updated=datetime.fromisoformat(version.indexed_at),
        link=f"{base.rstrip('/')}{policy_url(version.id)}/diff?to={quote(version.version)}",
        lines=tuple(lines),
        lang=lang,
        author=version.organisation,
    )


def _feed(
    request: Request,
    title: str,
    entries: list[FeedEntry],
    policy_id: str | None,
    snapshot: Snapshot,
) -> Response:
    body = atom_feed(
        title,
        str(request.url.replace(query="")),
        entries,
        authority=_authority(request),
        author="policy-search",
        policy_id=policy_id,
        updated=None if entries else datetime.fromisoformat(snapshot.built_at),
    )
    return Response(body, media_type=MEDIA_TYPE)


def _authority(request: Request) -> str:
    """The host that was asked; an address that no tag can name (IPv6) is `localhost`."""
    try:
        host = request.url.hostname or ""
    except ValueError:
        host = ""
    return host if _DOMAIN.fullmatch(host) else "localhost"


def _diff(snapshot: Snapshot, older: PolicyRecord, newer: PolicyRecord) -> VersionDiff:
    """Two versions compared; the texts of versions never change, so an answer is kept."""
    key = (
        older.id,
        *(str(p) for v in (older, newer) for p in (v.key, v.version, v.content_sha256)),
    )
    with _kept_lock:
        found = _kept.get(key)
    if found is None:
        found = diff_versions(
            snapshot.clauses(older.id, older.version),
            snapshot.clauses(newer.id, newer.version),
            snapshot.clause_vectors(older),
            snapshot.clause_vectors(newer),
        )
        with _kept_lock:
            _kept[key] = found
            while len(_kept) > _DIFFS_KEPT:
                _kept.popitem(last=False)
    return found
