"""Reading a policy: the clause in view, its counterparts, signing in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from tests.browser.conftest import until, wait_until_ready

if os.environ.get("POLICY_SEARCH_BROWSER") != "1":
    pytest.skip("needs a browser: `make test-browser` runs these", allow_module_level=True)

Open = Callable[..., Any]


def a_clause(service: str) -> dict[str, Any]:
    """A clause far down in a policy."""
    policies = httpx.get(service + "/v1/policies").json()["policies"]
    longest = max(policies, key=lambda policy: policy["clause_count"])
    clauses = httpx.get(service + longest["clauses_url"]).json()["clauses"]
    found: dict[str, Any] = clauses[len(clauses) * 3 // 4]
    return found


def in_view(page: Any, anchor: str) -> bool:
    seen: bool = page.evaluate(
        """anchor => { const { top, bottom } = document.getElementById(anchor)
        .getBoundingClientRect(); return top >= -1 && top < innerHeight * .6 && bottom > 0; }""",
        anchor,
    )
    return seen


def test_linked_clause_is_in_view_and_marked(open_page: Open, service: str) -> None:
    clause = a_clause(service)
    policy, _, rest = clause["id"].partition("@")
    anchor = rest.partition("#")[2]
    for path in (
        f"/policies/{policy}?clause={clause['id'].replace('#', '%23')}",
        f"/policies/{policy}#{anchor}",
    ):
        page = open_page(path)
        page.wait_for_timeout(300)
        assert in_view(page, anchor), path
        own = page.locator(f"[id='{anchor}'] > .own")
        page.locator(".pane .counterparts-lead").wait_for()
        shown = own.evaluate("own => getComputedStyle(own).borderLeftColor")
        assert shown != "rgba(0, 0, 0, 0)"


def test_counterparts_stand_beside_on_wide_pages_and_below_on_phones(
    open_page: Open, service: str
) -> None:
    anchor = a_clause(service)["id"].partition("#")[2]
    policy = a_clause(service)["id"].partition("@")[0]
    wide = open_page(f"/policies/{policy}", width=1440)
    wide.locator(f"[id='{anchor}'] > .own > :is(p, h2, h3, h4)").first.click()
    wide.locator(".pane .counterparts-lead").wait_for()
    text, pane = (wide.locator(s).bounding_box() for s in (".policy", ".reading > .pane"))
    assert pane["x"] >= text["x"] + text["width"]
    assert unquote(wide.url).endswith("#" + anchor)
    wide.keyboard.press("Escape")
    assert not wide.locator(".pane").is_visible()
    phone = open_page(f"/policies/{policy}#{anchor}", width=360, height=740)
    phone.locator(".pane .counterparts-lead").wait_for()
    assert phone.locator(f"[id='{anchor}'] > .own > .pane").count() == 1
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_outline_folds_on_phones(open_page: Open, service: str) -> None:
    policy = a_clause(service)["id"].partition("@")[0]
    phone = open_page(f"/policies/{policy}", width=360, height=740)
    first = phone.locator(".outline a >> nth=1")
    assert not first.is_visible()
    phone.locator(".outline summary").click()
    target = first.get_attribute("href")
    first.click()
    assert not first.is_visible()
    assert unquote(phone.url).endswith(unquote(target))
    assert open_page(f"/policies/{policy}").locator(".outline a >> nth=1").is_visible()


def test_person_signs_in_once_and_comes_back_by_links_from_elsewhere(
    chromium: Any, make_service: Any, tmp_path: Path
) -> None:
    app, running = make_service(keys=tmp_path / "keys.sqlite")
    key = app.state.access.keys.create("a person's", ["search", "read"])[1]
    with running as address:
        wait_until_ready(address)
        page = chromium.new_context(locale="en-GB").new_page()
        page.goto(address + "/?q=leave")
        page.get_by_label("Key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector(".hit")
        assert page.url == address + "/?q=leave"
        assert page.evaluate("document.cookie.includes('ps_')") is False
        page.get_by_role("combobox").fill("sick leave")
        until(page, "location.search === '?q=sick+leave'")
        # `localhost` and 127.0.0.1 are two sites.
        elsewhere = address.replace("127.0.0.1", "localhost")
        page.goto(elsewhere + "/docs")
        page.evaluate("to => { location.href = to; }", address + "/?q=leave")
        page.wait_for_selector(".hit")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(address + "/sign-in")
        page.goto(address + "/")
        assert page.get_by_label("Key").is_visible()
        page.context.close()
