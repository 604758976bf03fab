"""Whether a sentence's number is the least or the most: "at least", 不超过."""

from __future__ import annotations

import re

from service.lookup.drift.scanning import Scan

Spans = tuple[tuple[int, int], ...]

_LESS = r"(?:less|fewer|lower|earlier|shorter|younger)"
_MORE = r"(?:more|later|longer|higher|greater|older)"
_NOT = r"\b(?:not|no|never|nor|cannot)\b[^.;,\d]{0,30}?"
_NOT_ZH = r"(?:不得|不能|不可|不应|不会|不)"
_NOT_LESS = re.compile(
    rf"{_NOT}\b{_LESS}(?: than)?\b|{_NOT}\bbelow\b|{_NOT_ZH}[^，。；]{{0,8}}?(?:少于|低于|早于|小于"
    rf"|短于)",
    re.ASCII,
)
_NOT_MORE = re.compile(
    rf"\bin no event\b[^;]{{0,160}}?\bexceed\w*|{_NOT}\b(?:exceed\w*|{_MORE}(?: than)?)\b"
    rf"|{_NOT_ZH}[^，。；]{{0,8}}?(?:超过|多于|晚于|迟于|大于|高于|长于|超出|逾)",
    re.ASCII,
)
_LEAST = re.compile(
    rf"\bat least\b|\bminimum\b|\bor (?:more|longer|older|above)\b|\b{_MORE} than\b|\bover(?= \d)"
    r"|\babove(?= [\d¥$€£]| rmb| cny)|\bexceed(?:s|ed|ing)?\b|\bupwards of\b"
    r"|至少|最少|最低|起码|以上|超过|高于|多于|大于|超出|逾(?!期)|晚于|达到",
    re.ASCII,
)
_MOST = re.compile(
    rf"\bat (?:the )?most\b|\bup to\b|\bmaximum\b|\bwithin\b|\bor (?:less|fewer|younger)\b"
    rf"|\bat the latest\b|\b{_LESS} than\b|\bunder(?= \d| the age)|\bbelow(?= [\d¥$€£])"
    r"|至多|最多|最高|最迟|最晚|以内|以下|不足|不满|未满|少于|低于|早于|小于|上限",
    re.ASCII,
)


def find_limits(text: str) -> tuple[Spans, Spans]:
    """Where a sentence says "at least" or "more than", and where "at most" or "less than"."""
    scan = Scan(text)
    least, most = _spans(scan, _NOT_LESS), _spans(scan, _NOT_MORE)
    return (*least, *_spans(scan, _LEAST)), (*most, *_spans(scan, _MOST))


def _spans(scan: Scan, pattern: re.Pattern[str]) -> Spans:
    return tuple(found.span() for found in scan.take(pattern))
