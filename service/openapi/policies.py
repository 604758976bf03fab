"""Policies, clauses and versions in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from service.openapi.parts import (
    CLAUSE,
    INDEX,
    INVALID,
    LEAVE,
    LEAVE_URL,
    NO_CLAUSE,
    NO_POLICY,
    NO_VERSION,
    NOT_READY,
    POLICY,
    SECTION,
    ok,
)

_REMARKS = [
    {
        "code": "numbering-jump",
        "message": "the numbering jumps: from 4.2 to 4.4",
        "clause_id": "lanternworks-leave-policy@2025-03-01#4.4",
        "kind": "warning",
    }
]
CLAUSE_RESPONSES = {
    **ok({**CLAUSE, "policy": LEAVE, "children": [], "previous": SECTION, "next": None}),
    **NO_CLAUSE,
    **NOT_READY,
}
POLICIES_RESPONSES = {
    **ok({"total": 1, "index": INDEX, "policies": [POLICY]}),
    **NOT_READY,
}
POLICY_RESPONSES = {**ok({**POLICY, "remarks": _REMARKS}), **NO_POLICY, **NOT_READY}
CLAUSES_RESPONSES = {
    **ok({"policy": LEAVE, "total": 41, "clauses": [CLAUSE]}),
    **NO_VERSION,
    **INVALID,
    **NOT_READY,
}
VERSIONS_RESPONSES = {
    **ok({"policy_id": LEAVE["id"], "total": 1, "versions": [{
        **LEAVE, "updated_date": None, "revision": "B", "valid_from": "2025-03-01",
        "indexed_at": "2025-02-20T08:00:00+00:00", "is_current": True, "clause_count": 41,
        "clauses_url": LEAVE_URL + "/clauses?version=2025-03-01"}]}),
    **NO_POLICY,
    **NOT_READY,
}  # fmt: skip
DIFF_RESPONSES = {
    **ok({"policy_id": LEAVE["id"], "from_version": {**LEAVE, "version": "2024-01-01"},
           "to_version": LEAVE, "counts": {"unchanged": 40, "renumbered": 1},
           "summary": ["§4.1 renumbered to §4.2"], "changes": []}),
    **NO_VERSION,
    **INVALID,
    **NOT_READY,
}  # fmt: skip
_ATOM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}}
}
FEED_RESPONSES = {**_ATOM, **NO_POLICY, **NOT_READY}
ALL_FEED_RESPONSES = {**_ATOM, **NOT_READY}
