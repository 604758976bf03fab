"""The names by which links reach the places of a page: ids of headings, clauses and marks."""

from __future__ import annotations

from indexer.readers.html.tree import Element

_NAMED = frozenset({"p", "li", "dt", "dd"})
_LONGEST = 300


class Names:
    """The name of the line that is being read.

    A heading's own id counts, else that of its words (MediaWiki's headline) or of the section that
    it opens; a name set before it, by an empty element, only where there is none of these.
    """

    def __init__(self) -> None:
        self._name = ""
        self._firm = False

    def enter(self, element: Element, *, heading: bool, inside: bool, begun: bool) -> None:
        """Looks at an element.

        `heading`: it is a heading; `inside`: it stands in one; `begun`: its line has words already.
        """
        name = _id_of(element)
        if heading:
            name = name or _section_name(element)
            if name:
                self._name, self._firm = name, True
        elif name and (element.tag in _NAMED or (inside and element.chars)):
            if not self._firm:
                self._name, self._firm = name, True
        elif name and not element.chars and not begun and not self._name:
            self._name = name

    def take(self) -> str:
        """The line's name; empty where it has none. The next line begins without."""
        name, self._name, self._firm = self._name, "", False
        return name


def _id_of(element: Element) -> str:
    name = element.attrs.get("id", "")
    if not name and element.tag == "a" and "href" not in element.attrs:
        name = element.attrs.get("name", "")
    known = 0 < len(name) <= _LONGEST and name.isprintable() and not any(c.isspace() for c in name)
    return name if known else ""


def _section_name(heading: Element) -> str:
    """The id of the section that a heading opens."""
    section = heading.parent
    if section is None or section.tag != "section":
        return ""
    first = next((c for c in section.children if isinstance(c, Element) and not c.dropped), None)
    return _id_of(section) if first is heading else ""
