"""A DokuWiki without XML-RPC: its pages as they are exported, one by one."""

from __future__ import annotations

from collections.abc import Sequence

from service.errors import WikiError, WikiPageError
from service.wiki.pull.asking import Asking
from service.wiki.pull.dokuwiki import clean_id, page_of, place_of, wiki_root
from service.wiki.pull.records import BY_NAME, Page, Rendering, Revision, Selected, Selection, Site

WITHOUT_RPC = (
    "XML-RPC is turned off in this wiki (its settings `remote` and `remoteuser`): only the pages "
    "named by --page are read, without their revisions, and none is removed"
)


class ExportedPages:
    """What `do=export_xhtmlbody` gives of the pages that are named."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._root = wiki_root(asking.base)
        self.site = Site("dokuwiki", place_of(self._root))

    def select(self, selection: Selection) -> Selected:
        if selection.parts:
            raise WikiError(f"namespaces cannot be listed: {WITHOUT_RPC}")
        pages = {clean_id(name): name for name in selection.pages}
        found = tuple(page_of(self._root, key, BY_NAME) for key in pages)
        return Selected(found, ())

    def revisions(self, page: Page, most: int) -> list[Revision]:
        return [Revision(None, None)]

    def render(self, page: Page, revision: Revision) -> Rendering:
        address = self._root.copy_with(path=f"{self._root.path}doku.php")
        answer = self._asking.get(address, {"id": page.key, "do": "export_xhtmlbody"})
        html = answer.text
        # For a page that is not there, or not to be read, the wiki shows one of its own, whole.
        if html.lstrip()[:15].lower().startswith(("<!doctype", "<html")):
            raise WikiPageError("there is no such page, or it may not be read")
        return Rendering(html, None)

    def gone(self, keys: Sequence[str], selector: str) -> frozenset[str]:
        return frozenset()
