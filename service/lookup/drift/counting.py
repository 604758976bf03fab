"""Numbers of things, and ordinals: `14 characters`, 14位, `two approvers`, the `25th`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.lookup.drift.numerals import DIGITS, ENGLISH, HAN, NUMBER, value_of
from service.lookup.drift.records import Fact
from service.lookup.drift.scanning import Scan

_MEASURE = (
    r"(?:个|名|人|位|次|份|项|种|款|级|类|倍|字|页|台|部|张|笔|件|套|处|轮|层|步|届|期|批|道|家"
    r"|组|代|顿|餐"
    r"|米|公里|千米|平方|毫|克|公斤|吨|升|度|分|点|时|条|例|者|方|端|国|地|省|市|科|门|把|根|支"
    r"|只|头|本|册"
    r"|篇|封|段|句|辆|架|艘|间|幢|栋|座|户|桶|箱|盒|瓶|袋|包|对|双|股|票|等|档|趟|遍|回|场|局"
    r"|重|要素)"
)
_ORDINAL_WORDS = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth", "twentieth",
]  # fmt: skip
_ORDINAL = re.compile(
    rf"(?P<digits>\b\d{{1,3}})(?:st|nd|rd|th)\b|第 ?(?P<han>\d{{1,3}}(?![\d/])"
    rf"|[{HAN}]{{1,4}})(?!者)"
    rf"|\b(?P<word>{'|'.join(_ORDINAL_WORDS)})\b",
    re.ASCII,
)
_NO_NUMBER = re.compile(
    r"第三方|第三人|一一|万一|千万(?=[不别要请])|十分(?!钟)|十足|二维码|三方|百分百|四舍五入"
    r"|五险一金|双十一"
    r"|一旦|一定|一般|一切|一律|一致|一并|一直|一经|一样|一起|一同|一些|一方面|一带|统一|之一"
    r"|唯一|进一步|同一"
    r"|任一|任何一|任意一|另一|每一|某一|逐一|万能|千方百计|百科|零售|零星|零食|零部件|一线|二线|三线|一体|一贯|一概|一次性"
    r"|单一|一应|一旁"
    r"|third[- ]part(?:y|ies)|\b(?:no|any|every|some|each) ?one\b|\bone another\b|\bone-time\b"
    r"|\bone or (?:more|several)\b|\bat once\b|\bhundreds\b|\bthousands\b|\bmillions\b"
    r"|\b(?:two|three|multi|2)-factor\b|双因素|双重|多因素",
    re.ASCII,
)
_WEAK = re.compile(
    r"(?P<both>\bboth\b|\bpair\b|\bdual\b|双方|两者|二者|两方|双(?!倍))"
    r"|(?P<two>\bdouble[ds]?\b|\btwice\b|双倍|加倍|翻倍)"
    r"|(?P<one>\bonce(?= (?:a|an|per|every|each|in)\b))|(?P<copies>一式[两二]份|\bin duplicate\b)"
    r"|(?P<three>三者|\bin triplicate\b"
    r"|\btriple\b|\bthrice\b)"
    r"|(?P<dozen>\bdozen\b)",
    re.ASCII,
)
_WEAK_VALUES = {"one": 1, "both": 2, "copies": 2, "two": 2, "three": 3, "dozen": 12}
_NUMBER = re.compile(
    rf"(?P<n>(?<![\w.]){DIGITS}(?:\s?(?:million|billion|thousand|hundred|bn)\b|[km]\b|万亿|千万"
    rf"|百万|亿|万|千|百)?"
    rf"|{DIGITS}(?:万亿|千万|百万|亿|万|千|百)?|{ENGLISH}|[{HAN}]{{1,20}}(?={_MEASURE})|[{HAN}]{{2,20}})"
    rf"(?:\s?\(\s?(?P<again>{NUMBER})\s?\))?",
    re.ASCII,
)


def find_numbers(scan: Scan) -> Iterator[Fact]:
    """Keys are (value,) and ("ordinal", value). Nought to two, "both" and ordinals are weak."""
    for _ in scan.take(_NO_NUMBER):
        pass
    for found in scan.take(_ORDINAL):
        if found["word"]:
            value = _ORDINAL_WORDS.index(found["word"]) + 1
        else:
            value = int(value_of(found["digits"] or found["han"]) or 0)
        yield Fact("number", ("ordinal", value), *found.span(), weak=True)
    for found in scan.take(_WEAK):
        assert found.lastgroup is not None
        loose = ("both",) if found.lastgroup == "both" else ()
        yield Fact("number", (*loose, _WEAK_VALUES[found.lastgroup]), *found.span(), weak=True)
    for found in scan.take_if(_NUMBER, _is_number):
        values = [value_of(found["n"])]
        again = value_of(found["again"]) if found["again"] else None
        if again is not None and again not in values:
            values.append(again)
        for number in values:
            yield Fact("number", (number,), *found.span(), weak=number in (0, 1, 2))


def _is_number(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - 1) : found.start()]
    several = before in ("几", "数", "上", "近百") and found["n"][0] in "十百千万亿"
    return value_of(found["n"]) is not None and not several
