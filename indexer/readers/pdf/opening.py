"""Opening a PDF: what cannot be read is refused, and what the file says of itself is taken."""

from __future__ import annotations

import re
from typing import Any

from indexer.errors import PolicyFileError
from indexer.records import Properties

_PASSWORD = 4
_SECURITY = 5
_NO_TITLE = re.compile(
    r"(?i)^(?:microsoft (?:word|powerpoint|excel)\b.*|untitled.*|无标题.*|未命名.*|文档\s*\d*"
    r"|(?:draft|final|template|title|document|slide|print|index|about:blank)[\W\d]*"
    r"|.*\.(?:docx?|pdf|wps|txt|rtf|odt|fodt|html?|indd|pptx?|xlsx?|md|tex|dvi|qxd)|\S+://.*"
    r"|[\w.]*[\\/][\w\\/. -]*|[\d\W_]*)$"
)
_FILE_NAME = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9.]+)+")
_LONGEST_TITLE = 150
_TITLE_WORDS = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+")
_MOSTLY = 0.6
_MOJIBAKE = re.compile(r"[\ufffd\x00-\x08\x0e-\x1f]|(?:[\u0080-\u00ff]{2}){2}|[þÿ]{2}")


def open_pdf(data: bytes) -> Any:
    """The opened document, to be closed by the caller. Raises `PolicyFileError`."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (_PASSWORD, _SECURITY) or "assword" in str(error):
            raise PolicyFileError(
                "the PDF is protected by a password; save a copy without"
            ) from error
        raise PolicyFileError(
            "the PDF is damaged and cannot be opened; export it anew, or repair it, for example "
            "`qpdf in.pdf out.pdf`"
        ) from error
    if not len(document):
        document.close()
        raise PolicyFileError("the PDF has no pages; export it anew")
    return document


def read_properties(document: Any) -> Properties:
    """The title where it is one.

    Its dates are those of the file, not of the policy; its author is a person as often as not, and
    its language that of the program that wrote it.
    """
    title = re.sub(r"\s+", " ", document.get_metadata_value("Title")).strip()
    return Properties(title=title if _is_title(title) else None)


def title_in(title: str | None, text: str) -> str | None:
    """The title if the text holds most of its words: templates keep the title of another file."""
    words = {word.casefold() for word in _TITLE_WORDS.findall(title or "")}
    held = {word.casefold() for word in _TITLE_WORDS.findall(text)}
    return title if words and len(words & held) >= _MOSTLY * len(words) else None


def _is_title(title: str) -> bool:
    return (
        1 < len(title) <= _LONGEST_TITLE
        and not _NO_TITLE.match(title)
        and not _FILE_NAME.fullmatch(title)
        and not _MOJIBAKE.search(title)
    )
