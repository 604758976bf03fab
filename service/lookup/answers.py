"""Comparisons and coverage → the JSON shapes of `service.schemas`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.hits import hit_response
from service.schemas.compare import CompareResponse, PolicyAnswerResponse
from service.schemas.coverage import (
    CellResponse,
    CitedClauseResponse,
    CoverageResponse,
    CoverageRow,
    TopicResponse,
)
from service.views import clause_summary, clause_url, index_info, policy_reference

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot
    from service.lookup.compare import Comparison
    from service.lookup.coverage.records import Cell, Coverage
    from service.lookup.coverage.topics import Topic


def compare_response(compared: Comparison, snapshot: Snapshot, seconds: float) -> CompareResponse:
    """A comparison as JSON."""
    return CompareResponse(
        query=compared.query,
        query_lang=compared.query_lang,
        clause=None if compared.clause is None else clause_summary(compared.clause),
        total=compared.total,
        found=compared.found,
        processing_time_ms=round(seconds * 1000, 2),
        index=index_info(snapshot, compared.generation),
        policies=[
            PolicyAnswerResponse(
                policy=policy_reference(answer.policy),
                found=answer.found,
                relevance=answer.relevance,
                clauses=[hit_response(hit) for hit in answer.clauses],
                nearest=[hit_response(hit) for hit in answer.nearest],
            )
            for answer in compared.answers
        ],
    )


def coverage_response(coverage: Coverage, snapshot: Snapshot, seconds: float) -> CoverageResponse:
    """The coverage table as JSON."""
    return CoverageResponse(
        total=coverage.total,
        processing_time_ms=round(seconds * 1000, 2),
        index=index_info(snapshot, coverage.generation),
        topics=[
            TopicResponse(id=topic.id, en=topic.en, zh=topic.zh, references=topic.references)
            for topic in coverage.topics
        ],
        rows=[
            CoverageRow(
                policy=policy_reference(row.policy),
                lang=row.lang,
                cells=[
                    _cell(topic, cell)
                    for topic, cell in zip(coverage.topics, row.cells, strict=True)
                ],
            )
            for row in coverage.rows
        ],
    )


def _cell(topic: Topic, cell: Cell) -> CellResponse:
    return CellResponse(
        topic=topic.id,
        state=cell.state,
        relevance=cell.relevance,
        clauses=[
            CitedClauseResponse(
                id=clause.id,
                citation=clause.citation,
                lang=clause.lang,
                snippet=clause.snippet,
                relevance=clause.relevance,
                url=clause_url(clause.id),
            )
            for clause in cell.clauses
        ],
    )
