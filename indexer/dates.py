"""Dates as policies print them: ISO, English in both orders, Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from indexer.outline.markers import fold

_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)}
_MONTH = r"(?P<{}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    r"(?P<y1>(?:19|20)\d\d)\s*(?:[-/.]|年)\s*(?P<m1>\d{1,2})\s*(?:[-/.]|月)\s*(?P<d1>\d{1,2})\s*日?"
    rf"|{_MONTH.format('m2')}\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>(?:19|20)\d\d)"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH.format('m3')},?\s+(?P<y3>(?:19|20)\d\d)",
    re.IGNORECASE,
)


def states_date(text: str) -> bool:
    """Whether a text holds a whole date."""
    return _DATE.search(fold(text)) is not None


def find_dates(text: str) -> Iterator[tuple[date, int, int]]:
    """The dates in a text with their character offsets; impossible ones are left out."""
    for found in _DATE.finditer(fold(text)):
        stated = _date(found)
        if stated:
            yield stated, found.start(), found.end()


def _date(found: re.Match[str]) -> date | None:
    groups = found.groupdict()
    for form in "123":
        if groups[f"y{form}"]:
            month = groups[f"m{form}"]
            number = int(month) if month.isdigit() else _MONTHS[month[:3].lower()]
            try:
                return date(int(groups[f"y{form}"]), number, int(groups[f"d{form}"]))
            except ValueError:
                return None
    return None
