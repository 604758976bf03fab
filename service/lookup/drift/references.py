"""References to clauses and annexes, which are no quantities, and the numbers of lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.outline.markers import roman_value
from service.lookup.drift.numerals import HAN, NUMBER, value_of
from service.lookup.drift.records import Fact
from service.lookup.drift.scanning import Scan

_LABEL = r"(?:\d+(?:\.\d+)*(?:\s?\([a-z0-9]{1,3}\))*|[ivxlc]{1,6}\b|[a-z]\b(?:\.\d+)?)"
_ENGLISH = re.compile(
    r"\b(?:sections?|articles?|clauses?|chapters?|parts?|annex(?:es)?|appendix|appendices"
    r"|schedules?"
    r"|exhibits?|paragraphs?|sub-?paragraphs?|items?|points?|attachments?)\s"
    rf"({_LABEL}(?:(?:,\s?|\s(?:and|or|to)\s|,\s(?:and|or)\s|\s?-\s?){_LABEL}(?![\w.]*\s?(?:%"
    rf"|days)))*)"
    r"|§+\s?(\d+(?:\.\d+)*)",
    re.ASCII,
)
_UNIT = r"(?:部分|[编章节条款项目])"
_CHINESE = re.compile(
    rf"第\s?\(?\s?((?:\d+(?:\.\d+)*)|[{HAN}]{{1,9}})\s?\)?\s?{_UNIT}"
    rf"(?:\s?(?:第\s?)?\(?(?:\d{{1,4}}|[{HAN}]{{1,9}})\)?\s?{_UNIT}|\((?:\d{{1,4}}|[{HAN}]{{1,9}})\))*"
    rf"|附[件录表]\s?(\d{{1,4}}|[{HAN}]{{1,9}}|[a-z]\b|[a-z](?=[^\x00-\x7f]))"
    rf"|(?<![\d.])(\d+(?:\.\d+)+)\s?[节条款]",
    re.ASCII,
)
_CODE = re.compile(
    r"(?<![a-z0-9])(?:(?:iso(?:/iec)?|iec|gb(?:/t)?|tls|soc|rfc|ieee|windows|ios|android|en|din)"
    r"\s?[:-]?\s?\d[\d.:-]*|[a-z]{1,10}-\d[\w-]*(?![\w.]*%)|[a-z]{1,6}\d[\w-]*)(?![a-z0-9])",
    re.ASCII,
)
_VERSION = re.compile(
    r"(?:\bversion|\bver\.|\bv|版本号?:?)\s?v?(\d+(?:\.\d+)*)|(\d+(?:\.\d+)+)(?= ?版)", re.ASCII
)
_EDITION = re.compile(r"/iec|/t(?= ?\d)|(?<=\d)[:-](?:19|20)\d\d$", re.ASCII)
_CODE_BREAK = re.compile(r"[^a-z0-9.]", re.ASCII)
_LIST_NUMBER = re.compile(
    rf"(?:(?<=^)|(?<=[;:.。；：,，、\x00或和及与]))\s*\((?:\d{{1,2}}|[a-z]|[ivx]{{1,4}}|[{HAN}]{{1,3}})\)"
    r"|[①-⑳]"
    rf"|(?:(?<=^)|(?<=[;；:：。] )|(?<=[;；:：。]))(?:\d{{1,2}}[、.)](?!\d)|[{HAN}]{{1,3}}、)"
    r"|\s\((?:[a-z]|[ivx]{1,4}|\d{1,2})\s?\)(?=\s)",
    re.ASCII,
)
_NUMBER_BEFORE = re.compile(rf"(?:{NUMBER})\s?$", re.ASCII)


def find_references(scan: Scan) -> Iterator[Fact]:
    """References by their first number: `Section 4.2`, `第4.2条`; `Annex B`, `附件二`."""
    for found in scan.take(_CHINESE):
        label = found[1] or found[2] or found[3]
        yield Fact("reference", (_plain(label),), *found.span(), weak=True)
    for found in scan.take(_ENGLISH):
        for label in re.findall(_LABEL, found[1] or found[2]):
            yield Fact("reference", (_plain(label),), *found.span(), weak=True)


def find_codes(scan: Scan) -> Iterator[Fact]:
    """Names with a number in them, `ISO 27001` and `AES-256`, which no language translates."""
    for found in scan.take(_VERSION):
        yield Fact("number", ("code", found[1] or found[2]), *found.span(), weak=True)
    for found in scan.take(_CODE):
        key = _CODE_BREAK.sub("", _EDITION.sub("", found[0].rstrip(".:-")))
        yield Fact("number", ("code", key), *found.span(), weak=True)


def hide_list_numbers(scan: Scan) -> None:
    """Takes out `(1)`, `（一）`, `2.` and `③` where they number the items of a list."""
    for _ in scan.take_if(_LIST_NUMBER, _is_list_number):
        pass


def _is_list_number(found: re.Match[str]) -> bool:
    """Not the 12 of "twelve (12) months"."""
    return not _NUMBER_BEFORE.search(found.string[max(0, found.start() - 24) : found.start()])


def _plain(label: str) -> str:
    label = re.sub(r"\s?\(.*", "", label)
    if label[0] in HAN or label.isdigit():
        return str(value_of(label))
    if value := roman_value(label):
        return str(value) if len(label) > 1 or label in "ivx" else _letter(label)
    return _letter(label) if len(label) == 1 and label.isalpha() else label


def _letter(label: str) -> str:
    return str(ord(label) - ord("a") + 1)
