"""File properties that say something of a policy: title, company, language. Dates do not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from indexer.outline.headings import is_heading_like
from indexer.readers.assemble import Piece
from indexer.readers.docx.package import Package
from indexer.records import Properties

_DC = "{http://purl.org/dc/elements/1.1/}"
_APP = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
_FILE_NAME = re.compile(r"\.(?:docx?|docm|dotx?|rtf|pdf|txt|wps|pages|odt|html?)$", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"microsoft word\b.*|word document|document ?\d*|untitled.*|template|新建.*文档.*|文档 ?\d*"
    r"|无标题.*|標題|标题|title|\W*",
    re.IGNORECASE,
)
_NO_COMPANY = frozenset(
    {"microsoft", "microsoft corporation", "china", "微软中国", "home", "user", "users", "hp",
     "lenovo", "dell", "company", "organization", "-", "n/a", "none", "雨林木风", "番茄花园",
     "深度技术", "mc system"}
)  # fmt: skip
_LONGEST = 120
_HEAD = 40
"""How many pieces of the text may print the title: the cover and the first page."""


def read_properties(package: Package, pieces: Sequence[Piece]) -> Properties:
    """Properties that are plausible; a title only where the text prints it as well.

    Word fills in the title of a template, or of the document that a new one was made from.
    """
    language = _text(package.core, _DC + "language").replace("_", "-").split("-")[0].lower()
    company = _text(package.app, _APP + "Company")
    is_company = 1 < len(company) <= _LONGEST and company.lower() not in _NO_COMPANY
    return Properties(
        title=_title(_text(package.core, _DC + "title"), pieces),
        organisation=company if is_company and "www." not in company.lower() else None,
        lang=language if re.fullmatch(r"[a-z]{2,3}", language) else None,
    )


def _title(title: str, pieces: Sequence[Piece]) -> str | None:
    if _NO_TITLE.fullmatch(title) or _FILE_NAME.search(title):
        return None
    if not is_heading_like(title, isolated=True) or len(title) > _LONGEST:
        return None
    printed = "\n".join(_compared(piece.text) for piece in pieces[:_HEAD])
    return title if _compared(title) in printed else None


def _compared(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _text(root: etree._Element | None, tag: str) -> str:
    found = root.find(tag) if root is not None else None
    return " ".join((found.text or "").split()) if found is not None else ""
