"""Bilingual policies: which blocks belong to which language, where a policy is written in both."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from indexer.language import count_scripts
from indexer.records import Block

_ADDRESS = re.compile(
    r"[\w.+%-]{1,64}@[\w.-]{1,255}|(?:https?://|www\.)[!-~]{1,2000}", re.ASCII | re.IGNORECASE
)
_LEAST_SHARE = 0.25
"""Of a bilingual policy's words, in the language that has fewer."""
_FEWEST_BLOCKS = 3
_HAN_PER_WORD = 1.7
_MIXED = 0.2


def block_languages(blocks: Sequence[Block], skipped: Set[int]) -> list[str | None] | None:
    """`zh` or `other` for each block of a bilingual policy; `None` for a policy in one language.

    A block that says the same in both languages, such as a heading "1. Scope 适用范围", has none.
    Blocks without letters go with the block before.
    """
    totals = {"zh": 0.0, "other": 0.0}
    counts = {"zh": 0, "other": 0}
    languages: list[str | None] = []
    before: str | None = None
    for position, block in enumerate(blocks):
        scripts = count_scripts(_ADDRESS.sub(" ", block.text))
        han, words = scripts.han / _HAN_PER_WORD, scripts.latin_words
        lang: str | None
        if scripts.kana * 10 >= scripts.han + scripts.kana > 0 or scripts.hangul > scripts.han:
            han = 0.0
        if han + words < 1:
            lang = before
        elif _is_heading_in_both(block, han, words):
            lang = None
        else:
            lang = "zh" if han * _HAN_PER_WORD >= words else "other"
            if position not in skipped:
                totals[lang] += han + words
                counts[lang] += 1
        languages.append(lang)
        before = lang
    least = min(totals.values())
    if least < _LEAST_SHARE * sum(totals.values()) or min(counts.values()) < _FEWEST_BLOCKS:
        return None
    return languages


def _is_heading_in_both(block: Block, han: float, words: float) -> bool:
    short = len(block.text) <= 80 and not block.text.endswith((".", "。", "；", ";"))
    return short and min(han, words) >= _MIXED * (han + words) and min(han, words) >= 1
