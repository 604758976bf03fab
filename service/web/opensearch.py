"""OpenSearch 1.1: how a browser's own search field asks the service.

https://github.com/dewitt/opensearch/blob/master/opensearch-1-1-draft-6.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

from service.web.address import reading_path
from service.web.language import Language

if TYPE_CHECKING:
    from indexer.snapshot import Snapshot
    from service.search.suggest import Suggestion

DESCRIPTION_TYPE = "application/opensearchdescription+xml"
SUGGESTIONS_TYPE = "application/x-suggestions+json"
_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
# A short name has at most 16 characters, a long one 48, a description 1024.
_NAMES: Final = {
    "en": ("Policies", "Search the company policies", "Clauses that answer, with citations."),
    "zh": ("公司制度", "搜索公司制度", "查找回答问题的条款，并附出处。"),
}


def description(base: str, lang: Language, *, suggestions: bool) -> bytes:
    """The description document of the service at an address, in a language.

    `suggestions`: whether to name their address; a browser's search field can send no key.
    """
    short, long, text = _NAMES[lang]
    root = ET.Element("OpenSearchDescription", {"xmlns": _NAMESPACE})
    for name, content in (("ShortName", short), ("LongName", long), ("Description", text)):
        ET.SubElement(root, name).text = content
    # An address ends in its {searchTerms}: nothing that follows can be left out.
    addresses = [("text/html", "results", "/?q={searchTerms}")]
    if suggestions:
        address = "/v1/suggest?format=opensearch&q={searchTerms}"
        addresses.append((SUGGESTIONS_TYPE, "suggestions", address))
    addresses += [
        ("application/json", "results", "/v1/search?q={searchTerms}"),
        (DESCRIPTION_TYPE, "self", f"/opensearch.xml?lang={lang}"),
    ]
    for kind, relation, address in addresses:
        template = _literal(base) + address
        ET.SubElement(root, "Url", {"type": kind, "rel": relation, "template": template})
    for name, content in (
        ("Language", "en"),
        ("Language", "zh"),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
    ):
        ET.SubElement(root, name).text = content
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def suggestions_array(
    query: str, found: list[Suggestion], snapshot: Snapshot, base: str
) -> list[Any]:
    """`[query, texts, descriptions, addresses]`: a title or heading leads to its page, a term to
    its search; a heading is described by its policy's title."""
    descriptions, addresses = [], []
    for one in found:
        entry = one.entry
        policy = snapshot.policy(entry.policy_id) if entry.policy_id else None
        descriptions.append(policy.title if policy and entry.kind == "heading" else "")
        if entry.policy_id:
            addresses.append(base + reading_path(entry.policy_id, entry.clause_id))
        else:
            addresses.append(f"{base}/?q={quote(entry.text, safe='')}")
    return [query, [one.entry.text for one in found], descriptions, addresses]


def _literal(base: str) -> str:
    """A template's braces are its own, and XML has no control characters."""
    return "".join(c for c in base if c.isprintable() and c not in "{}")
