"""How two texts that should say the same differ: pure functions, for both languages alike."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from service.lookup.drift.forces import modality_differs
from service.lookup.drift.limits import find_limits
from service.lookup.drift.matching import left_over
from service.lookup.drift.modality import find_modality
from service.lookup.drift.negation import find_denials
from service.lookup.drift.quantities import find_facts
from service.lookup.drift.records import Difference, Fact, Kind, Quote
from service.lookup.drift.sentences import Bead, pair_sentences, split_sentences

Spans = Sequence[tuple[int, int]]


def compare_texts(
    left: str, right: str, left_start: int = 0, right_start: int = 0
) -> list[Difference]:
    """What two texts say differently, in the left one's order.

    Numbers, periods, dates, amounts, addresses and references anywhere in the texts; denials,
    duties and limits sentence by sentence. `left_start` and `right_start` are the offsets at which
    the texts' own words begin, after a printed number. Each may be in English or Chinese.
    """
    sides = _Pair(left, right)
    facts = find_facts(left, left_start), find_facts(right, right_start)
    found = list(_facts(sides, *left_over(*facts)))
    for bead in sides.beads:
        if bead[0] and bead[1]:
            found += _sentences(sides, bead)
    return sorted(found, key=lambda d: (d.left.start, d.right.start))


class _Pair:
    """Two texts and which of their sentences belong together."""

    def __init__(self, left: str, right: str) -> None:
        self.texts = left, right
        self.sentences = split_sentences(left), split_sentences(right)
        self.beads = pair_sentences(*self.sentences)
        self._starts = [[sentence.start for sentence in side] for side in self.sentences]
        self._bead_of = [
            {i: n for n, bead in enumerate(self.beads) for i in bead[side]} for side in (0, 1)
        ]

    def bead_at(self, side: int, place: int) -> int:
        """The bead in which a character stands."""
        sentence = bisect_right(self._starts[side], place) - 1
        return self._bead_of[side].get(sentence, 0)

    def quote(self, side: int, bead: Bead, marks: Spans) -> Quote:
        """A bead's sentences of one side, as they stand; `marks` are offsets into the text."""
        sentences = [self.sentences[side][i] for i in bead[side]]
        if not sentences:
            return Quote("", 0)
        start, end = sentences[0].start, sentences[-1].start + len(sentences[-1].text)
        inside = [(a - start, b - start) for a, b in marks if start <= a and b <= end]
        return Quote(self.texts[side][start:end], start, tuple(sorted(set(inside))))


def _facts(sides: _Pair, left: Sequence[Fact], right: Sequence[Fact]) -> Iterator[Difference]:
    """One difference for a fact and what stands for it in the other text, if anything does."""
    places = [sides.bead_at(1, fact.start) for fact in right]
    open_ = list(range(len(right)))
    for fact in left:
        bead = sides.bead_at(0, fact.start)
        rivals = [j for j in open_ if right[j].kind == fact.kind and places[j] == bead]
        rival = right[rivals[0]] if rivals else None
        if rivals:
            open_.remove(rivals[0])
        yield _difference(sides, fact.kind, sides.beads[bead], _span(fact), _span(rival))
    for j in open_:
        yield _difference(sides, right[j].kind, sides.beads[places[j]], (), _span(right[j]))


def _span(fact: Fact | None) -> Spans:
    return ((fact.start, fact.end),) if fact else ()


def _difference(sides: _Pair, kind: Kind, bead: Bead, left: Spans, right: Spans) -> Difference:
    return Difference(kind, sides.quote(0, bead, left), sides.quote(1, bead, right))


def _sentences(sides: _Pair, bead: Bead) -> Iterator[Difference]:
    """What the sentences of one bead say differently of duty, denial and limits."""
    quotes = sides.quote(0, bead, ()), sides.quote(1, bead, ())
    texts = quotes[0].text, quotes[1].text
    marks = modality_differs(*texts)
    if marks:
        yield _marked("modality", quotes, marks)
    else:
        marks = _denial_differs(*texts)
        if marks:
            yield _marked("negation", quotes, marks)
    marks = _limit_differs(*texts)
    if marks:
        yield _marked("limit", quotes, marks)


def _marked(kind: Kind, quotes: tuple[Quote, Quote], marks: tuple[Spans, Spans]) -> Difference:
    left, right = (
        Quote(quote.text, quote.start, tuple(spans))
        for quote, spans in zip(quotes, marks, strict=True)
    )
    return Difference(kind, left, right)


def _denial_differs(left: str, right: str) -> tuple[Spans, Spans] | None:
    """A denial on one side, and on the other nothing that may stand for it."""
    one, other = find_denials(left), find_denials(right)
    if one.denies_more(other) and not _cancelled(left, right):
        return one.words, ()
    if other.denies_more(one) and not _cancelled(right, left):
        return (), other.words
    return None


def _cancelled(denying: str, other: str) -> bool:
    """Whether an exception takes the denial back: "must not without consent", 未经同意不得."""
    one = find_modality(denying)
    return one.excepted and bool(one.count("prohibition")) and bool(find_modality(other).modals)


def _limit_differs(left: str, right: str) -> tuple[Spans, Spans] | None:
    """The least on one side, the most on the other, where each speaks of one limit only."""
    (least, most), (other_least, other_most) = find_limits(left), find_limits(right)
    if bool(find_denials(left).words) != bool(find_denials(right).words):
        return None  # "later than 30 days is refused" says what 三十日内受理 says
    if least and not most and other_most and not other_least:
        return least, other_most
    if most and not least and other_least and not other_most:
        return most, other_least
    return None
