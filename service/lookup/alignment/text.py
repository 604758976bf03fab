"""An alignment and its drift as plain text, for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator

from service.lookup.alignment.comparing import Comparison
from service.lookup.alignment.labels import Lang, label
from service.lookup.alignment.records import AlignedRow
from service.lookup.drift.guard import Flag, FlagSide


def text_report(found: Comparison, lang: Lang = "en") -> str:
    """A line for each row; with drift, the flags alone, both sentences of each."""
    lines = [f"{found.left.title}  |  {found.right.title}", ""]
    if found.drift is None:
        lines += [_row(row, lang) for row in found.alignment.rows]
    else:
        for row, flags in zip(found.alignment.rows, found.drift.flags, strict=True):
            if flags:
                lines.append(_row(row, lang))
                lines += [line for flag in flags for line in _flag(flag, lang)]
        if not found.drift.total:
            lines.append(label("clean", lang))
    return "\n".join([*lines, "", summary(found, lang), ""])


def summary(found: Comparison, lang: Lang) -> str:
    """How many rows of each status, and how many flags of each kind."""
    counts = [f"{label(s, lang)} {n}" for s, n in found.alignment.counts.items()]
    parts = f"{label('rows', lang)}: {', '.join(counts)}"
    if found.drift is None:
        return parts
    flags = [f"{label(kind, lang)} {n}" for kind, n in sorted(found.drift.counts.items())]
    told = f" ({', '.join(flags)})" if flags else ""
    return f"{parts}\n{label('flags', lang)}: {found.drift.total}{told}"


def _row(row: AlignedRow, lang: Lang) -> str:
    sides = [
        " + ".join(clause.citation for clause in side) or "—" for side in (row.left, row.right)
    ]
    moved = f", {label('moved', lang)}" if row.moved else ""
    return f"{sides[0]}  =  {sides[1]}  [{label(row.status, lang)}{moved}]"


def _flag(flag: Flag, lang: Lang) -> Iterator[str]:
    yield f"  {label(flag.kind, lang)}:"
    for side in (flag.left, flag.right):
        yield f"    {_marked(side) if side else '—'}"


def _marked(side: FlagSide) -> str:
    """The sentence with [[brackets]] around what differs."""
    text = side.text
    for start, end in sorted(side.marks, reverse=True):
        a, b = start - side.start, end - side.start
        text = f"{text[:a]}[[{text[a:b]}]]{text[b:]}"
    return " ".join(text.split())
