"""The answer of a search as JSON, in the shapes of `service.schemas.search`.

It is written from plain values. The models hold the same (a test compares the two), but to make
and check them takes as long as the ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from service.schemas.search import HitResponse
from service.views import clause_url, referring

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot
    from service.lookup.references import References
    from service.search.records import Hit, SearchResult


def search_answer(
    result: SearchResult, references: Mapping[str, References], snapshot: Snapshot, seconds: float
) -> bytes:
    """A `SearchResponse` as JSON; `references` by the ids of hits, all of which have some."""
    answer = {
        "query": result.query,
        "query_lang": result.query_lang,
        "total": result.total,
        "processing_time_ms": round(seconds * 1000, 2),
        "index": {
            "generation": result.generation,
            "model": snapshot.fingerprint.model,
            "fingerprint": snapshot.fingerprint.digest,
        },
        "hits": [hit_values(hit, references.get(hit.id)) for hit in result.hits],
        "nearest": [hit_values(hit, references.get(hit.id)) for hit in result.nearest],
        "facets": {
            facet.name: [asdict(found) for found in facet.values] for facet in result.facets
        },
        "degraded": result.degraded,
    }
    return to_json(answer, inf_nan_mode="null")


def hit_values(hit: Hit, references: References | None = None) -> dict[str, Any]:
    """The fields of a `HitResponse`, in their order."""
    return {
        **(referring(references) if references else {"links": [], "definitions": []}),
        "rank": hit.rank,
        "id": hit.id,
        "citation": hit.citation,
        "policy": {
            "id": hit.policy.id,
            "title": hit.policy.title,
            "version": hit.policy.version,
            "effective_date": hit.policy.effective_date,
        },
        "lang": hit.lang,
        "labels": hit.labels,
        "heading_path": hit.heading_path,
        "text": hit.text,
        "snippet": {"text": hit.snippet.text, "highlights": hit.snippet.highlights},
        "relevance": hit.relevance,
        "score": hit.score,
        "score_details": asdict(hit.score_details) if hit.score_details else None,
        "more": hit.more,
        "url": clause_url(hit.id),
        "source_url": hit.source_url,
    }


def hit_response(hit: Hit) -> HitResponse:
    """A hit as a part of other answers than a search's."""
    return HitResponse.model_validate(hit_values(hit))
