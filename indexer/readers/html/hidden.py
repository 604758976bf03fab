"""What of a page is hidden for good, and what a click unfolds."""

from __future__ import annotations

from collections.abc import Set

from indexer.readers.html.tree import Element, heading_level

_MOST = 0.5
_OPENS = frozenset("accordion collapse collapsible expander faq panel tab tabpanel toggle".split())  # noqa: SIM905


def is_hidden(element: Element, chars: int, opened: Set[str]) -> bool:
    """Whether nobody sees an element. `chars`: of the whole page; `opened`: ids that buttons open.

    What a click unfolds is seen, and so is a page that its scripts uncover once it is loaded.
    """
    attrs, style = element.attrs, element.style
    hidden = (
        ("hidden" in attrs and attrs["hidden"] != "until-found")
        or attrs.get("aria-hidden") == "true"
        or style.get("display", "").startswith("none")
        or style.get("visibility", "").startswith(("hidden", "collapse"))
        or style.get("mso-hide", "").startswith("all")
        or (element.tag == "dialog" and "open" not in attrs)
    )
    if not hidden or element.chars > _MOST * chars:
        return False
    can_be_opened = (
        attrs.get("id") in opened
        or attrs.get("role") in ("tabpanel", "region")
        or element.names & _OPENS
    )
    return not can_be_opened or element.link_chars * 2 > element.chars


def opened_by(element: Element) -> Set[str]:
    """The ids of the parts of the page that this element shows and hides."""
    attrs = element.attrs
    found = {attrs.get("aria-controls"), attrs.get("data-target"), attrs.get("data-bs-target")}
    if "aria-expanded" in attrs or "data-toggle" in attrs or "data-bs-toggle" in attrs:
        found.add(attrs.get("href"))
    return {value.removeprefix("#") for value in found if value}


def opens_text(button: Element) -> bool:
    """Whether a button is the title of text that it unfolds."""
    if any(heading_level(above) or above.tag == "summary" for above in button.ancestors()):
        return True
    opens = {"aria-expanded", "aria-controls", "data-toggle", "data-bs-toggle"} & set(button.attrs)
    return bool(opens or button.names & _OPENS)
