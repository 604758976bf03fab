"""The search pages of a real MediaWiki and a real DokuWiki show the clauses that answer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote, unquote

import httpx
import pytest

if not os.environ.get("POLICY_SEARCH_WIKI"):
    pytest.skip("runs with `make test-wiki`", allow_module_level=True)

from tests.wiki.conftest import Keys, Questions, block, blocks, get, plain_settings
from tests.wiki.rig import Service, WikiSite

HOSTILE = '<script>alert("clause")</script> & <b onclick="x()">bold</b> \'quoted\''


def shown(wiki: WikiSite, question: str) -> list[tuple[str, str]]:
    """Policy and language of each clause that the search page shows."""
    found = block(get(wiki.search_url(question)))
    return [
        (
            unquote(str(item.css_first("a").attributes["href"]).split("/policies/")[1]).split("?")[
                0
            ],
            str(item.css_first(".policysearch-snippet").attributes["lang"]),
        )
        for item in found.css("li")
    ]


def test_english_question_shows_chinese_clause(wiki: WikiSite, questions: Questions) -> None:
    assert (questions.chinese_policy, "zh") in shown(wiki, questions.english)


def test_chinese_question_shows_english_clause(wiki: WikiSite, questions: Questions) -> None:
    assert (questions.english_policy, "en") in shown(wiki, questions.chinese)


def test_clause_has_citation_language_place_and_relevance(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    headers = {"Authorization": f"Bearer {keys.wiki}"}
    asked = {"q": questions.english, "limit": 5}
    hits = httpx.post(f"{service.url}/v1/search", json=asked, headers=headers).json()["hits"]
    items = block(get(wiki.search_url(questions.english))).css("li")
    assert len(items) == len(hits)
    for item, hit in zip(items, hits, strict=True):
        link = item.css_first("a.policysearch-citation")
        policy = hit["policy"]["id"]
        assert link.text() == hit["citation"]
        assert link.attributes["href"] == (
            f"https://policies.example.com/policies/{policy}?clause={quote(hit['id'], safe='')}"
        )
        language = {"en": "English", "zh": "中文"}[hit["lang"]]
        assert item.css_first(".policysearch-lang").text() == language
        assert item.css_first(".policysearch-snippet").text() == hit["snippet"]["text"]
        marked = [mark.text() for mark in item.css("mark")]
        text = hit["snippet"]["text"]
        assert marked == [text[start:end] for start, end in hit["snippet"]["highlights"]]
        assert hit["policy"]["title"] in item.css_first(".policysearch-foot").text()
        words = {"probably answers", "may answer", "may be related"}
        assert item.css_first(".policysearch-relevance").text() in words
    assert any(item.css("mark") for item in items)


def test_block_shows_where_the_wiki_finds_nothing(wiki: WikiSite, questions: Questions) -> None:
    page = get(wiki.search_url(f"{questions.english} Please tell."))
    assert page.body is not None
    nothing = {"mediawiki": "There were no results", "dokuwiki": "Nothing was found"}
    assert nothing[wiki.kind] in page.body.text()
    assert block(page).css("li")


def test_block_stands_below_the_form_and_above_the_wikis_own_results(wiki: WikiSite) -> None:
    if wiki.kind == "dokuwiki":
        # As a browser does that shows the page: DokuWiki indexes it then.
        httpx.get(f"{wiki.url}/lib/exe/taskrunner.php?id=start", timeout=30).raise_for_status()
    html = get(wiki.search_url("Lanternworks")).html or ""
    own = {"mediawiki": "mw-search-results", "dokuwiki": "search_fulltextresult"}[wiki.kind]
    form = {"mediawiki": 'id="search"', "dokuwiki": "search-results-form"}[wiki.kind]
    assert html.index(form) < html.index("policysearch-heading") < html.index(own)


def test_question_that_no_clause_answers_says_so(wiki: WikiSite) -> None:
    found = block(get(wiki.search_url("banana bread recipe")))
    assert found.css_first(".policysearch-note").text().startswith("No policy clause answers this")
    assert len(found.css("li")) == 3
    assert not found.css(".policysearch-relevance")


def test_more_leads_to_policy_search_with_the_question(
    wiki: WikiSite, questions: Questions
) -> None:
    link = block(get(wiki.search_url(questions.chinese))).css_first(".policysearch-more a")
    assert link.attributes["href"] == f"https://policies.example.com/?q={quote(questions.chinese)}"


def test_clause_with_html_and_script_shows_as_text(
    wiki: WikiSite, service: Service, keys: Keys
) -> None:
    text = f"Zeppelin <i>Policy</i>\n\n1. Mooring zeppelins {HOSTILE} at the mast is allowed.\n"
    url = f"{service.url}/v1/policies/zeppelins"
    headers = {"Authorization": f"Bearer {keys.writer}"}
    body = {"text": text, "format": "text"}
    httpx.put(url, json=body, headers=headers, timeout=60).raise_for_status()
    try:
        page = get(wiki.search_url("Is mooring zeppelins at the mast allowed?"))
    finally:
        httpx.delete(url, headers=headers).raise_for_status()
    item = block(page).css_first("li")
    assert HOSTILE in item.css_first(".policysearch-snippet").text()
    assert not item.css("script, b, i, [onclick]")
    assert "Zeppelin <i>Policy</i>" in item.css_first(".policysearch-foot").text()


def test_question_with_html_shows_as_text(wiki: WikiSite) -> None:
    page = get(wiki.search_url('"><script>alert(1)</script><img src=x onerror=alert(1)>'))
    assert not block(page).css("script, img")
    assert not [script for script in page.css("script") if script.text().strip() == "alert(1)"]


@pytest.mark.parametrize("lang", ["zh-hans", "zh-hant"])
def test_block_speaks_the_wikis_language(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions, lang: str
) -> None:
    wiki.configure(plain_settings(service, keys), lang)
    found = block(get(wiki.search_url(questions.chinese)))
    heading = {"zh-hans": "制度条款", "zh-hant": "制度條款"}[lang]
    assert found.css_first(".policysearch-heading").text() == heading
    assert "答案" in found.text()


def test_settings_choose_policies_languages_and_number(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    lists: dict[str, object] = {"policies": [questions.chinese_policy], "languages": ["zh"]}
    if wiki.kind == "dokuwiki":
        lists = {"policies": f" {questions.chinese_policy}, ", "languages": "zh"}
    wiki.configure(plain_settings(service, keys) | lists | {"limit": 2, "min_relevance": 0})
    assert shown(wiki, questions.english) == [(questions.chinese_policy, "zh")] * 2


def test_key_is_nowhere_in_what_a_browser_gets(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    debugging = {
        "mediawiki": "$wgDebugToolbar = true; $wgShowExceptionDetails = true;",
        "dokuwiki": "$conf['allowdebug'] = 1;",
    }
    # An answer that is kept would be no test of the request.
    settings = plain_settings(service, keys) | {"cache_ttl": 0}
    wiki.configure(settings, extra=debugging[wiki.kind])
    urls = [
        f"{wiki.search_url('Is the request printed?')}&httpdebug=1",
        f"{wiki.search_url('Is the request printed?')}&debug=1",
        wiki.search_url(questions.english),
        wiki.search_url(questions.chinese),
    ]
    if wiki.kind == "mediawiki":
        urls += [
            f"{wiki.url}/load.php?modules=startup&only=scripts&raw=1&lang=en&skin=vector",
            f"{wiki.url}/load.php?modules=ext.policySearch.styles&only=styles&lang=en&skin=vector",
            f"{wiki.url}/api.php?action=query&meta=siteinfo&format=json&siprop=general|extensions",
            f"{wiki.url}/index.php?title=Special:Version",
            f"{wiki.url}/api.php?action=opensearch&search=acc&format=json",
        ]
    else:
        urls += [f"{wiki.url}/lib/exe/js.php?t=dokuwiki", f"{wiki.url}/lib/exe/css.php?t=dokuwiki"]
    for url in urls:
        answer = httpx.get(url, timeout=60)
        assert answer.status_code == 200
        assert keys.wiki not in answer.text, url
        assert "Authorization" not in answer.text, url


def test_reader_who_may_not_read_the_wiki_sees_no_clauses(
    wiki: WikiSite, service: Service, keys: Keys, questions: Questions
) -> None:
    acl = wiki.root / "conf/acl.auth.php"
    if wiki.kind == "mediawiki":
        closed = "$wgGroupPermissions['*']['read'] = false;"
        wiki.configure(plain_settings(service, keys), extra=closed)
        assert not blocks(get(wiki.search_url(questions.english)))
        closed = "$wgGroupPermissions['*']['policysearch'] = false;"
        wiki.configure(plain_settings(service, keys), extra=closed)
    else:
        before = acl.read_text()
        acl.write_text("* @ALL 0\n")
        try:
            assert not blocks(get(wiki.search_url(questions.english)))
        finally:
            acl.write_text(before)
        wiki.configure(plain_settings(service, keys) | {"readers": "@staff"})
    assert not blocks(get(wiki.search_url(questions.english)))


def test_screenshots(wiki: WikiSite, service: Service, keys: Keys, questions: Questions) -> None:
    """Pictures to look at, in the folder that POLICY_SEARCH_SCREENSHOTS names."""
    folder = os.environ.get("POLICY_SEARCH_SCREENSHOTS")
    if not folder or not shutil.which("chromium"):
        pytest.skip("POLICY_SEARCH_SCREENSHOTS names no folder, or Chromium is not there")
    Path(folder).mkdir(parents=True, exist_ok=True)
    pictures = [
        ("en", questions.english, "answers", 1200),
        ("zh-hans", questions.chinese, "answers", 1200),
        ("en", "banana bread recipe", "nearest", 1200),
        ("zh-hans", questions.chinese, "narrow", 420),
    ]
    for lang, question, name, width in pictures:
        wiki.configure(plain_settings(service, keys), lang)
        file = Path(folder) / f"{wiki.kind}-{lang}-{name}.png"
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--no-proxy-server", f"--window-size={width},1100", f"--screenshot={file}",
             wiki.search_url(question)],
            capture_output=True, timeout=120, check=True,
        )  # fmt: skip
        assert file.stat().st_size > 10_000
