"""An Atom feed (RFC 4287) of policy versions and what changed in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from urllib.parse import quote
from xml.etree import ElementTree

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
_XML_LANG = "xml:lang"
_YEAR = 2026
"""A tag URI names its authority as of a year; the year of the first feeds, which stays."""
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, even escaped."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One version of a policy, or what it changed."""

    policy_id: str
    title: str
    version: str
    updated: datetime | date
    """When it came out; a date is midnight UTC, as is a time without a zone UTC."""
    link: str
    """The absolute address of the page to read it at."""
    lines: tuple[str, ...] = ()
    """What changed, a line each; plain text."""
    lang: str | None = None
    author: str | None = None


def atom_feed(
    title: str,
    address: str,
    entries: Sequence[FeedEntry],
    *,
    authority: str,
    author: str,
    policy_id: str | None = None,
    home: str | None = None,
    lang: str | None = None,
    updated: datetime | date | None = None,
) -> bytes:
    """The feed as UTF-8, newest entries first; the same bytes for the same arguments.

    The ids are tag URIs (RFC 4151) made of the authority, policy and version alone, so that they
    stay the same when the service moves or a version is indexed again.

    Args:
        title: of the feed.
        address: where the feed itself is found, absolute.
        entries: in any order, each policy's version once.
        authority: a domain name or e-mail address of the publisher, which does not change.
        author: who publishes the policies, where an entry names nobody.
        policy_id: the policy that the feed is about; none for a feed of all policies.
        home: the page that the feed belongs to, absolute.
        lang: language of the title, and of entries that state none.
        updated: when the feed itself changed; at least as late as its newest entry. A feed without
            entries needs it.

    Raises:
        ValueError: the authority is no domain name, a version stands twice, or there is no date.
    """
    ordered = sorted(entries, key=lambda e: (_moment(e.updated), e.policy_id, e.version))[::-1]
    ids = [entry_id(authority, entry.policy_id, entry.version) for entry in ordered]
    if len(set(ids)) < len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise ValueError(f"{twice} stands twice in the feed: give each version once")
    moments = [_moment(when) for when in (updated, *(e.updated for e in ordered[:1])) if when]
    if not moments:
        raise ValueError("a feed without entries needs `updated`: Atom requires the date")
    feed = ElementTree.Element("feed", {"xmlns": ATOM})
    if lang:
        feed.set(_XML_LANG, lang)
    _add(feed, "id", _tag(authority, "feed", *([policy_id] if policy_id else [])))
    _add(feed, "title", title)
    _add(feed, "updated", _rfc3339(max(moments)))
    _add(_add(feed, "author"), "name", author)
    _add(feed, "link", rel="self", href=address, type=MEDIA_TYPE)
    if home:
        _add(feed, "link", rel="alternate", href=home, type="text/html")
    for entry, name in zip(ordered, ids, strict=True):
        _add_entry(feed, entry, name)
    ElementTree.indent(feed)
    body: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def entry_id(authority: str, policy_id: str, version: str) -> str:
    """The stable id of a version's entry: `tag:example.org,2026:version/leave-policy/3`."""
    return _tag(authority, "version", policy_id, version)


def _tag(authority: str, *parts: str) -> str:
    if not _AUTHORITY.fullmatch(authority):
        raise ValueError(
            f"{authority!r} cannot name the publisher of a feed: give a domain name without a "
            "port, such as policies.example.org, or an e-mail address"
        )
    # Percent-encoded, so that a slash within a name does not look like one between names.
    names = "/".join(quote(part, safe="@", errors="replace") for part in parts)
    return f"tag:{authority.lower()},{_YEAR}:{names}"


def _add_entry(feed: ElementTree.Element, entry: FeedEntry, name: str) -> None:
    element = _add(feed, "entry")
    if entry.lang:
        element.set(_XML_LANG, entry.lang)
    _add(element, "id", name)
    _add(element, "title", f"{entry.title} ({entry.version})")
    _add(element, "updated", _rfc3339(entry.updated))
    if entry.author:
        _add(_add(element, "author"), "name", entry.author)
    _add(element, "link", rel="alternate", href=entry.link, type="text/html")
    if entry.lines:
        items = "".join(f"<li>{escape(line)}</li>" for line in entry.lines)
        _add(element, "content", f"<ul>{items}</ul>", type="html")


def _add(
    parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    written = {key: _writable(value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, tag, written)
    if text is not None:
        element.text = _writable(text)
    return element


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _moment(when: datetime | date) -> datetime:
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day, tzinfo=UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _rfc3339(when: datetime | date) -> str:
    return _moment(when).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
