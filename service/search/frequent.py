"""The words and phrases that clauses use most, in English and in Chinese.

Counted by the clauses that hold them. An English phrase is two or three words that do not begin or
end with a word that says nothing, a Chinese one two words of the dictionary side by side.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import rjieba

from indexer.lexical.tokens import HAN_RUN, folded_by_character, is_stop_word, word_token

LEAST_CLAUSES, LEAST_CLAUSES_OF_PHRASE = 2, 3
"""Clauses that hold a term; an English phrase is more easily one by chance."""
MOST_TERMS = 3000
"""Words of a language, and phrases."""
MANY = 20_000
"""Different terms, most of which were met once and no more."""
LONGEST_PHRASE = 3
"""Words of an English phrase."""
LONGEST_CHINESE = 8
"""Characters of a Chinese phrase."""
_LONGEST_WORD = 30

T = TypeVar("T")

_WORD = r"[^\W\d_\u3400-\u9fff\uf900-\ufaff]+"
_RUN = re.compile(rf"{_WORD}(?:[ '\u2019-]{_WORD})*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_ENGLISH = """
about above according across against along already although among another anyone anything
around because been being below between both cannot case cases each either enough etc even
ever every example first following further given hereby however including instead it's itself
last least less like made make makes making more most must need needs neither never nor not
once one onto others otherwise per rather regarding same second several since so-called some
someone such take taken takes thereof therefore thing things third though through thus toward
two under unless until upon use used uses using various via well whether within without yet
"""
_CHINESE = """
进行 相关 以及 如果 或者 按照 根据 其他 其它 该等 上述 下列 以下 以上 包括 通过 对于 等等 并且
但是 因此 同时 为了 由于 任何 所有 没有 不得 可能 除非 除外 有关 不会 不能 不是 他们 自己 这些
那些 本人 其中 以便 从而 之间 之前 之后 之日 之一 此外 另外 关于 基于 属于 以外 如下 及其 并不
作出 做出 予以 一旦 一切 某些 各种 各类 每个 这种 这样 那样 必须 仅限 仍然 已经 或是 而且 不限于
"""
_INSIDE = frozenset(("of", "and", "or", "for", "to"))
"""Words that join the words of a phrase: terms of service."""
_SAY_NOTHING = frozenset((_ENGLISH + _CHINESE).split())


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase as it is mostly written, and how many clauses hold it."""

    text: str
    lang: str
    count: int


def frequent_terms(texts: Iterable[tuple[str, str]]) -> list[Term]:
    """The terms of clauses that are given as language and text; other languages have none."""
    english: Counter[str] = Counter()
    chinese: Counter[tuple[str, str]] = Counter()
    for lang, text in texts:
        if lang == "en":
            english.update(set(_english_terms(text)))
        elif lang == "zh":
            chinese.update(set(_chinese_terms(text)))
    by_stems = _together(
        (" ".join(map(word_token, text.split(" "))), text, count)
        for text, count in _worth_it(english)
    )
    simplified = _together((key, text, count) for (key, text), count in _worth_it(chinese))
    return [
        Term(text, lang, count)
        for lang, counted in (("en", _without_parts(by_stems)), ("zh", simplified))
        for text, count in counted.values()
    ]


def _worth_it(counted: Counter[T]) -> Iterable[tuple[T, int]]:
    """Of very many ways to write something, those that were met more than once."""
    many = len(counted) > MANY
    return ((key, count) for key, count in counted.items() if count > 1 or not many)


def _english_terms(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        words = [_POSSESSIVE.sub("", word) for word in run.split(" ")]
        says = [_says_something(word) for word in words]
        for start, begins in enumerate(says):
            if not begins:
                continue
            if len(words[start]) > 2:
                yield words[start]
            for end in range(start + 2, min(start + LONGEST_PHRASE, len(words)) + 1):
                if says[end - 1]:
                    yield " ".join(words[start:end])
                elif words[end - 1].casefold() not in _INSIDE:
                    break


def _says_something(word: str) -> bool:
    plain = word.casefold()
    return 1 < len(plain) <= _LONGEST_WORD and not is_stop_word(plain) and plain not in _SAY_NOTHING


def _chinese_terms(text: str) -> Iterator[tuple[str, str]]:
    """Terms in simplified characters, each with how it is written."""
    simple = folded_by_character(text)
    if len(simple) != len(text):
        text = simple
    for run in HAN_RUN.finditer(simple):
        place, before = run.start(), -1
        for word in rjieba.cut(run[0]):
            start, place = place, place + len(word)
            if len(word) < 2 or is_stop_word(word) or word in _SAY_NOTHING:
                before = -1
                continue
            yield simple[start:place], text[start:place]
            if before >= 0 and place - before <= LONGEST_CHINESE:
                yield simple[before:place], text[before:place]
            before = start


def _together(counted: Iterable[tuple[str, str, int]]) -> dict[str, tuple[str, int]]:
    """Ways to write the same summed up; the most frequent one, and the most frequent terms."""
    written: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for key, text, count in counted:
        written[key].append((count, text))
    sums = {key: (max(ways)[1], sum(count for count, _ in ways)) for key, ways in written.items()}
    words = [key for key, (_, n) in sums.items() if " " not in key and n >= LEAST_CLAUSES]
    phrases = [key for key, (_, n) in sums.items() if " " in key and n >= LEAST_CLAUSES_OF_PHRASE]
    kept = {}
    for keys in (words, phrases):
        keys.sort(key=lambda key: (-sums[key][1], key))
        kept.update({key: sums[key] for key in keys[:MOST_TERMS]})
    return kept


def _without_parts(terms: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """Without phrases that stand nowhere but in a longer one."""
    parts = set()
    for key, (_, count) in terms.items():
        words = key.split(" ")
        for part in (" ".join(words[1:]), " ".join(words[:-1])):
            if " " in part and terms.get(part, ("", 0))[1] == count:
                parts.add(part)
    return {key: term for key, term in terms.items() if key not in parts}
