"""A DokuWiki, asked through XML-RPC, which its administrator turns on (`remote`, `remoteuser`)."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.parsers.expat import ExpatError

import httpx

from service.errors import WikiError, WikiPageError
from service.wiki.pull.asking import Asking
from service.wiki.pull.markup import language_code
from service.wiki.pull.records import (
    BY_NAME,
    Account,
    Page,
    Rendering,
    Revision,
    Selected,
    Selection,
    Site,
)

NOT_ENABLED = -32605
_NO_SUCH_PAGE, _MAY_NOT_READ = 121, 111
_MAY_READ = 1


class RpcOffError(WikiError):
    """The wiki's XML-RPC is turned off, or not for this user."""


class _FaultError(WikiPageError):
    def __init__(self, number: int, message: str) -> None:
        super().__init__(f"the wiki answers: {message[:300]} ({number})")
        self.number = number


class DokuWiki:
    """The XML-RPC of one wiki. Raises `RpcOffError` where there is none."""

    def __init__(self, asking: Asking, account: Account | None = None) -> None:
        self._asking = asking
        self.root = wiki_root(asking.base)
        self._rpc = self.root.copy_with(path=f"{self.root.path}lib/exe/xmlrpc.php")
        if account and self._call("dokuwiki.login", account.user, account.password) is not True:
            raise WikiError(f"{self.root}: {account.user} cannot sign in: wrong user or password")
        self.site = Site("dokuwiki", place_of(self.root), str(self._call("dokuwiki.getTitle")))

    def select(self, selection: Selection) -> Selected:
        """The pages named, then those of the namespaces and what is in these; each once."""
        found: dict[str, Page] = {}
        failed: list[tuple[str, str]] = []
        for name in selection.pages:
            key = clean_id(name)
            if self._exists(key):
                found.setdefault(key, page_of(self.root, key, BY_NAME))
            else:
                failed.append((name, "there is no such page, or it may not be read"))
        listed, empty = ({BY_NAME} if selection.pages else set[str]()), set[str]()
        for name in selection.parts:
            space = clean_id(name)
            selector = f"namespace:{space}"
            pages = self._call("dokuwiki.getPagelist", space, {"depth": 0})
            keys = [str(one["id"]) for one in _items(pages, "id")]
            for key in keys:
                found.setdefault(key, page_of(self.root, key, selector))
            (listed if keys else empty).add(selector)
            if not keys:
                failed.append((f"{name}:", "the namespace lists no pages that may be read"))
        return Selected(tuple(found.values()), tuple(failed), frozenset(listed), frozenset(empty))

    def revisions(self, page: Page, most: int) -> list[Revision]:
        newest = self._call("wiki.getPageInfo", page.key)
        if not isinstance(newest, dict) or not isinstance(newest.get("version"), int):
            raise WikiPageError("the wiki tells nothing of it")
        times = [int(newest["version"])]
        offset = 0
        while len(times) < most:
            older = _items(self._call("wiki.getPageVersions", page.key, offset), "version")
            fresh = [int(one["version"]) for one in older if int(one["version"]) < times[-1]]
            if not fresh:
                break
            times += fresh
            offset += len(older)
        return [Revision(str(t), datetime.fromtimestamp(t, UTC).date()) for t in times[:most]]

    def render(self, page: Page, revision: Revision) -> Rendering:
        newest = self._call("wiki.getPageInfo", page.key)
        if isinstance(newest, dict) and str(newest.get("version")) == revision.id:
            html = self._call("wiki.getPageHTML", page.key)
        else:
            html = self._call("wiki.getPageHTMLVersion", page.key, int(revision.id or 0))
        if not isinstance(html, str):
            raise WikiPageError("the wiki renders it to no text")
        return Rendering(html, None)

    def gone(self, keys: Sequence[str], selector: str) -> frozenset[str]:
        """Those that may be read and are not there: pages that are merely closed to us stay."""
        return frozenset(
            key
            for key in keys
            if not self._exists(key) and self._call("wiki.aclCheck", key) >= _MAY_READ
        )

    def _exists(self, key: str) -> bool:
        """Whether there is a page that may be read: some releases tell a fault, some nothing."""
        try:
            told = self._call("wiki.getPageInfo", key)
        except _FaultError as error:
            if error.number in (_NO_SUCH_PAGE, _MAY_NOT_READ):
                return False
            raise
        return isinstance(told, dict) and "version" in told

    def _call(self, method: str, *arguments: Any) -> Any:
        body = xmlrpc.client.dumps(arguments, method, encoding="utf-8").encode("utf-8", "replace")
        response = self._asking.post(self._rpc, content=body, headers={"Content-Type": "text/xml"})
        if b"<!DOCTYPE" in response.content or b"<!ENTITY" in response.content:
            raise RpcOffError(f"{self._rpc} does not answer as XML-RPC")
        try:
            (answer,), _ = xmlrpc.client.loads(response.content)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == NOT_ENABLED:
                raise RpcOffError(f"{self._rpc}: XML-RPC is turned off") from None
            if fault.faultCode in (-32603, -32604):
                raise WikiError(
                    f"{self._rpc}: not for this user ({fault.faultString}): give --user, and let "
                    "the wiki's setting `remoteuser` name them or their group"
                ) from None
            raise _FaultError(int(fault.faultCode), str(fault.faultString)) from None
        except (ExpatError, ValueError, TypeError, KeyError, IndexError, AttributeError,
                xmlrpc.client.ResponseError) as error:  # fmt: skip
            raise RpcOffError(f"{self._rpc} does not answer as XML-RPC ({error})") from error
        return answer


def wiki_root(url: httpx.URL) -> httpx.URL:
    """The folder of the wiki, with a slash at its end."""
    path = url.path.partition("/doku.php")[0].partition("/lib/exe/")[0].rstrip("/")
    return url.copy_with(path=f"{path}/")


def place_of(root: httpx.URL) -> str:
    """The wiki's address without scheme."""
    return f"{root.netloc.decode()}{root.path}".rstrip("/")


def clean_id(name: str) -> str:
    """A page or namespace as DokuWiki writes it: `HR:Leave Policy` → `hr:leave_policy`."""
    return "_".join(name.strip().strip(":").lower().split())


def page_of(root: httpx.URL, key: str, selector: str) -> Page:
    """A page by its id; a first namespace such as `zh` tells its language."""
    url = root.copy_with(path=f"{root.path}doku.php", query=f"id={_quoted(key)}".encode())
    space, _, rest = key.partition(":")
    lang = language_code(space) if rest else None
    return Page(key, key, str(url), selector, lang=lang)


def _quoted(key: str) -> str:
    from urllib.parse import quote

    return quote(key, safe=":")


def _items(answer: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(answer, list):
        raise WikiError("the wiki's answer is no list")
    return [one for one in answer if isinstance(one, dict) and name in one]
