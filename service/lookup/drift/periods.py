"""Periods and how often: `30 days`, 三十日, `half a year`, 每季度, `24/7`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from service.lookup.drift.numerals import HAN, NUMBER, value_of
from service.lookup.drift.records import Fact
from service.lookup.drift.scanning import Scan

_DAY = 86_400
_UNITS: dict[str, tuple[str, Fraction]] = {
    **dict.fromkeys(("second", "秒钟", "秒"), ("s", Fraction(1))),
    **dict.fromkeys(("minute", "min", "分钟", "分"), ("s", Fraction(60))),
    **dict.fromkeys(("hour", "hr", "小时", "钟头", "学时", "课时"), ("s", Fraction(3600))),
    **dict.fromkeys(
        ("day", "night", "日历日", "自然日", "日", "天", "晚", "夜"), ("s", Fraction(_DAY))
    ),
    **dict.fromkeys(("week", "星期", "礼拜", "周"), ("s", Fraction(7 * _DAY))),
    "fortnight": ("s", Fraction(14 * _DAY)),
    **dict.fromkeys(("month", "月"), ("m", Fraction(1))),
    **dict.fromkeys(("quarter", "季度", "季"), ("m", Fraction(3))),
    **dict.fromkeys(("year", "周岁", "岁", "周年", "年"), ("m", Fraction(12))),
    **dict.fromkeys(("工作日", "交易日", "营业日"), ("w", Fraction(1))),
}
_HAN_UNIT = (
    r"(?:工作日|交易日|营业日|自然日|日历日|星期|礼拜|小时|钟头|学时|课时|分钟|秒钟|季度|周岁"
    r"|周年|日|天|周"
    r"|(?<=个)月|(?<=个半)月|季|年(?![级代龄度])|岁|秒|晚(?!于|上|间)|夜|分(?![之成数别公支为])"
    r"|月(?=[内后以]))"
)
_ENGLISH_UNIT = (
    r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|quarters?"
    r"|years?)"
)
_WORKING = r"(?:working|business|trading|bank(?:ing)?|work)"
_MORE = (
    r"(?:calendar|natural|consecutive|full|whole|further|additional|extra|more|other|clear|paid"
    r"|unused|successive|contract|week|financial)"
)
_RANGE = r"(?:\s?(?:to|and|or|-|~|至|到|或)\s?)"
_AGAIN = rf"(?:\s?\(\s?(?P<again>{NUMBER})\s?\))"
_ALWAYS = re.compile(
    r"\b24/7\b|\bday and night\b|\bround the clock\b|昼夜|(?:24|二十四) ?小时(?=值守|服务|在线"
    r"|热线|开放|营业|不间断|全天|客服|待命)|7 ?[*x×] ?24(?: ?小时)?|24 ?[*x×] ?7|全天候"
    r"|around the clock"
    r"|(?:24|twenty-four) hours a day(?:,? (?:7|seven) days a week)?"
    r"|每周(?:7|七)天[,，、]?(?:每天|全天|每日)?(?:24|二十四)小时|全天(?:24|二十四)小时",
    re.ASCII,
)
_NO_PERIOD = re.compile(
    r"\b(?:same|working|business|any|the|every) day\b(?= (?:of|on|after|when))|\bone day\b(?=,)"
    r"|十分(?!钟)|年(?:度)?会|日(?:志|程|常|记|历)|年龄|分(?:行|公司|支)",
    re.ASCII,
)
_PERIOD = re.compile(
    rf"(?P<n>{NUMBER}|\bhalf(?: an?)?|\ban?|半)(?P<half> and a half)?"
    rf"{_AGAIN}?(?:{_RANGE}(?P<to>{NUMBER}))?(?:\s?|-)"
    rf"(?:个|(?P<half2>个半))?\s?(?:(?:{_MORE})[\s-]){{0,3}}(?P<work>{_WORKING}[\s-])?(?:{_MORE}\s)?"
    rf"(?:(?P<en>{_ENGLISH_UNIT})\b|(?P<zh>{_HAN_UNIT}))(?P<half3>半(?!年|数|天|日|小时)"
    rf"| and a half\b)?",
    re.ASCII,
)
_COMPOUND = re.compile(
    rf"(?P<years>{NUMBER})\s?(?:years?,? (?:and )?|年零?又?)(?P<months>{NUMBER})\s?(?:months?\b"
    rf"|个月)",
    re.ASCII,
)
_EVERY = re.compile(
    r"\b(?:(?:per|each|every|an?)[ -](?P<other>other )?(?P<u1>hour|day|week|month|quarter|year)\b"
    r"|(?P<u2>hourly|daily|weekly|monthly|quarterly|yearly|annual(?:ly)?|per annum|biannual(?:ly)?"
    r"|semi-?annual(?:ly)?|half-yearly|biweekly|fortnightly|biennial(?:ly)?))"
    r"|[每逐按](?:个|一)?(?P<u3>小时|自然日|工作日|日|天|周|星期|月|季度|季|年)(?P<u4>度)?"
    r"|(?P<u5>年度|月度|季度)",
    re.ASCII,
)
_FREQUENCIES = {
    "hourly": ("s", 3600), "daily": ("s", _DAY), "weekly": ("s", 7 * _DAY), "monthly": ("m", 1),
    "quarterly": ("m", 3), "yearly": ("m", 12), "annual": ("m", 12), "annually": ("m", 12),
    "per annum": ("m", 12), "half-yearly": ("m", 6), "biweekly": ("s", 14 * _DAY),
    "fortnightly": ("s", 14 * _DAY), "年度": ("m", 12), "月度": ("m", 1), "季度": ("m", 3),
}  # fmt: skip


def find_periods(scan: Scan) -> Iterator[Fact]:
    """Keys are (seconds or months or working days, "s", "m" or "w").

    A month is no number of days, and a working day is no day. "A month" and 每月 are weak.
    """
    for found in scan.take(_ALWAYS):
        yield Fact("period", ("always",), *found.span(), weak=True)
    for _ in scan.take(_NO_PERIOD):
        pass
    for found in scan.take_if(_COMPOUND, lambda f: value_of(f["years"]) is not None):
        years, months = value_of(found["years"]), value_of(found["months"])
        yield Fact("period", (12 * (years or 0) + (months or 0), "m"), *found.span())
    for found in scan.take_if(_PERIOD, _is_period):
        for value in _values(found):
            dimension, size = _unit(found)
            weak = value == 1 and not (found["en"] or "").startswith("fortnight")
            yield Fact("period", (value * size, dimension), *found.span(), weak=weak)
    for found in scan.take(_EVERY):
        yield Fact("period", _frequency(found), *found.span(), weak=True)


def _is_period(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - 1) : found.start()]
    text = found["n"]
    ordinal = before in ("第", "几", "数")
    if found["zh"] and text[0].isalpha() and text[0] not in HAN and text != "半":
        return False
    if text in ("a", "an") and (found["en"] or "").startswith("fortnight"):
        return True
    if text in ("a", "an") and (found["work"] or "and a half" not in found[0]):
        return (
            found.string[: found.start()]
            .rstrip()
            .endswith(("within", "than", "for", "after", "in"))
        )
    return not ordinal and bool(_values(found))


def _values(found: re.Match[str]) -> list[Fraction]:
    text = found["n"]
    half = Fraction(1, 2) if found["half"] or found["half2"] or found["half3"] else Fraction(0)
    if text.startswith("half") or text == "半":
        return [Fraction(1, 2)]
    first = Fraction(1) if text in ("a", "an") else value_of(text)
    if first is None:
        return []
    values = [first + half]
    for other in (found["again"], found["to"]):
        value = value_of(other) if other else None
        if value is not None and value not in values:
            values.append(value)
    return values


def _unit(found: re.Match[str]) -> tuple[str, Fraction]:
    if found["work"] and (found["en"] or "").startswith("day"):
        return _UNITS["工作日"]
    return _UNITS[found["zh"] or found["en"].rstrip("s")]


def _frequency(found: re.Match[str]) -> tuple[object, ...]:
    adverb = found["u2"] or found["u5"]
    if adverb:
        if adverb.startswith(("biannual", "semi")):
            return (Fraction(6), "m")
        if adverb.startswith("biennial"):
            return (Fraction(24), "m")
        dimension, size = _FREQUENCIES[adverb]
        return (Fraction(size), dimension)
    dimension, unit = _UNITS[found["u1"] or found["u3"]]
    return (unit * (2 if found["other"] else 1), dimension)
