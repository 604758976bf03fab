"""Dates, parts of dates and times of day, in any usual form of either language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.lookup.drift.numerals import HAN, value_of
from service.lookup.drift.records import Fact
from service.lookup.drift.scanning import Scan

_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
)
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NTH = rf"{_DAY}(?:st|nd|rd|th)?"
_H = rf"[{HAN}]{{1,4}}"
_TO = r"\s?(?:[至到~-]|to|and|through)\s?"

_DATE = re.compile(
    rf"(?P<y1>{_YEAR}|[{HAN}]{{4}}) ?年 ?(?P<m1>\d{{1,2}}|{_H}) ?月(?: ?(?P<d1>\d{{1,2}}"
    rf"|{_H}) ?[日号](?:{_TO}(?P<e1>\d{{1,2}}|{_H}) ?[日号])?)?"
    rf"|(?<![\d.])(?P<y2>{_YEAR}) ?[-/.] ?(?P<m2>\d{{1,2}}) ?[-/.] ?(?P<d2>\d{{1,2}})(?!\d)"
    rf"|\b(?P<m3>{_MONTH})\s?(?P<d3>{_NTH})(?!\d)(?:{_TO}(?P<e3>{_NTH})(?!\d))?(?:,?\s(?P<y3>{_YEAR})\b)?"
    rf"|\b(?:(?P<e4>{_NTH}){_TO})?(?P<d4>{_NTH})\s(?:day of )?(?:of )?(?P<m4>{_MONTH})(?:,?\s"
    rf"(?P<y4>{_YEAR})\b)?"
    rf"|\b(?P<m5>{_MONTH}),?\s(?P<y5>{_YEAR})\b"
    rf"|(?<![\d个{HAN}])(?P<m6>\d{{1,2}}|{_H}) ?月 ?(?P<d6>\d{{1,2}}|{_H}) ?[日号]"
    rf"(?:{_TO}(?P<e6>\d{{1,2}}|{_H}) ?[日号])?"
    rf"|(?<![\d/])(?P<x>\d{{1,2}})/(?P<z>\d{{1,2}})/(?P<y7>{_YEAR})(?!\d)"
    rf"|(?<![\d个{HAN}第半])(?P<m8>1[0-2]|[1-9]|十[一二]?"
    rf"|[一二三四五六七八九]) ?月(?![日内])(?:份|底|初|末|中旬)?"
    rf"|\b(?:in|by|of|until|since|every|each|from|to|and|end of|early|late"
    rf"|mid-?)\s(?P<m9>(?!may){_MONTH})",
    re.ASCII,
)
_YEAR_ALONE = re.compile(
    rf"(?<![\d.,/]){_YEAR}(?= ?年)(?! ?年(?:内|以内|期|以上))\s?年"
    rf"|(?<![\d.,/:-]){_YEAR}\b(?![.,]\d|[-/]| ?[a-z%]| ?[\u3400-\u9fff])",
    re.ASCII,
)
_YEAR_IN = re.compile(
    rf"\b(?:in|of|since|from|until|by|year|fiscal|fy) ?(?P<y>{_YEAR})\b", re.ASCII
)
_DAY_OF_MONTH = re.compile(
    rf"(?<=[每次当本下上]月)(?:的)? ?(?:第 ?)?(\d{{1,2}}|{_H}) ?[日号天](?:[上下]午)?", re.ASCII
)
_WEEKDAY = re.compile(r"(?:星期|礼拜|周)[一二三四五六日天](?![日天周年个小次十百])", re.ASCII)
_TIME = re.compile(
    r"(?P<h1>\d{1,2})(?:[:.](?P<n1>[0-5]\d))?\s?(?P<half>[ap])\.?\s?m\b\.?"
    r"|(?P<zh>凌晨|清晨|早上|早晨|上午|中午|下午|晚上|晚间|夜间|晚)?"
    r"(?<![\d:])(?P<h2>[01]?\d|2[0-4]):(?P<n2>[0-5]\d)(?::[0-5]\d)?(?!\d)"
    rf"|(?P<zh3>凌晨|清晨|早上|早晨|上午|中午|下午|晚上|晚间|夜间|晚)(?P<h3>\d{{1,2}}"
    rf"|{_H})[点时](?P<n3>半|整|\d{{1,2}}分)?"
    r"|(?<![\d.])(?P<h4>[01]?\d|2[0-4])时(?P<n4>\d{1,2}分|半|整)?(?![段期间])"
    r"|\b(?P<h5>\d{1,2}) o'clock",
    re.ASCII,
)
_NAMED_TIME = re.compile(
    r"(?P<midnight>\bmidnight\b|午夜|零时|零点)|(?P<noon>\bnoon\b|\bmidday\b|正午|中午)", re.ASCII
)
_AFTERNOON = ("下午", "晚上", "晚间", "晚", "夜间")


def find_dates(scan: Scan) -> Iterator[Fact]:
    """Keys are (year, month, day), `None` for what is not told, or ("time", hour, minute)."""

    def is_date(found: re.Match[str]) -> bool:
        printed = scan.cased[found.start() : found.end()]
        verb = re.search(r"\bmay\b", printed)  # "between 8 and 18 may"
        return not verb and _parts(found) is not None

    for found in scan.take_if(_DATE, is_date):
        parts = _parts(found)
        assert parts is not None
        yield Fact("date", parts, *found.span())
        other = next((found[f"e{form}"] for form in "1346" if found[f"e{form}"]), None)
        if other:  # 1 to 15 March
            yield Fact("date", (*parts[:2], _number(other)), *found.span())
    for found in scan.take(_TIME):
        hour, minute = _time(found)
        weak = hour in (0, 12) and minute == 0  # which may be told as midnight and noon
        yield Fact("date", ("time", hour, minute), *found.span(), weak=weak)
    for found in scan.take(_NAMED_TIME):
        hour = 12 if found["noon"] else 0
        yield Fact("date", ("time", hour, 0), *found.span(), weak=True)
    for found in scan.take(_YEAR_IN):
        yield Fact("date", (int(found["y"]), None, None), *found.span())
    for found in scan.take(_YEAR_ALONE):
        yield Fact("date", (int(found[0][:4]), None, None), *found.span())
    for found in scan.take(_DAY_OF_MONTH):
        yield Fact("number", ("ordinal", value_of(found[1])), *found.span(), weak=True)
    for _ in scan.take(_WEEKDAY):
        pass


def same_date(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether one may be the other, with fewer parts or month and day the other way round."""
    if "time" in (one[0], other[0]):
        return one == other
    if one[0] and other[0] and one[0] != other[0]:
        return False
    if one[1:3] == other[1:3]:
        return True
    swapped = "either" in (*one[3:], *other[3:]) and one[1:3] == (other[2], other[1])
    fewer = one[1] == other[1] and None in (one[2], other[2])
    return swapped or fewer


def _parts(found: re.Match[str]) -> tuple[object, ...] | None:
    groups = found.groupdict()
    if groups["y7"]:
        first, second = int(groups["x"]), int(groups["z"])
        if first > 12:
            first, second = second, first
        return _checked(int(groups["y7"]), first, second, "either")
    for form in "12345689":
        month = groups[f"m{form}"]
        if month is None:
            continue
        year, day = groups.get(f"y{form}"), groups.get(f"d{form}")
        return _checked(_number(year), _month(month), _number(day))
    return None


def _checked(
    year: int | None, month: int | None, day: int | None, *more: object
) -> tuple[object, ...] | None:
    if month is None or not 1 <= month <= 12 or not 1 <= (day or 1) <= 31:
        return None
    return (year, month, day, *more)


def _number(text: str | None) -> int | None:
    if not text:
        return None
    value = value_of(re.sub(r"(?:st|nd|rd|th)$", "", text))
    return None if value is None else int(value)


def _month(text: str) -> int | None:
    return _NAMES.index(text[:3]) + 1 if text[:3] in _NAMES else _number(text)


def _time(found: re.Match[str]) -> tuple[int, int]:
    groups = found.groupdict()
    form = next(f for f in "12345" if groups[f"h{f}"])
    hour = int(value_of(groups[f"h{form}"]) or 0)
    told = groups.get(f"n{form}") or ""
    minute = 30 if told == "半" else int(re.sub(r"\D", "", told) or 0)
    half, part = groups["half"], groups["zh"] or groups["zh3"]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif part in _AFTERNOON and hour < 12:
        hour += 12
    return hour % 24, minute
