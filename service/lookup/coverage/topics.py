"""The topics that policies are expected to speak of: a list that an administrator can edit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from indexer.yamltext import load_yaml
from service.errors import TopicsError

DEFAULT_FILE: Final = Path(__file__).with_name("topics.yaml")
MOST_TOPICS: Final = 200
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = frozenset({"id", "en", "zh", "references", "asks", "terms"})


@dataclass(frozen=True, slots=True)
class Topic:
    """What a policy may speak of. Texts in all languages stand together: any may find any."""

    id: str
    en: str
    zh: str
    references: str
    asks: tuple[str, ...]
    """Questions about it and statements that deal with it."""
    terms: tuple[str, ...] = ()
    """Words that clauses about it hold and others hardly do; `*` at the end stands for letters."""


def read_topics(path: Path) -> tuple[Topic, ...]:
    """Reads a file like the packaged `topics.yaml`, whose beginning tells the form.

    Raises:
        TopicsError: it cannot be read, or a topic lacks something or has something unknown.
    """
    try:
        listed = load_yaml(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise TopicsError(f"{path}: the topics cannot be read: {error}") from error
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_TOPICS:
        raise TopicsError(f"{path}: expected a list of 1 to {MOST_TOPICS} topics, each `- id: …`")
    topics = tuple(_topic(path, number, entry) for number, entry in enumerate(listed, 1))
    ids = [topic.id for topic in topics]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise TopicsError(f"{path}: the id {', '.join(twice)} stands more than once")
    return topics


@cache
def default_topics() -> tuple[Topic, ...]:
    """The topics that come with the package: those of privacy policies."""
    return read_topics(DEFAULT_FILE)


def _topic(path: Path, number: int, entry: Any) -> Topic:
    place = f"{path}, topic {number}"
    if not isinstance(entry, Mapping):
        raise TopicsError(f"{place}: expected keys such as `id: …` and `asks: …`")
    if unknown := sorted(set(map(str, entry)) - _KEYS):
        raise TopicsError(
            f"{place}: unknown key {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}"
        )
    name = entry.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise TopicsError(f"{place}: the id is {name!r}; use small letters, digits and hyphens")
    place = f"{place} ({name})"
    asks = _texts(place, "asks", entry.get("asks"))
    if not asks:
        raise TopicsError(f"{place}: `asks` names no question or statement")
    english, chinese = (entry.get(lang) for lang in ("en", "zh"))
    if not isinstance(english, str) or not isinstance(chinese, str):
        raise TopicsError(f"{place}: it needs a name in English (`en`) and in Chinese (`zh`)")
    references = entry.get("references") or ""
    terms = _texts(place, "terms", entry.get("terms") or {})
    return Topic(name, english, chinese, str(references), asks, terms)


def _texts(place: str, key: str, value: Any) -> tuple[str, ...]:
    """The texts of all languages: `{"en": […], "zh": […]}` → one tuple."""
    if not isinstance(value, Mapping):
        raise TopicsError(f"{place}: `{key}` needs a list for each language, such as `en: […]`")
    found: list[str] = []
    for lang, texts in value.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise TopicsError(f"{place}: `{key}` in {lang} is no list of texts")
        found += [text for text in texts if text.strip()]
    return tuple(dict.fromkeys(found))
