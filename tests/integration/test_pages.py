"""The pages over HTTP, as a browser without scripts sees them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html
from starlette.testclient import TestClient

from indexer.lifecycle import Put, apply_changes
from indexer.limits import Limits
from indexer.parsing import PolicyParser
from indexer.records import Properties
from service.app import create_app
from service.settings import Settings
from service.web.links import clause_page, equivalents_page
from tests.support.small import LEAVE, PRIVACY

HOSTILE = """\
<b>Harbour</b> Rules & "Terms"

1. Scripts

1.1 Who writes <script>alert(1)</script> or "><img src=x onerror=alert(2)> pays a harbour fee.

1.2 Name | Meaning
<i>fee</i> | what is paid & owed
"""
MANY = "Leave of Many Kinds\n\n" + "".join(f"{n}. Leave of kind {n}.\n\n" for n in range(1, 15))
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of policies, one in two versions, one hostile, and one of the legal team."""
    from tests.support.small import CountingEncoder

    root = tmp_path_factory.mktemp("pages") / "index"
    with PolicyParser(Limits()) as parser:
        for leave in (LEAVE, LEAVE.replace("1 March 2025", "1 March 2026").replace("six", "eight")):
            puts = [
                Put("leave", leave.encode(), ".txt", Properties(organisation="Lanternworks")),
                Put("privacy", PRIVACY.encode(), ".txt"),
                Put("harbour", HOSTILE.encode(), ".txt"),
                Put("many", MANY.encode(), ".txt"),
                Put("secret", b"Secret Plan\n\n1. Moves\n\n1.1 The office moves.\n", ".txt",
                    Properties(groups=("legal",))),
            ]  # fmt: skip
            apply_changes(puts, root, CountingEncoder(), parser)
    return root


@pytest.fixture
def client(root: Path, tmp_path: Path, encoder: Any) -> Iterator[TestClient]:
    settings = Settings(index=root, keys=tmp_path / "keys.sqlite", refresh_seconds=0.05)
    app = create_app(settings, encoder=encoder)
    with TestClient(app, headers=BROWSER, follow_redirects=False) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.01)
        yield client


def make_key(client: TestClient, *scopes: str, groups: tuple[str, ...] = ()) -> str:
    app: Any = client.app
    text: str = app.state.access.keys.create("a key", scopes, groups)[1]
    return text


def page(response: Any) -> Any:
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    return html.document_fromstring(response.content.decode())


def texts(root: Any, path: str) -> list[str]:
    return [" ".join(node.text_content().split()) for node in root.xpath(path)]


PAGES = [
    "/", "/?q=annual+leave", "/policies/leave", "/policies/leave/diff", "/docs", "/sign-in",
    "/compare?q=annual+leave", "/coverage", equivalents_page("leave@2026-03-01#1.1"), "/nowhere",
    "/policies/harbour", "/?q=harbour+fee", "/?q=" + quote('"><script>alert(3)</script>'),
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(
    client: TestClient, path: str
) -> None:
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    root = page(response)
    for node in root.xpath("//*"):
        for name, value in node.attrib.items():
            assert not name.startswith("on"), (path, name)
            assert name != "style", path
            if name == "src" or (name == "href" and node.get("rel") in ("stylesheet", "icon")):
                assert value.startswith("/static/"), value
                assert client.get(value).status_code == 200, value
    assert not root.xpath("//style | //script[not(@src)] | //img | //iframe")
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_search_works_without_scripts(client: TestClient) -> None:
    root = page(client.get("/"))
    (form,) = root.xpath("//form[@role='search']")
    assert (form.get("action"), form.get("method", "get")) == ("/", "get")
    assert form.xpath(".//input[@name='q'] and .//button")
    found = page(client.get("/?q=twenty-five+days+of+annual+leave"))
    (first,) = found.xpath("(//li[@class='hit'])[1]")
    (link,) = first.xpath(".//h3/a")
    assert link.text == "Lanternworks Leave Policy §1.1"
    assert link.get("href") == clause_page("leave@2026-03-01#1.1")
    assert "annual" in texts(first, ".//mark")
    boxes = found.xpath("//input[@type='checkbox'][@form='ui:form']")
    assert {"lang", "policy_id", "organisation", "year"} == {box.get("name") for box in boxes}


def test_filters_are_in_the_address_and_can_be_removed(client: TestClient) -> None:
    root = page(client.get("/?q=leave&lang=zh"))
    assert set(texts(root, "//li[@class='hit']//span[contains(@class, 'badge')]")) == {"Chinese"}
    assert texts(root, "//ul[@class='chips']//a") == ["Chinese ×", "Remove all filters"]
    assert root.xpath("//ul[@class='chips']//a/@href") == ["/?q=leave", "/?q=leave"]
    assert root.xpath("//input[@name='lang'][@value='zh'][@checked]")
    assert root.xpath("//input[@name='lang'][@value='en'][not(@checked)]")


def test_more_results_are_a_link_and_pages_fit_together(client: TestClient) -> None:
    seen: list[str] = []
    address = "/?q=leave"
    while address:
        root = page(client.get(address))
        seen += root.xpath("//li[@class='hit']//h3/a/@href")
        address = next(iter(root.xpath("//a[@data-more]/@href")), "")
    total = client.get("/v1/search?q=leave").json()["total"]
    assert len(seen) == len(set(seen)) == total > 10


def test_part_of_the_page_is_what_the_page_holds(client: TestClient) -> None:
    whole = page(client.get("/?q=annual+leave"))
    part = html.fragment_fromstring(client.get("/?q=annual+leave&part=results").text, "div")
    inside = "//*[@id='ui:results']//text()"
    assert "".join(whole.xpath(inside)).split() == "".join(part.xpath("//text()")).split()


def test_question_that_cannot_be_asked_is_told_on_the_page(client: TestClient) -> None:
    response = client.get("/?q=leave&policy_id=nobodys")
    assert response.status_code == 422
    assert "nobodys" in texts(page(response), "//p[@role='alert']")[0]
    long = client.get("/?q=" + "x" * 2001)
    assert long.status_code == 422
    assert "2001 characters" in texts(page(long), "//p[@role='alert']")[0]


def test_text_of_a_policy_is_never_markup(client: TestClient) -> None:
    root = page(client.get("/policies/harbour"))
    (clause,) = root.xpath("//*[@id='1.1']")
    assert '<script>alert(1)</script> or "><img src=x onerror=alert(2)>' in clause.text_content()
    assert root.xpath("//td[text()='<i>fee</i>']")
    assert texts(root, "//h1") == ['<b>Harbour</b> Rules & "Terms"']
    for path in (
        "/?q=harbour+fee",
        equivalents_page("harbour@1#1.1"),
        "/policies/harbour/diff",
        "/compare?q=harbour+fee",
        "/?q=" + quote("</title><script>alert(3)</script>"),
    ):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "<b>Harbour" not in text


def test_every_clause_has_its_place(client: TestClient) -> None:
    root = page(client.get("/policies/leave"))
    clauses = client.get("/v1/policies/leave/clauses").json()["clauses"]
    anchors = [c["id"].partition("#")[2] for c in clauses]
    assert root.xpath("//*[@data-clause]/@id") == anchors
    parents = {
        node.get("data-clause"): next(iter(node.xpath("parent::*/@data-clause")), None)
        for node in root.xpath("//*[@data-clause]")
    }
    assert parents == {c["id"]: c["parent_id"] for c in clauses}
    printed = "".join(texts(root, "//article[@class='policy']")).replace(" ", "")
    for clause in clauses:
        assert "".join(clause["text"].split()) in printed
    assert texts(root, "//nav[@class='outline']//li/a") == ["1. Annual leave", "2. Sick leave"]


def test_link_to_a_clause_shows_its_version_and_marks_it(client: TestClient) -> None:
    old = page(client.get(clause_page("leave@2025-03-01#2.1").partition("#")[0]))
    (marked,) = old.xpath("//*[@aria-current='true'][@data-clause]")
    assert marked.get("id") == "2.1"
    assert "six weeks" in marked.text_content()
    assert "older version" in texts(old, "//p[@class='note']")[0]
    gone = page(client.get("/policies/leave?clause=leave%402019%239.9"))
    assert "leave@2019#9.9" in texts(gone, "//p[@role='alert']")[0]
    assert not gone.xpath("//*[@data-clause][@aria-current]")


def test_differences_are_marked_word_by_word(client: TestClient) -> None:
    root = page(client.get("/policies/leave/diff"))
    assert (texts(root, "//del"), texts(root, "//ins")) == (["2025", "six"], ["2026", "eight"])
    assert client.get("/policies/leave/diff?from=2025-03-01&to=2026-03-01").status_code == 200
    assert client.get("/policies/leave/diff?to=7").status_code == 404
    chinese = page(client.get("/policies/leave/diff", headers={"Accept-Language": "zh-CN"}))
    assert "修改" in texts(chinese, "//span[@class='kind']")


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"), ("en-GB,zh;q=0.5", "en"), ("fr", "en"),
     ("zh-TW", "zh-Hans"), ("en;q=0.2, zh;q=0.3", "zh-Hans"), ("zh;q=x", "en")],
)  # fmt: skip
def test_language_is_the_browsers(client: TestClient, accepted: str, lang: str) -> None:
    response = client.get("/?q=leave", headers={"Accept-Language": accepted})
    assert page(response).get("lang") == response.headers["Content-Language"] == lang


def test_language_and_look_are_chosen_once_and_remembered(client: TestClient) -> None:
    chosen = client.get("/?q=leave&ui=zh&theme=dark")
    assert chosen.cookies["policy_search_ui"] == "zh"
    later = page(client.get("/policies/leave"))
    assert (later.get("lang"), later.get("data-theme")) == ("zh-Hans", "dark")
    assert page(client.get("/?ui=en&theme=auto")).get("data-theme") is None
    assert page(client.get("/?ui=xx")).get("lang") == "en"
    switch = later.xpath("//a[@data-switch='ui=en']/@href")
    assert switch == ["?ui=en"]
    kept = page(client.get("/?q=leave&lang=zh&part=results&ui=zh"))
    assert not kept.xpath("//html[@data-theme]")


def test_stranger_gets_the_form_and_the_api_stays_json(client: TestClient) -> None:
    make_key(client, "search")
    refused = client.get("/?q=leave")
    assert refused.status_code == 401
    (field,) = page(refused).xpath("//form[@action='/sign-in']//input[@name='next']")
    assert field.get("value") == "/?q=leave"
    assert "leave" not in texts(page(refused), "//main")[0].lower()
    api = client.get("/v1/search?q=leave")
    assert api.headers["Content-Type"] == "application/problem+json"


def test_key_is_taken_once_and_kept_out_of_reach_of_scripts(client: TestClient) -> None:
    key = make_key(client, "search", "read")
    answer = client.post("/sign-in", data={"key": f" {key} ", "next": "/?q=leave"}, headers=HERE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?q=leave")
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert "max-age" not in cookie
    assert client.get("/?q=leave").status_code == 200
    assert client.get("/v1/suggest?q=an").status_code == 200
    out = client.post("/sign-out", headers=HERE)
    assert out.status_code == 303
    assert client.get("/?q=leave").status_code == 401


def test_cookie_is_secure_behind_tls_and_lasts_where_asked(root: Path, tmp_path: Path) -> None:
    from tests.support.small import CountingEncoder

    settings = Settings(index=root, keys=tmp_path / "k.sqlite", trusted_proxies="10.0.0.1")
    app = create_app(settings, encoder=CountingEncoder())
    for base, peer, told, secure in (
        ("https://x.example", "192.0.2.1", "", True),
        ("http://x.example", "10.0.0.1", "https", True),
        ("http://x.example", "10.0.0.1", "http", False),
        ("http://x.example", "192.0.2.1", "https", False),
    ):
        client = TestClient(app, base_url=base, client=(peer, 1), follow_redirects=False)
        headers = HERE | ({"X-Forwarded-Proto": told} if told else {})
        answer = client.post(
            "/sign-in",
            data={"key": make_key(client, "search"), "remember": "yes"},
            headers=headers,
        )
        cookie = answer.headers["Set-Cookie"].lower()
        assert ("secure" in cookie) == secure, (base, peer, told)
        assert "max-age=2592000" in cookie


def test_bad_key_is_told_and_not_kept(client: TestClient) -> None:
    make_key(client, "search")
    answer = client.post("/sign-in", data={"key": "ps_wrong", "next": "/"}, headers=HERE)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert "unknown" in texts(page(answer), "//p[@role='alert']")[0]
    assert "ps_wrong" not in answer.text
    client.cookies.set("policy_search_key", "ps_wrong")
    stale = client.get("/")
    assert stale.status_code == 401
    assert 'policy_search_key=""' in stale.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "",
    ],
)
def test_signing_in_leads_nowhere_else(client: TestClient, target: str) -> None:
    key = make_key(client, "search")
    answer = client.post("/sign-in", data={"key": key, "next": target}, headers=HERE)
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("headers", "trusted"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://testserver.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_cookie_changes_nothing_for_another_site(
    client: TestClient, headers: dict[str, str], trusted: bool
) -> None:
    key = make_key(client, "admin")
    client.cookies.set("policy_search_key", key)
    asked = client.post("/v1/search", json={"q": "leave"}, headers=headers)
    assert asked.status_code == (200 if trusted else 401)
    removed = client.delete("/v1/policies/nobodys", headers=headers)
    assert removed.status_code == (404 if trusted else 401)
    signed_in = client.post("/sign-in", data={"key": key}, headers=headers)
    assert signed_in.status_code == (303 if trusted else 403)
    signed_out = client.post("/sign-out", headers=headers)
    assert signed_out.status_code == (303 if trusted else 403)
    if not trusted:
        assert "open /sign-in" in texts(page(signed_out), "//main")[0]
    header = {"Authorization": f"Bearer {key}"} | headers
    client.cookies.clear()
    assert client.post("/v1/search", json={"q": "leave"}, headers=header).status_code == 200


def test_link_from_another_site_passes_once_through_this_one(client: TestClient) -> None:
    make_key(client, "search")
    arriving = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    path = "/policies/leave?clause=leave%402026-03-01%231.1"
    root = page(client.get(path, headers=arriving))
    (refresh,) = root.xpath("//meta[@http-equiv='refresh']/@content")
    assert unescape(refresh) == f"0; url={path}"
    assert not root.xpath("//form[@action='/sign-in']")
    again = page(client.get(path, headers=arriving | HERE))
    assert again.xpath("//form[@action='/sign-in']")
    assert not again.xpath("//meta[@http-equiv='refresh']")


def test_hidden_and_unknown_policies_are_the_same_page(client: TestClient) -> None:
    outsider = {"X-API-Key": make_key(client, "search", "read", groups=("people",))}
    insider = {"X-API-Key": make_key(client, "search", "read", groups=("legal",))}
    assert client.get("/policies/secret", headers=insider).status_code == 200
    for path in ("/policies/{}", "/policies/{}/diff", "/policies/{}?version=1",
                 "/clauses/{}@1%231.1/equivalents"):  # fmt: skip
        answers = [client.get(path.format(name), headers=outsider) for name in ("secret", "nobody")]
        assert [a.status_code for a in answers] == [404, 404]
        hidden, unknown = (
            re.sub("secret|nobody|[0-9a-f]{32}", "*", answer.text) for answer in answers
        )
        assert hidden == unknown
    for path in ("/", "/?q=office+moves", "/compare?q=office+moves", "/coverage"):
        assert "Secret Plan" in client.get(path, headers=insider).text, path
        assert "ecret" not in client.get(path, headers=outsider).text, path


def test_who_may_only_search_is_led_to_clauses_alone(client: TestClient) -> None:
    key = {"X-API-Key": make_key(client, "search")}
    links = page(client.get("/?q=annual+leave", headers=key)).xpath(
        "//li[@class='hit']//h3/a/@href"
    )
    assert links[0] == equivalents_page("leave@2026-03-01#1.1")
    assert client.get(links[0], headers=key).status_code == 200
    refused = client.get("/policies/leave", headers=key)
    assert refused.status_code == 403
    assert "'read'" in texts(page(refused), "//main")[0]


def test_files_are_kept_for_ever_under_their_digest(client: TestClient) -> None:
    address = page(client.get("/")).xpath("//link[@rel='stylesheet']/@href")[0]
    named = client.get(address)
    assert "immutable" in named.headers["Cache-Control"]
    plain = client.get(address.partition("?")[0])
    assert plain.headers["Cache-Control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": named.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("nothing.css", "..%2Frendering.py", "%2Fetc%2Fpasswd"):
        assert client.get("/static/" + name).status_code == 404


def test_description_of_the_api_lists_every_operation(client: TestClient) -> None:
    root = page(client.get("/docs"))
    document = client.get("/openapi.json").json()
    operations = {
        f"operation:{operation['operationId']}"
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert {id_ for id_ in root.xpath("//@id") if id_.startswith("operation:")} == operations
    for href in root.xpath("//a[starts-with(@href, '#')]/@href"):
        assert root.xpath("//*[@id=$id]", id=href[1:]), href
