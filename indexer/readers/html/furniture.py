"""What of a page is no part of its document: menus, banners, share bars, what is hidden."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from indexer.dates import states_date
from indexer.readers.html.consent import is_consent_banner
from indexer.readers.html.hidden import is_hidden, opened_by, opens_text
from indexer.readers.html.tree import Element, heading_level

_MENU = frozenset(
    "nav navbar navigation menu menubar submenu megamenu breadcrumb breadcrumbs crumb crumbs"  # noqa: SIM905
    " pagination pager toolbar topbar share sharing shares social addthis sharethis bshare jiathis"
    " bdsharebuttonbox sitemap skip skiplink skiplinks languages langs lang language locale".split()
)
_BESIDE = frozenset(
    "sidebar related recommend recommended recommendation recommendations promo advert ads"  # noqa: SIM905
    " advertisement newsletter subscribe comments widget widgets popular trending feedback"
    " helpful rating prevnext".split()
)
_HEADER = frozenset("header masthead topbar sitehead siteheader logo".split())  # noqa: SIM905
_FOOTER = frozenset("footer colophon copyright sitefooter".split())  # noqa: SIM905
_TOOLS = frozenset(
    # Parts that wikis and frameworks add to every page, by class or id.
    "mw-editsection mw-jump-link printfooter catlinks mw-indicators navbox secedit docinfo pageid"  # noqa: SIM905
    " sitesub contentsub jump-to-nav mw-navigation mw-head mw-panel mw-footer noprint no-print"
    " d-print-none dokuwiki__header dokuwiki__footer dokuwiki__aside dokuwiki__pagetools"
    " dokuwiki__sitetools dokuwiki__usertools sr-only visually-hidden screen-reader-text"
    " visuallyhidden page-metadata headerlink anchorjs-link mw-cite-backlink"
    " likes-and-labels-container wpadminbar comments-area comment-respond disqus_thread".split()
)
_OWNER = re.compile(
    r"©|&copy;|\(c\)\s*(?:19|20)\d\d|copyright\b|all rights reserved|版权所有|版權所有"
    r"|.{0,12}ICP[备備证證]",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"(?:you are here|home|首页|首頁|主页|(?:您|你)?(?:现|現)?在?的?(?:当前|目前|所在)?位置)"
    r"[^>›»→/]{0,20}(?:[>›»→]|\s/\s).{0,160}",
    re.IGNORECASE,
)
_TO_TOP = re.compile(
    r"(?:(?:go |jump )?back to (?:the )?top|to top|top|返回(?:页首|顶部|目录)?|回到?顶部"
    r"|▲|↑|¶|#|§|🔗|skip (?:to|navigation|nav)\b.{0,40}|(?:跳到|跳至|跳转到?|跳过).{0,16}"
    r"|\[?(?:edit|edit source|编辑|編輯|编辑源代码)\]?)\s*[▲↑^]?",
    re.IGNORECASE,
)
_TOOL = re.compile(
    r"(?:log|sign) ?(?:in|out|up)|register|print|close|share|tweet|e-?mail|save|follow us"
    r"|登录|登陆|注册|打印(?:本页)?|关闭(?:窗口|本页)?|分享|收藏(?:本站)?|设为首页|大|中|小|繁體?|简体?|english|中文版?",
    re.IGNORECASE,
)
_NEIGHBOURS = re.compile(
    r"(?:上一?[篇条页]|下一?[篇条页]|previous|next|友情链接)\s*[:：].{0,160}", re.IGNORECASE
)
_ASIDE_MOST = 0.15
_MOST = 0.5
"""A part that holds more of the page's text than this is the document, however it is named."""
_SHORT = 120


@dataclass(frozen=True, slots=True)
class _Page:
    """What the judgement of one element needs to know of the whole."""

    chars: int
    prose: int
    opened: Set[str]
    has_article: bool
    has_title: bool
    """The main part or an article has its own heading of the first level."""


def drop_furniture(root: Element) -> None:
    """Marks what is no part of the document. `root` is measured."""
    opened: set[str] = set()
    has_article = has_title = False
    for element in root.elements():
        opened |= opened_by(element)
        has_article = has_article or _is_article(element)
        if heading_level(element) == 1 and not has_title:
            has_title = any(map(_is_article, element.ancestors()))
    page = _Page(root.chars, root.prose, opened, has_article, has_title)
    stack = [(root, False)]
    while stack:
        element, inside = stack.pop()
        inside = inside or _is_article(element)
        for child in element.children:
            if isinstance(child, Element):
                child.dropped = _furniture(child, page, inside)
                if not child.dropped:
                    stack.append((child, inside))


def is_contents(element: Element) -> bool:
    """Whether an element is a table of contents: its name says so, or a menu of places here."""
    names = element.attrs.get("class", "").split()
    if any(re.fullmatch(r"MsoToc\d|MsoTocHeading", name) for name in names):
        return True
    if not element.links or element.prose > element.link_chars + _SHORT // 2:
        return False
    if _is_menu(element):
        return element.jumps * 2 >= element.links
    named = {*names, element.attrs.get("id", "")} & {
        "toc", "dw__toc", "table-of-contents", "tableofcontents", "toc-macro", "toc_container",
    }  # fmt: skip
    return bool(named) or element.attrs.get("role") == "doc-toc"


def names_owner(text: str) -> bool:
    """Whether a line is an imprint: "© 2024 Acme", "All rights reserved", an ICP number."""
    return len(text) <= 2 * _SHORT and _OWNER.match(text.lstrip()) is not None


def _furniture(element: Element, page: _Page, inside: bool) -> str | None:
    """As what an element is to be left out; `inside` an article or the page's main part."""
    if is_hidden(element, page.chars, page.opened):
        return "hidden text"
    if element.tag == "button" and not opens_text(element):
        return "buttons"
    if not element.chars or is_contents(element):
        return None
    if element.tag == "a" and element.chars <= 60 and _is_tool_link(element):
        return "links of the page"
    if element.prose > _MOST * page.prose or element.chars > 0.8 * page.chars:
        return None
    names = {*element.attrs.get("class", "").lower().split(), element.attrs.get("id", "").lower()}
    if names & _TOOLS:
        return "page tools"
    if is_consent_banner(element, inside=inside):
        return "a cookie banner"
    if _is_menu(element) and (element.link_chars * 3 >= element.chars or element.chars < 300):
        return "menus"
    if not inside and _is_row_of_links(element):
        return "menus"
    for judge in (_site_furniture, _by_name):
        reason = judge(element, page, inside)
        if reason:
            return reason
    return None


def _is_row_of_links(element: Element) -> bool:
    """Whether an element is links to other pages and signs between them: "Home | Shop | Help"."""
    if element.links < 2 or element.chars > 300 or element.jumps:
        return False
    return all(
        child.tag == "a" if isinstance(child, Element) else not any(map(str.isalnum, child))
        for child in element.children
    )


def _site_furniture(element: Element, page: _Page, inside: bool) -> str | None:
    """Header, footer, asides and forms, which may as well be the document's own."""
    role = element.attrs.get("role")
    dense = element.link_chars * 2 >= element.chars
    if element.tag == "header" or role == "banner" or element.names & _HEADER:
        named = element.tag != "header" and role != "banner"
        if inside or named:
            return "the site's header" if element.links >= 2 and dense else None
        if _own_title(element) and not page.has_title:
            return None
        return "the site's header" if element.links or page.has_article else None
    if element.tag == "footer" or role == "contentinfo" or element.names & _FOOTER:
        marked = element.tag == "footer" or role == "contentinfo"
        if _is_imprint(element, page, marked=marked, inside=inside):
            return "the site's footer"
        return None
    if element.tag == "aside" or role == "complementary":
        if dense or element.names & (_BESIDE | _MENU):
            return "asides"
        return "asides" if page.has_article and not inside else None
    if element.tag in ("form", "search") or role == "search":
        return "forms" if element.prose < _ASIDE_MOST * page.prose else None
    return None


def _is_imprint(element: Element, page: _Page, *, marked: bool, inside: bool) -> bool:
    """Whether a footer is the site's: links, an owner; `marked` by the markup as a footer."""
    dense = element.link_chars * 2 >= element.chars
    if inside:
        return dense and element.links >= 2
    if dense and element.links:
        return True
    linked = element.links >= 4 or (element.links and element.chars < 300)
    if marked and linked and element.prose < 0.3 * page.prose:
        return True
    return element.chars < 600 and _OWNER.search(element.text()) is not None


def _by_name(element: Element, page: _Page, inside: bool) -> str | None:
    """What class and id say, believed where the text is what they say: links, or little."""
    if not element.is_block or heading_level(element):
        return None
    dense = element.link_chars * 2 >= element.chars and element.links >= 2
    if element.chars < 200 and element.links and _is_small_menu(element):
        return "menus"
    if element.names & _MENU and dense:
        return "menus"
    if not element.names & _BESIDE:
        return None
    little = element.prose < _ASIDE_MOST * page.prose and not inside
    return "asides" if dense or (little and element.links) else None


def _is_small_menu(element: Element) -> bool:
    """A trail of links from the start page, links to neighbouring pages, or tools of the page."""
    text = element.text()
    if text.endswith((".", "。", "!", "！", "?", "？", ";", "；")) or states_date(text):
        return False
    if _NEIGHBOURS.fullmatch(text) or (
        _TRAIL.fullmatch(text) and element.link_chars * 6 >= element.chars
    ):
        return True
    if element.prose > 30:
        return False
    links = [inner.text() for inner in element.elements() if inner.tag == "a" and inner.chars]
    return len(links) > 1 and all(map(_TOOL.fullmatch, links))


def _is_article(element: Element) -> bool:
    return element.tag in ("main", "article") or element.attrs.get("role") in ("main", "article")


def _is_menu(element: Element) -> bool:
    return element.tag == "nav" or element.attrs.get("role") in (
        "navigation", "menu", "menubar", "toolbar", "tablist",
    )  # fmt: skip


def _is_tool_link(link: Element) -> bool:
    """A link back to the top, past the menu, to an editor, or to the heading it stands in."""
    return _TO_TOP.fullmatch(link.text()) is not None


def _own_title(element: Element) -> bool:
    """Whether a header prints a title that is no link home."""
    return any(
        heading_level(inner) and inner.chars > inner.link_chars for inner in element.elements()
    )
