"""Which language a text is in: script first, then seeded langdetect for what script leaves open."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u058f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff]")
_FEWEST_LETTERS = 60
"""Below this langdetect guesses; "en" is then the better answer for Latin script."""
_SAMPLE = 4000
_FEWEST_KANA = 10
"""One kana in so many characters makes Han text Japanese; a heading may have a single の."""
_ENGLISH_WORDS = (
    "the and to for with this that these those shall must will our your you from by are be been "
    "any such which when not than should would may each within unless except where who about other "
    "their its only before after without what how why does have could they them there because "
    "whether upon into whose whom"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
"""Words that other languages of Latin script hardly use; every English sentence has some."""
_ENGLISH_SHARE = 0.15
_TELLING = _ENGLISH - {"to", "for", "by", "are", "be", "will", "not", "than", "any", "when"}
"""Those that other languages do not have at all, except where they quote English."""
_EXPECTED_SHARE = 0.075
"""Of all English words, enough where English is expected, two telling ones stand among them, and
no letter has an accent."""
_lock = threading.Lock()


def detect_language(text: str, default: str = "en") -> str:
    """The ISO 639-1 code of the main language of a text.

    Chinese in either script is `zh`. Text without letters, and Latin text too short to tell, get
    `default`. The answer is the same on every call.
    """
    sample = text[:_SAMPLE]
    by_script = _language_of_script(sample)
    if by_script:
        return by_script
    words = _LATIN_WORD.findall(sample)
    other_script = _OTHER_SCRIPT.search(sample)
    if sum(map(len, words)) < _FEWEST_LETTERS and not other_script:
        return default
    english = [word.lower() for word in words if word.lower() in _ENGLISH]
    expected = default == "en" and len(_TELLING.intersection(english)) > 1 and sample.isascii()
    share = _EXPECTED_SHARE if expected else _ENGLISH_SHARE
    if len(english) >= share * len(words) and not other_script:
        return "en"  # statistics would say the same, a thousand times slower
    return _detect_statistically(sample) or default


def is_chinese(text: str) -> bool:
    """Whether Han characters carry the text; kana makes it Japanese. About a microsecond a line."""
    return _language_of_script(text) == "zh"


@dataclass(frozen=True, slots=True)
class Scripts:
    """How many characters of each East Asian script a text has, and how many Latin words."""

    han: int
    kana: int
    hangul: int
    latin_words: int


def count_scripts(text: str) -> Scripts:
    """The characters of a text by script."""
    return Scripts(
        len(_HAN.findall(text)),
        len(_KANA.findall(text)),
        len(_HANGUL.findall(text)),
        len(_LATIN_WORD.findall(text)),
    )


def _language_of_script(text: str) -> str | None:
    scripts = count_scripts(text)
    han, kana, hangul, words = scripts.han, scripts.kana, scripts.hangul, scripts.latin_words
    if not han + kana + hangul:
        return None
    # A Han character is about a word's worth of meaning, so it is weighed against Latin words.
    if han + kana + hangul < words:
        return None
    if kana and kana * _FEWEST_KANA >= han + kana:
        return "ja"
    return "ko" if hangul > han else "zh"


def _detect_statistically(text: str) -> str | None:
    from langdetect import DetectorFactory, detect_langs
    from langdetect.lang_detect_exception import LangDetectException

    with _lock:  # langdetect's factory is global, and unseeded it answers differently every time
        DetectorFactory.seed = 0
        try:
            best = detect_langs(text)[0]
        except LangDetectException:
            return None
    code = str(best.lang).split("-")[0]
    return code if best.prob >= 0.8 else None
