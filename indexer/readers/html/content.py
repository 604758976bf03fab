"""Which part of a page is the document."""

from __future__ import annotations

from indexer.readers.html.tree import Element, heading_level

_LEAST = 0.66
"""Share of the page's text outside links that its main part holds; with less, the page is read
whole: a menu too much does less harm than a clause too few."""
_SITE = frozenset({"site", "logo", "brand", "blog"})
_IDS = frozenset(
    "content main maincontent main-content mw-content-text bodycontent dokuwiki__content js_content"  # noqa: SIM905
    " article page-content post-content primary zoom".split()
)
_CLASSES = frozenset(
    "wiki-content entry-content post-content article-content article-body markdown-body"  # noqa: SIM905
    " trs_editor rich_media_content main-content page-content rst-content"
    " theme-doc-markdown".split()
)


def keep_main(root: Element) -> None:
    """Marks what lies outside the page's main part, where there is evidence for one.

    `root` is measured, without its furniture. A heading of the first level before the main part
    stays, and what stands between.
    """
    chosen = _main(root)
    if chosen is None:
        return
    title = _title_before(root, chosen)
    path = {id(chosen), *(id(element) for element in chosen.ancestors())}
    titled = {id(title), *(id(element) for element in title.ancestors())} if title else set()
    for element in [e for e in root.elements() if id(e) in path and e is not chosen]:
        place = next(i for i, child in enumerate(element.children) if id(child) in path)
        begin = next((i for i, c in enumerate(element.children) if id(c) in titled), place)
        for i, child in enumerate(element.children):
            if begin <= i <= place:
                continue
            if isinstance(child, Element):
                child.dropped = "what surrounds the main part"
            else:
                element.children[i] = ""


def _main(root: Element) -> Element | None:
    """The main part by its element, its role or its name, if it holds the page's text."""
    if not root.prose:
        return None
    found = [e for e in root.elements() if e.prose >= _LEAST * root.prose and e is not root]
    for is_main in (_is_main, _is_article, _is_named):
        candidates = [element for element in found if is_main(element)]
        if candidates:
            return candidates[-1] if is_main is _is_named else candidates[0]
    return None


def _is_main(element: Element) -> bool:
    return element.tag == "main" or element.attrs.get("role") == "main"


def _is_article(element: Element) -> bool:
    return element.tag == "article" or element.attrs.get("itemprop") == "articleBody"


def _is_named(element: Element) -> bool:
    classes = element.attrs.get("class", "").lower().split()
    return element.attrs.get("id", "").lower() in _IDS or not _CLASSES.isdisjoint(classes)


def _title_before(root: Element, chosen: Element) -> Element | None:
    """The page's title, where it stands before the main part.

    Where the main part has a heading of the first level itself, the one before may be the site's.
    """
    own = sum(heading_level(element) == 1 for element in chosen.elements())
    for element in root.elements():
        if element is chosen:
            return None
        if heading_level(element) == 1 and element.chars > element.link_chars:
            of_page = "title" in element.names and element.names.isdisjoint(_SITE)
            if own != 1 or of_page:
                return element
    return None
