"""The steps of a cited place: `3.4.2`, `四（一）2`, `第三条第（二）项`, `Article 3(2)` as numbers.

A clause's labels and a citation of it are brought to the same steps, so that 三, 3, 第三条 and
Article 3 can be compared (`indexer.references.matching`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from indexer.outline.markers import fold, han_value, roman_value

HEADING = "heading"
BULLET = "bullet"

_UNITS = {
    "article": "articles article arts art 条 條",
    "section": "sections section secs sec §§ § 节 節",
    "clause": "clauses clause cls cl 条款 條款",
    "chapter": "chapters chapter chap ch 章",
    "part": "parts part 部分 编 編 部",
    "paragraph": "sub-paragraphs sub-paragraph subparagraphs subparagraph paragraphs paragraph "
    "paras para sub-sections sub-section subsections subsection sub-clauses sub-clause subclauses "
    "subclause 款 段",
    "item": "items item 项 項 目 numbers number nos no",
    BULLET: "bullets bullet points point 点 點",
    "annex": "annexes annex appendices appendix schedules schedule exhibits exhibit attachments "
    "attachment 附件 附录 附錄 附表",
}
UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_NUMERALS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_SPELT = {word: str(number) for number, word in enumerate(_NUMERALS.split(), 1)}

HAN = "零〇一二三四五六七八九十百两壹贰貳叁參肆伍陆陸柒捌玖拾佰"
_NUMBER = r"\d{1,3}(?:\s?\.\s?\d{1,3}){0,6}(?![\d%])"
_BARE = rf"{_NUMBER}|[{HAN}]{{1,5}}"
_LETTERS = r"(?:[ivxlc]{1,7}|[IVXLC]{1,7}|[A-Za-z])(?![A-Za-z])"
_LATIN_UNITS = "|".join(
    sorted((re.escape(word) for word in UNIT_OF if word.isascii()), key=len, reverse=True)
)
_HAN_UNITS = "|".join(
    sorted((w for w in UNIT_OF if not w.isascii() and w[0] not in "附§"), key=len, reverse=True)
)
_TOKEN = re.compile(
    rf"第\s*\(?\s*(?P<di>{_BARE})\s*\)?\s*(?P<diunit>{_HAN_UNITS})"
    rf"|(?P<bare>{_BARE})\s*(?P<bareunit>条款|條款|条|條|款|项|項|章|节|節)"
    rf"|(?P<unit>(?<![A-Za-z])(?:{_LATIN_UNITS})(?![A-Za-z])|§{{1,2}}|附件|附录|附錄|附表)\.?\s*"
    rf"(?:no\.?\s*)?(?:\(\s*(?P<unitparen>{_BARE}|{_LETTERS})\s*\)|(?P<unitnum>{_BARE}|{_LETTERS})"
    rf"|(?P<spelt>{'|'.join(sorted(_SPELT, key=len, reverse=True))})(?![a-z]))"
    rf"|\(\s*(?P<paren>\d{{1,3}}|[{HAN}]{{1,5}}|{_LETTERS})\s*\)"
    rf"|•\s*(?P<bullet>\d{{1,3}})"
    rf"|(?P<circled>[①-⑳])"
    rf"|(?P<number>{_BARE})"
    rf"|(?P<letter>(?<![A-Za-z]){_LETTERS})"
    rf"|[“\"「『](?P<quoted>[^“”\"「」『』]{{1,120}})[”\"」』]",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[\s.,、;:/·>›»\-–—)的之]*|\s*(?:and|,)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """One number or heading of a place.

    `readings` are (script, value): `i` is a roman one and the ninth letter. `joined`: it goes on a
    decimal number (the 4 of 3.4). `end`: where it ends in the text that it was read from.
    """

    unit: str | None
    text: str
    readings: tuple[tuple[str, int], ...] = ()
    joined: bool = False
    end: int = 0


def plain_words(text: str) -> str:
    """Letters, digits and Han characters alone, one space between words: to compare headings."""
    return " ".join(re.findall(r"\w+", fold(text).casefold().replace("_", " ")))


def normal(text: str) -> str:
    """Half-width, with the dots and brackets that keyboards offer instead of the usual ones."""
    folded = fold(text).replace("〔", "(").replace("〕", ")").replace("【", "(").replace("】", ")")
    folded = folded.replace("．", ".").replace("﹒", ".").replace("，", ",").replace("：", ":")
    return re.sub(r"(?<=\d)。(?=\d)", ".", folded)


def read_place(text: str) -> tuple[Step, ...] | None:
    """The steps of a text that is a place and nothing else, else `None`; folded by `normal`."""
    steps, end = read_steps(text)
    if steps and not text[end:].strip(" .,;:。、)"):
        return steps
    inner, of, outer = text.partition(" of ")
    if of:
        below, above = read_place(inner), read_place(re.sub(r"^the ", "", outer))
        if below and above:
            return above + below  # "point (b) of section 3.2"
    return None


def read_steps(text: str, start: int = 0) -> tuple[tuple[Step, ...], int]:
    """As many steps as stand one after the other from a place in a folded text, and their end."""
    steps: list[Step] = []
    end = start
    while True:
        separator = _SEPARATOR.match(text, end)
        found = _TOKEN.match(text, separator.end() if separator else end)
        if found is None:
            return tuple(steps), end
        end = found.end()
        steps.extend(replace(step, end=end) for step in _steps_of(found))


def _steps_of(found: re.Match[str]) -> list[Step]:
    parts = found.groupdict()
    if parts["quoted"]:
        return [Step(HEADING, plain_words(parts["quoted"]))]
    if parts["bullet"]:
        return _numbers(parts["bullet"], BULLET)
    if parts["circled"]:
        number = ord(parts["circled"]) - ord("①") + 1
        return [Step(None, parts["circled"], (("1", number),))]
    if parts["spelt"]:
        return _numbers(_SPELT[parts["spelt"].lower()], UNIT_OF[parts["unit"].lower()])
    unit = parts["diunit"] or parts["bareunit"] or parts["unit"]
    printed = next(
        value
        for name in ("di", "bare", "unitparen", "unitnum", "paren", "number", "letter")
        if (value := parts[name])
    )
    return _numbers(printed, UNIT_OF[unit.lower()] if unit else None)


def _numbers(printed: str, unit: str | None) -> list[Step]:
    printed = re.sub(r"\s", "", printed)
    if printed[0].isdigit() and printed[0].isascii():
        values = printed.split(".")
        return [
            Step(unit if not i else None, value.lstrip("0") or "0", (("1", int(value)),), i > 0)
            for i, value in enumerate(values)
        ]
    if printed[0] in HAN:
        return [Step(unit, printed, (("1", han_value(printed)),))]
    readings: list[tuple[str, int]] = []
    if roman := roman_value(printed):
        readings.append(("I", roman))
    if len(printed) == 1:
        readings.append(("a", ord(printed.lower()) - 96))
    return [Step(unit, printed, tuple(readings))] if readings else []


def chain_of(labels: Sequence[str]) -> tuple[Step, ...]:
    """The steps of a clause's labels; a decimal label that repeats its parent's number goes on."""
    chain: list[Step] = []
    before: tuple[int, ...] = ()
    for label in labels:
        steps = _label_steps(label)
        values = tuple(step.readings[0][1] if step.readings else 0 for step in steps)
        if before and len(values) > len(before) and values[: len(before)] == before:
            steps = tuple(replace(step, joined=True) for step in steps[len(before) :])
        chain.extend(steps)
        before = values
    return tuple(chain)


@lru_cache(maxsize=16384)
def _label_steps(label: str) -> tuple[Step, ...]:
    folded = normal(label)
    if len(folded) <= 24:
        steps, end = read_steps(folded)
        simple = steps and end == len(folded) and steps[0].unit != HEADING
        if simple and all(step.joined for step in steps[1:]):
            return steps
    return (Step(HEADING, plain_words(label)),)
