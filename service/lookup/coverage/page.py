"""The coverage table as a page that stands alone: no script, nothing to load, words by colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from service.lookup.coverage.records import Cell, CitedClause, Coverage, Row, State
from service.lookup.coverage.rendering import MARKS, WORDS

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The Content-Security-Policy that the page is served with."""
_STYLE = """
:root { color-scheme: light dark; --covered: #bfe3c5; --mentioned: #f6e3a6; --none: #ececec;
  --ink: #1b1b1b; --line: #8a8a8a; --page: #fff; --quiet: #4d4d4d; --link: #0b4f9c; }
@media (prefers-color-scheme: dark) { :root { --covered: #1f5a30; --mentioned: #5f4c0c;
  --none: #2c2c2c; --ink: #f1f1f1; --line: #7d7d7d; --page: #161616; --quiet: #c4c4c4;
  --link: #9cc8ff; } }
body { margin: 1.5rem; color: var(--ink); background: var(--page);
  font: 15px/1.5 system-ui, "Noto Sans SC", "Microsoft YaHei", sans-serif; }
a { color: var(--link); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { border: 1px solid var(--line); padding: .35rem .5rem; text-align: left;
  vertical-align: top; min-width: 9rem; max-width: 20rem; overflow-wrap: break-word; }
thead th { position: sticky; top: 0; background: var(--page); }
tbody th { position: sticky; left: 0; background: var(--page); font-weight: 600; }
.covered { background: var(--covered); } .mentioned { background: var(--mentioned); }
.none { background: var(--none); }
small, .quiet { color: var(--quiet); font-weight: 400; font-size: .85rem; }
td.covered small, td.mentioned small { color: inherit; }
.key > span { padding: .1rem .5rem; border: 1px solid var(--line); margin-right: .5rem; }
details p { margin: .3rem 0; font-size: .9rem; }
"""

Link = Callable[[str], str]


def as_page(coverage: Coverage, link: Link | None = None) -> str:
    """The page as HTML. `link` gives the address of a clause by its id; none: no links."""
    return "\n".join(_lines(coverage, link)) + "\n"


def _lines(coverage: Coverage, link: Link | None) -> Iterator[str]:
    title = "What the policies speak of · 政策内容覆盖情况"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{title}</h1>"
    keys = "".join(f'<span class="{state}">{_state(state)}</span>' for state in MARKS)
    yield f'<p class="key">{keys}</p>'
    yield (
        '<p class="quiet">Covered: a clause deals with the topic. Mentioned: one of its key terms '
        "stands in a clause that deals with something else. The figures are probabilities; read "
        "the cited clauses before you rely on them. "
        '<span lang="zh">“有规定”指有条款专门规定该事项，'
        "“仅提及”指其关键词出现在规定其他事项的条款中。数字为概率，引用前请阅读所列条款。</span></p>"
    )
    shown = len({row.policy.id for row in coverage.rows})
    yield '<div class="scroll" role="region" aria-label="Coverage 覆盖情况" tabindex="0">\n<table>'
    yield (
        f"<caption>{len(coverage.topics)} topics, {shown} of {coverage.total} policies · "
        f'<span lang="zh">{len(coverage.topics)} 个事项，{coverage.total} 份政策中的 {shown} 份'
        "</span></caption>"
    )
    heads = "".join(_head(row) for row in coverage.rows)
    topic_head = '<th scope="col">Topic <span lang="zh">事项</span></th>'
    yield f"<thead><tr>{topic_head}{heads}</tr></thead>\n<tbody>"
    for place, topic in enumerate(coverage.topics):
        cells = "".join(_cell(row.cells[place], link) for row in coverage.rows)
        yield (
            f'<tr><th scope="row">{escape(topic.en)}<br><span lang="zh">{escape(topic.zh)}</span>'
            f"<br><small>{escape(topic.references)}</small></th>{cells}</tr>"
        )
    yield "</tbody>\n</table>\n</div>\n</main>\n</body>\n</html>"


def _head(row: Row) -> str:
    lang = escape(row.lang, quote=True)
    told = escape(f"{row.policy.version} · {row.lang}")
    return (
        f'<th scope="col"><span lang="{lang}">{escape(row.policy.title)}</span>'
        f"<br><small>{told}</small></th>"
    )


def _cell(cell: Cell, link: Link | None) -> str:
    told = f"{_state(cell.state)} <small>{cell.relevance:.0%}</small>"
    if not cell.clauses:
        return f'<td class="{cell.state}">{told}</td>'
    best = _citation(cell.clauses[0], link)
    clauses = "".join(
        f'<p lang="{escape(clause.lang, quote=True)}">{_citation(clause, link)} '
        f"<small>{clause.relevance:.0%}</small><br>{escape(clause.snippet)}</p>"
        for clause in cell.clauses
    )
    details = f'<details><summary>Text <span lang="zh">原文</span></summary>{clauses}</details>'
    return f'<td class="{cell.state}">{told}<br>{best}{details}</td>'


def _citation(clause: CitedClause, link: Link | None) -> str:
    name = f'<span lang="{escape(clause.lang, quote=True)}">{escape(clause.citation)}</span>'
    return name if link is None else f'<a href="{escape(link(clause.id), quote=True)}">{name}</a>'


def _state(state: State) -> str:
    english, chinese = WORDS[state]
    return f'{MARKS[state]} {english.capitalize()} <span lang="zh">{chinese}</span>'
