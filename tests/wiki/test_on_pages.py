"""Clauses on pages, by MediaWiki's tag and DokuWiki's syntax, and in MediaWiki's search box."""

from __future__ import annotations

import os
import time

import httpx
import pytest

if not os.environ.get("POLICY_SEARCH_WIKI"):
    pytest.skip("runs with `make test-wiki`", allow_module_level=True)

from tests.wiki.conftest import Keys, Questions, block, blocks, get, plain_settings
from tests.wiki.rig import PASSWORD, Service, WikiSite


def asking(wiki: WikiSite, question: str, **parameters: object) -> str:
    """The wiki's way to ask a question on a page."""
    if wiki.kind == "mediawiki":
        attributes = "".join(f' {name}="{value}"' for name, value in parameters.items())
        return f"<policysearch{attributes}>{question}</policysearch>"
    given = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{{{{policysearch>{question}{'?' if given else ''}{given}}}}}"


def written(wiki: WikiSite, name: str, text: str) -> str:
    """The address of a new page with a text."""
    wiki.write(name, text)
    return wiki.page_url(name)


def errors(wiki: WikiSite, name: str, *texts: str) -> list[str]:
    """What a page tells that is wrong in it."""
    page = get(written(wiki, name, "\n\n".join(texts)))
    return [found.text() for found in page.css("strong.error")]


def test_page_shows_clauses_with_its_own_text(wiki: WikiSite, questions: Questions) -> None:
    text = f"Before it.\n\n{asking(wiki, questions.english)}\n\nAfter it."
    page = get(written(wiki, "Clauses" if wiki.kind == "mediawiki" else "clauses", text))
    assert len(block(page).css("li")) == 3
    assert block(page).css_first(".policysearch-question").text() == questions.english
    assert page.body is not None
    assert "Before it." in page.body.text()
    assert "After it." in page.body.text()
    assert "policysearch>" not in page.body.text()


def test_page_chooses_number_policies_and_languages(wiki: WikiSite, questions: Questions) -> None:
    asked = asking(wiki, questions.english, limit=1, policies=questions.chinese_policy, lang="zh")
    items = block(get(written(wiki, "Chosen".lower(), asked))).css("li")
    assert [item.css_first(".policysearch-snippet").attributes["lang"] for item in items] == ["zh"]
    assert questions.chinese_policy in str(items[0].css_first("a").attributes["href"])


def test_question_on_a_page_with_html_shows_as_text(wiki: WikiSite) -> None:
    question = 'Where is <script>alert(1)</script> & "it"?'
    page = get(written(wiki, "hostile", asking(wiki, question)))
    assert block(page).css_first(".policysearch-question").text() == question
    assert not block(page).css("script")


def test_mistakes_on_a_page_are_told(wiki: WikiSite) -> None:
    told = errors(
        wiki,
        "mistakes",
        asking(wiki, ""),
        asking(wiki, "Who?", limit="<b>9</b>" if wiki.kind == "dokuwiki" else "&lt;b&gt;"),
        asking(wiki, "Who?", limit=21),
        asking(wiki, "Who?", langs="en"),
    )
    assert "needs a question" in told[0]
    assert "not “<b>" in told[1]
    assert "from 1 to 20, not “21”" in told[2]
    assert "not “langs”" in told[3]


def test_page_asks_no_more_than_its_limit(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    limit = {"mediawiki": "tag_limit", "dokuwiki": "syntax_limit"}[wiki.kind]
    wiki.configure(plain_settings(service, keys) | {limit: 2})
    url = written(wiki, "many", "\n\n".join([asking(wiki, questions.english)] * 4))
    page = get(url)
    assert len(blocks(page)) == 2
    told = page.css_first("strong.error").text()
    assert told.endswith("only the first 2 are shown.")


def test_page_made_while_the_service_was_away_is_made_anew(
    wiki: WikiSite, service: Service, questions: Questions
) -> None:
    question = f"{questions.english} On pages?"
    with service.stopped():
        url = written(wiki, "away", asking(wiki, question))
        assert not block(get(url)).css("li")
    time.sleep(1.5)
    assert block(get(url)).css("li")


@pytest.mark.parametrize("site", ["mediawiki"], indirect=True)
def test_page_in_mediawiki_is_kept_with_its_clauses(
    wiki: WikiSite, service: Service, questions: Questions
) -> None:
    url = written(wiki, "kept", asking(wiki, questions.chinese))
    assert block(get(url)).css("li")
    html = get(url).html or ""
    assert "Cached time" in html
    assert "Cache expiry: 3600" in html


@pytest.mark.parametrize("site", ["mediawiki"], indirect=True)
def test_search_box_suggests_what_policies_say(
    wiki: WikiSite, service: Service, keys: Keys
) -> None:

    def suggested(typed: str, **parameters: object) -> list[tuple[str, str]]:
        asked = {"action": "opensearch", "format": "json", "search": typed, **parameters}
        answer = httpx.get(f"{wiki.url}/api.php", params=asked, timeout=30).json()
        return list(zip(answer[1], answer[2], strict=True))

    found = suggested("info")
    assert 0 < len(found) <= 3
    assert all(text.lower().startswith("info") for text, _ in found)
    assert {told for _, told in found} == {"Policy search"}
    assert ("Handbook", "") in suggested("handb"), "the wiki's own come first"
    assert suggested("info", limit=1) == found[:1]
    assert suggested("info", namespace=4) == []

    wiki.configure(plain_settings(service, keys) | {"suggestions": 0})
    assert suggested("info") == []
    no_right = "$wgGroupPermissions['*']['policysearch'] = false;"
    wiki.configure(plain_settings(service, keys), extra=no_right)
    assert suggested("infor") == []
    with service.stopped():
        wiki.configure(plain_settings(service, keys))
        assert suggested("inform") == []


def test_tag_tells_nothing_where_not_everybody_may_see_clauses(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    page = "restricted"
    if wiki.kind == "mediawiki":
        extra = "$wgGroupPermissions['*']['policysearch'] = false;"
        wiki.configure(plain_settings(service, keys), extra=extra)
    else:
        wiki.configure(plain_settings(service, keys) | {"readers": "@staff"})
    assert not blocks(get(written(wiki, page, asking(wiki, questions.english))))


@pytest.mark.parametrize("site", ["dokuwiki"], indirect=True)
def test_administrator_is_told_why_and_sees_the_settings_without_the_key(
    wiki: WikiSite, service: Service, keys: Keys
) -> None:
    wiki.configure(plain_settings(service, keys) | {"key": "ps_no_such_key"})
    with httpx.Client(timeout=30, follow_redirects=True) as browser:
        asked = {"do": "login", "u": "admin", "p": PASSWORD}
        browser.post(f"{wiki.url}/doku.php?id=start", data=asked)
        page = browser.get(wiki.search_url("Who am I?")).text
        assert "For administrators: the service refused the key of the plugin (401)" in page
        wiki.configure(plain_settings(service, keys))
        page = browser.get(f"{wiki.url}/doku.php?id=start&do=admin&page=config").text
        assert "Where this server reaches policy-search" in page
        assert "policysearch____key" in page
        assert keys.wiki not in page
