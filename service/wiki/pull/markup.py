"""From a wiki's piece of HTML to a page that the reader of HTML files reads."""

from __future__ import annotations

import re
from html import escape, unescape

from service.wiki.pull.records import Page, Site

_LANGUAGES = frozenset({"zh", "en", "ja", "ko", "fr", "de", "es", "ru", "pt"})
"""Codes that names of pages end in to tell their language; not those that are also words."""
_CODE = re.compile(r"([a-z]{2})(?:-[A-Za-z]{2,4})?")
_LONGEST_TITLE = 300


def whole_page(piece: str, page: Page, site: Site, title: str | None) -> bytes:
    """A page in UTF-8: the piece, its language as a default, the site's name, its address."""
    lang = f' lang="{escape(page.page_lang)}"' if page.page_lang else ""
    name = f'<meta property="og:site_name" content="{escape(site.name)}">' if site.name else ""
    text = (
        f'<!doctype html>\n<html{lang}><head><meta charset="utf-8">'
        f"<title>{escape(title or page.name)}</title>{name}"
        f'<link rel="canonical" href="{escape(page.url)}"></head>\n'
        f"<body><main>\n{piece}\n</main></body></html>\n"
    )
    return text.encode("utf-8", "replace")


def plain_title(markup: str) -> str:
    """A title as readers see it, of the HTML that a wiki shows it in."""
    text = unescape(re.sub(r"<[^>]*>", "", markup))
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:_LONGEST_TITLE].rstrip()


def language_code(text: str) -> str | None:
    """`zh-Hans` → `zh`; `None` for what is no language, or may well be another word (`it`)."""
    found = _CODE.fullmatch(text)
    return found[1] if found and found[1] in _LANGUAGES else None
