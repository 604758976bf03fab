"""From bytes to text: the encodings that English and Chinese policies come in."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ["gb18030", "big5", "utf_16_le", "utf_16_be", "cp1252"]
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROL = 0.005
_MOST_MARKS = 30
_PERHAPS_MARKS = re.compile(
    r"[^\x00-\u02ff\u2000-\u206f\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7af\uff00-\uffef]"
    rf"{{{_MOST_MARKS + 1},}}"
)
"""A run of characters among which there may be marks: not Latin, Chinese, Japanese or Korean."""
_SAMPLE = 64 * 1024


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    The text is NFC with `\\n` line ends and without byte order mark; everything later refers to it
    by character offset. Raises `ValueError` with the reason for bytes that are not text.
    """
    text, encoding = _decode(data)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n").replace("\x0b", "\n")
    controls = len(_CONTROL.findall(text[:_SAMPLE]))
    if controls > max(2, _MOST_CONTROL * min(len(text), _SAMPLE)):
        raise ValueError("the file is binary, not text; save the policy as UTF-8 text or Markdown")
    return unicodedata.normalize("NFC", _without_heaps(_CONTROL.sub(" ", text))), encoding


def _without_heaps(text: str) -> str:
    """A text in which no character bears more marks than any writing needs.

    What is over 30, the bound of Unicode's Stream-Safe Text Format (UAX #15), is left out: the time
    that normalising takes grows with the square of their number.
    """
    return _PERHAPS_MARKS.sub(lambda found: "".join(_fewer_marks(found[0])), text)


def _fewer_marks(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            yield character


def _decode(data: bytes) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError as error:
                raise ValueError(f"starts as {encoding} and then breaks: {error}") from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if "\x00" not in text:
            return text, "utf-8"
    best = from_bytes(data, cp_isolation=_LEGACY, threshold=0.3).best()
    if best is None:
        raise ValueError(
            "the text encoding is not recognised (tried UTF-8, UTF-16, GB18030, Big5); "
            "save the file as UTF-8"
        )
    return str(best), best.encoding
