"""A comparison of two policies → the JSON shape of `service.schemas.align`."""

from __future__ import annotations

from indexer.records import Clause
from service.lookup.alignment.comparing import Comparison
from service.lookup.alignment.sources import Source
from service.lookup.drift.guard import Flag, FlagSide
from service.schemas.align import (
    AlignedClause,
    AlignedRowResponse,
    AlignResponse,
    FlagResponse,
    FlagSideResponse,
)
from service.schemas.references import IndexInfo, PolicyReference
from service.views import clause_summary


def align_response(found: Comparison, index: IndexInfo | None) -> AlignResponse:
    """A comparison as JSON."""
    drift = found.drift
    flags = drift.flags if drift else (None,) * len(found.alignment.rows)
    return AlignResponse(
        left=_reference(found.left),
        right=_reference(found.right),
        index=index,
        counts={str(status): count for status, count in found.alignment.counts.items()},
        flag_counts={str(k): n for k, n in sorted(drift.counts.items())} if drift else None,
        rows=[
            AlignedRowResponse(
                status=row.status,
                score=row.score,
                moved=row.moved,
                left=[_clause(clause) for clause in row.left],
                right=[_clause(clause) for clause in row.right],
                flags=None if own is None else [_flag(flag) for flag in own],
            )
            for row, own in zip(found.alignment.rows, flags, strict=True)
        ],
    )


def _reference(source: Source) -> PolicyReference:
    return PolicyReference(
        id=source.policy_id,
        title=source.title,
        version=source.version,
        effective_date=source.effective_date,
    )


def _clause(clause: Clause) -> AlignedClause:
    return AlignedClause(
        **clause_summary(clause).model_dump(),
        heading=clause.heading,
        lang=clause.lang,
        text=clause.text,
    )


def _flag(flag: Flag) -> FlagResponse:
    return FlagResponse(kind=flag.kind, left=_side(flag.left), right=_side(flag.right))


def _side(side: FlagSide | None) -> FlagSideResponse | None:
    if side is None:
        return None
    return FlagSideResponse(
        clause_id=side.clause.id, text=side.text, start=side.start, marks=list(side.marks)
    )
