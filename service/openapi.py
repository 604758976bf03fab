"""The prose and the examples of the OpenAPI document. The policies in it are made up."""

from __future__ import annotations

from typing import Any

from service.problems import PROBLEM_JSON, TYPE_PREFIX, Problem

SUMMARY = "Search company policies in English and Chinese."
DESCRIPTION = """\
Ask in your own language; get the **clauses** that answer, whichever language they are written in,
each with a citation to quote and a path that opens it.

Send your key as `Authorization: Bearer KEY` or `X-API-Key: KEY`. A service for which no key was
ever made asks for none.

Every error is `application/problem+json` (RFC 9457) with a stable `code`, the `errors` in the
request, and the `request_id` under which the log tells more. Send `X-Request-ID` to choose it.
"""
BEARER = "A key that `policy-search keys create` printed."
API_KEY = "The same key, for clients that cannot send `Authorization`."
TAGS: list[dict[str, Any]] = [
    {"name": "search", "description": "Clauses that answer a question."},
    {"name": "clauses", "description": "One clause and its place."},
    {"name": "policies", "description": "The indexed policies and their clauses."},
    {"name": "operation", "description": "Health, readiness, version and metrics."},
]

_PROBLEM_REF = "#/components/schemas/Problem"

_INDEX = {"generation": 3, "model": "embedded", "fingerprint": "5d0c7e41b9a2"}
_LEAVE = {
    "id": "lanternworks-leave-policy",
    "title": "Lanternworks Leave Policy",
    "version": "2025-03-01",
    "effective_date": "2025-03-01",
}
_LEAVE_URL = "/v1/policies/lanternworks-leave-policy"
_POLICY = {
    **_LEAVE,
    "lang": "en",
    "updated_date": None,
    "revision": "B",
    "organisation": "Lanternworks Ltd.",
    "source_url": "https://intranet.lanternworks.example/policies/leave",
    "format": "markdown",
    "clause_count": 41,
    "url": _LEAVE_URL,
    "clauses_url": _LEAVE_URL + "/clauses",
}
_REMARKS = [
    {
        "code": "numbering-jump",
        "message": "the numbering jumps: from 4.2 to 4.4",
        "clause_id": "lanternworks-leave-policy@2025-03-01#4.4",
        "kind": "warning",
    }
]
_SECTION = {
    "id": "lanternworks-leave-policy@2025-03-01#4",
    "citation": "Lanternworks Leave Policy §4",
    "labels": ["4"],
    "url": "/v1/clauses/lanternworks-leave-policy@2025-03-01%234",
}
_SUMMARY = {
    "id": "lanternworks-leave-policy@2025-03-01#4.2",
    "citation": "Lanternworks Leave Policy §4.2",
    "labels": ["4", "4.2"],
    "url": "/v1/clauses/lanternworks-leave-policy@2025-03-01%234.2",
}
_TEXT = "Unused days of annual leave may be carried over until 31 March of the following year."
_CLAUSE = {
    **_SUMMARY,
    "parent_id": _SECTION["id"],
    "heading": None,
    "heading_path": ["Annual leave"],
    "lang": "en",
    "text": "4.2 " + _TEXT,
    "span": {"start": 2210, "end": 2300},
}
_HITS = [
    {
        **_SUMMARY,
        "rank": 1,
        "policy": _LEAVE,
        "lang": "en",
        "heading_path": ["Annual leave"],
        "text": "4.2 " + _TEXT,
        "snippet": {"text": "4.2 " + _TEXT, "highlights": [[4, 10], [33, 38]]},
        "relevance": 0.93,
        "score": 1.151,
        "score_details": None,
    },
    {
        "id": "dengta-leave-policy@1#三.二",
        "citation": "《灯塔休假制度》三（二）",
        "labels": ["三", "二"],
        "url": "/v1/clauses/dengta-leave-policy@1%23%E4%B8%89.%E4%BA%8C",
        "rank": 2,
        "policy": {
            "id": "dengta-leave-policy",
            "title": "灯塔休假制度",
            "version": "1",
            "effective_date": None,
        },
        "lang": "zh",
        "heading_path": ["年休假"],
        "text": "（二）当年未休完的年休假，可以顺延至次年三月三十一日。",
        "snippet": {
            "text": "（二）当年未休完的年休假，可以顺延至次年三月三十一日。",
            "highlights": [[9, 12]],
        },
        "relevance": 0.88,
        "score": 1.143,
        "score_details": None,
    },
]

SEARCH_REQUESTS: Any = {
    "question": {
        "summary": "A question over all policies",
        "value": {"q": "Can I carry unused leave over to next year?"},
    },
    "filtered": {
        "summary": "A question in Chinese, answers from one policy",
        "value": {
            "q": "没休完的年假可以留到明年吗？",
            "limit": 5,
            "filter": {"policy_id": ["lanternworks-leave-policy"], "lang": ["en"]},
        },
    },
}


def _ok(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": example}}}}


def _problem(
    status: int, description: str, code: str, title: str, detail: str, **field: str
) -> dict[int | str, dict[str, Any]]:
    example = {
        "type": TYPE_PREFIX + code,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "/v1/…",
        "code": code,
        "errors": [{"detail": detail, **field}] if field else [],
        "request_id": "0f5b2c9e8d7a4c13a6e1f0b2d3c4e5f6",
    }
    content = {PROBLEM_JSON: {"schema": {"$ref": _PROBLEM_REF}, "example": example}}
    return {status: {"description": description, "content": content}}


_NOT_READY = _problem(
    503,
    "Not ready: the encoder or the index is not open yet, or (`/readyz`) the service is shutting "
    "down.",
    "not-ready",
    "The service is not ready",
    "Not yet: the encoder is being loaded. Try again in a moment; /readyz tells more.",
)
_TIMEOUT = _problem(
    503,
    "Not in time (`timeout`), not ready yet (`not-ready`), or keys cannot be checked "
    "(`keys-unavailable`).",
    "timeout",
    "The answer took too long",
    "No answer was found within 30 s. Try again, or ask for less.",
)
ACCESS_RESPONSES = {
    **_problem(
        401,
        "No key (`key-missing`), two different ones (`key-ambiguous`), or one that is unknown, "
        "expired or revoked (`key-invalid`).",
        "key-missing",
        "A key is needed",
        "This needs a key: send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`. […]",
    ),
    **_problem(
        403,
        "The key has not the scope that this needs.",
        "scope-missing",
        "The key does not allow this",
        "This needs a key with the scope 'read'; the one that was sent has 'search'.",
    ),
    **_problem(
        429,
        "Too many requests with this key or from this address; `Retry-After` says when to go on.",
        "rate-limited",
        "Too many requests",
        "This key may make 1200 requests per minute. Try again in 7 s.",
    ),
    **_TIMEOUT,
}
"""What every route that needs a key may answer."""
BODY_RESPONSES = {
    **_problem(
        400,
        "The body is no text or no JSON that could be read.",
        "bad-request",
        "Bad Request",
        "There was an error parsing the body",
    ),
    **_problem(
        408,
        "The body did not arrive in time.",
        "request-timeout",
        "Request Timeout",
        "After 15 s, 12 bytes of the body had arrived. Send the whole request at once.",
    ),
    **_problem(
        413,
        "The body is too large.",
        "content-too-large",
        "Content Too Large",
        "The body is larger than 1048576 bytes, the most accepted.",
    ),
    **_problem(
        415,
        "The body is not announced as JSON.",
        "content-type-unsupported",
        "The body is not announced as JSON",
        "The Content-Type is 'text/plain'; send a JSON object with […]",
    ),
}
"""What every route that takes a body may answer."""

_INVALID = _problem(
    422,
    "The request cannot be run as asked.",
    "query-empty",
    "The query is empty",
    "The query holds no text: ask a question or give a few words.",
    pointer="#/q",
)
_NO_CLAUSE = _problem(
    404,
    "No clause has this id.",
    "clause-not-found",
    "There is no such clause",
    "No clause has the id 'lanternworks-leave-policy@2025-03-01#99'. […]",
)
_NO_POLICY = _problem(
    404,
    "No policy has this id.",
    "policy-not-found",
    "There is no such policy",
    "No policy has the id 'lanternwork'. GET /v1/policies lists the ids. […]",
)

SEARCH_RESPONSES = {
    **_ok(
        {
            "query": "Can I carry unused leave over to next year?",
            "query_lang": "en",
            "total": 2,
            "processing_time_ms": 14.2,
            "index": _INDEX,
            "hits": _HITS,
            "nearest": [],
        }
    ),
    **_INVALID,
    **_NOT_READY,
}
CLAUSE_RESPONSES = {
    **_ok({**_CLAUSE, "policy": _LEAVE, "children": [], "previous": _SECTION, "next": None}),
    **_NO_CLAUSE,
    **_NOT_READY,
}
POLICIES_RESPONSES = {
    **_ok({"total": 1, "index": _INDEX, "policies": [_POLICY]}),
    **_NOT_READY,
}
POLICY_RESPONSES = {**_ok({**_POLICY, "remarks": _REMARKS}), **_NO_POLICY, **_NOT_READY}
CLAUSES_RESPONSES = {
    **_ok({"policy": _LEAVE, "total": 41, "clauses": [_CLAUSE]}),
    **_NO_POLICY,
    **_INVALID,
    **_NOT_READY,
}
READY_RESPONSES = {
    **_ok(
        {
            "status": "ready",
            "index": _INDEX,
            "policies": 6,
            "clauses": 214,
            "refresh_failure": None,
        }
    ),
    **_NOT_READY,
}
METRICS_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Prometheus's text format.",
        "content": {
            "text/plain": {
                "schema": {"type": "string"},
                "example": "# HELP policy_search_index_clauses Clauses that are searched.\n"
                "# TYPE policy_search_index_clauses gauge\n"
                "policy_search_index_clauses 214.0\n",
            }
        },
    }
}


def complete(document: dict[str, Any]) -> None:
    """Put the schema that the problem responses refer to into the document.

    FastAPI's own description of status 422 goes: no route answers in that shape, and those that
    can answer 422 at all describe it themselves.
    """
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = schema.pop("$defs", {})
    schemas = document["components"]["schemas"]
    schemas.update({"Problem": schema, **definitions})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for methods in document["paths"].values():
        for operation in methods.values():
            described = operation["responses"].get("422", {}).get("content", {})
            if described and PROBLEM_JSON not in described:
                del operation["responses"]["422"]
