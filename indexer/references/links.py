"""Links: where a clause's text names another clause of its policy, or another policy."""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence

from indexer.outline.markers import read_markers
from indexer.records import Clause
from indexer.references.mentions import Mention, find_mentions
from indexer.references.names import Named, find_names
from indexer.references.places import Found, Place, Places, best_of, place_of
from indexer.references.records import Link
from indexer.references.steps import HAN, Step, normal, plain_words, read_place, read_steps

_FARTHEST = 9
"""Highest cost (see `chain_cost`) at which a place is believed to be meant."""
_RELATIVE = frozenset({"paragraph", "item", "bullet"})
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』\n]{2,120})[”\"」』]")
_CUE = re.compile(
    r"(?:\b(?:[Ss]ee|[Rr]efer to|(?:set out|described|stated|given|listed|defined|explained"
    r"|mentioned|specified|provided)(?: \w+)? (?:in|under)|[Uu]nder|pursuant to|accordance with"
    r"|subject to|[Ss]ection|[Pp]art|[Cc]lause|[Cc]hapter|headed|entitled|titled)"
    r"(?: also)?(?: the)?(?: (?:section|part|clause|chapter|heading))?"
    r"(?: (?:titled|entitled|headed))?"
    r"\s?[:,]?\s*"
    r"|(?:[见見]|参阅|參閱|参照|参考|阅读|查阅|查看|依据|依據|根据|根據|按照|依照|本政策|本协议|本制度|本办法"
    r"|上文|下文|载于|列于)(?:的|之|中)?\s?[:：]?\s?)\(?$"
)
_CUE_AFTER = re.compile(
    r"\s?(?:section|clause|chapter|part|above|below|of this|in this)\b|(?:这|该|此)?(?:一|的)?"
    r"(?:部分|章节|章節|一节|一章|条款|條款|章|节)"
)
_LOOK = 60
_PARAGRAPHS = re.compile(rf"(?<=.)的?第\s?(?:\d{{1,2}}|[{HAN}]{{1,3}})\s?款.*$")
_DOUBTFUL = 3.0
"""Of a marker (`outline.markers`): it rather is a reference than a number that opens."""


def find_links(title: str, clauses: Sequence[Clause]) -> list[Link]:
    """The links of a version's clauses, in reading order. Time grows with the text's length."""
    places = Places(
        place_of(c.id, c.citation, title, c.labels, c.heading, c.lang, c.ordinal) for c in clauses
    )
    links: list[Link] = []
    for clause, place in zip(clauses, places.all, strict=True):
        text = normal(clause.text)
        found: list[Link] = []
        of_text = _of_text(text, clause, place, places, title)
        for link in (*of_text, *_headings(text, place, places)):
            if link.target != clause.id:
                _insert(found, link)
        links += found
    return links


def _insert(found: list[Link], link: Link) -> None:
    """Puts a link in its place, unless another is there."""
    at = bisect(found, link.start, key=lambda one: one.start)
    free_before = at == 0 or found[at - 1].end <= link.start
    if free_before and (at == len(found) or link.end <= found[at].start):
        found.insert(at, link)


def _of_text(text: str, clause: Clause, place: Place, places: Places, title: str) -> Iterator[Link]:
    names = find_names(text, title)
    mentions = find_mentions(text, names, title)
    own_number = _opening(text)
    of_names: set[Named] = set()
    shared = Counter(id(mention.of) for mention in mentions if mention.of)
    for mention in mentions:
        printed = mention.unit + text[mention.start : mention.end]
        if mention.of is not None:
            of_names.add(mention.of)
            start, end = _joined(mention, shared[id(mention.of)] > 1)
            yield Link(clause.id, start, end, None, mention.of.name, printed)
        elif mention.start >= own_number:
            link = _own(clause.id, place, places, mention, printed)
            if link:
                yield link
    first, _, _ = text.partition("\n")
    heading = len(first) if clause.heading and first.endswith(normal(clause.heading)) else 0
    for named in names:
        if not named.own and not named.law and named not in of_names and named.end > heading:
            yield Link(clause.id, named.start, named.end, None, named.name)


def _joined(mention: Mention, several: bool) -> tuple[int, int]:
    """A place and the name of its document as one span, where no other place is of it."""
    assert mention.of is not None
    if several:
        return mention.start, mention.end
    return min(mention.start, mention.of.start), max(mention.end, mention.of.end)


def _own(
    clause_id: str, place: Place, places: Places, mention: Mention, printed: str
) -> Link | None:
    # The paragraphs of an article have no numbers of their own: the link is to the article.
    above = _PARAGRAPHS.sub("", printed)
    end = mention.end - (len(printed) - len(above))
    steps = read_place(above)
    target = _target(steps, place, places, above) if steps else None
    return None if target is None else Link(clause_id, mention.start, end, target.id)


def _target(steps: Sequence[Step], place: Place, places: Places, printed: str) -> Place | None:
    relative = steps[0].unit in _RELATIVE and not any(step.joined for step in steps)
    if relative:
        for depth in range(len(place.chain) - 1, 0, -1):
            found = places.find((*place.chain[:depth], *steps), _FARTHEST)
            exact = [one for one in found if len(one.place.chain) == depth + len(steps)]
            if exact:
                return _only(exact, place)
        return None
    found = places.find(steps, _FARTHEST)
    if not found and steps[0].unit == "annex":
        found = places.headed(plain_words(printed))
    return _only(found, place)


def _only(found: Sequence[Found], place: Place) -> Place | None:
    """The one place that is meant; of two languages, that of the citing clause."""
    best = best_of(found)
    if len(best) > 1:
        best = [one for one in best if one.place.lang == place.lang]
    return best[0].place if len(best) == 1 else None


def _opening(text: str) -> int:
    """Where the number that opens a clause ends: it is no reference."""
    readings = read_markers(text[:40])
    return readings[0].length if readings and readings[0].doubt < _DOUBTFUL else 0


def _headings(text: str, place: Place, places: Places) -> Iterator[Link]:
    """Links by quoted headings: “五、如何联系我们”, see "When you leave the company"."""
    for found in _QUOTED.finditer(text):
        inner = found[1].strip()
        steps, end = read_steps(inner)
        numbered = bool(steps) and not inner[end : end + 1].isalnum()
        rest = plain_words(inner[end:]) if numbered else plain_words(inner)
        cued = _CUE.search(text[max(0, found.start() - _LOOK) : found.start()])
        cued = cued or _CUE_AFTER.match(text, found.end())
        if not (cued or (numbered and rest)):
            continue
        matches: Sequence[Found]
        if not rest:
            matches = places.find(steps, _FARTHEST)
        else:
            matches = [one for one in places.headed(rest) if one.cost == 0]
            if len(matches) > 1 and numbered:
                numbers = {one.place.id for one in places.find(steps, _FARTHEST)}
                matches = [one for one in matches if one.place.id in numbers]
        target = _only(matches, place)
        if target is not None:
            yield Link(place.id, found.start(1), found.end(1), target.id)
