"""The search page: what its address asks for, and what is shown of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from service.search.records import Facet, FacetName, Hit, SearchFilter, SearchResult
from service.web.links import clause_page, search_page

if TYPE_CHECKING:
    from service.web.interface import Interface

PAGE = 10
FACETS: tuple[FacetName, ...] = ("lang", "policy_id", "organisation", "year")
VALUES_SHOWN = 6
"""Of a facet, before the rest is folded away."""
_LEVELS = (("high", 0.75), ("middle", 0.5), ("low", 0.1))
"""Probabilities from which something is very likely, likely, or possible."""


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit as it is shown."""

    hit: Hit
    href: str
    words: str
    """How relevant it is; empty where nobody knows."""

    @property
    def whole(self) -> str | None:
        """The clause's text, where the snippet is only a part of it."""
        shown = " ".join(self.hit.snippet.text.split())
        return self.hit.text if shown != " ".join(self.hit.text.split()) else None

    @property
    def headings(self) -> list[str]:
        """Headings above the clause and its own."""
        return [heading for heading in self.hit.heading_path if heading]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet."""

    value: str
    label: str
    count: int | None
    chosen: bool
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet as checkboxes; `rest` is folded away."""

    name: FacetName
    shown: tuple[Choice, ...]
    rest: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, with the address of the page without it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Found:
    """An answer as it is shown."""

    result: SearchResult
    hits: tuple[HitView, ...]
    nearest: tuple[HitView, ...]
    facets: tuple[FacetView, ...]
    chips: tuple[Chip, ...]
    first: int
    last: int
    more: str | None
    previous: str | None
    clear: str


def likelihood(relevance: float | None, kind: str, interface: Interface) -> str:
    """A probability in words: `kind` is `relevance` (that it answers) or `same`."""
    if relevance is None:
        return ""
    level = next((name for name, least in _LEVELS if relevance >= least), "little")
    return interface.text(f"{kind}.{level}")


def found_view(
    result: SearchResult,
    restriction: SearchFilter,
    offset: int,
    interface: Interface,
    *,
    may_read: bool,
    title_of: Callable[[str], str],
) -> Found:
    """What a page shows of a search; `title_of` tells the title of a policy by its id."""

    def views(hits: tuple[Hit, ...], *, near: bool = False) -> tuple[HitView, ...]:
        return tuple(
            HitView(
                hit,
                clause_page(hit.id, may_read=may_read),
                interface.text("relevance.near")
                if near
                else likelihood(hit.relevance, "relevance", interface),
            )
            for hit in hits
        )

    q = result.query
    last = offset + len(result.hits)
    labelled = _labels(result.facets, interface, title_of)
    return Found(
        result=result,
        hits=views(result.hits),
        nearest=views(result.nearest, near=True),
        facets=tuple(_facet_view(facet, restriction, labelled) for facet in result.facets),
        chips=tuple(_chips(q, restriction, labelled)),
        first=offset + 1,
        last=last,
        more=search_page(q, restriction, last) if last < result.total else None,
        previous=search_page(q, restriction, max(0, offset - PAGE)) if offset else None,
        clear=search_page(q, SearchFilter()),
    )


def lang_label(code: str, interface: Interface) -> str:
    """`zh` → `Chinese`; a language without a name is its code."""
    return interface.text(f"lang.{code}") if code in ("en", "zh") else code


Label = Callable[[FacetName, Any], str]


def _labels(
    facets: tuple[Facet, ...], interface: Interface, title_of: Callable[[str], str]
) -> Label:
    titles = {found.value: found.title for facet in facets for found in facet.values}

    def label(name: FacetName, value: Any) -> str:
        if name == "lang":
            return lang_label(str(value), interface)
        if name == "policy_id":
            return titles.get(value) or title_of(str(value))
        return str(value)

    return label


def _facet_view(facet: Facet, restriction: SearchFilter, label: Label) -> FacetView:
    chosen = tuple(getattr(restriction, facet.name))
    choices = [
        Choice(str(v.value), label(facet.name, v.value), v.count, v.value in chosen)
        for v in facet.values
    ]
    present = {v.value for v in facet.values}
    choices += [Choice(str(v), label(facet.name, v), 0, True) for v in chosen if v not in present]
    # Two policies may have one title: then their ids tell them apart.
    titles = [choice.label for choice in choices]
    choices = [
        replace(c, label=f"{c.label} ({c.value})") if titles.count(c.label) > 1 else c
        for c in choices
    ]
    folded = [c for c in choices[VALUES_SHOWN:] if not c.chosen]
    shown = [c for c in choices if c not in folded]
    if len(folded) == 1:  # a fold for one line saves nothing
        shown, folded = choices, []
    return FacetView(facet.name, tuple(shown), tuple(folded))


def _chips(q: str, restriction: SearchFilter, label: Label) -> list[Chip]:
    chips = []
    for name in FACETS:
        chosen = getattr(restriction, name)
        for value in chosen:
            rest = tuple(other for other in chosen if other != value)
            without: dict[str, Any] = {name: rest}
            href = search_page(q, replace(restriction, **without))
            chips.append(Chip(label(name, value), href))
    return chips
