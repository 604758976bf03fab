"""Texts to lexical tokens, the same for clauses and for questions, in English and in Chinese.

Chinese: the words of a dictionary (rjieba) and all character bigrams, since the dictionary cuts
some terms in two; traditional characters are folded to simplified ones. English: stems (Snowball).
Numbers, dates, addresses and identifiers stay whole beside their parts: `5.4`, `2025-07-01`,
`privacy@example.com`, `android.permission.CAMERA`, `BSSID`.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache

import opencc
import rjieba
import Stemmer

_HAN_CLASS = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
HAN_RUN = re.compile(f"[{_HAN_CLASS}]+")
LATIN_PART = re.compile(rf"[^\W_{_HAN_CLASS}]+")
_LATIN_RUN = rf"[^\W_{_HAN_CLASS}]+(?:[._@:/+'-]+[^\W_{_HAN_CLASS}]+)*"
# A run of letters and digits does not cross Han characters, though they stand side by side.
_PIECE = re.compile(f"[{_HAN_CLASS}]+|{_LATIN_RUN}")
_POSSESSIVE = re.compile(r"'s$|'$")
LONGEST_TOKEN = 64

# Words that a question is made of and that say nothing about its subject.
_ENGLISH = """
a an the and or but if of in on at to for from by with about as is are was were be been being am do
does did doing have has had having i me my mine we us our ours you your yours he she it its they
them their this that these those there here what which who whom whose when where why how can could
may might must shall should will would not no yes any some all long much many please tell after
before during while then than also into out up over only own such other so very just
"""
_CHINESE = """
如何 怎样 怎么 怎么样 什么 哪些 哪个 哪里 多久 多长 多少 几天 是否 可以 能否 能不能 可不可以 吗 呢
我 我们 我的 你 你们 你的 您 您的 他们 它 的 了 是 有 在 和 与 及 或 被 把 会 会不会 要 请问 为什么
时候 以后 之后 之前 怎 么办 怎么办 这个 那个 一个 需要 应该
"""
_STOP_ENGLISH, _STOP_CHINESE = frozenset(_ENGLISH.split()), frozenset(_CHINESE.split())


def is_stop_word(token: str) -> bool:
    """Whether a token says nothing about a question's subject."""
    return token in _STOP_ENGLISH or token in _STOP_CHINESE


def tokens(text: str) -> list[str]:
    """Tokens in reading order; equal words of either script or width give equal tokens.

    Safe with any string. A token is letters, digits and `._@:/+-`, `LONGEST_TOKEN` of them at most.
    """
    return [token for piece in _PIECE.findall(folded(text)) for token in _tokens_of(piece)]


def spelling(text: str) -> list[str]:
    """What a text is written with, in reading order: Chinese characters and English tokens.

    A term's spelling is a part of a text's wherever the text holds the term: among `tokens` it is
    not, since those of Chinese overlap.
    """
    return [
        unit
        for piece in _PIECE.findall(folded(text))
        for unit in (piece if HAN_RUN.match(piece) else _tokens_of(piece))
    ]


@lru_cache(maxsize=1 << 16)
def word_token(word: str) -> str:
    """The token of one word, a run of letters and digits that are not Han characters."""
    return _stem(unicodedata.normalize("NFKC", word).casefold())


def query_tokens(text: str) -> list[str]:
    """The tokens of a question that say what it is about, each once; all where none does."""
    found: dict[str, None] = {}
    everything: dict[str, None] = {}
    for piece in _PIECE.findall(folded(text)):
        made = _tokens_of(piece)
        everything.update(dict.fromkeys(made))
        if HAN_RUN.match(piece):
            found.update((token, None) for token in made if token not in _STOP_CHINESE)
        elif any(word not in _STOP_ENGLISH for word in LATIN_PART.findall(piece)):
            found.update(dict.fromkeys(made))
    return list(found or everything)


def folded(text: str) -> str:
    """Compatibility forms, case and traditional characters folded."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return _simplified(text) if HAN_RUN.search(text) else text


def folded_by_character(text: str) -> str:
    """As `folded`, but that no phrase is told in other words: 資訊 gives 资讯, not 信息.

    So the beginning of a word gives the beginning of what the word gives.
    """
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return str(_state().by_character.convert(text)) if HAN_RUN.search(text) else text


def _tokens_of(piece: str) -> list[str]:
    made = _chinese(piece) if HAN_RUN.match(piece) else _latin(piece)
    return [token[:LONGEST_TOKEN] for token in made]


def _chinese(run: str) -> list[str]:
    if len(run) == 1:
        return [run]
    bigrams = [run[i : i + 2] for i in range(len(run) - 1)]
    # A word of two characters is one of the bigrams already.
    return bigrams + [word for word in rjieba.cut_for_search(run) if len(word) > 2]


def _latin(run: str) -> list[str]:
    run = _POSSESSIVE.sub("", run.strip("._@:/+'-"))
    parts = LATIN_PART.findall(run)
    if len(parts) <= 1:
        return [_stem(part) for part in parts]
    words = [_stem(part) for part in parts if not part.isdigit() and len(part) > 1]
    return words if "'" in run else [run, *words]


def _stem(word: str) -> str:
    if any(c.isdigit() for c in word) or not word.isascii():
        return word
    return str(_state().stemmer.stemWord(word))


class _State(threading.local):
    """A stemmer and converters for each thread: neither says that it may be shared."""

    def __init__(self) -> None:
        self.stemmer = Stemmer.Stemmer("english")
        self.converter = opencc.OpenCC("tw2sp")
        self.by_character = opencc.OpenCC("t2s")


@cache
def _state() -> _State:
    return _State()


def _simplified(text: str) -> str:
    return str(_state().converter.convert(text))
