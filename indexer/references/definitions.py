"""Definitions: “User information” refers to …, (the "Service"), 以下简称“本平台”, “Cookie”是指…."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.outline.markers import fold, read_markers
from indexer.records import Clause
from indexer.references.records import Definition

LONGEST_TERM = 60
LONGEST_SENTENCE = 600
_FULL_LINE = 50
"""Characters; a line of text so long that does not end its sentence was broken to fit."""
_Q = r"[“\"「『]\s?([^“”\"「」『』\n]{1,60}?)\s?,?[”\"」』]"
_MEANS = (
    r"(?:shall mean|means?|refers? to|shall refer to|is defined as|are defined as"
    r"|has the meaning|have the meaning|denotes?|stands? for)\b"
)
_QUOTED_MEANS = re.compile(
    rf"{_Q}(?:\s?\([^()\n]{{1,60}}\))?,?\s+(?:,? as used [^,\n]{{1,60}},\s+)?{_MEANS}"
)
_BARE_MEANS = re.compile(
    r"(?P<term>[A-Z][\w'’-]*(?:[ -](?:of|and|or|in|the|for|[\w'’/-]+)){0,4}?)"
    rf"(?:\s?\([^()\n]{{1,60}}\))?\s?:?,?\s+(?:{_MEANS})"
    r"(?!\s+(?:that|to|it|you|we|a lot|more|in|of|and|or|by|for|such|available)\b)"
)
_NO_TERM = re.compile(
    r"(?i:this|that|these|those|it|they|which|what|he|she|we|you|there|here|please|and|or|but|if|when"
    r"|where|as|for|by|any|each|all|such|no|not|also|in|on|to|continued|continuing|your|our|their"
    r"|its|how|refusal|failure|silence|using|clicking|accepting|agreeing|accessing|registering|having"
    r"|being|doing|section|clause|article|part|paragraph)\b"
)
_PARENTHESIS = re.compile(
    r"\((?P<lead>[^()“\"「『\n]{0,60}?)(?P<terms>[“\"「『][^()\n]{1,140}[”\"」』])(?P<tail>[^()“”\"\n]{0,40})\)"
)
_LEAD = re.compile(
    r"(?:(?:the|a|an|our|each|such|this|these|all|or|and|individually|collectively|together|jointly"
    r"|hereinafter|hereafter|herein|below|referred|to|as|called|known|also|here|in|policy|for|short"
    r"|simply|defined|abbreviated|after|being|with|it)\b|[\s,:;])*",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"\bsuch as\b|\be\.?g\b|\blike\b", re.IGNORECASE)
_HEREINAFTER = re.compile(
    rf"(?:(?:hereinafter|hereafter|collectively|jointly)[\w ,]{{0,40}}?"
    rf"(?:referred to as|called|known as|as)?"
    rf"|(?:referred to|known|defined) (?:\w+ )?as|we call (?:it|them|this|these|such \w+))\s*[,:]?"
    rf"\s*(?:the\s+|our\s+)?{_Q}"
)
_HAN_CALLED = re.compile(
    r"(?:(?:以?下|后文|後文|本文)?(?:中)?(?:统一?|統|简|簡|合|并|亦|又|均|通)称|以?下(?:并|均)?[称稱]|以下簡稱|(?:或|又)称(?=[“\"「]))"
    r"\s?(?:为|為|作|之为)?\s?[::]?\s?"
)
_HAN_TERMS = re.compile(rf"\s?(?:、|或者?|和|及|与|與|,|，)?\s?{_Q}")
_HAN_UNQUOTED = re.compile(r"([^\s,;。，；:()“”\"「」]{2,16})(?=\))")
_HAN_SAYS = r"[,，]?\s?(?:是指|系指|係指|意指|即指|专指|指的是|意为|的含义(?:是|为)|指代|特指)"
_HAN_QUOTED = re.compile(
    rf"{_Q}(?:\s?\([^()\n]{{1,60}}\))?(?:一词|一詞)?\s?(?:{_HAN_SAYS}|[,，]?\s?[::]?\s?指(?![示定出明导標标向数數令]))"
)
_HAN_BARE = re.compile(
    rf"(?P<term>[^\s,;。，；、:：!?！？（）()“”\"「」《》的是\n]{{2,20}})(?:\s?\([^()\n]{{1,60}}\))?"
    rf"\s?(?:{_HAN_SAYS}|[:：]\s?(?:是?指|系指)(?![示定出明导標标向数數令]))"
)
_HAN_PREFIX = re.compile(r"^.{0,12}?(?:所称|所稱|所谓|所指|提及的|项下的|其中)[的之]?")
_HAN_NO_TERM = re.compile(
    r"^(?:这|该|此|其|那|它|上述|前述|也就|并|即|或|如|若|您|我们|主要|通常|一般|具体|本条|也)"
)
_DEFINING = re.compile(
    r"\b(?:definitions?|defined terms|glossary|terminology|interpretation"
    r"|words we use|terms we use)\b"
    r"|定义|定義|术语|術語|释义|釋義|名词解释|用语",
    re.IGNORECASE,
)
_ENTRY = re.compile(
    r"[“\"「]?(?P<term>[^\s“”\"「」:：,，.。;；][^“”\"「」:：,，.。;；\n]{0,40}?)[”\"」]?"
    r"(?:\s?[:：]|\s[–—-]|\s(?=(?:is|are)\s(?:a|an|any|all|the|our|what|every)\s))\s?(?=\S{2})"
)
_IS_TERM = re.compile(r"[^\[\]{}<>|_]*")
_PRONOUN_WORDS = (
    "we us our ours you your yours i it they 我们的 您的 我们 我們 我方 您 你 用户您 本人 我"
)
_PRONOUNS = frozenset(_PRONOUN_WORDS.split())
_SENTENCE_END = re.compile(r"[。！？!?](?!\s?[(（)）])|\.(?!\s+[(a-z])(?=\s|$|[”\"])|\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Ltd|Co|Corp|LLC|e\.g|i\.e|etc|No|Art|Sec|vs|U\.S)|\b[A-Z])$", re.IGNORECASE
)


def find_definitions(clauses: Sequence[Clause]) -> list[Definition]:
    """The definitions in a version's clauses, in reading order; a term in one clause once."""
    found: list[Definition] = []
    for clause in clauses:
        text = fold(clause.text)
        seen: set[str] = set()
        for term, position in sorted(_terms(text, clause), key=lambda one: one[1]):
            cleaned = _cleaned(term)
            if cleaned and cleaned.casefold() not in seen:
                seen.add(cleaned.casefold())
                start, end = _sentence(text, position)
                said = clause.text[start:end]
                found.append(Definition(cleaned, clause.id, start, end, said))
    return found


def _terms(text: str, clause: Clause) -> Iterator[tuple[str, int]]:
    """Terms and where they stand, in a folded text."""
    for found in _QUOTED_MEANS.finditer(text):
        yield found[1], found.start()
    for start in _sentence_starts(text):
        bare = _BARE_MEANS.match(text, start)
        if bare and not _NO_TERM.match(bare["term"]):
            yield bare["term"], bare.start()
        han = _HAN_BARE.match(text, start)
        if han:
            term = _HAN_PREFIX.sub("", han["term"])
            if not _HAN_NO_TERM.match(term) and any("\u3400" <= c <= "\u9fff" for c in term):
                yield term, han.start()
    for found in _PARENTHESIS.finditer(text):
        example = _EXAMPLE.search(found["lead"])
        if not example and _LEAD.fullmatch(found["lead"]) and _is_lead(found["tail"]):
            for one in re.finditer(_Q, found["terms"]):
                yield one[1], found.start()
    for found in _HEREINAFTER.finditer(text):
        yield found[1], found.start()
    if "称" in text or "稱" in text:
        for found in _HAN_CALLED.finditer(text):
            yield from _han_called(text, found.end(), found.start())
    for found in _HAN_QUOTED.finditer(text):
        yield found[1], found.start()
    if clause.heading_path and any(map(_DEFINING.search, clause.heading_path)):
        yield from _entries(text)


def _is_lead(tail: str) -> bool:
    """Whether what follows the terms in brackets is nothing that makes them an example."""
    return _LEAD.fullmatch(tail) is not None or tail.strip().startswith(("in this", "for short"))


def _han_called(text: str, position: int, start: int) -> Iterator[tuple[str, int]]:
    terms = 0
    while (one := _HAN_TERMS.match(text, position)) is not None:
        yield one[1], start
        position = one.end()
        terms += 1
    if not terms and (bare := _HAN_UNQUOTED.match(text, position)) is not None:
        for term in re.split(r"或者?|、", bare[1]):
            yield term, start


def _entries(text: str) -> Iterator[tuple[str, int]]:
    """Entries of a list of definitions: "Working day: a day on which …"."""
    position = 0
    for line in text.split("\n"):
        readings = read_markers(line)
        start = readings[0].length if readings else 0
        entry = _ENTRY.match(line, start)
        if entry and len(line) > entry.end() + 4 and not _NO_TERM.match(entry["term"]):
            yield entry["term"], position + start
        position += len(line) + 1


def _sentence_starts(text: str) -> Iterator[int]:
    """Where sentences begin, after their numbers and bullets."""
    start = 0
    while start < len(text):
        position = start
        while position < len(text) and text[position].isspace():
            position += 1
        readings = read_markers(text[position : position + 40])
        if readings:
            yield position + readings[0].length
        yield position
        following = next(_ends(text, position, len(text)), None)
        if following is None:
            return
        start = following.end()


def _ends(text: str, position: int, broken_from: int) -> Iterator[re.Match[str]]:
    """Where sentences end, from a position on.

    A line that is merely full ends none from `broken_from` on; before, it may be a heading.
    """
    for found in _SENTENCE_END.finditer(text, position):
        before = text[max(0, found.start() - 5) : found.start()].rstrip()
        if found[0] == "." and _ABBREVIATION.search(before):
            continue
        if found[0] == "\n" and _goes_on(text, found.start(), before, found.start() >= broken_from):
            continue
        yield found


def _goes_on(text: str, position: int, before: str, broken: bool) -> bool:
    """Whether a sentence goes on after the end of a line."""
    following = text[position + 1 : position + 40].lstrip()
    if before.endswith((":", "：", ",")) or following[:1].islower():
        return not read_markers(following)
    full = broken and position - text.rfind("\n", 0, position) > _FULL_LINE
    return full and before[-1:] not in ".。!！?？;；" and not read_markers(following)


def _sentence(text: str, position: int) -> tuple[int, int]:
    """The sentence around a position, without the number that opens a clause."""
    start, end = 0, len(text)
    for found in _ends(text, 0, position):
        if found.end() <= position:
            start = found.end()
        else:
            end = found.start() if found[0] == "\n" else found.end()
            break
    end = min(end, position + LONGEST_SENTENCE)
    start = max(start, position - LONGEST_SENTENCE)
    while start < end and text[start].isspace():
        start += 1
    readings = read_markers(text[start : start + 40])
    if readings and readings[0].doubt < 1 and start + readings[0].length <= position + 1:
        start += readings[0].length
    return start, end


def _cleaned(term: str) -> str | None:
    """A term without articles, or `None` where it is a pronoun or no term at all."""
    term = re.sub(
        r"^(?:the|an|a|our|this)\s+", "", " ".join(term.split()).strip(" ,.;:、，。"), flags=re.I
    )
    if not term or len(term) > LONGEST_TERM or term.casefold() in _PRONOUNS:
        return None
    if not _IS_TERM.fullmatch(term):
        return None
    if term.isascii():
        capital = any(c.isupper() for c in term)
        return term if capital and sum(c.isalpha() for c in term) > 1 else None
    return term if len(term) > 1 else None
