"""An alignment and its drift as one self-contained HTML file: no script, readable in print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from indexer.records import Clause
from service.lookup.alignment.comparing import Comparison
from service.lookup.alignment.labels import Lang, label
from service.lookup.alignment.records import AlignedRow
from service.lookup.alignment.sources import Source
from service.lookup.alignment.text import summary
from service.lookup.drift.guard import Flag, FlagSide

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --mark: #ffd54f; --ink: #111; }
body { font: 16px/1.55 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { border: 1px solid var(--line); padding: .5rem .7rem; text-align: start;
  vertical-align: top; overflow-wrap: anywhere; }
th.kind { width: 9rem; } td p { margin: 0 0 .3rem; white-space: pre-line; }
cite { display: block; font-style: normal; font-size: .85rem; opacity: .75; }
mark { background: var(--mark); color: var(--ink); padding: 0 .15em; border-radius: 2px;
  border-bottom: 2px solid #b26a00; }
tr.only_here td, tr.only_there td { background: var(--soft); }
.note { opacity: .75; } .summary { white-space: pre-line; }
@media print { body { margin: 0; max-width: none; font-size: 10.5pt; }
  tr { break-inside: avoid; } thead { display: table-header-group; }
  mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""


def html_report(found: Comparison, lang: Lang = "en") -> str:
    """The page: the flags if drift was asked for, then all rows side by side."""
    name = label("title" if found.drift is None else "drift", lang)
    title = escape(f"{name}: {found.left.title} | {found.right.title}")
    body = "\n".join(_body(found, lang))
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _body(found: Comparison, lang: Lang) -> Iterator[str]:
    name = label("title" if found.drift is None else "drift", lang)
    yield f"<h1>{escape(name)}</h1>"
    yield f'<p class="summary">{escape(summary(found, lang))}</p>'
    if found.drift is not None:
        yield f'<p class="note">{escape(label("note", lang))}</p>'
        yield f"<h2>{escape(label('flags', lang))}</h2>"
        rows = [row for flags in found.drift.flags for flag in flags for row in _flag(flag, lang)]
        if rows:
            yield from _table(found, lang, rows)
        else:
            yield f"<p>{escape(label('clean', lang))}</p>"
    yield f"<h2>{escape(label('rows', lang))}</h2>"
    yield from _table(
        found, lang, [line for row in found.alignment.rows for line in _row(row, lang)]
    )


def _table(found: Comparison, lang: Lang, rows: Sequence[str]) -> Iterator[str]:
    yield '<table>\n<thead><tr><th class="kind" scope="col"></th>'
    yield "".join(_heading(side, lang) for side in (found.left, found.right))
    yield "</tr></thead>\n<tbody>"
    yield from rows
    yield "</tbody>\n</table>"


def _heading(source: Source, lang: Lang) -> str:
    told = f"{label('version', lang)} {source.version}"
    return f'<th scope="col">{escape(source.title)} <cite>{escape(told)}</cite></th>'


def _flag(flag: Flag, lang: Lang) -> Iterator[str]:
    yield f'<tr><th scope="row">{escape(label(flag.kind, lang))}</th>'
    for side in (flag.left, flag.right):
        yield f"<td>{_sentence(side) if side else escape(label('nothing', lang))}</td>"
    yield "</tr>"


def _sentence(side: FlagSide) -> str:
    pieces, place = [], 0
    for start, end in sorted((a - side.start, b - side.start) for a, b in side.marks):
        if start < place:
            continue
        pieces += [escape(side.text[place:start]), f"<mark>{escape(side.text[start:end])}</mark>"]
        place = end
    pieces.append(escape(side.text[place:]))
    cited = f"<cite>{escape(side.clause.citation)}</cite>"
    return f'<p lang="{escape(side.clause.lang)}">{"".join(pieces)}</p>{cited}'


def _row(row: AlignedRow, lang: Lang) -> Iterator[str]:
    told = [label(row.status, lang)]
    if row.left and row.right:
        told.append(f"{label('score', lang)} {row.score:.2f}")
    if row.moved:
        told.append(label("moved", lang))
    yield f'<tr class="{row.status}"><th scope="row">{"<br>".join(map(escape, told))}</th>'
    for side in (row.left, row.right):
        yield f"<td>{''.join(map(_clause, side)) or escape(label('nothing', lang))}</td>"
    yield "</tr>"


def _clause(clause: Clause) -> str:
    text = f'<p lang="{escape(clause.lang)}">{escape(clause.text)}</p>'
    return f"{text}<cite>{escape(clause.citation)}</cite>"
