"""What the parser made of policies, for people and for programs: metadata, clauses, remarks."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, chop_cells

from indexer.outline.markers import fold, read_markers
from indexer.records import Clause, PolicyVersion, Remark
from indexer.remarks import kind_of
from service.printing import one_line, print_unread

if TYPE_CHECKING:
    from indexer.preview import Preview
    from indexer.rows import PolicyRecord

_WIDTH_OF_A_FILE = 100
"""Columns where the output goes to no terminal."""
_INDENT = 2
_FEWEST_WORDS = 24
"""Columns of a clause's words beside which remarks are put."""


def print_policy(policy: PolicyVersion) -> None:
    """A policy: what is known of it, the tree of its clauses with remarks, and a summary."""
    meta = policy.metadata
    print(one_line(meta.title))
    for name, value in (
        ("id", policy.policy_id),
        ("organisation", meta.organisation),
        ("language", meta.lang),
        ("version", policy.version),
        ("revision", meta.revision),
        ("effective", meta.effective_date),
        ("updated", meta.updated_date),
        ("published at", meta.source_url),
        ("file", f"{policy.source_path} ({policy.format})"),
    ):
        if value is not None:
            print(f"  {name:<14}{one_line(str(value))}")
    print()
    print_clauses(policy)
    print(f"\n{summary_of(policy)}.")


def print_clauses(policy: PolicyVersion) -> None:
    """The tree of a policy's clauses, remarks beside them; those on the whole policy first."""
    width = _width()
    known = {clause.id for clause in policy.clauses}
    remarks: dict[str | None, list[str]] = defaultdict(list)
    for remark in policy.remarks:
        place = remark.clause_id if remark.clause_id in known else None
        remarks[place].append(_told(remark))
    for told in remarks[None]:
        print(told)
    for clause in policy.clauses:
        for line in _clause_lines(clause, remarks[clause.id], policy.metadata.lang, width):
            print(line)


def summary_of(policy: PolicyVersion) -> str:
    """`11 clauses, depth 3; 1 warning, 2 repairs`."""
    counts = _counts(policy)
    depth = max((len(clause.labels) for clause in policy.clauses), default=0)
    return (
        f"{_several(len(policy.clauses), 'clause')}, depth {depth}; "
        f"{_several(counts['warning'], 'warning')}, {_several(counts['repair'], 'repair')}"
    )


def policy_as_json(policy: PolicyVersion) -> dict[str, Any]:
    """A policy with its clauses, their spans, and remarks, for programs."""
    counts = _counts(policy)
    return {
        "id": policy.policy_id,
        "version": policy.version,
        **_plain(asdict(policy.metadata)),
        "format": policy.format,
        "source_path": policy.source_path,
        "clause_count": len(policy.clauses),
        "depth": max((len(clause.labels) for clause in policy.clauses), default=0),
        "warnings": counts["warning"],
        "repairs": counts["repair"],
        "remarks": [asdict(remark) | {"kind": kind_of(remark.code)} for remark in policy.remarks],
        "clauses": [
            {
                "id": clause.id,
                "parent_id": clause.parent_id,
                "labels": list(clause.labels),
                "citation": clause.citation,
                "heading": clause.heading,
                "heading_path": list(clause.heading_path),
                "lang": clause.lang,
                "text": clause.text,
                "span": {"start": clause.start, "end": clause.end},
            }
            for clause in policy.clauses
        ],
    }


def print_policies(records: Sequence[PolicyRecord]) -> None:
    """The policies of an index as a table; the title gives way where the terminal is narrow."""
    rows = [("id", "lang", "version", "clauses", "title")]
    rows += [(r.id, r.lang, r.version, str(r.clause_count), r.title) for r in records]
    _print_table(rows)


def record_as_json(record: PolicyRecord) -> dict[str, Any]:
    """A policy of an index, for programs."""
    told = asdict(record) | {"groups": sorted(record.groups)}
    del told["key"], told["is_current"]  # the store's own; only current versions are listed
    return _plain(told)


def print_preview(preview: Preview, root: Path, *, verbose: bool) -> None:
    """What a build would do: a line for each policy, and with `verbose` its clauses."""
    print_unread(preview.skipped, preview.failed)
    rows: list[tuple[str, ...]] = []
    for one in preview.policies:
        policy = one.policy
        counts = _counts(policy)
        rows.append(
            (
                one.state,
                policy.policy_id,
                policy.metadata.lang,
                _several(len(policy.clauses), "clause"),
                _several(counts["warning"], "warning"),
                policy.metadata.title,
            )
        )
    rows += [("removed", policy_id, "", "", "", "") for policy_id in preview.removed]
    if verbose:
        for one in preview.policies:
            print(f"{one.state}: ", end="")
            print_policy(one.policy)
            print()
    _print_table(rows)
    states = Counter(one.state for one in preview.policies)
    changes = [f"{states[state]} {state}" for state in ("new", "changed", "unchanged")]
    changes.append(f"{len(preview.removed)} removed")
    compared = f"compared with {root}" if preview.indexed else f"there is no index in {root}"
    print(f"Policies: {', '.join(changes)}; {len(preview.failed)} not readable; {compared}.")
    print("Nothing was written.")


def _clause_lines(clause: Clause, remarks: list[str], lang: str, width: int) -> list[str]:
    """A clause on one line, cut to the width; remarks after it, or below where they are long."""
    indent = " " * min(_INDENT * (len(clause.labels) - 1), width // 3)
    label, words = one_line(clause.labels[-1]), _words(clause)
    start = indent if label == words else f"{indent}{_cut(label, width // 3)}  "
    if clause.lang != lang:
        start += f"[{clause.lang}] "
    beside = "".join(f"   {remark}" for remark in remarks)
    room = width - cell_len(start) - cell_len(beside)
    if room >= min(_FEWEST_WORDS, cell_len(words)):
        return [start + _cut(words, room) + beside]
    below = [f"{indent}  {remark}" for remark in remarks]
    return [start + _cut(words, max(width - cell_len(start), _FEWEST_WORDS)), *below]


def _words(clause: Clause) -> str:
    """The heading, or the text without its number; only the beginning of it is wanted."""
    if clause.heading:
        return one_line(clause.heading)
    text, label = clause.text[:1000], clause.labels[-1]
    for marker in read_markers(fold(text)):
        bullet = marker.style.startswith("•") and label.startswith("•")  # the third is •3
        if bullet or marker.label == label:
            return one_line(text[marker.length :])
    return one_line(text)


def _told(remark: Remark) -> str:
    if kind_of(remark.code) == "repair":
        return f"~ repaired: {one_line(remark.message)}"
    return f"! {one_line(remark.message)}"


def _counts(policy: PolicyVersion) -> Counter[str]:
    return Counter(kind_of(remark.code) for remark in policy.remarks)


def _several(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; the last one is cut to what room is left."""
    lines = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for *cells, last in lines:
        start = "".join(
            cell + " " * (width - cell_len(cell) + 2)
            for cell, width in zip(cells, widths, strict=False)
        )
        print((start + _cut(last, max(_width() - cell_len(start), _FEWEST_WORDS))).rstrip())


def _cut(text: str, width: int) -> str:
    """A text cut to so many columns; a Chinese character takes two."""
    if cell_len(text) <= width:
        return text
    return chop_cells(text, width - 1)[0].rstrip() + "…"


def _width() -> int:
    return shutil.get_terminal_size((_WIDTH_OF_A_FILE, 24)).columns


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in fields.items()}
