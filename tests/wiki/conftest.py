"""The two wikis with the plug-ins in them, and the service that they ask."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.wiki import rig

SHARED = Path(os.environ.get("POLICY_SEARCH_SHARED", rig.ROOT.parent / "shared")) / "policies"


@dataclass(frozen=True)
class Questions:
    """Questions, and the policy in the other language that has to be among the answers."""

    policies: list[Path]
    english: str
    chinese_policy: str
    chinese: str
    english_policy: str


REAL = Questions(
    sorted(SHARED.glob("*.txt")),
    "Where is my personal information stored?",
    "jc-task-privacy-policy",
    "注销账户后多久删除信息？",
    "zhenyi-erp-privacy-policy",
)
SAMPLES = Questions(
    [rig.ROOT / "indexer" / "samples"],
    "How do I cancel my account?",
    "privacy-policy-zh",
    "出差期间每天的餐费补贴是多少？",
    "expense-policy-en",
)


@dataclass(frozen=True)
class Keys:
    """The wiki's key, and one that may write policies."""

    wiki: str
    writer: str


REMARK = re.compile(r"PHP (Fatal|Parse|Warning|Notice|Deprecated).*(PolicySearch|policysearch)")
"""What PHP says about the plug-ins' code."""


@pytest.fixture(scope="session")
def questions() -> Questions:
    return REAL if REAL.policies else SAMPLES


@pytest.fixture(scope="session")
def service(
    questions: Questions, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[rig.Service]:
    """The service over the policies. Their index is kept, and brought up to date the next time."""
    name = "wiki-real" if questions is REAL else "wiki-samples"
    kept = rig.ROOT / ".policy-search" / name
    build = ("index", *questions.policies, "--index", kept)
    done = rig.run_command(*build)
    if done.returncode != 0:  # kept by another version
        shutil.rmtree(kept, ignore_errors=True)
        done = rig.run_command(*build)
    assert done.returncode == 0, done.stderr
    folder = tmp_path_factory.mktemp("service")
    shutil.copytree(kept, folder / "index")
    running = rig.Service(folder / "index", folder / "service.log")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def keys(service: rig.Service) -> Keys:
    def make(name: str, *scopes: str) -> str:
        options = [part for scope in scopes for part in ("--scope", scope)]
        done = rig.run_command(
            "keys", "create", name, *options, "--quiet", "--index", service.index
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return Keys(make("wiki", "search"), make("editor", "write", "read"))


@pytest.fixture(scope="session", params=["mediawiki", "dokuwiki"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[rig.WikiSite]:
    """A wiki into which the plug-in was put by the command, once each has been seen without it."""
    make = {"mediawiki": rig.mediawiki, "dokuwiki": rig.dokuwiki}[request.param]
    with make(tmp_path_factory.mktemp(request.param)) as made:
        done = rig.run_command("wiki", "install", made.kind, made.root)
        assert done.returncode == 0, done.stderr
        yield made
        remarks = [line for line in made.log.read_text("utf-8").splitlines() if REMARK.search(line)]
        assert not remarks, remarks


@pytest.fixture
def wiki(site: rig.WikiSite, service: rig.Service, keys: Keys) -> rig.WikiSite:
    """The wiki with the settings that the guide tells."""
    site.configure(plain_settings(service, keys))
    return site


def plain_settings(service: rig.Service, keys: Keys) -> dict[str, object]:
    return {
        "url": service.url,
        "key": keys.wiki,
        "link_base": "https://policies.example.com/",
        "retry_after": 1,
    }


def get(url: str) -> LexborHTMLParser:
    """A page of a wiki, as a browser parses it."""
    answer = httpx.get(url, timeout=30, follow_redirects=True)
    assert answer.status_code == 200, answer.text[:2000]
    return LexborHTMLParser(answer.text)


def blocks(page: LexborHTMLParser) -> list[LexborNode]:
    return page.css(".policysearch, .plugin_policysearch")


def block(page: LexborHTMLParser) -> LexborNode:
    """The one block of clauses on a page."""
    found = blocks(page)
    assert len(found) == 1, page.body and page.body.text()[:3000]
    return found[0]
