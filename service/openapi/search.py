"""Search and suggestions in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from service.openapi.parts import HITS, INDEX, INVALID, NOT_READY, ok, problem

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
_INVALID_SUGGEST = problem(
    422,
    "A parameter is out of its bounds, or is not known.",
    "out-of-range",
    "A number is out of range",
    "limit is 1000; it must lie between 1 and 100.",
    parameter="limit",
)
SEARCH_RESPONSES = {
    **ok(
        {
            "query": "Can I carry unused leave over to next year?",
            "query_lang": "en",
            "total": 2,
            "processing_time_ms": 14.2,
            "index": INDEX,
            "hits": HITS,
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
    **INVALID,
    **NOT_READY,
}
_SUGGESTIONS: Any = ok(
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
)
_SUGGESTIONS[200]["content"]["application/x-suggestions+json"] = {
    "schema": {"type": "array", "minItems": 4, "maxItems": 4},
    "example": [
        "anual lea",
        ["Annual leave"],
        ["Lanternworks Leave Policy"],
        [
            "https://policies.lanternworks.example/policies/lanternworks-leave-policy"
            "?clause=lanternworks-leave-policy%402025-03-01%234"
        ],
    ],
}
SUGGEST_RESPONSES = {**_SUGGESTIONS, **_INVALID_SUGGEST, **NOT_READY}
