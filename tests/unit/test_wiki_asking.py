"""A wiki is asked politely and carefully: bounded answers, no other host, no password told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from service.errors import WikiError, WikiPageError
from service.wiki.pull.asking import Asking, Bounds
from service.wiki.pull.dokuwiki import DokuWiki, RpcOffError
from service.wiki.pull.mediawiki import MediaWiki
from service.wiki.pull.records import Account, Page, Revision, Selection

GENERAL = {"server": "https://wiki.example", "scriptpath": "/w", "sitename": "Lanternworks",
           "lang": "en"}  # fmt: skip
Handler = Callable[[httpx.Request], httpx.Response]


def asking(handler: Handler, url: str = "https://wiki.example/w/api.php", **bounds: Any) -> Asking:
    pauses: list[float] = []
    made = Asking(url, Bounds(**bounds), httpx.MockTransport(handler), pauses.append)
    made.pauses = pauses  # type: ignore[attr-defined]
    return made


def api(answers: Callable[[dict[str, str]], Any]) -> Handler:
    """A MediaWiki whose API answers so; what it is asked, in one dictionary."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked = dict(request.url.params) | dict(httpx.QueryParams(request.content.decode()))
        if asked.get("meta") == "siteinfo":
            return httpx.Response(200, json={"query": {"general": GENERAL}})
        answer = answers(asked)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    return handle


def info(key: int, title: str, **more: Any) -> dict[str, Any]:
    url = f"https://wiki.example/wiki/{key}"
    return {"pageid": key, "ns": 0, "title": title, "canonicalurl": url, "pagelanguage": "en",
            **more}  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["ftp://wiki.example/", "file:///etc/passwd", "wiki.example", "https://me:pw@wiki.example/"],
)
def test_other_addresses_than_those_of_the_web_are_refused(url: str) -> None:
    with pytest.raises(WikiError) as told:
        Asking(url)
    assert "pw" not in str(told.value).replace("--password-env", "")


@pytest.mark.parametrize(
    "where",
    ["https://other.example/w/api.php", "http://169.254.169.254/", "https://wiki.example:8443/",
     "http://wiki.example/w/api.php", "file:///etc/passwd", "https://a@wiki.example/"],
)  # fmt: skip
def test_redirect_elsewhere_is_refused(where: str) -> None:
    asked = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.host))
        return httpx.Response(302, headers={"Location": where})

    wiki = asking(handle)
    with pytest.raises(WikiError, match="another host"):
        wiki.get(wiki.base)
    assert asked == ["wiki.example"]


def test_redirect_within_the_wiki_is_followed_and_ends() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/end":
            return httpx.Response(200, text="here")
        return httpx.Response(301, headers={"Location": request.url.params.get("to", "/again")})

    wiki = asking(handle, "http://wiki.example/")
    assert wiki.get(wiki.base, {"to": "https://wiki.example/end"}).text == "here"
    with pytest.raises(WikiError, match="redirects"):
        wiki.get(wiki.base)


def test_a_password_follows_no_redirect() -> None:
    wiki = asking(lambda _: httpx.Response(307, headers={"Location": "/elsewhere"}))
    with pytest.raises(WikiError, match="redirects to /elsewhere"):
        wiki.post(wiki.base, data={"password": "lantern"})


def test_an_answer_without_end_is_cut_off() -> None:
    wiki = asking(lambda _: httpx.Response(200, content=b"x" * 5_000), most_bytes=1_000)
    with pytest.raises(WikiError, match="more than 1,000 bytes"):
        wiki.get(wiki.base)


def test_a_wiki_without_time_is_asked_again_when_it_says() -> None:
    answers = [
        httpx.Response(503, headers={"Retry-After": "7"}),
        httpx.Response(429),
        httpx.Response(200, text="now"),
    ]
    wiki = asking(lambda _: answers.pop(0))
    assert wiki.get(wiki.base).text == "now"
    assert [wiki.pauses[0], len(wiki.pauses)] == [7.0, 2]  # type: ignore[attr-defined]


def test_a_wiki_that_is_down_is_told_as_such() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(WikiError, match=r"wiki\.example/w/api\.php cannot be reached: refused"):
        asking(handle).get(httpx.URL("https://wiki.example/w/api.php?lgpassword=lantern"))


def test_the_api_is_found_by_the_address_of_a_page() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path != "/w/api.php":
            return httpx.Response(404)
        return httpx.Response(200, json={"query": {"general": GENERAL}})

    wiki = MediaWiki(asking(handle, "https://wiki.example/wiki/Main_Page"))
    assert (wiki.site.place, wiki.site.name) == ("wiki.example/w", "Lanternworks")
    with pytest.raises(WikiError, match="no MediaWiki API found at"):
        MediaWiki(asking(lambda _: httpx.Response(200, text="<html>")))


def test_a_long_category_is_listed_to_its_end_with_what_is_inside() -> None:
    members = {
        ("Category:Policies", None): ([(1, 0, "page"), (2, 1, "page"), (3, 10, "page")], "more"),
        ("Category:Policies", "more"): ([(9, 14, "subcat")], None),
        ("Category:Inside", None): ([(4, 0, "page"), (1, 0, "page"), (9, 14, "subcat")], None),
    }

    def answers(asked: dict[str, str]) -> Any:
        assert asked["maxlag"]
        if "pageids" in asked:
            assert set(asked["pageids"].split("|")) <= {"1", "4"}
            return {
                "query": {"pages": [info(int(k), f"P{k}") for k in asked["pageids"].split("|")]}
            }
        found, more = members[asked["cmtitle"], asked.get("cmcontinue")]
        listed = [
            {
                "pageid": k,
                "ns": ns,
                "type": t,
                "title": "Category:Inside" if t == "subcat" else f"P{k}",
            }
            for k, ns, t in found
        ]
        following = {"continue": {"cmcontinue": more, "continue": "-||"}} if more else {}
        return {"query": {"categorymembers": listed}, **following}

    wiki = MediaWiki(asking(api(answers)))
    found = wiki.select(Selection(parts=("Policies",), deep=True))
    assert [page.key for page in found.pages] == ["1", "4"]
    assert found.listed == {"category:Policies"}


def test_a_lagging_wiki_is_waited_for() -> None:
    lagging = [{"error": {"code": "maxlag", "info": "5.1 s lagged"}}] * 2
    page = {"query": {"pages": [info(1, "Leave")]}}

    asked = asking(api(lambda _: lagging.pop() if lagging else page))
    found = MediaWiki(asked).select(Selection(pages=("Leave",)))
    assert [one.name for one in found.pages] == ["Leave"]
    assert len(asked.pauses) == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("title", "page_language", "lang"),
    [
        ("Leave policy", "en", None),
        ("Leave policy/zh", "en", "zh"),
        ("Leave policy/zh-hans", "en", "zh"),
        ("HR/it", "en", None),
        ("休假制度", "zh-hans", "zh"),
    ],
)
def test_a_pages_language_is_what_somebody_set_or_its_name_says(
    title: str, page_language: str, lang: str | None
) -> None:
    page = info(1, title, pagelanguage=page_language)
    wiki = MediaWiki(asking(api(lambda _: {"query": {"pages": [page]}})))
    assert wiki.select(Selection(pages=(title,))).pages[0].lang == lang


def test_a_revision_is_rendered_without_the_wikis_own_links() -> None:
    def answers(asked: dict[str, str]) -> Any:
        assert (asked["oldid"], asked["disabletoc"], asked["disableeditsection"]) == ("7", "1", "1")
        shown = "<span class=x>Leave &amp; rest</span>"
        return {"parse": {"text": "<p>Text</p>", "displaytitle": shown}}

    wiki = MediaWiki(asking(api(answers)))
    page = Page("1", "Leave", "https://wiki.example/wiki/Leave", "page", "Leave")
    rendering = wiki.render(page, Revision("7", date(2026, 1, 1)))
    assert (rendering.html, rendering.title) == ("<p>Text</p>", "Leave & rest")


def test_a_page_that_cannot_be_rendered_is_that_pages_error() -> None:
    error = {"error": {"code": "permissiondenied", "info": "You may not"}}

    def answers(asked: dict[str, str]) -> Any:
        return {"error": {"code": "nosuchrevid", "info": "no"}} if "oldid" in asked else error

    wiki = MediaWiki(asking(api(answers)))
    page = Page("1", "Leave", "https://wiki.example/wiki/Leave", "page")
    with pytest.raises(WikiPageError, match="nosuchrevid"):
        wiki.render(page, Revision("7", None))
    with pytest.raises(WikiError, match="give --user"):
        wiki.select(Selection(pages=("Leave",)))


@pytest.mark.parametrize("user", ["Robot@import", "Admin"])
def test_a_wrong_password_is_told_without_it(user: str) -> None:
    sent = []

    def answers(asked: dict[str, str]) -> Any:
        if asked.get("type") == "login":
            return {"query": {"tokens": {"logintoken": "t+\\"}}}
        sent.append(asked)
        kind = "login" if user == "Robot@import" else "clientlogin"
        assert asked["action"] == kind
        return {kind: {"result": "Failed", "status": "FAIL", "message": "Wrong <b>name</b>"}}

    account = Account(user, "lantern-9")
    with pytest.raises(WikiError, match="cannot sign in: Wrong name") as told:
        MediaWiki(asking(api(answers)), account)
    assert len(sent) == 1
    assert "lantern-9" not in f"{told.value!r} {account!r}"


def test_who_signed_in_is_asked_as_such() -> None:
    """A session that ended would show fewer pages, and those missing would be removed."""

    def answers(asked: dict[str, str]) -> Any:
        if asked.get("type") == "login":
            return {"query": {"tokens": {"logintoken": "t"}}}
        if asked["action"] == "clientlogin":
            return {"clientlogin": {"status": "PASS"}}
        assert asked["assert"] == "user"
        return {"error": {"code": "assertuserfailed", "info": "no longer logged in"}}

    wiki = MediaWiki(asking(api(answers)), Account("Admin", "pw"))
    with pytest.raises(WikiError, match="assertuserfailed"):
        wiki.gone(["1"], "page")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>nothing here</html>",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><methodResponse/>',
        b"<methodResponse><params/></methodResponse>",
        json.dumps({"a": 1}).encode(),
    ],
)
def test_what_is_no_xml_rpc_is_told_as_such(body: bytes) -> None:
    wiki = asking(lambda _: httpx.Response(200, content=body), "https://wiki.example/doku.php")
    with pytest.raises(RpcOffError, match=r"lib/exe/xmlrpc\.php does not answer as XML-RPC"):
        DokuWiki(wiki)
