"""The Atom feed, read back and held against what RFC 4287 requires."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree

import pytest

from indexer.versions.feed import FeedEntry, atom_feed, entry_id

A = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")

ENTRIES = (
    FeedEntry(
        "leave-policy",
        "Leave <Policy> & more",
        "2025-03-01",
        date(2025, 3, 1),
        "https://wiki.example/policies/leave-policy?from=1&to=2",
        ("§3.2 renumbered to §3.3", "§4 reworded: “a < b” → “a & b”"),
        "en",
    ),
    FeedEntry(
        "请假制度",
        "请假制度",
        "第 2/3 版",
        datetime(2025, 6, 1, 9, tzinfo=timezone(timedelta(hours=8))),
        "https://wiki.example/policies/x",
        ("第三条 移至 第五条",),
        "zh",
        author="人力资源部",
    ),
)


def made(entries: Any = ENTRIES, **more: Any) -> bytes:
    arguments = {"authority": "policies.example.org", "author": "Example Ltd"} | more
    return atom_feed("Policies", "https://wiki.example/feed.atom?a=1&b=2", entries, **arguments)


def read(body: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(body)


def text(element: ElementTree.Element, tag: str) -> str:
    found = element.findall(A + tag)
    assert len(found) == 1, f"exactly one {tag}"
    return found[0].text or ""


def test_feed_and_entries_have_what_the_standard_requires() -> None:
    feed = read(made())
    assert feed.tag == A + "feed"
    for element in (feed, *feed.findall(A + "entry")):
        assert text(element, "id").startswith("tag:policies.example.org,2026:")
        assert text(element, "title")
        assert WHEN.fullmatch(text(element, "updated"))
    assert text(feed.find(A + "author") or feed, "name") == "Example Ltd"
    links = {link.get("rel"): link for link in feed.findall(A + "link")}
    assert links["self"].get("href") == "https://wiki.example/feed.atom?a=1&b=2"
    assert links["self"].get("type") == "application/atom+xml"
    for entry in feed.findall(A + "entry"):
        assert [link.get("rel") for link in entry.findall(A + "link")] == ["alternate"]


def test_newest_entry_first_and_its_date_is_the_feeds() -> None:
    feed = read(made())
    dates = [text(entry, "updated") for entry in feed.findall(A + "entry")]
    assert dates == ["2025-06-01T01:00:00Z", "2025-03-01T00:00:00Z"]
    assert text(feed, "updated") == dates[0]
    later = read(made(updated=datetime(2026, 1, 1, tzinfo=UTC)))
    assert text(later, "updated") == "2026-01-01T00:00:00Z"


def test_everything_is_escaped() -> None:
    entry = read(made(ENTRIES[:1])).find(A + "entry")
    assert entry is not None
    assert text(entry, "title") == "Leave <Policy> & more (2025-03-01)"
    content = entry.find(A + "content")
    assert content is not None
    assert content.get("type") == "html"
    assert content.text == (
        "<ul><li>§3.2 renumbered to §3.3</li><li>§4 reworded: “a &lt; b” → “a &amp; b”</li></ul>"
    )


def test_entries_say_their_language() -> None:
    feed = read(made(lang="en"))
    assert feed.get(LANG) == "en"
    assert [entry.get(LANG) for entry in feed.findall(A + "entry")] == ["zh", "en"]


def test_ids_are_stable_and_hold_any_name() -> None:
    assert entry_id("Example.org", "leave-policy", "3") == (
        "tag:example.org,2026:version/leave-policy/3"
    )
    # A slash in a name is not taken for one between names.
    assert entry_id("example.org", "a/b", "c") != entry_id("example.org", "a", "b/c")
    assert re.fullmatch(r"[!-~]+", entry_id("example.org", "请假 制度", "第 2/3 版"))
    assert text(read(made()), "id") == text(read(made(ENTRIES[:1])), "id")
    assert text(read(made(policy_id="leave-policy")), "id").endswith("feed/leave-policy")


def test_the_same_entries_in_another_order_give_the_same_bytes() -> None:
    assert made(ENTRIES[::-1]) == made()


@pytest.mark.parametrize("damage", ["\x00", "\x0b", "\ud800", "\uffff"])
def test_characters_that_xml_cannot_hold_do_not_break_the_feed(damage: str) -> None:
    broken = FeedEntry(f"a{damage}", f"T{damage}", "1", date(2025, 1, 1), "https://x.example/", ())
    entry = read(made((broken,))).find(A + "entry")
    assert entry is not None
    assert text(entry, "title") == "T\ufffd (1)"


def test_an_empty_feed_needs_a_date() -> None:
    with pytest.raises(ValueError, match="needs `updated`"):
        made(())
    feed = read(made((), updated=date(2025, 1, 1)))
    assert text(feed, "updated") == "2025-01-01T00:00:00Z"
    assert feed.findall(A + "entry") == []


def test_a_version_stands_once() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        made((ENTRIES[0], ENTRIES[0]))


@pytest.mark.parametrize("authority", ["localhost:8000", "", "a b", "https://example.org"])
def test_an_authority_that_tag_uris_do_not_allow_is_refused(authority: str) -> None:
    with pytest.raises(ValueError, match="domain name"):
        made(authority=authority)
