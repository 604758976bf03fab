"""What the examples share. The policies in them are made up."""

from __future__ import annotations

from typing import Any

from service.problems import PROBLEM_JSON, TYPE_PREFIX

PROBLEM_REF = "#/components/schemas/Problem"


def ok(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": example}}}}


def problem(
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
    content = {PROBLEM_JSON: {"schema": {"$ref": PROBLEM_REF}, "example": example}}
    return {status: {"description": description, "content": content}}


INDEX = {"generation": 3, "model": "embedded", "fingerprint": "5d0c7e41b9a2"}
LEAVE = {
    "id": "lanternworks-leave-policy",
    "title": "Lanternworks Leave Policy",
    "version": "2025-03-01",
    "effective_date": "2025-03-01",
}
LEAVE_SOURCE = "https://intranet.lanternworks.example/policies/leave"
SECTION_URL = LEAVE_SOURCE + "#annual-leave"
LEAVE_URL = "/v1/policies/lanternworks-leave-policy"
POLICY = {
    **LEAVE,
    "lang": "en",
    "updated_date": None,
    "revision": "B",
    "organisation": "Lanternworks Ltd.",
    "source_url": LEAVE_SOURCE,
    "origin": None,
    "format": "markdown",
    "clause_count": 41,
    "url": LEAVE_URL,
    "clauses_url": LEAVE_URL + "/clauses",
}
SECTION = {
    "id": "lanternworks-leave-policy@2025-03-01#4",
    "citation": "Lanternworks Leave Policy §4",
    "labels": ["4"],
    "url": "/v1/clauses/lanternworks-leave-policy@2025-03-01%234",
}
CLAUSE_SUMMARY = {
    "id": "lanternworks-leave-policy@2025-03-01#4.2",
    "citation": "Lanternworks Leave Policy §4.2",
    "labels": ["4", "4.2"],
    "url": "/v1/clauses/lanternworks-leave-policy@2025-03-01%234.2",
}
TEXT = "Unused days of annual leave may be carried over until 31 March of the following year."
DEFINITIONS = [
    {
        "term": "Annual leave",
        "text": "“Annual leave” means the paid days off that this policy gives.",
        "clause": {
            "id": "lanternworks-leave-policy@2025-03-01#1.2",
            "citation": "Lanternworks Leave Policy §1.2",
            "url": "/v1/clauses/lanternworks-leave-policy@2025-03-01%231.2",
        },
    }
]
CLAUSE = {
    **CLAUSE_SUMMARY,
    "parent_id": SECTION["id"],
    "heading": None,
    "heading_path": ["Annual leave"],
    "lang": "en",
    "text": "4.2 " + TEXT,
    "span": {"start": 2210, "end": 2300},
    "source_url": SECTION_URL,
    "links": [],
    "definitions": DEFINITIONS,
}
HITS: list[dict[str, Any]] = [
    {
        **CLAUSE_SUMMARY,
        "rank": 1,
        "policy": LEAVE,
        "lang": "en",
        "heading_path": ["Annual leave"],
        "text": "4.2 " + TEXT,
        "snippet": {"text": "4.2 " + TEXT, "highlights": [[4, 10], [33, 38]]},
        "relevance": 0.93,
        "score": 1.151,
        "score_details": None,
        "more": None,
        "source_url": SECTION_URL,
        "links": [],
        "definitions": DEFINITIONS,
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
        "source_url": None,
        "links": [],
        "definitions": [],
    },
]
NOT_READY = problem(
    503,
    "Not ready: the encoder or the index is not open yet, or (`/readyz`) the service is shutting "
    "down.",
    "not-ready",
    "The service is not ready",
    "Not yet: the encoder is being loaded. Try again in a moment; /readyz tells more.",
)
BODY_RESPONSES = {
    **problem(
        400,
        "The body is no text or no JSON that could be read.",
        "bad-request",
        "Bad Request",
        "There was an error parsing the body",
    ),
    **problem(
        408,
        "The body did not arrive in time.",
        "request-timeout",
        "Request Timeout",
        "After 15 s, 12 bytes of the body had arrived. Send the whole request at once.",
    ),
    **problem(
        413,
        "The body is too large.",
        "content-too-large",
        "Content Too Large",
        "The body is larger than 1048576 bytes, the most accepted.",
    ),
    **problem(
        415,
        "The body is not announced as JSON.",
        "content-type-unsupported",
        "The body is not announced as JSON",
        "The Content-Type is 'text/plain'; send a JSON object with […]",
    ),
}
"""What every route that takes a body may answer."""
INVALID = problem(
    422,
    "The request cannot be run as asked.",
    "query-empty",
    "The query is empty",
    "The query holds no text: ask a question or give a few words.",
    pointer="#/q",
)
NO_CLAUSE = problem(
    404,
    "No clause has this id.",
    "clause-not-found",
    "There is no such clause",
    "No clause has the id 'lanternworks-leave-policy@2025-03-01#99'. […]",
)
NO_POLICY = problem(
    404,
    "No policy has this id.",
    "policy-not-found",
    "There is no such policy",
    "No policy has the id 'lanternwork'. GET /v1/policies lists the ids. […]",
)
NO_VERSION = problem(
    404,
    "No policy has this id (`policy-not-found`), or it has no such version (`version-not-found`).",
    "version-not-found",
    "There is no such version",
    "lanternworks-leave-policy has no version '7'; it has '2025-03-01', '2024-01-01'.",
)
