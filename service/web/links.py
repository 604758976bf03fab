"""Where the pages are: paths that stay, ready to be put into a page."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from service.search.records import SearchFilter


def path_in(clause_id: str) -> str:
    """The clause's place in its policy: what stands after the `#` of its id."""
    return clause_id.partition("#")[2]


def clause_page(clause_id: str, *, may_read: bool = True) -> str:
    """Where a clause is read: in its policy, or alone by who may not read whole policies."""
    if not may_read:
        return equivalents_page(clause_id)
    policy_id = clause_id.partition("@")[0]
    asked = urlencode({"clause": clause_id}, quote_via=quote, safe="@")
    return f"{policy_page(policy_id)}?{asked}#{quote(path_in(clause_id))}"


def policy_page(policy_id: str, version: str | None = None) -> str:
    """Where a policy is read."""
    page = "/policies/" + quote(policy_id, safe="")
    return page if version is None else f"{page}?{urlencode({'version': version})}"


def diff_page(policy_id: str, older: str | None = None, newer: str | None = None) -> str:
    """Where two versions are compared."""
    page = policy_page(policy_id) + "/diff"
    asked = {name: value for name, value in (("from", older), ("to", newer)) if value}
    return f"{page}?{urlencode(asked)}" if asked else page


def equivalents_page(clause_id: str) -> str:
    """Where a clause stands beside those that say the same."""
    return "/clauses/" + quote(clause_id, safe="@") + "/equivalents"


def search_page(q: str, restriction: SearchFilter, offset: int = 0) -> str:
    """A search, to be shared."""
    asked: list[tuple[str, str | int]] = [("q", q)]
    for name in ("lang", "policy_id", "organisation", "year"):
        asked += [(name, value) for value in getattr(restriction, name)]
    if offset:
        asked.append(("offset", offset))
    return "/?" + urlencode(asked)


def query_of(**asked: object) -> str:
    """The same page, asked something else; lists are repeated."""
    return "?" + urlencode(asked, doseq=True)


def local_path(target: str) -> str:
    """A path on this site; `/` for whatever would lead elsewhere, as `//other.example` does."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    is_path = target[:1] == "/" and target[1:2] not in ("/", "\\")
    if parts.scheme or parts.netloc or not is_path or not target.isprintable():
        return "/"
    return target
