"""What a text loses before training, and which pairs are kept."""

from __future__ import annotations

import html
import re
import unicodedata

from models.training.alignment import LETTERS_PER_CHARACTER, weight

LONGEST = 1200  # English characters; about what 256 tokens hold
SHORTEST = 12
FEWEST_WORDS = 3
FEWEST_CHARACTERS = 4  # Chinese
# Between these, length in English letters over three times the length in Chinese characters.
RATIO = (0.45, 2.2)
MOST_PLACEHOLDERS = 2

_MARKUP = re.compile(r"<[^<>]{1,200}>")
_WIKI = (
    (re.compile(r"\{\{(?:PLURAL|GENDER):[^{}|]*\|([^{}|]*)(?:\|[^{}]*)?\}\}"), r"\1"),
    (re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]"), r"\1"),
    (re.compile(r"\[(?:https?:)?//?\S+ ([^\[\]]*)\]"), r"\1"),
    (re.compile(r"\[\$\d ([^\[\]]*)\]"), r"\1"),
    (re.compile(r"'{2,}"), ""),
)
_BRANDS = re.compile(r"\{\s*-[\w-]*(?:brand|product|vendor)[\w-]*(?:\([^)]*\))?\s*\}")
_ACCELERATOR_AFTER = re.compile(r"\s*[(（][_&~]\w[)）]")
_ACCELERATOR_WITHIN = re.compile(r"(?<![\w&_~])[&_~](?=\w)|(?<=\w)[&_~](?=[a-z])(?<![_])")
_PLACEHOLDER = re.compile(
    r"%(?:\d\$)?[-+0-9.l]*[a-zA-Z]\b|%\d|\$\{?\w+\}?|\{[^{}]*\}|%\([^)]*\)[sd]|@@?\w+@@?"
)
_SPACE = re.compile(r"\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


def clean(text: str) -> str:
    """Text without tags, wiki markup, brand placeholders and keyboard accelerators."""
    text = html.unescape(_MARKUP.sub(" ", html.unescape(text)))
    for pattern, plain in _WIKI:
        text = pattern.sub(plain, text)
    text = text.replace("{{SITENAME}}", "Wiki")
    text = _BRANDS.sub("Firefox", text)
    text = _ACCELERATOR_WITHIN.sub("", _ACCELERATOR_AFTER.sub("", text))
    text = text.replace("\\n", " ").replace("\u200b", "").replace("\xad", "")
    text = _SPACE.sub(" ", text).strip()
    # Markup takes the place of a space between Chinese characters, where there is none.
    return re.sub(r"(?<=[\u3400-\u9fff，。：；]) (?=[\u3400-\u9fff，。：；])", "", text)


def acceptable(english: str, chinese: str, heading: bool = False) -> bool:
    """Whether two cleaned texts look like whole sentences that translate each other."""
    shortest, words = (6, 2) if heading else (SHORTEST, FEWEST_WORDS)
    if not shortest <= len(english) <= LONGEST or len(english.split()) < words:
        return False
    if len(_HAN.findall(chinese)) < FEWEST_CHARACTERS or _HAN.search(english):
        return False
    if "{{" in english or "{{" in chinese or _code_like(english):
        return False
    if max(len(_PLACEHOLDER.findall(t)) for t in (english, chinese)) > MOST_PLACEHOLDERS:
        return False
    han, latin = len(_HAN.findall(chinese)), len(_LATIN.findall(chinese))
    if han < 0.4 * (han + latin / LETTERS_PER_CHARACTER):
        return False
    ratio = len(english) / (LETTERS_PER_CHARACTER * weight(chinese))
    return RATIO[0] <= ratio <= RATIO[1]


def _code_like(english: str) -> bool:
    return len(_LATIN.findall(english)) < 0.6 * len(english)


def fingerprint(text: str) -> str:
    """What two texts share that differ in case, width, punctuation or digits alone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalpha())
