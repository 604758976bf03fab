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
        "more": None,
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
        "more": None,
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
    "overview": {
        "summary": "Which policies say something about it, newest first, and how many hits there "
        "are of each language and year; within a fifth of a second",
        "value": {
            "q": "carry over unused leave",
            "group_by": "policy",
            "sort": "date",
            "facets": ["lang", "year"],
            "filter": {"organisation": ["Lanternworks Ltd."]},
            "timeout_ms": 200,
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
_INVALID_SUGGEST = _problem(
    422,
    "A parameter is out of its bounds, or is not known.",
    "out-of-range",
    "A number is out of range",
    "limit is 1000; it must lie between 1 and 100.",
    parameter="limit",
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

_NO_VERSION = _problem(
    404,
    "No policy has this id (`policy-not-found`), or it has no such version (`version-not-found`).",
    "version-not-found",
    "There is no such version",
    "lanternworks-leave-policy has no version '7'; it has '2025-03-01', '2024-01-01'.",
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
            "facets": {
                "lang": [
                    {"value": "en", "count": 1, "title": None},
                    {"value": "zh", "count": 1, "title": None},
                ],
                "year": [{"value": 2025, "count": 1, "title": None}],
            },
            "degraded": [],
        }
    ),
    **_INVALID,
    **_NOT_READY,
}
SUGGEST_RESPONSES = {
    **_ok(
        {
            "query": "anual lea",
            "suggestions": [
                {
                    "text": "Annual leave",
                    "kind": "heading",
                    "policy_id": "lanternworks-leave-policy",
                    "clause_id": "lanternworks-leave-policy@2025-03-01#4",
                    "url": "/v1/clauses/lanternworks-leave-policy@2025-03-01%234",
                    "highlights": [[0, 6], [7, 10]],
                }
            ],
        }
    ),
    **_INVALID_SUGGEST,
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
    **_NO_VERSION,
    **_INVALID,
    **_NOT_READY,
}
_NO_TASK = _problem(
    404,
    "No task has this id, or it was another key's.",
    "task-not-found",
    "There is no such task",
    "No task has the id '…'. […]",
)
_NOT_STORED = _problem(
    422,
    "No policy can have the id (`policy-id-invalid`), the body is no policy (`upload-invalid`), or "
    "its file cannot be read or is over a limit (`policy-unreadable`).",
    "policy-unreadable",
    "The policy cannot be read",
    "leave.pdf: the PDF has 3 pages and no text layer (a scan): run it through OCR first, […]",
)
_CHANGED = _problem(
    412,
    "The policy is not as `If-Match` or `If-None-Match` expects it.",
    "precondition-failed",
    "The policy has changed",
    "The policy leave is not as the request expects it […]: read it again, […]",
)
_TAG = {"ETag": {"description": "For `If-Match`.", "schema": {"type": "string"}}}
_STORED = {**_POLICY, "state": "updated", "groups": ["hr"]}
PUT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": _TAG,
        "content": {"application/json": {"example": _STORED}},
    },
    201: {
        "description": "A policy that was not there before.",
        "headers": _TAG,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StoredPolicy"}}},
    },
    **BODY_RESPONSES,
    **_NO_POLICY,
    **_CHANGED,
    **_NOT_STORED,
}
DELETE_RESPONSES: dict[int | str, dict[str, Any]] = {**_NO_POLICY, **_CHANGED}
_PROPERTIES: dict[str, Any] = {
    name: {"type": "string"}
    for name in ("title", "organisation", "lang", "effective_date", "updated_date", "revision",
                 "source_url")
} | {"groups": {"type": "array", "items": {"type": "string"}}}  # fmt: skip
_TEXT_POLICY: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string"},
        "format": {"type": "string", "enum": ["markdown", "text", "html"], "default": "markdown"},
        **_PROPERTIES,
    },
}
PUT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": _TEXT_POLICY,
                "example": {"text": "# Leave\n\n1. Twenty days a year.", "groups": ["hr"]},
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}, **_PROPERTIES},
                }
            },
            **{
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("text/plain", "text/markdown", "text/html", "application/pdf",
                             "application/vnd.openxmlformats-officedocument.wordprocessingml."
                             "document")
            },
        },
    }
}  # fmt: skip
VERSIONS_RESPONSES = {
    **_ok({"policy_id": _LEAVE["id"], "total": 1, "versions": [{
        **_LEAVE, "updated_date": None, "revision": "B", "valid_from": "2025-03-01",
        "indexed_at": "2025-02-20T08:00:00+00:00", "is_current": True, "clause_count": 41,
        "clauses_url": _LEAVE_URL + "/clauses?version=2025-03-01"}]}),
    **_NO_POLICY,
    **_NOT_READY,
}  # fmt: skip
DIFF_RESPONSES = {
    **_ok({"policy_id": _LEAVE["id"], "from_version": {**_LEAVE, "version": "2024-01-01"},
           "to_version": _LEAVE, "counts": {"unchanged": 40, "renumbered": 1},
           "summary": ["§4.1 renumbered to §4.2"], "changes": []}),
    **_NO_VERSION,
    **_INVALID,
    **_NOT_READY,
}  # fmt: skip
_ATOM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}}
}
FEED_RESPONSES = {**_ATOM, **_NO_POLICY, **_NOT_READY}
ALL_FEED_RESPONSES = {**_ATOM, **_NOT_READY}
_TASK = {"id": "5f0e…", "state": "running", "done": 16, "total": 120, "outcomes": [],
         "error": None, "url": "/v1/tasks/5f0e…"}  # fmt: skip
IMPORT_RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {
        "headers": {"Location": {"description": "The task.", "schema": {"type": "string"}}},
        "content": {"application/json": {"example": _TASK}},
    },
    **BODY_RESPONSES,
    **_NOT_STORED,
}
IMPORT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["policies"],
                    "properties": {
                        "policies": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                **_TEXT_POLICY,
                                "required": ["id", "text"],
                                "properties": {
                                    "id": {"type": "string"},
                                    **_TEXT_POLICY["properties"],
                                },
                            },
                        }
                    },
                }
            },
        },
    }
}
TASK_RESPONSES = {**_ok(_TASK), **_NO_TASK}
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
