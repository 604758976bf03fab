"""Counterparts of clauses in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from service.openapi.parts import CLAUSE, HITS, INDEX, INVALID, NO_CLAUSE, NOT_READY, SECTION, ok

_OTHER = HITS[1]
_COUNTERPART: dict[str, Any] = {
    **{name: _OTHER[name] for name in ("id", "citation", "labels", "url", "policy", "lang")},
    "parent_id": "dengta-leave-policy@1#三",
    "heading": None,
    "heading_path": _OTHER["heading_path"],
    "text": _OTHER["text"],
    "span": {"start": 811, "end": 838},
    "source_url": None,
    "links": [],
    "definitions": [],
    "rank": 1,
    "relevance": 0.97,
    "margin": 1.0312,
    "cosine": 0.9713,
    "surroundings": 0.9527,
    "mutual_best": True,
    "previous": None,
    "next": None,
}
_ANSWER: dict[str, Any] = {
    "clause": CLAUSE,
    "lang": "en",
    "total": 1,
    "processing_time_ms": 9.1,
    "index": INDEX,
    "counterparts": [_COUNTERPART],
}
_FREE = {
    **_ANSWER,
    "clause": None,
    "counterparts": [
        {**_COUNTERPART, "surroundings": None, "mutual_best": None, "previous": SECTION}
    ],
}
EQUIVALENTS_RESPONSES = {**ok(_ANSWER), **NO_CLAUSE, **INVALID, **NOT_READY}
SIMILAR_RESPONSES = {**ok(_FREE), **INVALID, **NOT_READY}
SIMILAR_REQUESTS: Any = {
    "chinese": {
        "summary": "Which clauses of English policies say this?",
        "value": {"text": "未休完的年假可以顺延至次年三月底。", "filter": {"lang": ["en"]}},
    },
    "related": {
        "summary": "Whatever comes closest",
        "value": {"text": "Unused leave lapses.", "mode": "related", "limit": 5},
    },
}
