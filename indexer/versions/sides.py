"""One version's clauses made ready for comparison: words without numbers, numbers, neighbours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.language import is_chinese
from indexer.outline.markers import fold, read_markers, roman_value
from indexer.records import Clause
from indexer.versions.words import Word, words_of

_NUMERAL = "零〇一二三四五六七八九十百"
_NUMBER = re.compile(
    rf"\d+(?:\.\d+)*|[{_NUMERAL}]+|第[\d{_NUMERAL}]+(?:[编章节条款项]|部分)|[A-Za-z]|[①-⑳]"
    r"|(?i:Article|Section|Clause|Chapter|Part|Schedule|Appendix|Annex|Exhibit|Attachment)"
    r"\s(?:[\d.]+|[IVXLC]+|[A-Z])"
)
_ANNEX = re.compile(rf"附[件录表]\s*(?:\d{{1,3}}|[A-Z]|[{_NUMERAL}]{{1,3}})\s*[:：、.．]?\s*")
_TITLE_END = re.compile(r"(?:,?\s*bullet |第)?[\s§,“(（]*$")
_LAST_MARKS = frozenset(".;,:")
PREAMBLES = frozenset({"Preamble", "前言"})


@dataclass(frozen=True, slots=True)
class Side:
    """One version's clauses; every list has an item for each, in reading order."""

    clauses: tuple[Clause, ...]
    words: tuple[tuple[Word, ...], ...]
    """Without the printed number."""
    contents: tuple[tuple[str, ...], ...]
    """What is compared: the words' keys without the mark that ends the clause, since the items of
    a list change theirs when one is added after them."""
    numbers: tuple[str | None, ...]
    """The clause's own number; none for a bullet or a heading without number."""
    chains: tuple[tuple[str, ...], ...]
    """Its number after those above it."""
    places: tuple[str, ...]
    """Its citation without the policy's title: `§3.2`."""
    headings: tuple[tuple[str, ...], ...]
    above: tuple[tuple[str, ...], ...]
    """The headings above it."""
    parents: tuple[int, ...]
    """-1 where there is none; the rest and the translation of a clause stand under it."""
    children: tuple[tuple[int, ...], ...]
    chinese: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.clauses)


def read_side(clauses: Sequence[Clause]) -> Side:
    """A version's clauses, given in reading order, made ready for comparison."""
    position = {clause.id: i for i, clause in enumerate(clauses)}
    parents = [position.get(clause.parent_id or "", -1) for clause in clauses]
    first: dict[tuple[int, tuple[str, ...]], int] = {}
    for i, clause in enumerate(clauses):
        leader = first.setdefault((parents[i], clause.labels), i)
        if leader < i and _continues(clauses[leader], clause):
            parents[i] = leader
    children: list[list[int]] = [[] for _ in clauses]
    for i, parent in enumerate(parents):
        if parent >= 0:
            children[parent].append(i)
    words = tuple(words_of(clause.text, body_start(clause)) for clause in clauses)
    own = [_own_heading(clause) for clause in clauses]
    paths = [tuple(_plain(heading) for heading in clause.heading_path) for clause in clauses]
    return Side(
        clauses=tuple(clauses),
        words=words,
        contents=tuple(map(_content, words)),
        numbers=tuple(_number(clause.labels[-1]) if clause.labels else None for clause in clauses),
        chains=tuple(
            tuple(number for label in clause.labels if (number := _number(label)))
            for clause in clauses
        ),
        places=_places(clauses),
        headings=tuple(own),
        above=tuple(
            path[:-1] if heading else path for path, heading in zip(paths, own, strict=True)
        ),
        parents=tuple(parents),
        children=tuple(map(tuple, children)),
        chinese=tuple(is_chinese(clause.text) for clause in clauses),
    )


def body_start(clause: Clause) -> int:
    """The offset in a clause's text at which its own words begin, after the printed number."""
    text = clause.text
    start = len(text) - len(text.lstrip())
    label = fold(clause.labels[-1]) if clause.labels else ""
    for marker in read_markers(fold(text[start:])):
        bullet = label.startswith("•") and marker.style.startswith("•")
        if bullet or fold(marker.label) == label:
            return start + marker.length
    annex = _ANNEX.match(text, start)
    return annex.end() if annex else start


def _continues(leader: Clause, clause: Clause) -> bool:
    """Whether it is the rest or the translation of a clause, rather than one of the same number."""
    printed = body_start(clause) > 0
    return not printed or is_chinese(leader.text) != is_chinese(clause.text)


def _content(words: Sequence[Word]) -> tuple[str, ...]:
    keys = [word.key for word in words]
    while len(keys) > 1 and keys[-1] in _LAST_MARKS:
        keys.pop()
    return tuple(keys)


def _own_heading(clause: Clause) -> tuple[str, ...]:
    heading = clause.heading
    if not heading:
        return ()
    annex = _ANNEX.match(heading)
    return _content(words_of(heading, annex.end() if annex else 0))


def _plain(heading: str) -> str:
    return re.sub(r"\W+", "", fold(heading)).casefold()


def _number(label: str) -> str | None:
    folded = re.sub(r"\s+", " ", fold(label)).strip()
    annex = _ANNEX.match(folded)
    if annex:
        return re.sub(r"[\s:、.]", "", annex[0])
    roman = (folded.islower() or folded.isupper()) and roman_value(folded)
    return folded if roman or _NUMBER.fullmatch(folded) else None


def _places(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Citations without the title, which is what stands before the label of a clause at the top."""
    citations = [clause.citation for clause in clauses]
    titles: Counter[str] = Counter()
    for clause in clauses:
        if clause.parent_id is None and clause.labels:
            label = clause.labels[-1].removeprefix("•")
            end = clause.citation.rfind(label)
            if end > 0:
                titles[_TITLE_END.sub("", clause.citation[:end])] += 1
    for title, _ in titles.most_common():
        if title and all(citation.startswith(title) for citation in citations):
            return tuple(citation[len(title) :].lstrip(" ,") or citation for citation in citations)
    return tuple(citations)
