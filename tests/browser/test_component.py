"""<policy-search> and `/embed` in a browser: other origins, strict policies, keys, IMEs, failures.

Needs Playwright, Chromium (`/usr/bin/chromium`, else CHROMIUM) and POLICY_SEARCH_BROWSER=1; the
check for accessibility also axe-core, at AXE_PATH.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from indexer.build import build_index
from service.access.keys import KeyFile
from service.app import create_app
from service.settings import Settings
from tests.support.server import serving
from tests.support.small import LEAVE, PRIVACY, CountingEncoder

if os.environ.get("POLICY_SEARCH_BROWSER") != "1":
    pytest.skip("POLICY_SEARCH_BROWSER=1 tries the component", allow_module_level=True)

HOSTILE = """\
Visitors Policy

1. Badges

1.1 Visitors wear badges <img src=x onerror="window.hurt=1"><script>window.hurt=1</script> always.

1.2 𠮷𠮷 badges of 𠮷野 are yellow.
"""
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ELEMENT = "document.querySelector('policy-search')"


@dataclass
class Asked:
    """The requests that came to the service."""

    requests: list[tuple[str, str]] = field(default_factory=list)

    def searches(self) -> int:
        return self.requests.count(("POST", "/v1/search"))


@dataclass
class Site:
    """A service with its index, and another origin whose pages ask it."""

    service: str
    elsewhere: str
    asked: Asked
    pages: dict[str, tuple[str, str]]
    """Of the other origin: path → HTML and Content-Security-Policy."""
    root: Path

    def put(self, html: str, policy: str | None = None, path: str = "/page") -> str:
        """A page of the other origin; its address. By default its policy is as strict as can be."""
        strict = (
            f"default-src 'none'; script-src {self.service}; connect-src {self.service}; "
            f"frame-src {self.service}; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        script = f'<script src="{self.service}/policy-search.js" defer></script>'
        page = f"<!DOCTYPE html><html lang=en><title>Wiki</title>{script}<main>{html}</main></html>"
        self.pages[path] = (page, strict if policy is None else policy)
        return self.elsewhere + path


@pytest.fixture(scope="module")
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> Iterator[Site]:
    folder, root = tmp_path_factory.mktemp("policies"), tmp_path_factory.mktemp("index")
    for name, text in (("leave", LEAVE), ("privacy", PRIVACY), ("visitors", HOSTILE)):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index([folder], root, encoder)
    pages: dict[str, tuple[str, str]] = {}
    with serving(_foreign(pages)) as elsewhere, served(root, encoder, elsewhere) as (url, asked):
        yield Site(url, elsewhere, asked, pages, root)


@contextmanager
def served(root: Path, encoder: Any, origin: str, **more: Any) -> Iterator[tuple[str, Asked]]:
    """A service whose answers pages of an origin may read and which they may frame."""
    settings = Settings(index=root, cors_origins=origin, frame_ancestors=origin, **more)
    app, asked = create_app(settings, encoder=encoder), Asked()

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            asked.requests.append((scope["method"], scope["path"]))
        await app(scope, receive, send)

    with serving(noting) as url:
        for _ in range(1000):
            runtime = getattr(app.state, "runtime", None)
            if runtime is not None and runtime.readiness.ready:
                break
            time.sleep(0.01)
        yield url, asked


def _foreign(pages: dict[str, tuple[str, str]]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        html, policy = pages.get(scope["path"], ("", "default-src 'none'"))
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        headers += [(b"content-security-policy", policy.encode())] if policy else []
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": html.encode()})

    return app


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--no-proxy-server"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address; at the end no page may have thrown or broken its policy."""
    troubles: list[str] = []
    with ExitStack() as stack:

        def open_(address: str, **options: Any) -> Any:
            context = browser.new_context(**({"locale": "en-GB"} | options))
            stack.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda said: _is_breach(said.text) and troubles.append(said.text))
            page.goto(address)
            return page

        yield open_
    assert troubles == []


def _is_breach(said: str) -> bool:
    """Whether a page's console tells of its policy being broken; who may frame is no breach."""
    told = "Content Security Policy" in said or "TrustedScript" in said
    return told and "frame-ancestors" not in said


def box(page: Any) -> Any:
    return page.get_by_role("combobox")


def options(page: Any) -> Any:
    return page.get_by_role("option")


def ask(page: Any, text: str) -> Any:
    """Types a question; its results, once they are there."""
    box(page).press_sequentially(text, delay=5)
    options(page).first.wait_for()
    return options(page)


def heard(page: Any) -> Any:
    """What the component told its page, as it comes."""
    page.evaluate("""() => { window.heard = [];
        for (const name of ["results", "select", "error"])
          document.addEventListener("policy-search:" + name,
            (event) => window.heard.push([name, event.detail])); }""")
    return lambda: page.evaluate("window.heard")


def test_works_in_a_page_of_another_origin_under_a_strict_policy(
    site: Site, open_page: Any
) -> None:
    page = open_page(site.put("<policy-search></policy-search>"))
    told = heard(page)
    before = site.asked.searches()
    found = ask(page, "annual leave")
    assert "Lanternworks Leave Policy §1" in found.first.inner_text()
    assert site.asked.searches() == before + 1, "one search for all that was typed"
    ((name, detail),) = told()
    assert (name, detail["query"]) == ("results", "annual leave")
    assert detail["total"] >= len(detail["hits"]) == found.count()
    address = urlsplit(found.first.get_attribute("href"))
    assert f"{address.scheme}://{address.netloc}" == site.service
    assert address.path == "/policies/leave"
    assert parse_qs(address.query)["clause"][0] == detail["hits"][0]["id"]
    background = page.evaluate(f"getComputedStyle({ELEMENT}.shadowRoot.querySelector('.popup'))"
                               ".backgroundColor")  # fmt: skip
    assert background == "rgb(255, 255, 255)", "the style sheet holds under the policy"


def test_works_in_a_frame_of_another_origin(site: Site, open_page: Any) -> None:
    frame = f'<iframe src="{site.service}/embed?lang=zh&q=账户" title="s"></iframe>'
    page = open_page(site.put(frame, path="/framing"))
    inside = page.frame_locator("iframe")
    inside.get_by_role("option").first.wait_for()
    assert "灯塔隐私政策" in inside.get_by_role("listbox").inner_text()
    field = inside.get_by_role("combobox", name="搜索制度")
    field.fill("手机号码")
    inside.get_by_role("option").filter(has_text="我们收集").first.wait_for()
    assert page.context.cookies() == []


def test_frame_tells_its_height(site: Site, open_page: Any) -> None:
    page = open_page(site.put(f'<iframe src="{site.service}/embed" title="s"></iframe>', ""))
    page.evaluate("""() => { window.heights = [];
        addEventListener("message", ({data}) => window.heights.push(data)); }""")
    page.frame_locator("iframe").get_by_role("combobox").fill("leave")
    page.wait_for_function("window.heights.some((told) => told.height > 150)")
    assert all(one["type"] == "policy-search:height" for one in page.evaluate("window.heights"))


def test_page_that_may_not_frame_is_refused(site: Site, open_page: Any, encoder: Any) -> None:
    with served(site.root, encoder, "https://wiki.example") as (url, _):
        frame = f'<iframe src="{url}/embed" title="s"></iframe>'
        page = open_page(site.put(frame, policy=""))
        page.wait_for_timeout(300)
        assert page.frame_locator("iframe").get_by_role("combobox").count() == 0


def test_combobox_is_one_to_assistive_technology(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search></policy-search>"))
    field = box(page)
    assert field.get_attribute("aria-expanded") == "false"
    assert field.get_attribute("aria-autocomplete") == "list"
    assert page.get_by_role("combobox", name="Search the policies").count() == 1
    ask(page, "leave")
    assert field.get_attribute("aria-expanded") == "true"
    listed = page.get_by_role("listbox", name="Search results")
    assert listed.get_attribute("id") == field.get_attribute("aria-controls")
    assert field.get_attribute("aria-activedescendant") is None
    assert options(page).first.get_attribute("aria-selected") == "false"
    assert "arrow keys" in page.get_by_role("status").inner_text()


def active(page: Any) -> str | None:
    """The id that the field says is active, which must be the one selected option."""
    named = box(page).get_attribute("aria-activedescendant")
    selected = page.locator("[aria-selected=true]")
    assert selected.count() == (0 if named is None else 1)
    assert named is None or selected.get_attribute("id") == named
    return named  # type: ignore[no-any-return]


def test_keys_do_all(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search limit=3></policy-search>"))
    field = box(page)
    ask(page, "leave")
    last = options(page).count() - 1
    page.keyboard.press("ArrowDown")
    assert active(page) == "result-0"
    page.keyboard.press("ArrowDown")
    assert active(page) == "result-1"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert active(page) is None
    page.keyboard.press("ArrowUp")
    assert active(page) == f"result-{last}"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert active(page) == "result-0"
    page.keyboard.press("ArrowLeft")
    assert active(page) is None, "the text cursor takes over"
    page.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    assert field.input_value() == "leave"
    page.keyboard.press("Alt+ArrowDown")
    assert (field.get_attribute("aria-expanded"), active(page)) == ("true", None)
    page.keyboard.press("Alt+ArrowUp")
    assert field.get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowDown")
    assert active(page) == "result-0"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert field.input_value() == ""
    before = site.asked.searches()
    field.fill("days")
    page.keyboard.press("Enter")
    options(page).first.wait_for()
    page.wait_for_timeout(400)
    assert site.asked.searches() == before + 1, "Enter searches at once, and once"
    page.keyboard.press("ArrowDown")
    address = options(page).first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(address)


def test_tab_leaves_and_closes(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search></policy-search><a href=#x>next</a>"))
    ask(page, "leave")
    page.keyboard.press("Tab")  # the button that clears
    assert page.evaluate(f"{ELEMENT}.shadowRoot.activeElement.className") == "clear"
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "next":
            break
    assert page.evaluate("document.activeElement.textContent") == "next"
    assert not page.get_by_role("listbox").is_visible()


def test_page_may_take_a_choice_over(site: Site, open_page: Any) -> None:
    address = site.put("<policy-search link-base='https://reader.example/p/'></policy-search>")
    page = open_page(address)
    told = heard(page)
    page.evaluate("document.addEventListener('policy-search:select', e => e.preventDefault())")
    ask(page, "leave")
    options(page).first.click()
    assert page.url == address
    assert not page.get_by_role("listbox").is_visible()
    name, detail = told()[-1]
    assert name == "select"
    assert detail["url"].startswith("https://reader.example/p/policies/leave?clause=leave%40")
    assert detail["hit"]["citation"].startswith("Lanternworks")


def test_nothing_is_sent_while_an_input_method_is_composing(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search></policy-search>"))
    box(page).focus()
    wire = page.context.new_cdp_session(page)
    before = site.asked.searches()
    for text in ("z", "zh", "zhang", "zhang hu", "账户"):
        wire.send("Input.imeSetComposition",
                  {"text": text, "selectionStart": 0, "selectionEnd": len(text)})  # fmt: skip
        page.wait_for_timeout(320)
    page.keyboard.press("ArrowDown")
    assert box(page).input_value() == "账户"
    assert site.asked.searches() == before
    wire.send("Input.insertText", {"text": "账户"})
    options(page).first.wait_for()
    assert site.asked.searches() == before + 1
    assert "灯塔隐私政策" in page.get_by_role("listbox").inner_text()


def test_single_han_character_is_a_question_and_a_single_letter_is_none(
    site: Site, open_page: Any
) -> None:
    page = open_page(site.put("<policy-search></policy-search>"))
    before = site.asked.searches()
    box(page).fill("a")
    page.wait_for_timeout(400)
    assert site.asked.searches() == before
    box(page).fill("账")
    options(page).first.wait_for()


def test_clause_with_markup_shows_as_text(site: Site, open_page: Any) -> None:
    # Without a policy of the page nothing but the component itself stands in the way.
    page = open_page(site.put("<policy-search policies=visitors></policy-search>", policy=""))
    found = ask(page, "visitors wear badges")
    assert "<script>window.hurt=1</script>" in page.get_by_role("listbox").inner_text()
    assert found.first.locator("img, script").count() == 0
    assert page.evaluate("window.hurt") is None


def test_marks_stand_at_characters_beyond_the_basic_plane(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search policies=visitors></policy-search>"))
    found = ask(page, "yellow").filter(has_text="野")
    assert found.first.locator("mark").all_inner_texts() == ["yellow"]


def test_own_policies_alone_are_searched_and_so_many(site: Site, open_page: Any) -> None:
    page = open_page(site.put(
        "<policy-search policies='privacy, visitors' limit=2></policy-search>"))  # fmt: skip
    found = ask(page, "leave days")
    assert found.count() == 2
    assert all("Leave Policy" not in text for text in found.all_inner_texts())


def answer_with(page: Any, body: Any, status: int = 200, **headers: str) -> None:
    """Every search from now on is answered so."""
    sent = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*",
            "Access-Control-Expose-Headers": "Retry-After", "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()}}  # fmt: skip
    sent["Access-Control-Allow-Headers"] = "authorization, content-type"
    page.route("**/v1/search", lambda route: route.fulfill(
        status=status, headers=sent, body=json.dumps(body)))  # fmt: skip


def hit(n: int, relevance: float | None, lang: str = "en", text: str = "Text.") -> dict[str, Any]:
    return {
        "rank": n, "id": f"p@1#{n}", "citation": f"Policy §{n}", "lang": lang,
        "policy": {"id": "p", "title": "Policy"}, "heading_path": ["One", "Two"], "text": text,
        "snippet": {"text": text, "highlights": []}, "relevance": relevance,
    }  # fmt: skip


def test_relevance_is_told_in_words(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search policies='leave visitors'></policy-search>"))
    hits = [hit(n, one) for n, one in enumerate((0.8, 0.5, 0.2, 0.01, None))]
    answer_with(page, {"hits": hits, "nearest": [], "total": 30})
    found = ask(page, "leave")
    told = [one.locator(".relevance").all_inner_texts() for one in found.all()]
    high, middle, low = (word + " an answer" for word in ("very likely", "likely", "possibly"))
    assert told == [[high], [middle], [low], ["may be related"], []]
    assert found.first.locator(".path").inner_text() == "One › Two"
    assert "The best 5 of 30 clauses" in page.get_by_role("status").inner_text()
    more = page.get_by_role("link", name="All results")
    assert (
        more.get_attribute("href") == f"{site.service}/?q=leave&policy_id=leave&policy_id=visitors"
    )


def test_without_a_hit_the_nearest_are_shown_as_what_they_are(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search></policy-search>"))
    answer_with(page, {"hits": [], "nearest": [hit(1, 0.04)], "total": 0})
    found = ask(page, "pizza")
    assert "most likely do not" in page.locator(".note").inner_text()
    assert found.first.locator(".relevance").count() == 0
    answer_with(page, {"hits": [], "nearest": [], "total": 0})
    box(page).fill("something else")
    page.get_by_text("No clause answers this.").first.wait_for()
    assert box(page).get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize(
    ("status", "code", "kind", "said"),
    [
        (401, "key-invalid", "key", "refused this page’s key"),
        (403, "scope-missing", "key", "refused this page’s key"),
        (429, "rate-limited", "rate", "Try again in 7 s"),
        (503, "not-ready", "busy", "not ready"),
        (502, "", "busy", "not ready"),
        (422, "query-too-long", "query", "fewer words"),
        (422, "unknown-policy", "policies", "does not exist"),
        (500, "internal-error", "failed", "failed"),
        (200, "", "failed", "failed"),
    ],
)
def test_failures_are_told_plainly(
    site: Site, open_page: Any, status: int, code: str, kind: str, said: str
) -> None:
    page = open_page(site.put("<policy-search></policy-search>"))
    told = heard(page)
    answer_with(page, {"code": code, "detail": "d"}, status, Retry_After="7")
    box(page).fill("leave")
    page.locator(".note.error").wait_for()
    assert said in page.locator(".note").inner_text()
    assert said in page.get_by_role("status").inner_text()
    ((name, detail),) = told()
    assert (name, detail["kind"], detail["code"]) == ("error", kind, code)
    assert detail["status"] == status
    page.unroute_all()
    page.keyboard.press("Enter")
    options(page).first.wait_for()


def test_key_is_sent_and_a_wrong_one_is_told(
    site: Site, open_page: Any, encoder: Any, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.sqlite"
    _, good = KeyFile(keys).create("page", ["search"])
    with served(site.root, encoder, site.elsewhere, keys=keys) as (url, _):
        html = f"<policy-search api-base='{url}/' api-key='{good}'></policy-search>"
        page = open_page(site.put(html, policy=""))
        ask(page, "leave")
        page.evaluate(f"{ELEMENT}.setAttribute('api-key', 'ps_wrong')")
        assert options(page).count() == 0, "what was found is the other key's"
        page.keyboard.press("Enter")
        page.get_by_text("refused this page’s key").first.wait_for()


def test_frame_searches_with_the_key_of_the_setting(
    site: Site, open_page: Any, encoder: Any, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.sqlite"
    _, key = KeyFile(keys).create("frame", ["search"])
    for embed_key, seen in ((key, "Lanternworks Leave Policy §1"), (None, "or it has none")):
        with served(site.root, encoder, site.elsewhere, keys=keys, embed_key=embed_key) as (url, _):
            frame = f'<iframe src="{url}/embed?q=leave" title="s"></iframe>'
            page = open_page(site.put(frame, policy=""))
            page.frame_locator("iframe").locator(".popup").get_by_text(seen).first.wait_for()


def test_stopped_service_is_told_and_throws_nothing(
    site: Site, open_page: Any, encoder: Any
) -> None:
    with served(site.root, encoder, site.elsewhere) as (url, _):
        page = open_page(site.put(
            f"<policy-search api-base='{url}' lang=zh></policy-search>", policy=""))  # fmt: skip
        told = heard(page)
        ask(page, "leave")
    box(page).fill("leave days")
    page.get_by_text("无法连接制度搜索服务").first.wait_for()
    assert told()[-1][1]["kind"] == "unreachable"
    assert options(page).count() == 0


def test_origin_that_is_not_allowed_is_told_as_unreachable(
    site: Site, open_page: Any, encoder: Any
) -> None:
    with served(site.root, encoder, "https://wiki.example") as (url, _):
        page = open_page(site.put(f"<policy-search api-base='{url}'></policy-search>", policy=""))
        box(page).fill("leave")
        page.get_by_text("cannot be reached").first.wait_for()


def test_late_answer_to_an_older_question_is_not_shown(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search></policy-search>"))
    waiting: list[Any] = []

    def hold(route: Any) -> None:
        if "first" in (route.request.post_data or ""):
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/v1/search", hold)
    box(page).fill("first question")
    page.wait_for_timeout(400)
    assert len(waiting) == 1
    told = heard(page)
    box(page).fill("leave")
    options(page).first.wait_for()
    waiting[0].abort()
    page.wait_for_timeout(100)
    assert [name for name, _ in told()] == ["results"]


def test_several_on_one_page_are_each_on_their_own(site: Site, open_page: Any) -> None:
    page = open_page(site.put(
        "<policy-search policies=leave></policy-search>"
        "<policy-search lang=zh policies=privacy label='第二'></policy-search>"))  # fmt: skip
    first, second = box(page).nth(0), page.get_by_role("combobox", name="第二")
    first.fill("leave")
    options(page).first.wait_for()
    second.fill("账户")
    page.get_by_role("option").filter(has_text="账户").first.wait_for()
    assert first.get_attribute("aria-expanded") == "false"
    assert all("灯塔" in text for text in options(page).all_inner_texts())


def test_removed_component_stops_and_can_come_back(site: Site, open_page: Any) -> None:
    page = open_page(site.put("<policy-search></policy-search>"))
    told = heard(page)
    before = site.asked.searches()
    box(page).fill("leave")
    page.evaluate(f"window.kept = {ELEMENT}; window.kept.remove()")
    page.wait_for_timeout(500)
    assert (site.asked.searches(), told()) == (before, [])
    page.evaluate("document.querySelector('main').append(window.kept)")
    page.route("**/v1/search", lambda route: None)  # which is never answered
    with page.expect_request("**/v1/search"):
        box(page).fill("leave days")
    with page.expect_event("requestfailed", timeout=5000):
        page.evaluate("window.kept.remove()")
    assert told() == []
    page.unroute_all()
    page.evaluate("document.querySelector('main').append(window.kept)")
    box(page).press("Enter")
    options(page).first.wait_for()
    assert box(page).input_value() == "leave days"


def test_language_is_the_documents_else_the_browsers(site: Site, open_page: Any) -> None:
    names = {"en": "Search the policies", "zh": "搜索制度"}
    for html, locale, lang in (
        ("<policy-search></policy-search>", "zh-CN", "en"),
        ("<div lang=zh-Hant><policy-search></policy-search></div>", "en-GB", "zh"),
        ("<div lang=zh><policy-search lang=en></policy-search></div>", "en-GB", "en"),
        ("<div lang=de><policy-search></policy-search></div>", "zh-CN", "zh"),
        ("<div lang=de><policy-search></policy-search></div>", "fr-FR", "en"),
    ):
        page = open_page(site.put(html), locale=locale)
        assert page.get_by_role("combobox", name=names[lang]).count() == 1, (html, locale)
    page.evaluate(f"{ELEMENT}.setAttribute('lang', 'zh')")
    assert page.get_by_role("combobox", name="搜索制度").count() == 1


def test_script_may_come_twice_and_as_a_module(site: Site, open_page: Any) -> None:
    src = f"{site.service}/policy-search.js"
    page = open_page(site.put(
        f"<script src='{src}'></script><script type=module src='{src}'></script>"
        f"<policy-search api-base='{site.service}'></policy-search>"))  # fmt: skip
    ask(page, "leave")


AXE = os.environ.get("AXE_PATH")


@pytest.mark.skipif(not AXE, reason="AXE_PATH names no axe-core")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", ["empty", "results", "active", "nearest", "error"])
@pytest.mark.parametrize("where", ["page", "embed"])
def test_component_meets_wcag_2_2_aa(
    site: Site, open_page: Any, where: str, state: str, theme: str
) -> None:
    page = open_page(
        f"{site.service}/embed?theme={theme}" if where == "embed"
        else site.put(f"<policy-search theme={theme}></policy-search>", policy="")
    )  # fmt: skip
    hits = [hit(1, 0.8), hit(2, 0.3, "zh", "账户。"), hit(3, 0.1, "ja", "a " * 900)]
    for one in hits:
        one["snippet"]["highlights"] = [[0, 2]]
    answers = {
        "results": {"hits": hits, "nearest": [], "total": 9},
        "active": {"hits": hits, "nearest": [], "total": 9},
        "nearest": {"hits": [], "nearest": hits, "total": 0},
    }
    if state in answers:
        answer_with(page, answers[state])
        ask(page, "leave")
    if state == "active":
        page.keyboard.press("ArrowDown")
    if state == "error":
        answer_with(page, {}, 500)
        box(page).fill("leave")
        page.locator(".note.error").wait_for()
    page.wait_for_timeout(250)  # until nothing fades any more
    page.evaluate(Path(str(AXE)).read_text("utf-8"))
    result = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", AA
    )
    found = [(one["id"], [node["html"] for node in one["nodes"]]) for one in result["violations"]]
    assert found == []
    assert len(result["passes"]) > 10


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_sticks_out_on_narrow_screens(site: Site, open_page: Any, width: int) -> None:
    page = open_page(f"{site.service}/embed?q=leave", viewport={"width": width, "height": 640})
    options(page).first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
