"""The page `/embed`: the search component alone, to be framed by other pages."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from string import Template
from typing import Final

from service.access.origins import parse_ancestors
from service.settings import Settings
from service.web.language import Language

_THEMES = ("light", "dark", "auto")
_MOST_RESULTS = 50
_TITLES: Final = {"en": "Search the policies", "zh": "搜索制度"}
_WITHOUT_SCRIPT: Final = {
    "en": "The policy search needs JavaScript.",
    "zh": "制度搜索需要启用 JavaScript。",
}
_STYLE = """\
:root{color-scheme:light dark}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
body{margin:0;padding:4px;font-family:system-ui,sans-serif}
"""
# Tells the framing page how tall the content is; a page that does not listen loses nothing.
_SCRIPT = """\
if(parent!==window)new ResizeObserver(()=>{
const height=Math.ceil(document.body.getBoundingClientRect().height);
parent.postMessage({type:"policy-search:height",height},"*");
}).observe(document.body);
"""
_PAGE = Template("""\
<!DOCTYPE html>
<html lang="$lang" data-theme="$theme">
<head>
<meta charset="utf-8">
<title>$title</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<style>$style</style>
<script src="policy-search.js" defer></script>
</head>
<body>
<main>
<policy-search inline target="_blank"$attributes></policy-search>
<noscript>$without</noscript>
</main>
<script>$script</script>
</body>
</html>
""")


def embed_page(asked: Mapping[str, str], lang: Language, key: str | None) -> str:
    """The page for the parameters `theme`, `policies`, `limit` and `q`; others mean nothing."""
    theme = asked.get("theme", "").lower()
    theme = theme if theme in _THEMES else "auto"
    limit = asked.get("limit", "")
    attributes = {
        "lang": lang,
        "theme": theme,
        "policies": asked.get("policies", ""),
        "limit": limit if re.fullmatch("[1-9][0-9]?", limit, re.ASCII) else "",
        "value": asked.get("q", ""),
        "api-key": key or "",
    }
    return _PAGE.substitute(
        lang="zh-Hans" if lang == "zh" else lang,
        theme=theme,
        title=_TITLES[lang],
        without=_WITHOUT_SCRIPT[lang],
        style=_STYLE,
        script=_SCRIPT,
        attributes="".join(f' {name}="{escape(v)}"' for name, v in attributes.items() if v),
    )


def embed_headers(settings: Settings) -> dict[str, str]:
    """What the page may do (nothing but its own script, asking its own service) and who may frame
    it. It sets and needs no cookie."""
    policy = (
        "default-src 'none'",
        f"script-src 'self' {_hash_of(_SCRIPT)}",
        f"style-src {_hash_of(_STYLE)}",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        f"frame-ancestors {parse_ancestors(settings.frame_ancestors)}",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "private, no-store" if settings.embed_key else "no-cache",
        "Vary": "Accept-Language",
    }


def _hash_of(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
