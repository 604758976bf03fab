"""How the pages look at three widths, light and dark, in both languages, and to axe-core."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import AXE, CACHE

if os.environ.get("POLICY_SEARCH_BROWSER") != "1":
    pytest.skip("needs a browser: `make test-browser` runs these", allow_module_level=True)

Open = Callable[..., Any]

PAGES = {
    "home": "/",
    "search": "/?q=carry+over+unused+leave",
    "filtered": "/?q=leave&lang=zh",
    "nothing": "/?q=who+won+the+world+cup",
    "policy": "/policies/leave-policy-en",
    "chinese-policy": "/policies/privacy-policy-zh",
    "differences": "/policies/leave-policy-en/diff",
    "compare": "/compare?q=carry+over+unused+leave",
    "coverage": "/coverage",
    "api": "/docs",
    "sign-in": "/sign-in",
    "not-found": "/nowhere",
}
LOOKS = [(scheme, locale) for scheme in ("light", "dark") for locale in ("en-GB", "zh-CN")]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize(("scheme", "locale"), LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_and_meets_wcag(open_page: Open, name: str, scheme: str, locale: str) -> None:
    assert AXE.exists(), f"no {AXE}: `make test-browser` installs it"
    shots = CACHE / "shots"
    shots.mkdir(parents=True, exist_ok=True)
    page = open_page(PAGES[name], color_scheme=scheme, locale=locale)
    if name.endswith("policy"):
        page.locator("[data-counterparts] >> nth=2").focus()
        page.keyboard.press("Enter")
        page.locator(".pane .counterparts-lead").wait_for()
    if name == "search":
        page.locator("[data-equivalents] >> nth=0").press("Enter")
        page.locator(".counterparts-lead").wait_for()
    for width, height in ((1440, 900), (768, 1024), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        page.screenshot(path=shots / f"{name}-{width}-{scheme}-{locale[:2]}.png")
        violations = wcag_violations(page)
        assert not violations, (width, violations)


def wcag_violations(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({ runOnly: { type: 'tag', values: tags } })", WCAG)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]
