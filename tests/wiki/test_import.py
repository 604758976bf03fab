"""Pages of a real MediaWiki and a real DokuWiki become policies, and stay up to date as such."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from indexer.catalogue import open_catalogue
from indexer.rows import PolicyRecord
from tests.wiki import handbook, rig

pytestmark = pytest.mark.skipif(
    "POLICY_SEARCH_WIKI" not in os.environ, reason="needs the wikis: make test-wiki"
)


@pytest.fixture(scope="module")
def mediawiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig.WikiSite]:
    """A wiki with the handbook in one category, English pages in one inside it."""
    with rig.mediawiki(tmp_path_factory.mktemp("mediawiki-import")) as site:
        for title in handbook.PAGES:
            category = "Policies in English" if title.isascii() else "Policies"
            site.write(title, handbook.mediawiki_text(title, category))
        site.write("Category:Policies in English", "[[Category:Policies]]")
        yield site


@pytest.fixture(scope="module")
def dokuwiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig.WikiSite]:
    """A wiki whose administrator alone uses XML-RPC."""
    with rig.dokuwiki(tmp_path_factory.mktemp("dokuwiki-import")) as made:
        remote = "$conf['remote'] = 1;\n$conf['remoteuser'] = '@admin';\n"
        site = replace(made, plain=made.plain + remote)
        site.configure(None)
        yield site


class Index:
    """An index that a wiki is imported into by the command."""

    def __init__(self, folder: Path, site: rig.WikiSite) -> None:
        self.folder = folder
        self._site = site

    def take(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", "import", self._site.kind, self._site.url,
             "--index", self.folder, *arguments],
            env=rig.service_environment() | {"WIKI_PASSWORD": rig.PASSWORD},
            cwd=rig.ROOT, text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert rig.PASSWORD not in done.stdout + done.stderr
        return done

    def policies(self) -> dict[str, PolicyRecord]:
        with open_catalogue(self.folder) as catalogue:
            return {policy.id: policy for policy in catalogue.policies()}

    def hits(self, question: str) -> list[dict[str, Any]]:
        done = rig.run_command("search", question, "--index", self.folder, "--json")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)["hits"]
        return found


@contextmanager
def served(index: Index, folder: Path) -> Iterator[str]:
    """A service over the index, for as long as it is needed."""
    service = rig.Service(index.folder, folder / "service.log")
    service.start()
    try:
        yield service.url
    finally:
        service.stop()


def sections(page: str) -> set[str]:
    """The ids in a page, as a browser finds them."""
    return set(re.findall(r'\bid="([^"]+)"', httpx.get(page, timeout=30).text))


def assert_opens_section(url: str) -> None:
    page, _, anchor = url.partition("#")
    assert anchor
    assert unquote(anchor) in sections(page)


def test_pages_of_a_category_are_searched_and_kept_up_to_date(
    mediawiki: rig.WikiSite, tmp_path: Path
) -> None:
    index = Index(tmp_path / "index", mediawiki)
    category = ("--category", "Policies", "--subcategories")

    # Ten pages in two languages, with links to their sections.
    index.take(*category)
    policies = index.policies()
    assert len(policies) == 10
    leave = policies["annual-leave-policy"]
    assert (leave.title, leave.lang) == ("Annual leave policy", "en")
    assert policies["年休假制度"].lang == "zh"
    assert leave.source_url == f"{mediawiki.url}/index.php/Annual_leave_policy"
    assert leave.revision
    assert leave.revision.isdigit()
    found = index.hits("How much may a hotel cost?")[:3]
    assert {hit["policy"]["id"] for hit in found} >= {"travel-expenses", "差旅报销制度"}
    for hit in found:
        assert_opens_section(hit["source_url"])
    assert index.hits("笔记本电脑丢了怎么办？")[0]["policy"]["id"] in (
        "信息安全制度", "information-security",
    )  # fmt: skip

    # Again, nothing changes.
    assert "10 unchanged; 0 not imported" in index.take(*category).stdout

    # An edited page shows its new clause, and its old version can still be cited.
    old = index.hits("How many days of annual leave?")[0]["id"]
    changed = handbook.mediawiki_text("Annual leave policy", "Policies in English")
    mediawiki.write("Annual leave policy", changed.replace("twenty-three", "twenty-six"))
    assert "1 updated" in index.take(*category).stdout
    hit = index.hits("How many days of annual leave?")[0]
    assert "twenty-six" in hit["text"]
    assert hit["id"] != old
    with served(index, tmp_path) as url:
        kept = httpx.get(f"{url}/v1/clauses/{old.replace('#', '%23')}").json()
    assert "twenty-three" in kept["text"]
    assert_opens_section(kept["source_url"])

    # A page that is deleted, one that leaves its category, one that is renamed.
    script = rig.MEDIAWIKI / "maintenance/deleteBatch.php"
    rig.run_php(script, "--conf", mediawiki.settings, "-u", "Admin", text="Remote work\n")
    mediawiki.write("远程办公制度", "搬到别处。")
    moving = rig.MEDIAWIKI / "maintenance/moveBatch.php"
    listed = tmp_path / "moves"
    listed.write_text("Travel expenses|Travel and expenses\n")
    rig.run_php(moving, "--conf", mediawiki.settings, "-u", "Admin", listed)
    dry = index.take(*category, "--dry-run").stdout
    assert "remote-work: would be removed" in dry
    assert len(index.policies()) == 10
    assert "2 deleted" in index.take(*category).stdout
    left = index.policies()
    assert not {"remote-work", "远程办公制度"} & set(left)
    assert left["travel-expenses"].title == "Travel and expenses"
    hits = index.hits("May I work from home?")
    assert not [hit for hit in hits if hit["policy"]["id"] in ("remote-work", "远程办公制度")]


def test_policies_of_others_stay(mediawiki: rig.WikiSite, tmp_path: Path) -> None:
    own = tmp_path / "files" / "gifts-and-hospitality.md"
    own.parent.mkdir()
    own.write_text("# Gifts\n\n1. Gifts are shared in the kitchen.\n")
    index = Index(tmp_path / "index", mediawiki)
    assert rig.run_command("index", own.parent, "--index", index.folder).returncode == 0
    pages = ("--page", "Gifts and hospitality", "--page", "Information security")

    told = index.take(*pages, code=1).stderr
    assert "the id gifts-and-hospitality belongs to a policy that did not come from" in told
    assert set(index.policies()) == {"gifts-and-hospitality", "information-security"}
    assert "lists no pages" in index.take("--category", "Nothing", code=1).stderr
    assert set(index.policies()) == {"gifts-and-hospitality", "information-security"}
    assert index.policies()["gifts-and-hospitality"].origin is None

    index.take(*pages, "--prefix", "wiki-")
    assert set(index.policies()) >= {"gifts-and-hospitality", "wiki-gifts-and-hospitality"}


def test_a_closed_wiki_is_read_by_who_may(mediawiki: rig.WikiSite, tmp_path: Path) -> None:
    index = Index(tmp_path / "index", mediawiki)
    page = ("--page", "Information security", "--group", "staff")
    mediawiki.configure(None, extra="$wgGroupPermissions['*']['read'] = false;")
    try:
        assert "give --user" in index.take(*page, code=2).stderr
        account = ("--user", "Admin", "--password-env", "WIKI_PASSWORD")
        index.take(*page, *account)
        assert index.policies()["information-security"].groups == frozenset({"staff"})
    finally:
        mediawiki.configure(None)


def test_texts_of_the_past_become_versions(mediawiki: rig.WikiSite, tmp_path: Path) -> None:
    index = Index(tmp_path / "index", mediawiki)
    for days in ("ten", "ten", "eleven", "twelve"):
        mediawiki.write(
            "Notice", f"== Notice ==\nThe term of notice is {days} weeks.\n<!--{days}-->"
        )
    index.take("--page", "Notice", "--versions", "2")
    with served(index, tmp_path) as url:
        answer = httpx.get(f"{url}/v1/policies/notice/versions").json()
        texts = [
            httpx.get(url + version["clauses_url"]).json()["clauses"][0]["text"]
            for version in answer["versions"]
        ]
    assert ["twelve" in texts[0], "eleven" in texts[1], len(texts)] == [True, True, 2]


def test_a_running_service_takes_the_pages(mediawiki: rig.WikiSite, tmp_path: Path) -> None:
    index = Index(tmp_path / "index", mediawiki)
    note = tmp_path / "note.md"
    note.write_text("# Note\n\n1. The kitchen closes at ten.\n")
    assert rig.run_command("index", note, "--index", index.folder).returncode == 0
    with served(index, tmp_path) as url:
        pages = ("--page", "信息安全制度", "--page", "Information security", "--server", url)
        assert "2 created" in index.take(*pages).stdout
        assert "2 unchanged" in index.take(*pages).stdout
        found = httpx.get(f"{url}/v1/search", params={"q": "lost laptop"}).json()["hits"][0]
        assert found["policy"]["id"] in ("information-security", "信息安全制度")
        assert_opens_section(found["source_url"])


class Editor:
    """Writes pages of a DokuWiki as its administrator, with a history."""

    def __init__(self, site: rig.WikiSite) -> None:
        self._url = f"{site.url}/lib/exe/xmlrpc.php"
        self._http = httpx.Client(timeout=30)
        assert self.call("dokuwiki.login", "admin", rig.PASSWORD) is True

    def call(self, method: str, *arguments: Any) -> Any:
        body = xmlrpc.client.dumps(arguments, method)
        answer = self._http.post(self._url, content=body.encode())
        return xmlrpc.client.loads(answer.content)[0][0]

    def write(self, key: str, text: str) -> None:
        assert self.call("wiki.putPage", key, text, {"sum": "", "minor": False}) is True


def test_pages_of_a_namespace_are_searched_and_kept_up_to_date(
    dokuwiki: rig.WikiSite, tmp_path: Path
) -> None:
    editor = Editor(dokuwiki)
    names = {"hr:leave": "Annual leave policy", "hr:zh:leave": "年休假制度",
             "hr:remote": "Remote work"}  # fmt: skip
    for key, title in names.items():
        editor.write(key, handbook.dokuwiki_text(title))
    index = Index(tmp_path / "index", dokuwiki)
    account = ("--user", "admin", "--password-env", "WIKI_PASSWORD")
    asked = ("--namespace", "hr", *account)

    index.take(*asked)
    policies = index.policies()
    assert set(policies) == {"hr-leave", "hr-zh-leave", "hr-remote"}
    assert policies["hr-leave"].title == "Annual leave policy"
    assert policies["hr-zh-leave"].lang == "zh"
    old = index.hits("How many days of annual leave?")[0]
    assert_opens_section(old["source_url"])
    assert "3 unchanged" in index.take(*asked).stdout

    text = handbook.dokuwiki_text("Annual leave policy")
    editor.write("hr:leave", text.replace("twenty-three", "twenty-six"))
    editor.write("hr:remote", "")  # deletes it
    told = index.take(*asked).stdout
    assert "1 updated" in told
    assert "1 deleted" in told
    assert set(index.policies()) == {"hr-leave", "hr-zh-leave"}
    hit = index.hits("How many days of annual leave?")[0]
    assert ("twenty-six" in hit["text"], hit["id"] != old["id"]) == (True, True)
    assert not [hit for hit in index.hits("May I work from home?")
                if hit["policy"]["id"] == "hr-remote"]  # fmt: skip

    # Who may not read the pages does not make them go.
    acl = dokuwiki.root / "conf/acl.auth.php"
    users = dokuwiki.root / "conf/users.auth.php"
    before, accounts = acl.read_text(), users.read_text()
    users.write_text(
        accounts + accounts.replace("admin:", "guest:", 1).replace(":admin,user", ":user")
    )
    acl.write_text(f"{before}hr:*\t@user\t0\n")
    dokuwiki.configure(None, extra="$conf['remoteuser'] = '';")
    try:
        guest = ("--user", "guest", "--password-env", "WIKI_PASSWORD", "--allow-empty")
        told = index.take("--namespace", "hr", *guest, code=1).stderr
        assert "kept" in told
    finally:
        acl.write_text(before)
        users.write_text(accounts)
        dokuwiki.configure(None)
    assert set(index.policies()) == {"hr-leave", "hr-zh-leave"}

    # Texts of the past.
    history = Index(tmp_path / "history", dokuwiki)
    history.take("--page", "hr:leave", "--versions", "3", *account)
    with served(history, tmp_path) as url:
        versions = httpx.get(f"{url}/v1/policies/hr-leave/versions").json()["versions"]
        texts = [httpx.get(url + one["clauses_url"]).text for one in versions]
    assert ["twenty-six" in texts[0], "twenty-three" in texts[1], len(texts)] == [True, True, 2]


def test_without_xml_rpc_named_pages_are_read(dokuwiki: rig.WikiSite, tmp_path: Path) -> None:
    dokuwiki.write("gifts", handbook.dokuwiki_text("Gifts and hospitality"))
    dokuwiki.configure(None, extra="$conf['remote'] = 0;")
    try:
        index = Index(tmp_path / "index", dokuwiki)
        told = index.take("--page", "gifts", "--page", "nowhere", code=1).stderr
        assert "XML-RPC is turned off" in told
        assert "nowhere: there is no such page" in told
        policies = index.policies()
        assert policies["gifts"].title == "Gifts and hospitality"
        assert "namespaces cannot be listed" in index.take("--namespace", "hr", code=2).stderr
        dokuwiki.write(
            "gifts", handbook.dokuwiki_text("Gifts and hospitality").replace("fifty", "ten")
        )
        assert "1 updated" in index.take("--page", "gifts").stdout
    finally:
        dokuwiki.configure(None)
