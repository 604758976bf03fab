"""All ways to read a citation: where the policy's name ends and the place begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from indexer.references.steps import HEADING, normal, plain_words, read_place, read_steps
from service.lookup.citations.records import Reading

MOST_SPLITS = 120
"""Places of a citation at which a policy's name is believed to end."""
_CLAUSE_URL = re.compile(
    r"^(?:https?://[^/\s]+)?(?:/[^\s#?]*)?/(?:v1/clauses|policies)/(?P<id>\S+)$"
)
_ID = re.compile(r"^(?P<policy>[^@#\s]+)(?:@(?P<version>[^#\s]+))?#(?P<path>\S+)$")
_LEAD = re.compile(
    r"^(?:(?:please\s+)?(?:see(?: also)?|refer to|cf\.?|under|according to|pursuant to|per"
    r"|as per)\s+"
    r"(?:the\s+)?|(?:请|請)?(?:详见|詳見|参见|參見|参照|另见|请见|见|見|依据|根据|按照|依照|按)\s*)",
    re.IGNORECASE,
)
_TITLE = re.compile(r"《([^《》]+)》")
_ASIDE = re.compile(r"\s*\((?:(?P<en>English|en|英文)|(?P<zh>中文|Chinese|zh))\)\s*$", re.I)
_OF = re.compile(
    r"[\s,]*(?:\b(?:of|in|from|under|at)\b\s*(?:the\b|our\b|this\b)?|的|,|\(|-|—)\s*", re.IGNORECASE
)
_ABOUT = re.compile(r"^(?:the\s+)?(?:section|chapter|part|clause)\s+(?:on|about)\s+", re.I)
_DATE = re.compile(
    r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b|(\d{4})年(\d{1,2})月(\d{1,2})日|\b((?:19|20)\d\d)([01]\d)([0-3]\d)\b"
)
_VERSION = re.compile(
    r"(?:(?<![A-Za-z])(?:version|ver\.?|revision|rev\.?|v\.?(?=\s?\d)|edition)|版本|第(?=[\d.]+版))\s*[::]?\s*"
    r"(?P<name>[A-Za-z]?\d[\w.\-]*|[A-Z](?![a-z]))\s*版?|@\s*(?P<at>[\w.\-]+)",
    re.IGNORECASE,
)
_EMPTIED = re.compile(
    r"\(\s*(?:版本|version|版|effective|生效|日期|dated|of)?\s*[,;]?\s*\)|\[\s*\]", re.I
)
_SAYS_DATE = re.compile(
    r"(?:\b(?:effective|dated|version of|version|as of|in the version of)|生效日期|版本"
    r"|生效于)[::]?\s*(?=\ufffc)"
    r"|\ufffc\s*(?:version|edition|版本|版|生效)?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class CitedId:
    """A citation that is a clause's id; without the version where it names none."""

    policy_id: str
    version: str | None
    path: str


@dataclass(frozen=True, slots=True)
class CitedVersion:
    """The version that a citation names: by its name or by a date that it states."""

    name: str = ""
    day: date | None = None


def clean(citation: str) -> str:
    """A citation on one line, half-width, out of brackets and without what leads to it."""
    text = " ".join(normal(citation).split()).strip(" .,;:。、")
    if text[:1] == "(" and text[-1:] == ")" and text.count("(") == 1 and len(text) > 6:
        text = text[1:-1].strip()
    return _LEAD.sub("", text).strip()


def cited_id(citation: str) -> CitedId | None:
    """The id that a citation is, or the one in the path that opens a clause."""
    text = citation.strip()
    url = _CLAUSE_URL.match(text)
    if url:
        text = unquote(url["id"])
    found = _ID.match(text)
    return CitedId(found["policy"], found["version"], unquote(found["path"])) if found else None


def without_language(text: str) -> tuple[str, str] | None:
    """A citation without the language that it names, and that; `None` where it names none."""
    aside = _ASIDE.search(text)
    return (text[: aside.start()], "en" if aside["en"] else "zh") if aside else None


def without_version(text: str) -> tuple[str, CitedVersion] | None:
    """A citation without the version that it names, and that; `None` where it names none."""
    found = _DATE.search(text)
    if found:
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            cited = CitedVersion(found[0], date(year, month, day))
        except ValueError:
            return None
        rest = _SAYS_DATE.sub(" ", text[: found.start()] + "\ufffc" + text[found.end() :])
    else:
        named = _VERSION.search(text)
        if named is None:
            return None
        cited = CitedVersion((named["name"] or named["at"]).rstrip(".-"))
        rest = text[: named.start()] + " " + text[named.end() :]
    rest = " ".join(_EMPTIED.sub(" ", rest).split()).strip(" ,")
    return rest, cited


def readings(text: str) -> Iterator[Reading]:
    """Every way to read a cleaned citation, names at the beginning first."""
    titled = _TITLE.search(text)
    if titled:
        rest = (text[: titled.start()] + " " + text[titled.end() :]).strip(" ,的之")
        yield from _of_place(titled[1], rest)
        return
    yield from _of_place("", text)
    for split in _splits(text):
        yield from _of_place(text[:split].rstrip(" ,:-—("), text[split:].lstrip(" ,:-—"))
    steps, end = read_steps(text)
    if steps:
        of = _OF.match(text, end)
        yield Reading(text[of.end() if of else end :].strip(" ()"), text[:end], steps)
        inner, _, outer = text.partition(" of ")
        while outer:  # "point (b) of section 3 of the leave policy"
            place = read_place(inner)
            if place:
                yield Reading(outer.removeprefix("the "), inner, place)
            head, _, outer = outer.partition(" of ")
            inner = f"{inner} of {head}"
    for of in re.finditer(r"\s(?:of|in|from|under)\s(?:the\s|our\s)?", text, re.IGNORECASE):
        heading = plain_words(text[: of.start()])
        if heading:
            yield Reading(name=text[of.end() :], heading=heading)


def _of_place(name: str, rest: str) -> Iterator[Reading]:
    """What the rest of a citation, after the name, may be."""
    if not rest.strip(" .,;:()"):
        yield Reading(name)
        return
    steps = read_place(rest)
    if steps:
        yield Reading(name, rest, steps)
        if steps[-1].unit == HEADING:
            yield Reading(name, heading=steps[-1].text)
        return
    heading = plain_words(_ABOUT.sub("", rest))
    if heading:
        yield Reading(name, rest, heading=heading)
    begun, end = read_steps(rest)
    if begun and (words := plain_words(rest[end:])):
        yield Reading(name, rest[:end], begun, words)


def _splits(text: str) -> list[int]:
    """Where a name may end: before each word, sign and Han character."""
    splits = [
        found.start()
        for found in re.finditer(
            r"(?<=[^\w])[\w§(“\"]|[\u3400-\u9fff§(“\"]|(?<=[\u3400-\u9fff])\w", text
        )
        if found.start()
    ]
    return sorted(set(splits))[:MOST_SPLITS]
