"""Records → the JSON shapes of `service.schemas`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from indexer.lifecycle import tag_of
from indexer.remarks import kind_of
from indexer.source_url import section_url
from service.schemas.policies import (
    ClauseResponse,
    DescribedPolicy,
    ListedClause,
    PolicyResponse,
    RemarkResponse,
)
from service.schemas.references import (
    ClauseSummary,
    IndexInfo,
    PolicyReference,
    Span,
)
from service.schemas.resolve import NearestResponse, ResolvedClause, ResolveResponse
from service.schemas.suggest import SuggestionResponse
from service.schemas.versions import ChangeResponse, EditResponse, EditSpan, VersionItem
from service.search.records import PolicyRef

if TYPE_CHECKING:
    from indexer.records import Clause, Remark
    from indexer.rows import PolicyRecord
    from indexer.snapshot import Snapshot
    from indexer.versions.records import Change
    from indexer.versions.records import Span as EditPiece
    from service.lookup.citations.records import Nearest, Resolution
    from service.lookup.references import References
    from service.search.suggest import Suggestion


@lru_cache(maxsize=1 << 12)
def clause_url(clause_id: str) -> str:
    """`jc-privacy@1#四.一` → `/v1/clauses/jc-privacy@1%23%E5%9B%9B.%E4%B8%80`."""
    return "/v1/clauses/" + quote(clause_id, safe="@")


def policy_url(policy_id: str) -> str:
    """The path of a policy."""
    return "/v1/policies/" + quote(policy_id, safe="@")


def index_info(snapshot: Snapshot, generation: int | None = None) -> IndexInfo:
    """The index of an answer; `generation` where the answer came from an older one."""
    return IndexInfo(
        generation=snapshot.generation if generation is None else generation,
        model=snapshot.fingerprint.model,
        fingerprint=snapshot.fingerprint.digest,
    )


def suggestion_response(suggestion: Suggestion) -> SuggestionResponse:
    """A suggestion as JSON."""
    entry = suggestion.entry
    url = policy_url(entry.policy_id) if entry.policy_id else None
    return SuggestionResponse(
        text=entry.text,
        kind=entry.kind,
        policy_id=entry.policy_id,
        clause_id=entry.clause_id,
        url=clause_url(entry.clause_id) if entry.clause_id else url,
        highlights=list(suggestion.highlights),
    )


def policy_reference(policy: PolicyRef | PolicyRecord) -> PolicyReference:
    """A policy as other things refer to it."""
    return PolicyReference(
        id=policy.id,
        title=policy.title,
        version=policy.version,
        effective_date=policy.effective_date,
    )


def policy_response(policy: PolicyRecord) -> PolicyResponse:
    """A policy as JSON. Where its file lies on the server is nobody's business."""
    return PolicyResponse(
        **policy_reference(policy).model_dump(),
        lang=policy.lang,
        updated_date=policy.updated_date,
        revision=policy.revision,
        organisation=policy.organisation,
        source_url=policy.source_url,
        origin=policy.origin,
        format=policy.format,
        clause_count=policy.clause_count,
        url=policy_url(policy.id),
        clauses_url=policy_url(policy.id) + "/clauses",
    )


def described_policy(policy: PolicyRecord, remarks: Iterable[Remark]) -> DescribedPolicy:
    """A policy as JSON, with what was remarked in reading it."""
    return DescribedPolicy(
        **policy_response(policy).model_dump(),
        remarks=[
            RemarkResponse(
                code=remark.code,
                message=remark.message,
                clause_id=remark.clause_id,
                kind=kind_of(remark.code),
            )
            for remark in remarks
        ],
    )


def tag_header(policy: PolicyRecord) -> str:
    """The `ETag` of a policy's current version."""
    return f'"{tag_of(policy.key, policy.content_sha256)}"'


def version_response(version: PolicyRecord) -> VersionItem:
    """A version as JSON."""
    return VersionItem(
        **policy_reference(version).model_dump(),
        updated_date=version.updated_date,
        revision=version.revision,
        valid_from=version.valid_from,
        indexed_at=version.indexed_at,
        is_current=version.is_current,
        clause_count=version.clause_count,
        clauses_url=f"{policy_url(version.id)}/clauses?version={quote(version.version)}",
    )


def change_response(change: Change, description: str) -> ChangeResponse:
    """A change between versions as JSON."""
    return ChangeResponse(
        kind=change.kind,
        description=description,
        old=[clause_summary(clause) for clause in change.old],
        new=[clause_summary(clause) for clause in change.new],
        reworded=change.reworded,
        renumbered=change.renumbered,
        moved=change.moved,
        heading_changed=change.heading_changed,
        edits=[
            EditResponse(old=_edit_span(change.old, edit.old), new=_edit_span(change.new, edit.new))
            for edit in change.edits
        ],
        section=change.section,
    )


def _edit_span(clauses: tuple[Clause, ...], piece: EditPiece) -> EditSpan:
    return EditSpan(clause_id=clauses[piece.part].id, start=piece.start, end=piece.end)


def clause_summary(clause: Clause) -> ClauseSummary:
    """A clause as other clauses refer to it."""
    return ClauseSummary(
        id=clause.id,
        citation=clause.citation,
        labels=list(clause.labels),
        url=clause_url(clause.id),
    )


def listed_clause(
    clause: Clause, policy: PolicyRecord, references: References | None = None
) -> ListedClause:
    """A clause in a listing; `policy` is the version that it belongs to."""
    return ListedClause(
        **clause_summary(clause).model_dump(),
        parent_id=clause.parent_id,
        heading=clause.heading,
        heading_path=list(clause.heading_path),
        lang=clause.lang,
        text=clause.text,
        span=Span(start=clause.start, end=clause.end),
        source_url=section_url(policy.source_url, clause.anchor),
        **(referring(references) if references else {}),
    )


def clause_response(
    clause: Clause,
    policy: PolicyRecord,
    children: Iterable[Clause],
    siblings: list[Clause],
    references: References | None = None,
) -> ClauseResponse:
    """A clause with its place; `siblings` are all clauses of its policy in reading order."""
    place = next(i for i, other in enumerate(siblings) if other.id == clause.id)
    return ClauseResponse(
        **listed_clause(clause, policy, references).model_dump(),
        policy=policy_reference(policy),
        children=[clause_summary(child) for child in children],
        previous=clause_summary(siblings[place - 1]) if place else None,
        next=clause_summary(siblings[place + 1]) if place + 1 < len(siblings) else None,
    )


def resolve_response(
    resolution: Resolution, references: Mapping[str, References]
) -> ResolveResponse:
    """The clauses that a citation names as JSON; `references` by the clauses' ids."""
    return ResolveResponse(
        citation=resolution.citation,
        ambiguous=resolution.total > 1,
        total=resolution.total,
        matches=[
            ResolvedClause(
                **listed_clause(clause, policy, references.get(clause.id)).model_dump(),
                policy=policy_reference(policy),
            )
            for clause, policy in resolution.matches
        ],
        nearest=[_nearest_response(one) for one in resolution.nearest],
    )


def _nearest_response(one: Nearest) -> NearestResponse:
    return NearestResponse(
        kind=one.kind,
        citation=one.citation,
        policy=policy_reference(one.policy),
        clause_id=one.clause_id,
        url=clause_url(one.clause_id) if one.clause_id else policy_url(one.policy.id),
    )


def referring(references: References) -> dict[str, Any]:
    """The fields of `Referring`, as plain values."""
    return {
        "links": [
            {
                "start": link.start,
                "end": link.end,
                "text": link.text,
                "target": {
                    "kind": "clause" if link.clause_id else "policy",
                    "id": link.clause_id or link.policy_id,
                    "citation": link.citation,
                    "url": clause_url(link.clause_id)
                    if link.clause_id
                    else policy_url(link.policy_id),
                },
            }
            for link in references.links
        ],
        "definitions": [
            {
                "term": found.term,
                "text": found.text,
                "clause": {
                    "id": found.clause_id,
                    "citation": found.citation,
                    "url": clause_url(found.clause_id),
                },
            }
            for found in references.definitions
        ],
    }
