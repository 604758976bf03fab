"""What is known of a wiki and its pages, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")
Kind = Literal["mediawiki", "dokuwiki"]
BY_NAME = "page"
"""The selector of pages that were named one by one."""


@dataclass(frozen=True, slots=True)
class Site:
    """A wiki. `place` is its address without scheme: it stays the same for whoever asks."""

    kind: Kind
    place: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pages are wanted. `parts`: categories or namespaces; `deep`: with those in them."""

    pages: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page. `key` is the wiki's own, which stays when the page is renamed, if there is such."""

    key: str
    name: str
    url: str
    selector: str
    title: str | None = None
    lang: str | None = None
    """As the wiki states it for this page; `None`: its text tells."""
    page_lang: str | None = None
    """As the wiki assumes it for its pages."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A text that a page had. `id` is `None` where the wiki does not tell."""

    id: str | None
    made: date | None


@dataclass(frozen=True, slots=True)
class Rendering:
    """A revision as HTML, without the wiki's frame. `title` where the wiki knows one."""

    html: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Selected:
    """The pages found, and those that were not (name, reason).

    `listed`: the selectors whose pages were all told; `empty`: those that have none.
    """

    pages: tuple[Page, ...]
    failed: tuple[tuple[str, str], ...]
    listed: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()


class Wiki(Protocol):
    """A wiki that pages are taken from. Every method raises `WikiError`."""

    @property
    def site(self) -> Site: ...

    def select(self, selection: Selection) -> Selected:
        """The pages wanted."""

    def revisions(self, page: Page, most: int) -> list[Revision]:
        """The newest revisions of a page, newest first."""

    def render(self, page: Page, revision: Revision) -> Rendering:
        """A revision as HTML."""

    def gone(self, keys: Sequence[str], selector: str) -> frozenset[str]:
        """Of pages that a selector no longer finds, those that are surely not its any more."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which page of which wiki a policy is, and by what it was selected."""

    kind: str
    place: str
    selector: str
    page: str

    def __str__(self) -> str:
        parts = (self.kind, self.place, self.selector, self.page)
        return " ".join(part.replace(" ", "_") for part in parts)


def origin_from(text: str | None) -> Origin | None:
    """What `str` made of an origin; `None` for any other text."""
    parts = (text or "").split(" ")
    return Origin(*parts) if len(parts) == 4 and parts[0] in ("mediawiki", "dokuwiki") else None


def batched(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """The items, so many at a time."""
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch
