"""A MediaWiki, asked through its API (`api.php`, version 1.27 and newer)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from indexer.properties import is_web_address
from service.errors import WikiError, WikiPageError
from service.wiki.pull.asking import Asking
from service.wiki.pull.markup import language_code, plain_title
from service.wiki.pull.records import (
    BY_NAME,
    Account,
    Page,
    Rendering,
    Revision,
    Selected,
    Selection,
    Site,
    batched,
)

_MOST_WAITS = 8
_BATCH = 50
_MOST_PAGES = 20_000
_FORMAT = {"format": "json", "formatversion": "2"}
_SITEINFO = {"action": "query", "meta": "siteinfo", "siprop": "general"}
_DENIED = frozenset({"readapidenied", "permissiondenied"})
_NO_POLICIES = frozenset({2, 6, 8, 10, 12, 14, 828})
"""Namespaces whose pages are no texts of their own: users, files, templates, help, modules."""


class MediaWiki:
    """The API of one wiki. `url`: the wiki's address, that of its API, or of any of its pages."""

    def __init__(self, asking: Asking, account: Account | None = None) -> None:
        self._asking = asking
        self._signed_in = False
        self._api = self._found_api()
        if account is not None:
            self._sign_in(account.user, account.password)
        self._general = _at(self._call(_SITEINFO), "query", "general")
        server = str(self._general.get("server", "")).partition("//")[2]
        self.site = Site(
            "mediawiki",
            (server or asking.base.netloc.decode()) + str(self._general.get("scriptpath", "")),
            plain_title(str(self._general.get("sitename", ""))) or None,
        )

    def _sign_in(self, user: str, password: str) -> None:
        """As a user, or by a bot password (`User@name`). Raises `WikiError`."""
        token = self._call({"action": "query", "meta": "tokens", "type": "login"})
        login_token = _at(token, "query", "tokens", "logintoken")
        if "@" in user:
            asked = {"action": "login", "lgname": user, "lgpassword": password,
                     "lgtoken": login_token}  # fmt: skip
            answer = self._call(asked, post=True).get("login", {})
            accepted = answer.get("result") == "Success"
        else:
            asked = {"action": "clientlogin", "username": user, "password": password,
                     "logintoken": login_token, "loginreturnurl": str(self._api)}  # fmt: skip
            answer = self._call(asked, post=True).get("clientlogin", {})
            accepted = answer.get("status") == "PASS"
        if not accepted:
            reason = plain_title(str(answer.get("message") or answer.get("reason") or "refused"))
            raise WikiError(f"{self._api.host}: {user} cannot sign in: {reason}")
        self._signed_in = True

    def select(self, selection: Selection) -> Selected:
        """The pages named, then those of the categories; each once."""
        found: dict[str, Page] = {}
        failed: list[tuple[str, str]] = []
        for names in batched(selection.pages, _BATCH):
            asked = {"titles": "|".join(names), "redirects": "1"}
            for info in self._infos(asked):
                if info.get("missing") or info.get("invalid") or "pageid" not in info:
                    failed.append((str(info.get("title")), "there is no such page"))
                else:
                    page = self._page(info, BY_NAME)
                    found.setdefault(page.key, page)
        listed, empty = ({BY_NAME} if selection.pages else set[str]()), set[str]()
        for category in selection.parts:
            selector = f"category:{category.replace(' ', '_')}"
            count = 0
            for ids in batched(self._members(category, selection.deep), _BATCH):
                for info in self._infos({"pageids": "|".join(ids)}):
                    if info.get("redirect") or info.get("missing"):
                        continue  # its text is elsewhere, or it was deleted a moment ago
                    page = self._page(info, selector)
                    found.setdefault(page.key, page)
                    count += 1
            (listed if count else empty).add(selector)
            if not count:
                failed.append((f"Category:{category}", "it lists no pages"))
        return Selected(tuple(found.values()), tuple(failed), frozenset(listed), frozenset(empty))

    def revisions(self, page: Page, most: int) -> list[Revision]:
        asked = {"action": "query", "pageids": page.key, "prop": "revisions",
                 "rvprop": "ids|timestamp", "rvlimit": str(min(most, 50))}  # fmt: skip
        pages = _at(self._call(asked), "query", "pages")
        found = pages[0].get("revisions", []) if pages else []
        if not found:
            raise WikiPageError("it was deleted meanwhile, or may not be read")
        return [
            Revision(str(one["revid"]), datetime.fromisoformat(str(one["timestamp"])).date())
            for one in found
        ]

    def render(self, page: Page, revision: Revision) -> Rendering:
        plain = {"disablelimitreport": "1", "disableeditsection": "1", "disabletoc": "1"}
        asked = {"action": "parse", "oldid": str(revision.id), "prop": "text|displaytitle", **plain}
        parsed = _at(self._call(asked), "parse")
        text, title = parsed.get("text"), plain_title(str(parsed.get("displaytitle", "")))
        if not isinstance(text, str):
            raise WikiPageError("the wiki renders it to no text")
        return Rendering(text, title if title and title != page.name else page.title)

    def gone(self, keys: Sequence[str], selector: str) -> frozenset[str]:
        """Out of a category is out, deleted or not; a page that was named is out if deleted."""
        if selector != BY_NAME:
            return frozenset(keys)
        missing: set[str] = set()
        for ids in batched([key for key in keys if key.isdigit()], _BATCH):
            infos = self._infos({"pageids": "|".join(ids)})
            missing |= {str(info.get("pageid")) for info in infos if info.get("missing")}
        return frozenset(missing)

    def _page(self, info: Mapping[str, Any], selector: str) -> Page:
        name, url = str(info["title"]), str(info.get("canonicalurl") or info.get("fullurl"))
        if not is_web_address(url):
            raise WikiError(f"{name}: the wiki gives its address as {url[:200]!r}")
        page_lang = str(info.get("pagelanguage") or self._general.get("lang") or "")
        lang = language_code(name.rpartition("/")[2]) if "/" in name else None
        if lang is None and page_lang != self._general.get("lang"):
            lang = page_lang.partition("-")[0]  # somebody set it for this page
        title = _own_name(name, in_namespace=info.get("ns") != 0)
        return Page(str(info["pageid"]), name, url, selector, title, lang, page_lang or None)

    def _members(self, category: str, deep: bool) -> Iterator[str]:
        """The ids of the pages of a category, once each, without those that are no texts."""
        waiting, seen, sent = [f"Category:{category}"], {f"Category:{category}"}, set[str]()
        while waiting:
            asked = {"action": "query", "list": "categorymembers", "cmtitle": waiting.pop(),
                     "cmlimit": "max", "cmprop": "ids|title|type",
                     "cmtype": "page|subcat" if deep else "page"}  # fmt: skip
            for answer in self._pages_of(asked):
                for member in _at(answer, "query", "categorymembers"):
                    title, key, ns = str(member["title"]), str(member["pageid"]), int(member["ns"])
                    if member.get("type") == "subcat":
                        waiting += [title] if title not in seen else []
                        seen.add(title)
                    elif ns % 2 == 0 and ns not in _NO_POLICIES and key not in sent:
                        sent.add(key)
                        yield key
                    if len(sent) > _MOST_PAGES or len(seen) > _MOST_PAGES:
                        raise WikiError(f"Category:{category} has more than {_MOST_PAGES:,} pages")

    def _infos(self, asked: Mapping[str, str]) -> list[Mapping[str, Any]]:
        question = {"action": "query", "prop": "info", "inprop": "url", **asked}
        return [
            info
            for answer in self._pages_of(question)
            for info in answer.get("query", {}).get("pages", [])
        ]

    def _pages_of(self, asked: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """An answer and those that continue it."""
        question = dict(asked)
        for _ in range(_MOST_PAGES):
            answer = self._call(question)
            yield answer
            if "continue" not in answer:
                return
            question = {**asked, **{k: str(v) for k, v in answer["continue"].items()}}
        raise WikiError(f"{self.site.place} continues its answer for ever")

    def _call(self, asked: Mapping[str, str], *, post: bool = False) -> Mapping[str, Any]:
        """One call of the API; waits where the wiki's databases lag behind."""
        question = {**asked, **_FORMAT}
        question |= {} if post else {"maxlag": "5"}
        question |= {"assert": "user"} if self._signed_in else {}
        for attempt in range(_MOST_WAITS):
            if post:
                response = self._asking.post(self._api, data=question)
            else:
                response = self._asking.get(self._api, question)
            answer = _json(response)
            code = str(_error(answer).get("code", ""))
            if code != "maxlag":
                break
            after = response.headers.get("retry-after", "")
            self._asking.pause(float(after) if after.isdigit() else 2.0**attempt)
        if code in _DENIED and not self._signed_in:
            raise WikiError(f"{self._api.host}: the wiki is not open to everybody: give --user")
        if code:
            reason = plain_title(str(_error(answer).get("info", "")))
            kind = WikiPageError if asked["action"] == "parse" else WikiError
            raise kind(f"the wiki answers: {reason or code} ({code})")
        return answer

    def _found_api(self) -> httpx.URL:
        tried = _api_addresses(self._asking.base)
        reason: WikiError | None = None
        for address in tried:
            try:
                answer = _json(self._asking.get(address, {**_SITEINFO, **_FORMAT}))
            except WikiError as error:
                reason = reason or error
                continue
            denied = _error(answer).get("code") in _DENIED
            if denied or isinstance(answer.get("query", {}).get("general"), dict):
                return address
        names = ", ".join(map(str, tried))
        raise WikiError(f"no MediaWiki API found at {names}: give its address ({reason})")


def _api_addresses(url: httpx.URL) -> list[httpx.URL]:
    """Where the API of the wiki with this address may be."""
    if url.path.endswith("/api.php"):
        return [url]
    folder = url.path.partition("/index.php")[0].partition("/wiki/")[0].rstrip("/")
    paths = [f"{folder}/api.php", f"{folder}/w/api.php", "/w/api.php", "/api.php"]
    if url.path.startswith("/wiki"):
        paths.insert(0, "/w/api.php")
    return [url.copy_with(path=path) for path in dict.fromkeys(paths)]


def _own_name(name: str, *, in_namespace: bool) -> str:
    """`HR:Leave policy/zh` → `Leave policy`: the page's name without namespace and language."""
    above, _, last = name.rpartition("/")
    name = above if above and language_code(last) else name
    return name.partition(":")[2].strip() or name if in_namespace else name


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        answer = response.json()
    except (ValueError, RecursionError) as error:
        raise WikiError(
            f"{response.url.copy_with(query=None)} does not answer as an API"
        ) from error
    return answer if isinstance(answer, dict) else {}


def _error(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    found = answer.get("error")
    return found if isinstance(found, dict) else {}


def _at(answer: Mapping[str, Any], *path: str) -> Any:
    found: Any = answer
    for name in path:
        if not isinstance(found, dict) or name not in found:
            raise WikiError(f"the wiki's answer lacks {'.'.join(path)}")
        found = found[name]
    return found
