"""What the command prints of builds and hits."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from indexer.publishing import BuildReport
    from service.lookup.compare import PolicyAnswer
    from service.search.records import Hit

NAMED_FILES = 20
"""Files left out that are named; of more, only the number is told."""


def print_report(report: BuildReport, root: Path) -> None:
    """What a build did, and what it could not."""
    print_unread(report.skipped, report.failed)
    if report.recovered:
        print("The manifest was damaged; the index was made again from its store.")
    if report.encoder_changed:
        print("The encoder is another than before: every clause was embedded again.")
    changes = [
        f"{len(ids)} {name}"
        for name, ids in (
            ("added", report.added),
            ("updated", report.updated),
            ("removed", report.removed),
            ("unchanged", report.unchanged),
        )
        if ids
    ]
    print(f"Policies: {', '.join(changes) or 'none read'}; {len(report.failed)} not readable.")
    print(
        f"Embedded {report.embedded} of {report.passages} passages "
        f"({report.clauses} clauses, {report.policies} policies) "
        f"in {report.embedding_seconds:.1f} s; read in {report.reading_seconds:.1f} s."
    )
    state = "Published" if report.published else "Nothing changed: still"
    print(f"{state} generation {report.generation} in {root}.")


def print_unread(skipped: Sequence[tuple[str, str]], failed: Sequence[tuple[str, str]]) -> None:
    """The files that were left out, and those that should have been read, on standard error."""
    for file, reason in skipped[:NAMED_FILES]:
        print(f"left out: {file}: {reason}", file=sys.stderr)
    if len(skipped) > NAMED_FILES:
        print(f"left out: {len(skipped) - NAMED_FILES} more files", file=sys.stderr)
    for file, reason in failed:
        text = reason if reason.startswith(file) else f"{file}: {reason}"
        print(f"not indexed: {text}", file=sys.stderr)


class PrintedHit(Protocol):
    """What is printed of a hit, whether it was found here or by a service."""

    @property
    def rank(self) -> int: ...
    @property
    def id(self) -> str: ...
    @property
    def citation(self) -> str: ...
    @property
    def lang(self) -> str: ...
    @property
    def heading_path(self) -> Sequence[str]: ...
    @property
    def text(self) -> str: ...
    @property
    def relevance(self) -> float | None: ...
    @property
    def score(self) -> float: ...
    @property
    def source_url(self) -> str | None: ...


def print_hit(hit: PrintedHit) -> None:
    """One hit, for people."""
    shown = f"{hit.score:.3f}" if hit.relevance is None else f"{hit.relevance:.0%}"
    print(f"{hit.rank:>3}. {hit.citation}   [{hit.lang}]  {shown}")
    if hit.heading_path:
        print(f"     {' › '.join(hit.heading_path)}")
    print("     " + hit.text.replace("\n", "\n     "))
    print(f"     {hit.id}")
    print(f"     {one_line(hit.source_url)}\n" if hit.source_url else "")


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """One hit, for programs."""
    effective = hit.policy.effective_date
    return {
        "rank": hit.rank,
        "id": hit.id,
        "citation": hit.citation,
        "policy": {
            "id": hit.policy.id,
            "title": hit.policy.title,
            "version": hit.policy.version,
            "effective_date": effective.isoformat() if effective else None,
        },
        "lang": hit.lang,
        "labels": list(hit.labels),
        "heading_path": list(hit.heading_path),
        "text": hit.text,
        "snippet": asdict(hit.snippet),
        "relevance": hit.relevance,
        "score": hit.score,
        "source_url": hit.source_url,
    }


def one_line(text: str) -> str:
    """A text on one line, without what could move the cursor or turn the writing around."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def print_answer(answer: PolicyAnswer) -> None:
    """What one policy says on a question, for people."""
    policy = answer.policy
    told = "" if answer.relevance is None else f"  {answer.relevance:.0%}"
    print(one_line(f"{policy.title}  ({policy.id}, {policy.version}){told}"))
    if not answer.found:
        print("  no clause found" + ("; the nearest:" if answer.nearest else ""))
    for hit in answer.clauses or answer.nearest:
        shown = f"{hit.score:.3f}" if hit.relevance is None else f"{hit.relevance:.0%}"
        print(f"  {one_line(hit.citation)}   [{hit.lang}]  {shown}")
        print(f"     {one_line(hit.snippet.text)}")
    print()
