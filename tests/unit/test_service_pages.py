"""What other people's pages and browsers get: the script, `/embed`, OpenSearch."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from pydantic import SecretStr, ValidationError
from starlette.testclient import TestClient

from service.access.keys import KeyFile
from service.access.pages import check_pages
from service.errors import SettingsError
from service.settings import Settings, settings_table

MOST_BYTES = 15 * 1024
SCRIPT = Path(str(files("service.web"))) / "static" / "policy-search.js"
NAMESPACE = "{http://a9.com/-/spec/opensearch/1.1/}"
SUGGESTIONS = "application/x-suggestions+json"


class Page(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def __getitem__(self, tag: str) -> dict[str, str | None]:
        return next(attributes for name, attributes in self.found if name == tag)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index=tmp_path / "index", refresh_seconds=0.05)


@pytest.fixture
def keys(settings: Settings) -> KeyFile:
    return KeyFile(settings.keys_file)


@pytest.fixture
def client_with(settings: Settings, index: Any, eventually: Any) -> Callable[..., TestClient]:
    """A service under further settings, not started: the open pages need no index."""
    from types import SimpleNamespace

    from service.app import create_app

    def make(**more: Any) -> TestClient:
        changed = settings.model_copy(update=more)
        app = create_app(changed)
        app.state.runtime = SimpleNamespace(settings=changed, leaving=False)
        return TestClient(app)

    return make


# The script


def test_script_is_small_enough_for_any_page() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= MOST_BYTES


@pytest.mark.skipif(shutil.which("node") is None, reason="no node")
def test_script_is_javascript() -> None:
    checked = subprocess.run(["node", "--check", SCRIPT], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()


def test_script_makes_no_markup_of_text_and_evaluates_none() -> None:
    text = re.sub(r"/\*.*?\*/", "", SCRIPT.read_text("utf-8"), flags=re.DOTALL)
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                "new Function", ".style.", "cssText", '"style"', "setHTML"):  # fmt: skip
        assert way not in text, way


def test_every_attribute_event_part_and_property_is_documented_at_the_scripts_top() -> None:
    comment, code = SCRIPT.read_text("utf-8").split("*/", 1)
    observed = re.search(r"observedAttributes = \[(.*?)\]", code, re.DOTALL)
    assert observed
    attributes = {*re.findall(r'"([a-z-]+)"', observed[1]), "theme"}
    assert {"api-base", "api-key", "lang", "policies", "limit", "theme"} <= attributes
    for attribute in attributes:
        assert re.search(rf"^  {attribute}  +\S", comment, re.MULTILINE), attribute
    for event in set(re.findall(r'#tell\("(\w+)"', code)):
        assert f"policy-search:{event}" in comment
    for name in set(re.findall(r"var\((--policy-search-[a-z-]+)", code)):
        assert name in comment, name
    for part in set(re.findall(r'(?:make\("\w+"|drawing\(), ?"([a-z]+)"', code)):
        assert re.search(rf"\b{part}\b", comment), part
    kinds = set(re.findall(r'kind = "(\w+)"|Failure\("(\w+)"', code))
    for kind in {name for pair in kinds for name in pair if name}:
        assert f"`{kind}`" in comment
        assert len(re.findall(rf"^      {kind}: ", code, re.MULTILINE)) == 2, "in both languages"


def test_both_languages_say_the_same_things() -> None:
    code = SCRIPT.read_text("utf-8")
    en, zh = (
        re.findall(r"^      (\w+):", part, re.MULTILINE)
        for part in re.split(r"^    (?:en|zh): \{", code, flags=re.MULTILINE)[1:3]
    )
    assert en == zh[: len(en)]


def test_script_is_sent_with_a_strong_tag_and_packed_on_request(client: TestClient) -> None:
    plain = client.get("/policy-search.js", headers={"Accept-Encoding": "identity"})
    packed = client.get("/policy-search.js", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert plain.content == packed.content == SCRIPT.read_bytes()
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) <= MOST_BYTES
    refused = client.get("/policy-search.js", headers={"Accept-Encoding": "gzip;q=0.0"})
    assert "Content-Encoding" not in refused.headers
    assert plain.headers["ETag"] != packed.headers["ETag"], "a strong tag is of exact bytes"
    for sent in (plain, packed):
        assert re.fullmatch(r'"[0-9a-f]{32}"', sent.headers["ETag"])
        assert sent.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert sent.headers["Cache-Control"] == "public, max-age=3600"
        assert sent.headers["Vary"] == "Accept-Encoding"
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert sent.headers["Access-Control-Allow-Origin"] == "*"
        assert sent.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_known_script_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/policy-search.js").headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        answer = client.get("/policy-search.js", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
        assert answer.headers["Cache-Control"]
    assert client.get("/policy-search.js", headers={"If-None-Match": '"x"'}).status_code == 200
    head = client.head("/policy-search.js")
    assert (head.status_code, head.headers["ETag"]) == (200, tag)


# /embed


def directives(response: Any) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (part.partition(" ") for part in parts)}


def test_embedded_page_may_run_its_own_script_and_ask_its_own_service_alone(
    client: TestClient,
) -> None:
    answer = client.get("/embed")
    allowed = directives(answer)
    assert allowed["default-src"] == "'none'"
    assert allowed["connect-src"] == "'self'"
    assert allowed["base-uri"] == allowed["form-action"] == allowed["trusted-types"] == "'none'"
    assert allowed["frame-ancestors"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "X-Frame-Options" not in answer.headers, "it cannot name other origins"
    page = Page(answer.text)
    assert not any("style" in attributes for _, attributes in page.found)
    assert not any(name.startswith("on") for _, attributes in page.found for name in attributes)


def test_inline_parts_of_the_embedded_page_have_their_hashes_in_the_policy(
    client: TestClient,
) -> None:
    import base64
    import hashlib

    answer = client.get("/embed")
    allowed = directives(answer)
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed[directive]


@pytest.mark.parametrize(
    ("setting", "directive"),
    [
        ("https://wiki.example", "https://wiki.example"),
        ("self, https://Wiki.example/, https://*.corp.example:8443",
         "'self' https://wiki.example https://*.corp.example:8443"),
        ("'none'", "'none'"),
        ("*", "*"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)  # fmt: skip
def test_who_may_frame_the_page_is_a_setting(
    client_with: Any, settings: Settings, setting: str, directive: str
) -> None:
    checked = Settings(**(settings.model_dump() | {"frame_ancestors": setting}))
    answer = client_with(frame_ancestors=checked.frame_ancestors).get("/embed")
    assert directives(answer)["frame-ancestors"] == directive


@pytest.mark.parametrize(
    "setting", ["wiki.example", "https://a.example/path", "https://a;script-src *", "none, self",
                "'self'\nX: y", "javascript:alert(1)", " , ", "https://*"],
)  # fmt: skip
def test_frame_ancestor_that_is_no_origin_is_refused(setting: str) -> None:
    with pytest.raises(ValidationError):
        Settings(frame_ancestors=setting)


def test_parameters_of_the_embedded_page_become_attributes(client: TestClient) -> None:
    query = {"lang": "zh", "theme": "DARK", "policies": "leave,privacy", "limit": "5", "q": "年假"}
    answer = client.get("/embed", params=query)
    component = Page(answer.text)["policy-search"]
    assert component == {
        "inline": None, "target": "_blank", "lang": "zh", "theme": "dark",
        "policies": "leave,privacy", "limit": "5", "value": "年假",
    }  # fmt: skip
    assert Page(answer.text)["html"]["lang"] == "zh-Hans"
    assert "搜索制度" in answer.text


@pytest.mark.parametrize("name", ["q", "policies", "theme", "limit", "lang", "other"])
def test_no_parameter_becomes_markup(client: TestClient, name: str) -> None:
    hostile = "\"'><script>alert(1)</script>$title${key}\x00\ud800&amp;"
    answer = client.get(f"/embed?{name}=" + "".join(
        f"%{b:02X}" for b in hostile.encode("utf-8", "surrogatepass")))  # fmt: skip
    assert answer.status_code == 200
    page = Page(answer.text)
    plain = Page(client.get("/embed").text)
    assert [tag for tag, _ in page.found] == [tag for tag, _ in plain.found]
    if name in ("q", "policies"):
        value = page["policy-search"]["value" if name == "q" else name]
        assert value is not None
        assert value.startswith("\"'><script>alert(1)</script>$title${key}")
    else:
        assert page["policy-search"] == plain["policy-search"]


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.5", "en"),
        ("en;q=0.2, zh;q=0.7", "zh"),
        ("de, fr;q=0.8, zh-TW;q=0.1", "zh"),
        ("de", "en"),
        ("zh;q=0", "en"),
        ("zh;q=nonsense", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_language_is_the_browsers_unless_given(
    client: TestClient, accepted: str, lang: str
) -> None:
    headers = {"Accept-Language": accepted}
    for path in ("/embed", "/opensearch.xml"):
        assert "Accept-Language" in client.get(path, headers=headers).headers["Vary"]
    assert Page(client.get("/embed", headers=headers).text)["policy-search"]["lang"] == lang
    assert client.get("/opensearch.xml", headers=headers).headers["Content-Language"] == lang
    for other in ("en", "zh"):
        answer = client.get(f"/opensearch.xml?lang={other}", headers=headers)
        assert answer.headers["Content-Language"] == other


def test_key_of_the_embedded_page_stands_in_it_and_in_no_cache(
    client_with: Any, keys: KeyFile
) -> None:
    _, text = keys.create("wiki page", ["search"])
    answer = client_with(embed_key=SecretStr(text)).get("/embed")
    assert Page(answer.text)["policy-search"]["api-key"] == text
    assert answer.headers["Cache-Control"] == "private, no-store"
    other = client_with().get("/embed")
    assert "api-key" not in Page(other.text)["policy-search"]
    assert text not in repr(Settings(embed_key=text)) + settings_table()  # type: ignore[arg-type]


def test_embedding_a_key_that_may_do_more_than_search_is_refused_at_the_start(
    settings: Settings, keys: KeyFile
) -> None:
    def check(text: str) -> None:
        check_pages(settings.model_copy(update={"embed_key": SecretStr(text)}))

    check_pages(settings)
    with pytest.raises(SettingsError, match="none of the keys"):
        check("ps_zzzzzzzz_" + "A" * 43)
    for scopes in (["search", "read"], ["read"], ["admin"], ["search", "write"]):
        key, text = keys.create("too much", scopes)
        with pytest.raises(SettingsError, match=f"{key.id}.*search and nothing else") as caught:
            check(text)
        assert text not in str(caught.value)
    key, text = keys.create("wiki page", ["search"])
    check(text)
    keys.revoke(key.id)
    with pytest.raises(SettingsError, match="revoked"):
        check(text)


# OpenSearch


def described(answer: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of a description, and its templates by type."""
    root = ET.fromstring(answer.content)
    assert root.tag == NAMESPACE + "OpenSearchDescription"
    texts = {one.tag.removeprefix(NAMESPACE): one.text or "" for one in root}
    urls = {one.get("type", ""): one.get("template", "") for one in root.iter(NAMESPACE + "Url")}
    return texts, urls


def test_description_is_opensearch_in_both_languages(client: TestClient) -> None:
    for lang, name in (("en", "Policies"), ("zh", "公司制度")):
        answer = client.get(f"/opensearch.xml?lang={lang}")
        assert answer.headers["Content-Type"] == "application/opensearchdescription+xml"
        texts, urls = described(answer)
        assert texts["ShortName"] == name
        assert len(texts["ShortName"]) <= 16
        assert len(texts["LongName"]) <= 48
        assert texts["Description"]
        assert texts["InputEncoding"] == "UTF-8"
        assert urls == {
            "text/html": "http://testserver/?q={searchTerms}",
            SUGGESTIONS: "http://testserver/v1/suggest?format=opensearch&q={searchTerms}",
            "application/json": "http://testserver/v1/search?q={searchTerms}",
            "application/opensearchdescription+xml": f"http://testserver/opensearch.xml?lang={lang}",
        }


def test_addresses_of_the_description_lead_somewhere(client: TestClient) -> None:
    _, urls = described(client.get("/opensearch.xml"))
    for kind, template in urls.items():
        if kind != "text/html":
            answer = client.get(template.replace("{searchTerms}", "leave"))
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)


def test_description_of_a_service_with_keys_promises_no_suggestions(
    client: TestClient, keys: KeyFile
) -> None:
    keys.create("wiki", ["search"])
    _, urls = described(client.get("/opensearch.xml"))
    assert set(urls) == {
        "text/html", "application/json", "application/opensearchdescription+xml",
    }  # fmt: skip


@pytest.mark.parametrize("host", ["[::1]:8080", 'a"<b>&', "a{x}", "灯塔", "policies.example:8443"])
def test_description_under_an_odd_host_is_xml(client: TestClient, host: str) -> None:
    answer = client.get("/opensearch.xml", headers={b"Host": host.encode()})  # type: ignore[dict-item]
    _, urls = described(answer)
    assert urls["text/html"].count("{") == 1


def test_forwarded_scheme_counts_behind_a_trusted_proxy_only(client_with: Any) -> None:
    headers = {"X-Forwarded-Proto": "https"}
    for proxies, scheme in (("10.0.0.0/8", "https"), ("192.0.2.1", "http"), (None, "http")):
        app = client_with(trusted_proxies=proxies).app
        proxy = TestClient(app, client=("10.0.0.1", 1))
        _, urls = described(proxy.get("/opensearch.xml", headers=headers))
        assert urls["text/html"].startswith(f"{scheme}://testserver/")


def test_suggestions_for_browsers_are_four_lists(client: TestClient) -> None:
    by_format = client.get("/v1/suggest?q=lea&format=opensearch")
    by_accept = client.get("/v1/suggest?q=lea", headers={"Accept": SUGGESTIONS + ", */*;q=0.1"})
    plain = client.get("/v1/suggest?q=lea")
    assert plain.headers["Content-Type"] == "application/json"
    assert by_format.headers["Content-Type"] == SUGGESTIONS
    assert by_accept.json() == by_format.json()
    assert "Accept" in plain.headers["Vary"]
    query, texts, descriptions, urls = by_format.json()
    assert query == "lea"
    assert texts == [one["text"] for one in plain.json()["suggestions"]]
    assert len(texts) == len(descriptions) == len(urls) > 1
    found = dict(zip(texts, zip(descriptions, urls, strict=True), strict=True))
    title = found["Lanternworks Leave Policy"]
    assert title == ("", "http://testserver/policies/lanternworks-leave")
    description, url = found["Annual leave"]
    assert description == "Lanternworks Leave Policy"
    assert unquote(url.partition("?clause=")[2]) == "lanternworks-leave@2025-03-01#1"
    term = next(u for t, u in zip(texts, urls, strict=True) if "/policies/" not in u)
    assert term.startswith("http://testserver/?q=")


def test_unknown_form_of_suggestions_is_refused(client: TestClient) -> None:
    assert client.get("/v1/suggest?q=a&format=xml").status_code == 422
