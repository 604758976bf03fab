"""Where a policy is published, as its text says it of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from indexer.outline.markers import fold
from indexer.properties import is_web_address
from indexer.records import Block

_LONGEST_PARAGRAPH = 1_500
_URL = r"\s*:?\s*<?(?P<url>https?://[^\s<>\"“”（()]+)"
_DOCUMENT = r"(?:policy|notice|statement|agreement|handbook|manual|guidelines?|code|document|terms)"
_IS_PUBLISHED = (
    r"(?:is|are|was|can\s+be|may\s+be|has\s+been)\s+(?:[\w,]+\s+){0,5}?"
    r"(?:published|available|posted|found|located|accessible|online|viewed|hosted)"
)
_HAN_DOCUMENT = r"(?:政策|协议|条款|声明|手册|制度|办法|规定|文件|條款|協議|聲明|規定|辦法)"
_STATEMENTS = [
    re.compile(pattern + _URL, re.IGNORECASE)
    for pattern in (
        # "This privacy policy is also published at https://…"; not "our cookie policy".
        rf"\bthis\s+(?:[\w’'\-]+\s+){{0,4}}?{_DOCUMENT}\s+{_IS_PUBLISHED}"
        r"\s+(?:[\w,]+\s+){0,4}?at",
        r"^\W*(?:(?:policy|source|canonical)\s+(?:url|link)|source|(?:published|available)"
        r"(?:\s+online)?\s+at|online\s+version)",
        # 本隐私政策的最新版本发布于：https://…
        rf"(?:^|[。;,\s])本[\u3400-\u9fff]{{0,10}}?{_HAN_DOCUMENT}的?(?:最新版本?|全文|原文|电子版)?"
        r"的?(?:[发公]布)?(?:网址|網址|链接|連結|地址|网页|于|在)[为是]?",
        rf"^\W*(?:{_HAN_DOCUMENT}|原文|[发公]布|来源|來源)?(?:网址|網址|链接|連結)",
        r"^\W*(?:来源|來源)",
    )
]
_FRAGMENT = "!$&'()*+,;=:@/?-._~"
"""RFC 3986, 3.5: what stands in a fragment as it is."""
_AFTER_URL = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def find_source_url(blocks: Iterable[Block]) -> str | None:
    """The address at which the text says that it is published; `None` where it says nothing."""
    for block in blocks:
        text = re.sub(r"\s", " ", block.text[:_LONGEST_PARAGRAPH])
        folded = fold(text)
        for statement in _STATEMENTS:
            found = statement.search(folded)
            if found is None:
                continue
            # Chinese goes on after an address without a space.
            printed = _AFTER_URL.split(text[found.start("url") : found.end("url")])[0]
            url = printed.rstrip(".,;:!?'’")
            if is_web_address(url):
                return url
    return None


def section_url(page: str | None, anchor: str) -> str | None:
    """The address of a place in a page; that of the page where the place has no name.

    An address that ends in a fragment of its own (`#/policies/leave`) keeps it.
    """
    if page is None or not anchor or "#" in page:
        return page
    return f"{page}#{quote(anchor, safe=_FRAGMENT)}"
