"""Places cited in running text: "Sections 4 and 5", "see 2.1.1", 依据第三条, 第二条第（一）项."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from indexer.references.names import HAN_DOCUMENT, Named
from indexer.references.steps import HAN

_NUM = r"\d{1,3}(?:\.\d{1,3}){0,5}(?![\d%])(?!\.\d)"
_SUB = r"(?:\s?\((?:\d{1,3}|[a-z]{1,4}|[A-Z]{1,4})\))"
_LABEL = rf"(?:{_NUM}|[IVXLC]{{1,6}}(?![A-Za-z])|[A-Z](?![A-Za-z])){_SUB}*"
_UNIT = (
    r"(?:[Aa]rt(?:icle)?s?\.?|[Ss]ections?|[Ss]ecs?\.|[Cc]lauses?|[Cc]hapters?|Parts?"
    r"|[Pp]aragraphs?|[Ss]ub-?(?:section|clause|paragraph)s?|Annex(?:es)?|Append(?:ix|ices)"
    r"|Schedules?|Exhibits?|Attachments?|[Ii]tems?(?=\s\()|[Pp]oints?(?=\s\())"
)
_ENGLISH = re.compile(
    rf"(?<![\w-])(?:(?:{_UNIT})\s+|§{{1,2}}\s?)(?:{_LABEL}|{_SUB}+)"
    rf"(?:,?\s+(?:{_UNIT})\s+(?:{_LABEL}|{_SUB}+))*"
    rf"(?:(?:\s*(?:,|,?\s*and(?:/or)?|,?\s*or|to|through|[–-])\s*)(?:{_LABEL}|{_SUB})(?!\w))*"
    rf"(?P<above>\s+(?:of|in)\s+(?:{_UNIT})\s+{_LABEL})?"
)
_PLURAL = re.compile(r"[a-z]s\b|ices\b|§§")
_ONE = re.compile(rf"(?:(?:{_UNIT})\s+|§{{1,2}}\s?)?(?:{_LABEL}|{_SUB}+)")
_JOINING = re.compile(r"\s*(?:,|,?\s*and(?:/or)?|,?\s*or|to|through|[–-])\s*")
_HAN_NUM = rf"(?:{_NUM}|[{HAN}]{{1,5}})"
_HAN_UNIT = r"(?:条|條|款|项|項|章|节|節|部分|编|編|点|點)"
_HAN_STEP = rf"第\s?\(?\s?{_HAN_NUM}\s?\)?\s?{_HAN_UNIT}"
_HAN_BELOW = rf"(?:的?{_HAN_STEP}|\(\s?{_HAN_NUM}\s?\)(?:项|項)?)"
_CHINESE = re.compile(
    rf"(?:第\s?{_HAN_NUM}(?:\s?[、和与或及至到]\s?{_HAN_NUM})+\s?{_HAN_UNIT}|{_HAN_STEP}{_HAN_BELOW}*)"
    rf"(?:\s?(?:、|和|与|或|及|以及|至|到)\s?(?:{_HAN_STEP}{_HAN_BELOW}*|\(\s?{_HAN_NUM}\s?\)项?))*"
)
_HAN_ONE = re.compile(
    rf"{_HAN_STEP}{_HAN_BELOW}*|第?\s?{_HAN_NUM}\s?{_HAN_UNIT}?|\(\s?{_HAN_NUM}\s?\)项?"
)
_BARE = re.compile(
    r"(?:\b(?P<strong>[Ss]ee(?: also)?|[Rr]efer to|(?:pursuant|subject) to|accordance with"
    r"|(?:set out|described|stated|referred to|specified|listed|mentioned|defined|provided) in)"
    r"|\b(?P<weak>[Uu]nder|in|by|of|with|and|per)|(?P<han>[见見]|依据|依據|根据|根據|按照|依照|上述|前述"
    r"|符合|适用|适用|所述|参照|違反|违反))\s?"
    rf"(?P<group>\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}(?![\d%]){_SUB}*"
    rf"(?:\s?(?:,|,?\s?and|,?\s?or|to|、|和|或|至|及)\s?\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}(?![\d%]){_SUB}*)*)"
    r"(?!\.\d)(?P<after>\s?[.,;:)。，；：）、]|\s?$|\s(?:above|below)|的|条|項|项|款|[\s\S]?)"
)
_ENUMERATED = re.compile(rf"\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}{_SUB}*")
_LAW = (
    r"(?:Acts?|Laws?|Regulations?|Directives?|Ordinances?|Conventions?|Constitution|Treat(?:y|ies)"
    r"|Statutes?|Measures|Provisions)"
)
_FOREIGN_AFTER = re.compile(
    rf"\s*(?:,\s*)?(?:\(?(?:GDPR|CCPA|PIPL|EU|[A-Z]{{3,}})\b|(?:the\s+)?(?:[A-Z]\w*\s+){{0,6}}{_LAW}\b)"
)
_OF = re.compile(
    r"\s*,?\s+(?:of|to|in|under)\s+(?P<which>this|these|our|the|its|that|such|said)?\s*"
)
_PLAIN_OF = re.compile(r"\s*,?\s+of\s+")
_OWN_NOUN = re.compile(
    r"(?:[Pp]rivacy\s+)?([Pp]olicy|[Nn]otice|[Aa]greement|[Tt]erms|[Dd]ocument|[Hh]andbook|[Cc]ode"
    r"|[Ss]tandard|[Rr]ules|[Pp]rocedure|[Ss]tatement|[Gg]uidelines?)\b"
)
_FOREIGN_BEFORE = re.compile(
    rf"(?:\b{_LAW}|\b[A-Z]{{3,}}|[A-Z]\w+ Licen[cs]e|\b(?:19|20)\d\d|\d{{3,4}}/\d+"
    rf"|['’]s|\b(?:Civil|Penal|Criminal|Labou?r)"
    r" Code)[\s,(]*(?:in particular\s*)?$"
)
_HAN_FOREIGN_BEFORE = re.compile(
    rf"(?:(?:{HAN_DOCUMENT})\)?|[A-Za-z]{{3,}})\s?(?:的|之|中|里)?\s?$"
)
_HAN_OWN_BEFORE = re.compile(rf"本[^,。;、\s《》]{{0,10}}(?:{HAN_DOCUMENT})\s?(?:的|之|中|里)?\s?$")
_LOOK = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """A cited place: where it stands in a folded text, and which named document it is of.

    `unit`: the word to put before it, where an enumeration said it only once ("Sections 4 and 5").
    """

    start: int
    end: int
    unit: str = ""
    of: Named | None = None


def find_mentions(text: str, names_in_order: Sequence[Named], title: str) -> list[Mention]:
    """The places cited in a folded text; none of those that are of a law or of something else.

    `title`: that of the policy, which may call itself "the agreement" if its title does.
    """
    mentions: list[Mention] = []
    bare: list[Mention] = []
    names = _Names(names_in_order)
    ours = frozenset({"policy", "document", *title.lower().split()})
    if "第" in text:
        for found in _CHINESE.finditer(text):
            of, foreign = _han_document(text, found.start(), names)
            if not foreign:
                mentions += _han_places(text, found, of)
    if re.search(r"[\s(]\d|§|\s[IVXABC(]", text):
        for found in _ENGLISH.finditer(text):
            of, foreign = _english_document(text, found, names, ours)
            if not foreign:
                mentions += _english_places(found, of)
    mentions.sort(key=lambda mention: mention.start)
    starts = [mention.start for mention in mentions]
    for mention in _bare_numbers(text):
        before = bisect_right(starts, mention.start) - 1
        if before < 0 or mentions[before].end <= mention.start:
            bare.append(mention)
    mentions += bare
    return sorted(mentions, key=lambda mention: mention.start)


class _Names:
    """The documents named in a text, to be found by where they stand."""

    def __init__(self, names: Sequence[Named]) -> None:
        self._names = names
        self._starts = [named.start for named in names]
        self._ends = list(accumulate((named.end for named in names), max))

    def before(self, position: int) -> Named | None:
        """The last one that ends before a position."""
        place = bisect_right(self._ends, position) - 1
        return self._names[place] if place >= 0 else None

    def after(self, position: int) -> Named | None:
        """The first one that begins at a position or after it."""
        place = bisect_left(self._starts, position)
        return self._names[place] if place < len(self._names) else None


def _han_document(text: str, start: int, names: _Names) -> tuple[Named | None, bool]:
    """The document that a Chinese place is of, and whether it is one that nobody can link to."""
    named = names.before(start)
    if named and re.fullmatch(r"\s?(?:的|之|中|里)?(?:的)?\s?", text[named.end : start]):
        return (None, False) if named.own else (named, named.law)
    before = text[max(0, start - _LOOK) : start]
    if _HAN_OWN_BEFORE.search(before):
        return None, False
    return None, bool(_HAN_FOREIGN_BEFORE.search(before))


def _english_document(
    text: str, found: re.Match[str], names: _Names, ours: frozenset[str]
) -> tuple[Named | None, bool]:
    start, end = found.span()
    named = names.before(start)
    if named and re.fullmatch(r",?\s+\(?|\s*\(|\s", text[named.end : start]):
        return (None, False) if named.own else (named, named.law)
    of = _OF.match(text, end)
    if of:
        named = names.after(of.end())
        if named and named.start <= of.end() + 4 and not text[of.end() : named.start].strip():
            return (None, False) if named.own else (named, named.law)
        if noun := _OWN_NOUN.match(text, of.end()):
            own = of["which"] in ("this", "these", "our") or noun[1].lower() in ours
            return None, not own
        if of["which"] in ("this", "these"):
            return None, False
        plain = _PLAIN_OF.match(text, end)
        if plain and not re.match(rf"(?:{_UNIT})\s", text[plain.end() :]):
            return None, True
    if _FOREIGN_AFTER.match(text, end if not of else of.end()):
        return None, True
    return None, bool(_FOREIGN_BEFORE.search(text[max(0, start - _LOOK) : start]))


def _han_places(text: str, found: re.Match[str], of: Named | None) -> Iterator[Mention]:
    pieces = list(_HAN_ONE.finditer(text, found.start(), found.end()))
    last_unit = re.search(rf"{_HAN_UNIT}$", found[0])
    for piece in pieces:
        has_unit = re.search(_HAN_UNIT, piece[0])
        needed = last_unit and not has_unit and not piece[0].startswith("(")
        unit = last_unit[0] if needed and last_unit else ""
        yield Mention(piece.start(), piece.end(), unit, of)


def _english_places(found: re.Match[str], of: Named | None) -> Iterator[Mention]:
    text, position = found.string, found.start()
    if found["above"]:
        yield Mention(found.start(), found.end(), "", of)  # "paragraph (a) of Section 2"
        return
    plural = _PLURAL.search(found[0]) is not None
    unit = ""
    while (one := _english_one(text, position, found.end())) is not None:
        word = re.match(rf"(?:{_UNIT})|§+", one[0])
        whole = unit and not word
        if whole and not plural and "." not in one[0] and "(" not in one[0]:
            return  # "Section 4 and 5 days"
        yield Mention(one.start(), one.end(), f"{unit} " if whole else "", of)
        unit = unit or (word[0] if word else "")
        joining = _JOINING.match(text, one.end(), found.end())
        if joining is None:
            return
        position = joining.end()


def _english_one(text: str, position: int, end: int) -> re.Match[str] | None:
    """One place, with what stands below it: "Section 4, paragraph (b)"."""
    return _LONG_ONE.match(text, position, end) or _ONE.match(text, position, end)


_LONG_ONE = re.compile(
    rf"(?:(?:{_UNIT})\s+|§{{1,2}}\s?)(?:{_LABEL}|{_SUB}+)(?:,?\s+(?:{_UNIT})\s+(?:{_LABEL}|{_SUB}+))+"
)


def _bare_numbers(text: str) -> Iterator[Mention]:
    """Numbers such as 2.1.1 that stand where a place is cited."""
    for found in _BARE.finditer(text):
        if found["weak"]:
            deep = found["group"].count(".") >= 2
            closed = re.fullmatch(r"\s?[.,;:)]|\s?|\s(?:above|below)", found["after"] or "")
            if not deep and not (closed and found["weak"].lower() == "under"):
                continue
        before = text[max(0, found.start() - _LOOK) : found.start()]
        if _FOREIGN_BEFORE.search(before):
            continue
        for one in _ENUMERATED.finditer(text, found.start("group"), found.end("group")):
            yield Mention(one.start(), one.end())
