"""Comparison and coverage in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from service.openapi.parts import (
    BODY_RESPONSES,
    CLAUSE_SUMMARY,
    HITS,
    INDEX,
    INVALID,
    LEAVE,
    NO_CLAUSE,
    NOT_READY,
    TEXT,
    ok,
    problem,
)

_SILENT = {
    "id": "dengta-privacy-policy",
    "title": "灯塔隐私政策",
    "version": "1",
    "effective_date": None,
}
COMPARE_REQUESTS: Any = {
    "question": {
        "summary": "What does each policy say on it?",
        "value": {"q": "Can I carry unused leave over to next year?", "clauses": 1},
    },
    "clause": {
        "summary": "What do two others say on what a clause says?",
        "value": {
            "clause_id": CLAUSE_SUMMARY["id"],
            "policy_id": ["dengta-leave-policy", "dengta-privacy-policy"],
        },
    },
}
COMPARE_RESPONSES = {
    **ok(
        {
            "query": "Can I carry unused leave over to next year?",
            "query_lang": "en",
            "clause": None,
            "total": 2,
            "found": 1,
            "processing_time_ms": 21.5,
            "index": INDEX,
            "policies": [
                {
                    "policy": LEAVE,
                    "found": True,
                    "relevance": 0.93,
                    "clauses": HITS[:1],
                    "nearest": [],
                },
                {
                    "policy": _SILENT,
                    "found": False,
                    "relevance": 0.01,
                    "clauses": [],
                    "nearest": [],
                },
            ],
        }
    ),
    **NO_CLAUSE,
    **INVALID,
    **BODY_RESPONSES,
    **NOT_READY,
}
_JSON = ok(
    {
        "total": 1,
        "processing_time_ms": 35.1,
        "index": INDEX,
        "topics": [
            {
                "id": "carry-over",
                "en": "Carrying leave over",
                "zh": "年假结转",
                "references": "Employment handbook, chapter 4",
            }
        ],
        "rows": [
            {
                "policy": LEAVE,
                "lang": "en",
                "cells": [
                    {
                        "topic": "carry-over",
                        "state": "covered",
                        "relevance": 0.94,
                        "clauses": [
                            {
                                "id": CLAUSE_SUMMARY["id"],
                                "citation": CLAUSE_SUMMARY["citation"],
                                "lang": "en",
                                "snippet": "4.2 " + TEXT,
                                "relevance": 0.94,
                                "url": CLAUSE_SUMMARY["url"],
                            }
                        ],
                    }
                ],
            }
        ],
    }
)
_OTHERS: dict[str, Any] = {"text/csv": {}, "text/html": {}}
COVERAGE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {**_JSON[200]["content"], **_OTHERS}},
    **problem(
        422,
        "A parameter is out of its bounds, or names a policy or a topic that is not there.",
        "unknown-topic",
        "A filter names an unknown topic",
        "No topic has the id 'cookie'; known: cookies, retention.",
        parameter="topic",
    ),
    **NOT_READY,
}
