"""Front matter: the keys and values, YAML or TOML, before the text of a Markdown file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from indexer.organisation import names_organisation
from indexer.properties import read_properties
from indexer.records import Properties, Remark
from indexer.yamltext import load_toml, load_yaml

MOST_CHARACTERS = 64 * 1024
_FENCED = re.compile(
    r"\A(?:---[ \t]*\n(?P<yaml>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
    r"|\+\+\+[ \t]*\n(?P<toml>(?:.*\n)*?)\+\+\+[ \t]*(?:\n|\Z))"
)
_KEY_LINE = re.compile(r"[\w\u3400-\u9fff\"'][^:：=]{0,40}[:=](?:\s|$)|[ \t]+\S|[-#\]}]|\.\.\.$")
_MOST_OTHER_LINES = 0.2


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What front matter says; the text of the policy begins at `end`."""

    end: int = 0
    properties: Properties = field(default_factory=Properties)
    remarks: tuple[Remark, ...] = ()


def read_front_matter(text: str) -> FrontMatter:
    """The front matter of a Markdown file; an empty one where the file has none.

    What is broken is passed over with a remark. A text between two rules is text.
    """
    found = _FENCED.match(text)
    if found is None:
        return FrontMatter()
    stated = found["yaml"] if found["yaml"] is not None else found["toml"]
    if not _looks_like_keys(stated[:MOST_CHARACTERS]):
        return FrontMatter()
    if len(stated) > MOST_CHARACTERS:
        return FrontMatter(
            remarks=(_remark(f"has {len(stated):,} characters, over {MOST_CHARACTERS:,}"),)
        )
    try:
        values = load_yaml(stated) if found["yaml"] is not None else load_toml(stated)
    except ValueError as error:
        return FrontMatter(found.end(), remarks=(_remark(str(error)),))
    if values is None:
        return FrontMatter(found.end())
    if not isinstance(values, dict):
        return FrontMatter()
    reading = read_properties(values, strict=False)
    properties = reading.properties
    author = values.get("author") or values.get("作者")
    if properties.organisation is None and isinstance(author, str) and names_organisation(author):
        properties = replace(properties, organisation=author.strip())
    return FrontMatter(found.end(), properties, tuple(map(_remark, reading.complaints)))


def _looks_like_keys(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    others = sum(_KEY_LINE.match(line) is None for line in lines)
    return others <= _MOST_OTHER_LINES * len(lines)


def _remark(reason: str) -> Remark:
    return Remark("front-matter", f"front matter: {reason}; it was passed over")
