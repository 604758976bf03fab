"""The steps of a cited place: `3.4.2`, `四（一）2`, `第三条第（二）项` and `Article 3(2)` as numbers.

A clause's labels and a citation of it are brought to the same steps, so that 三, 3, 第三条 and
Article 3 can be compared; how alike two steps are is told as a cost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

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
_SPELT = {
    word: str(number)
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split(),
        1,
    )
}
_GENERIC = frozenset({None, "section", "clause", "paragraph", "item"})
"""What a number of any style may be called: "clause 3", "section 3"."""
_CONTAINERS = frozenset({"chapter", "part"})
_RUN_ON = frozenset({"article", "section", "clause", None})

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


def chain_cost(steps: Sequence[Step], chain: Sequence[Step]) -> int | None:
    """How far a cited place is from a clause's; `None` where it is another one.

    0: as printed. Below 10: told in another style, or without a chapter or a heading above that is
    not needed. From 10 on: only the end of the place agrees, or a roman number was told as another.
    """
    best: int | None = None
    unheaded = [step for step in chain if step.unit != HEADING]
    variants: list[tuple[Sequence[Step], int]] = [(chain, 0)]
    if len(unheaded) < len(chain) and all(step.unit != HEADING for step in steps):
        variants.append((unheaded, 4))
    for variant, extra in variants:
        cost = _suffix_cost(steps, variant)
        if cost is not None and (best is None or cost + extra < best):
            best = cost + extra
    return best


def _suffix_cost(steps: Sequence[Step], chain: Sequence[Step]) -> int | None:
    dropped = len(chain) - len(steps)
    if dropped < 0:
        return None
    total = 0
    for place in range(len(steps) - 1, -1, -1):
        cost = _step_cost(steps[place], chain[dropped + place])
        if cost is None:
            return None
        total += cost
    if dropped:
        above = {step.unit for step in chain[:dropped]}
        if above <= _CONTAINERS and chain[dropped].unit in _RUN_ON:
            pass  # articles are numbered through the chapters
        elif above <= _CONTAINERS | {HEADING}:
            total += 4
        else:
            total += 10 + dropped
        if chain[dropped].joined:
            total += 20  # ".2" is not the 2 of 3.2
    return total


def _step_cost(cited: Step, label: Step) -> int | None:
    if HEADING in (cited.unit, label.unit):
        same = cited.unit == label.unit and cited.text == label.text
        return 0 if same else None
    unit = _unit_cost(cited.unit, label.unit)
    if unit is None:
        return None
    if cited.text == label.text:
        value: int | None = 0
    elif cited.text.lower() == label.text.lower() or set(cited.readings) & set(label.readings):
        value = 1
    else:
        # A roman number told as another; a letter is no number.
        ours = {v for script, v in cited.readings if script != "a"}
        theirs = {v for script, v in label.readings if script != "a"}
        value = 20 if ours & theirs else None
    if value is None:
        return None
    return unit + value + (2 if cited.joined != label.joined else 0)


def _unit_cost(cited: str | None, label: str | None) -> int | None:
    if cited == label:
        return 0
    if label == BULLET:
        return 1 if cited == "item" else None
    if "annex" in (cited, label):
        return None
    if cited == BULLET:
        return 3 if label in _GENERIC else None
    if label in _CONTAINERS:
        return 2 if cited in _CONTAINERS else 8 if cited in (None, "section") else None
    if cited in _CONTAINERS:
        return 6 if label in (None, "section") else None
    if label == "article":
        return 1 if cited in (None, "section", "clause") else 4
    return 0 if cited is None or label is None and cited in _GENERIC else 1


def below(chain: Sequence[Step], other: Sequence[Step]) -> bool:
    """Whether one chain goes on from another."""
    return len(other) > len(chain) and all(
        a.text == b.text for a, b in zip(chain, other, strict=False)
    )


def is_sequence(steps: Sequence[Step]) -> bool:
    """Whether steps follow each other as in a place, none of them standing beside another."""
    return not any(a.unit and a.unit == b.unit != HEADING for a, b in pairwise(steps))
