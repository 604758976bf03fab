"""Write a SentencePiece "precompiled character map" as SentencePiece and `tokenizers` read it.

Layout: the size of a double-array trie in bytes (uint32), the trie, then the replacements as
NUL-terminated UTF-8. The trie maps the UTF-8 bytes of a character to an offset into the
replacements. Its 32-bit units follow the darts-clone format:
bits 0-7 the label, bit 8 "has a leaf", bits 10-30 the offset to the children (XOR);
a leaf has bit 31 set and holds the value.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

_HAS_LEAF = 1 << 8
_OFFSET_SHIFT = 10
_LEAF = 1 << 31
_SEARCH_WINDOW = 1 << 8
_MAX_OFFSET = 1 << 21  # a larger offset needs the format's extension bit, not written here

_Trie = dict[int, "_Trie | int"]  # byte -> subtree; the key 0 holds a value


def precompiled_charsmap(characters: Mapping[int, tuple[int, ...]]) -> bytes:
    """The map as bytes.

    Args:
        characters: code point -> the code points that replace it; an empty tuple drops it.
            Code point 0 cannot be mapped: the format ends strings with it.

    Raises:
        ValueError: a replacement or key holds code point 0, or the trie outgrows the format.
    """
    replacements = bytearray()
    offsets: dict[bytes, int] = {}
    root: _Trie = {}
    for code in sorted(characters):
        text = "".join(map(chr, characters[code])).encode()
        if code == 0 or 0 in text:
            raise ValueError("code point 0 cannot be mapped")
        if text not in offsets:
            offsets[text] = len(replacements)
            replacements += text + b"\0"
        node = root
        for byte in chr(code).encode():
            child = node.setdefault(byte, {})
            assert isinstance(child, dict)
            node = child
        node[0] = offsets[text]
    trie = _double_array(root)
    return struct.pack("<I", 4 * len(trie)) + struct.pack(f"<{len(trie)}I", *trie) + replacements


def _double_array(root: _Trie) -> list[int]:
    units = [0]
    taken = {0}
    bases: set[int] = {0}  # readers take a root without an offset for an empty trie
    first_free = 1
    pending: list[tuple[int, _Trie]] = [(0, root)]
    while pending:
        position, node = pending.pop()
        labels = sorted(node)
        # Old holes that fit nothing are given up, or each search would walk over all of them.
        free = max(first_free, len(units) - _SEARCH_WINDOW)
        while True:
            base = free ^ labels[0]
            if base not in bases and not any(base ^ label in taken for label in labels):
                break
            free += 1
        bases.add(base)
        taken.update(base ^ label for label in labels)
        while first_free in taken:
            first_free += 1
        offset = position ^ base
        if offset >= _MAX_OFFSET:
            raise ValueError("too many characters for a trie without extended offsets")
        units.extend([0] * ((base | 0xFF) + 1 - len(units)))
        units[position] |= offset << _OFFSET_SHIFT
        for label in labels:
            child = node[label]
            if isinstance(child, int):
                units[position] |= _HAS_LEAF
                units[base ^ label] = _LEAF | child
            else:
                units[base ^ label] = label
                pending.append((base ^ label, child))
    return units
