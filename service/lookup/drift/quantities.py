"""Amounts, shares, periods and other numbers, in one form for both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from service.lookup.drift.contacts import find_contacts
from service.lookup.drift.counting import find_numbers
from service.lookup.drift.dates import find_dates
from service.lookup.drift.numerals import CHINESE, HAN, NUMBER, value_of
from service.lookup.drift.periods import find_periods
from service.lookup.drift.records import Fact
from service.lookup.drift.references import find_codes, find_references, hide_list_numbers
from service.lookup.drift.scanning import Scan

_CURRENCIES = {
    "CNY": "rmb|cny|cn¥|yuan|人民币|元整|元|块钱|块",
    "USD": r"usd|us\$|us dollars?|u\.s\. dollars?|dollars?|\$|美元|美金",
    "EUR": "eur|euros?|€|欧元",
    "GBP": "gbp|pounds? sterling|pounds?|£|英镑",
    "HKD": r"hkd|hk\$|hong kong dollars?|港元|港币|港幣",
    "JPY": "jpy|japanese yen|yen|日元|日圆",
    "SGD": r"sgd|s\$|singapore dollars?|新加坡元|新元",
    "AUD": r"aud|a\$|australian dollars?|澳元|澳币",
    "CAD": r"cad|c\$|canadian dollars?|加元|加币",
    "CHF": "chf|swiss francs?|瑞士法郎",
    "TWD": r"twd|nt\$|新台币|台币",
    "KRW": "krw|korean won|韩元",
    "MOP": r"mop\$?|澳门元",
    "¥": "¥",
}
_ANY_CURRENCY = "|".join(sorted("|".join(_CURRENCIES.values()).split("|"), key=len, reverse=True))
_RANGE = r"\s?(?:to|and|or|-|~|至|到|或)\s?"
_AMOUNT = re.compile(
    rf"(?<![a-z])(?P<before>{_ANY_CURRENCY})\s?(?P<n1>{NUMBER})(?:{_RANGE}(?P<r1>{NUMBER}))?"
    r"(?:\s?(?:元整|元|yuan))?"
    rf"|(?P<n2>{NUMBER})(?:{_RANGE}(?P<r2>{NUMBER}))?[余多]?\s?(?P<after>{_ANY_CURRENCY})(?![a-z])"
    r"(?:\s?\(?(?:人民币|rmb)\)?)?",
    re.ASCII,
)
_PARTED = re.compile(
    rf"(?P<base>百|千|万|{CHINESE})分之(?P<han>{NUMBER})"
    rf"|(?P<n>{NUMBER})(?:{_RANGE}(?P<r>{NUMBER}))?\s?"
    r"(?P<unit>%|‰|per ?cents?\b|pct\b|percentage points?|个百分点|per ?mille?\b|basis points?"
    r"|个?基点)"
    rf"|(?P<top>(?<!and )\b(?:an?|one|two|three|four|five|six|seven|nine))[\s-]"
    r"(?P<part>thirds?|quarters?|fifths?|sixths?|eighths?|tenths?|hundredths?|thousandths?"
    r"|halves|half)"
    r"(?=(?<=[dfhv]ths)[\s-]|(?<=thirds)[\s-]|\s(?:of|the|full)|[,.;)]|$)"
    rf"|(?P<tenths>{CHINESE})成(?![员年本功立为果绩交人长熟就分效品])",
    re.ASCII,
)
_BASES = {"百": 100, "千": 1000, "万": 10_000}
_PART_BASES = {
    "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10,
    "hundredth": 100, "thousandth": 1000, "hal": 2,
}  # fmt: skip
_HALF = re.compile(r"\bhalf of\b|\bhalf the\b|一半|半数|过半|对半|各半", re.ASCII)
_DISCOUNT = re.compile(rf"({NUMBER})折(?![叠扣])", re.ASCII)


def find_facts(text: str, start: int = 0) -> list[Fact]:
    """All facts of a text from an offset on, in order; a number is told once, by its best reading.

    Numbers of lists and headings are none, nor are ordinals and articles.
    """
    scan = Scan(text)
    scan.hide(0, start)
    facts = [*find_contacts(scan)]
    hide_list_numbers(scan)
    facts += find_references(scan)
    facts += find_dates(scan)
    facts += _amounts(scan)
    facts += find_codes(scan)
    facts += _shares(scan)
    facts += find_periods(scan)
    facts += find_numbers(scan)
    return sorted(facts, key=lambda fact: (fact.start, fact.end))


def _amounts(scan: Scan) -> Iterator[Fact]:
    def is_amount(found: re.Match[str]) -> bool:
        return value_of(found["n1"] or found["n2"]) is not None

    for found in scan.take_if(_AMOUNT, is_amount):
        named = found["before"] or found["after"]
        currency = next(c for c, names in _CURRENCIES.items() if re.fullmatch(names, named))
        numbers = [found["n1"] or found["n2"], found["r1"] or found["r2"]]
        for value in _range(*numbers):
            yield Fact("amount", (value, currency), *found.span())


def _range(first: str, last: str | None) -> list[Fraction]:
    """The values of "first to last", where only the last may tell the scale."""
    values = [value for text in (first, last) if text and (value := value_of(text)) is not None]
    scale = re.search(r"(?:万亿|千万|百万|亿|万|千|百|million|billion|thousand)$", last or "")
    if len(values) == 2 and scale and not re.search(r"[^\d.,\s]", first):
        values[0] = value_of(first + " " + scale[0]) or values[0]
    return values


def _shares(scan: Scan) -> Iterator[Fact]:
    for found in scan.take(_DISCOUNT):
        paid = value_of(found[1]) or Fraction(0)
        yield Fact("percentage", (1 - paid / (10 if paid < 10 else 100),), *found.span(), weak=True)
    for found in scan.take_if(_PARTED, lambda f: bool(_share(f))):
        for share in _share(found):
            yield Fact("percentage", (share,), *found.span(), weak=share == 1)
    for found in scan.take(_HALF):
        yield Fact("percentage", (Fraction(1, 2),), *found.span(), weak=True)


def _share(found: re.Match[str]) -> list[Fraction]:
    if found["base"]:
        base = _BASES.get(found["base"]) or value_of(found["base"])
        value = value_of(found["han"])
        return [value / base] if value is not None and base else []
    if found["unit"]:
        unit = found["unit"]
        per = (
            1000
            if unit == "‰" or "mil" in unit
            else 10_000
            if "bas" in unit or "基" in unit
            else 100
        )
        return [value / per for value in _range(found["n"], found["r"])]
    if found["tenths"]:
        tenths = value_of(found["tenths"])
        return [] if tenths is None or found["tenths"][0] not in HAN else [tenths / 10]
    top = Fraction(1) if found["top"] in ("a", "an") else value_of(found["top"])
    base = next((n for name, n in _PART_BASES.items() if found["part"].startswith(name)), None)
    return [top / base] if top is not None and base else []
