"""What a heading without a number looks like in plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from indexer.dates import states_date
from indexer.language import is_chinese
from indexer.outline.markers import fold, read_markers
from indexer.records import Block

_ENDS_COLON = tuple(":：,，、")
_ENDS_OPEN = (*_ENDS_COLON, ";", "；")
_ENDS_SENTENCE = tuple(".。;；!！?？:：,，、…")
_APPENDED = re.compile(
    r"(?:Attachment|Annex|Appendix|Schedule|Exhibit)\b(?:\s+\w{1,4})?\s*[:：.\-–—]"
    r"|附(?:件|录|表)\s*[\dA-Za-z一二三四五六七八九十]{0,3}(?:\s*[:：、.]|\s+\S|\s*$)|附\s*则\s*$"
)
_KEY_VALUE = re.compile(r"[^:：]{1,40}[:：]\s*\S")
_EDITION = re.compile(r"\b(?:version|revision|edition)\s*[\w.]*\d|版本|第\S{1,3}版", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.。!！?？;；]\s+(?=\S)|[。！？；]")
_BREAKS_OFF = re.compile(
    r"\b(?:a|an|the|and|or|of|in|to|by|from|under|at|clause|section|article)$", re.IGNORECASE
)
_ISSUER = re.compile(
    r"\b(?:Group|Inc|Ltd|Limited|LLC|GmbH|Corporation|Company|Foundation|University|Department"
    r"|Office|Board|Committee|Association|Holdings)\.?$"
    r"|(?:公司|集团|集團|中心|委员会|委員會|协会|協會|部|处|局|学院|大学|银行|平台|办公室)$"
)
_ISSUER_LINES = 3
"""Below a title may stand who issued the policy, before its first words."""
_STEM = 5
_EMPTY_WORDS = frozenset(
    "a an and by for from how in is of on our the to use we with you your".split()  # noqa: SIM905
)


def is_heading_like(text: str, *, isolated: bool = False) -> bool:
    """Whether a line could be a heading by its look: short, and no sentence that ends."""
    if not text or text.endswith(_ENDS_SENTENCE) or "|" in text:
        return False
    if is_chinese(text):
        return len(text) <= (40 if isolated else 25)
    return len(text) <= (140 if isolated else 70) and len(text.split()) <= (20 if isolated else 9)


def is_appended_part(text: str) -> bool:
    """Whether a line opens an attachment, which stands beside the numbered sections."""
    return _APPENDED.match(text) is not None


def is_unnumbered_heading(blocks: Sequence[Block], position: int) -> bool:
    """Whether a line of plain text is a heading, by its look and by what stands around it."""
    block = blocks[position]
    text = block.text
    if is_appended_part(text):
        return True
    if not is_heading_like(text, isolated=block.isolated) or _KEY_VALUE.match(text):
        return False
    if not re.match(r"[\[【「《“\"'(]?\w", text) or text[0].isdigit():
        return False
    if states_date(text) or _EDITION.search(text):
        return False
    before = blocks[position - 1].text if position else ""
    if before.endswith(_ENDS_COLON) or position + 1 == len(blocks):
        return False
    if position < _ISSUER_LINES and _ISSUER.search(text):
        return False
    if block.isolated:
        return True
    following = blocks[position + 1].text
    if before.endswith(_ENDS_OPEN) or _KEY_VALUE.match(following) or states_date(following[:80]):
        return False
    if _BREAKS_OFF.search(text) or _is_reference(following):
        return False
    finished = (
        not before
        or before.endswith(_ENDS_SENTENCE)
        or is_heading_like(before, isolated=blocks[position - 1].isolated)
    )
    starts_high = text[0].isupper() or text[0] in "[【《" or is_chinese(text)
    return finished and starts_high and len(following) > len(text) and not _is_name(following)


def _is_reference(line: str) -> bool:
    """Whether a line begins with a number that belongs to the sentence of the line before."""
    readings = read_markers(fold(line))
    return bool(readings) and all(marker.doubt >= 3 for marker in readings)


def _is_name(text: str) -> bool:
    return is_heading_like(text) and len(text.split()) < 3


def fused_heading(block: Block, following: Block) -> int | None:
    """The offset, in a paragraph's text, of a heading that was fused to the paragraph's end.

    Damage of copying: the line break before a heading is lost, and a numbered list starts after it.
    """
    if following.start - block.end < 2 or len(block.text) < 80:
        return None
    ends = [found.end() for found in _SENTENCE_END.finditer(block.text)]
    if not ends:
        return None
    tail = block.text[ends[-1] :]
    wide_enough = len(tail) >= (4 if is_chinese(tail) else 12)
    if wide_enough and is_heading_like(tail) and (tail[0].isupper() or is_chinese(tail)):
        return ends[-1]
    return None


def announces(heading: str, subheading: str) -> bool:
    """Whether a heading names its subsections: "How we share, transfer …" announces "transfer"."""
    # A part in the strict sense: all of its words, and fewer.
    return bool(parts := _stems(subheading)) and parts < _stems(heading)


@lru_cache(maxsize=8192)  # the search for the tree compares the same few headings again and again
def _stems(text: str) -> frozenset[str]:
    """Words cut to five letters: enough to see "shared" in "share", "public" in "publicly"."""
    words = re.findall(r"[a-z]+", text.casefold())
    return frozenset(word[:_STEM].removesuffix("d") for word in words if word not in _EMPTY_WORDS)
