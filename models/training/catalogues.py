"""Message catalogues: gettext, Fluent, Java properties, JSON, PHP arrays, Chromium packs.

Every function takes a file's content and gives its messages by key.
"""

from __future__ import annotations

import json
import re
import struct
from itertools import pairwise

GETTEXT_MAGIC = 0x950412DE


def gettext_messages(data: bytes) -> dict[str, str]:
    """Original message → translation of a compiled catalogue (GNU gettext manual, "MO files").

    Plural forms give their singular's first form; contexts are dropped.
    """
    order = "<" if struct.unpack_from("<I", data)[0] == GETTEXT_MAGIC else ">"
    _, _, count, originals, translations = struct.unpack_from(f"{order}5I", data)
    messages = {}
    for index in range(count):
        texts = []
        for table in (originals, translations):
            length, offset = struct.unpack_from(f"{order}2I", data, table + 8 * index)
            texts.append(data[offset : offset + length].decode("utf-8", "replace"))
        original = texts[0].split("\x00")[0].rpartition("\x04")[2]
        if original:
            messages[original] = texts[1].split("\x00")[0]
    return messages


_FLUENT_MESSAGE = re.compile(r"^(-?[A-Za-z][\w-]*)\s*=[ \t]*(.*)$")
_FLUENT_ATTRIBUTE = re.compile(r"^\s+\.([\w-]+)\s*=[ \t]*(.*)$")


def fluent_messages(text: str) -> dict[str, str]:
    """Messages and attributes of a Fluent file; those that select between variants are left out."""
    messages: dict[str, list[str]] = {}
    message = key = ""
    for line in text.splitlines():
        if found := _FLUENT_MESSAGE.match(line):
            message = key = found[1]
            messages[key] = [found[2]]
        elif found := _FLUENT_ATTRIBUTE.match(line):
            key = f"{message}.{found[1]}"
            messages[key] = [found[2]]
        elif key and line.startswith(" "):
            messages[key].append(line.strip())
        elif line.strip():
            key = ""
    joined = {name: " ".join(parts).strip() for name, parts in messages.items()}
    return {name: text for name, text in joined.items() if text and "->" not in text}


def properties_messages(text: str) -> dict[str, str]:
    """Messages of a Java properties file."""
    found = re.findall(r"^([\w.-]+)\s*=[ \t]*(.+)$", text.replace("\\\n", ""), re.MULTILINE)
    return {key: value.replace("\\n", " ").strip() for key, value in found}


def json_messages(text: str) -> dict[str, str]:
    """Messages of a flat JSON catalogue (MediaWiki, OnionShare)."""
    return {key: value for key, value in json.loads(text).items() if isinstance(value, str)}


_PHP = re.compile(
    r"""\$\w+\[['"]([\w-]+)['"]\]\s*=\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)");"""
)


def php_messages(text: str) -> dict[str, str]:
    """Messages of a PHP language file: `$labels['key'] = 'text';`."""
    return {
        key: (single or double).replace("\\'", "'").replace('\\"', '"').replace("\\n", " ")
        for key, single, double in _PHP.findall(text)
    }


def pack_messages(data: bytes) -> dict[str, str]:
    """Messages of a Chromium locale pack by resource number (grit's data_pack.py, version 5)."""
    version, encoding, resources, _aliases = struct.unpack_from("<IBxxxHH", data)
    if (version, encoding) != (5, 1):
        raise ValueError(f"a locale pack of version 5 in UTF-8 expected, found {version, encoding}")
    entries = [struct.unpack_from("<HI", data, 12 + 6 * i) for i in range(resources + 1)]
    return {
        str(number): data[start:end].decode("utf-8", "replace")
        for (number, start), (_, end) in pairwise(entries)
    }
