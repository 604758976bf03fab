"""Make any Python string fit for a tokenizer, without moving a character."""

from __future__ import annotations

import re
from typing import Final

# Lone surrogates have no UTF-8 form, and NUL ends a string in SentencePiece's character map.
_UNFIT: Final = re.compile("[\ud800-\udfff\0]")
_REPLACEMENT: Final = "\ufffd"

# No tokenizer here makes fewer tokens than one for 64 characters of ordinary text; what lies
# beyond this many characters per token is cut unread, so that one absurd text cannot fill memory.
_MAX_CHARACTERS_PER_TOKEN: Final = 64


def clean(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD; same length."""
    return _UNFIT.sub(_REPLACEMENT, text)


def clip(text: str, max_tokens: int) -> str:
    """The part of a text that could still matter to an encoder of `max_tokens`."""
    return text[: max_tokens * _MAX_CHARACTERS_PER_TOKEN]
