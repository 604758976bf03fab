"""Policies named in running text: 《休假制度》, "our Cookie Policy"; and laws, which are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.references.steps import plain_words

_HAN_TITLE = re.compile(r"《([^《》\n]{2,60})》(?:\s*\([^()\n]{0,20}\))?")
_NOUN = re.compile(
    r"\b(?:Policy|Policies|Notice|Terms(?: of (?:Service|Use))?|Agreement|Handbook|Procedures?|Code"
    r"|Standards?|Guidelines|Statement|Rules|Charter|Manual|Programme)\b"
    r"(?: (?:of|on|for) [A-Z]\w+(?: (?:and )?[A-Z]\w+){0,3})?"
)
_WORD_BEFORE = re.compile(r"([\w&'’-]+)[ \n]$")
_FIRST = re.compile(r"([\w&'’-]+)\s+")
_MOST_WORDS = 7
_CONNECTING = frozenset({"and", "of", "for", "on", "the", "to"})
_DETERMINER_WORDS = (
    "a an and any as by for following from if in including its of on or our please read see such "
    "that the their these this to under where with within your"
)
_DETERMINERS = frozenset(_DETERMINER_WORDS.split())
_OWN = frozenset({"this", "these", "such", "that", "present", "current", "updated", "above"})
_LAW_HAN = re.compile(
    r"(?:(?<![办辦])法|法律|法规|法典|法令|条例|條例|公约|公約|宪法|规章|实施细则|国标|指令)$"
)
HAN_DOCUMENT = (
    "法|法律|法规|法典|条例|條例|规定|規定|办法|辦法|规则|規則|准则|準則|协议|協議|政策|制度|合同|规范|"
    "規範|指南|标准|標準|公约|公約|指引|手册|手冊|细则|細則|守则|条款|声明|聲明"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A document named in a text. `own`: "this Policy"; `law`: a law, which is no policy."""

    name: str
    start: int
    end: int
    own: bool = False
    law: bool = False


def find_names(text: str, title: str) -> list[Named]:
    """The documents named in a folded text, in its order; `title` is that of its own policy."""
    names = list(_in_brackets(text, title))
    if text.isascii() or re.search("[A-Za-z]{4}", text):
        names += [n for n in _in_english(text, title) if not any(_within(n, o) for o in names)]
    return sorted(names, key=lambda named: named.start)


def is_own(name: str, title: str) -> bool:
    """Whether a policy of this title calls itself so: the title, or what it ends in."""
    words, own = plain_words(name), plain_words(title)
    return own == words or own.endswith(f" {words}") or (not words.isascii() and words in own)


def _in_brackets(text: str, title: str) -> Iterator[Named]:
    for found in _HAN_TITLE.finditer(text):
        name = found[1].strip()
        law = bool(_LAW_HAN.search(name)) or name.startswith("中华人民共和国")
        yield Named(name, found.start(), found.end(), is_own(name, title), law)


def _in_english(text: str, title: str) -> Iterator[Named]:
    for found in _NOUN.finditer(text):
        start = found.start()
        before = ""
        for _ in range(_MOST_WORDS):
            word = _WORD_BEFORE.search(text[max(0, start - 40) : start])
            if word is None:
                break
            before = word[1]
            capital = before[0].isupper() and before.lower() not in _DETERMINERS
            if not capital and before not in _CONNECTING:
                break
            if before.endswith(("'s", "’s")):
                break
            start -= len(word[0])
        name = text[start : found.end()]
        while (first := _FIRST.match(name)) and first[1].lower() in _DETERMINERS:
            before, name = first[1], name[first.end() :]
            start += first.end()
        own = before.lower() in _OWN or is_own(name, title)
        foreign = before.endswith(("'s", "’s"))
        if own or (" " in name and not foreign):
            yield Named(" ".join(name.split()), start, found.end(), own)


def _within(inner: Named, outer: Named) -> bool:
    return inner.start >= outer.start and inner.end <= outer.end
