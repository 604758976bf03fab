"""One function for each route: its arguments → the request, and how its answer is read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Generic, Literal, TypedDict, TypeVar, Unpack
from urllib.parse import quote

import httpx
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import to_json

from service.client.errors import unexpected
from service.client.imports import JSON, Policies, import_body
from service.schemas.align import AlignResponse
from service.schemas.compare import CompareResponse
from service.schemas.coverage import CoverageResponse
from service.schemas.lookup import LookupResponse
from service.schemas.operation import ReadyResponse, TaskResponse, VersionResponse
from service.schemas.policies import (
    ClauseList,
    ClauseResponse,
    DescribedPolicy,
    PolicyList,
    StoredPolicy,
)
from service.schemas.resolve import ResolveResponse
from service.schemas.search import SearchResponse
from service.schemas.suggest import SuggestResponse
from service.schemas.versions import DiffResponse, VersionList
from service.search.records import FacetName, GroupBy, LanguageBalance, Likeness, Mode, Sort

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Names = str | Sequence[str]
_FILTERS = ("lang", "policy_id", "organisation", "year", "as_of")


class OpenedPolicy(DescribedPolicy):
    """A policy with the tag that the `if_match` of a change takes."""

    etag: str = Field(default="", exclude=True)


class PutPolicy(StoredPolicy):
    """A policy as it was stored, with the tag that the `if_match` of a change takes."""

    etag: str = Field(default="", exclude=True)


class SearchOptions(TypedDict, total=False):
    """What `search` takes beside the question; see `service.schemas.SearchRequest`."""

    limit: int
    offset: int
    mode: Mode
    language_balance: LanguageBalance
    min_relevance: float | None
    highlight: bool
    explain: bool
    facets: Sequence[FacetName]
    group_by: GroupBy | None
    sort: Sort
    timeout_ms: int | None
    lang: Names
    policy_id: Names
    organisation: Names
    year: int | Sequence[int]
    as_of: date | str


class LookupOptions(TypedDict, total=False):
    """What `equivalents` and `similar` take; see `service.schemas.lookup`."""

    mode: Likeness
    limit: int
    min_relevance: float | None
    lang: Names
    policy_id: Names
    organisation: Names
    year: int | Sequence[int]
    as_of: date | str


class PolicyProperties(TypedDict, total=False):
    """What may be said of a policy beside its text; it counts before what the text says."""

    title: str
    organisation: str
    lang: str
    effective_date: date | str
    updated_date: date | str
    revision: str
    source_url: str
    groups: Sequence[str]
    origin: str


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request. `retried`: whether it may be sent again; `long`: whether it takes its time."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    form: Mapping[str, Any] | None = None
    file: tuple[str, bytes, str | None] | None = None
    retried: bool = True
    long: bool = False


def search(q: str, **options: Unpack[SearchOptions]) -> Call[SearchResponse]:
    """The clauses that answer a question, best first.

    `lang`, `policy_id`, `organisation`, `year` (one or several of each) and `as_of` restrict them.
    """
    return _asking("/v1/search", SearchResponse, {"q": q}, options)


def equivalents(clause_id: str, **options: Unpack[LookupOptions]) -> Call[LookupResponse]:
    """The clauses that say what a clause says, or with `mode="related"` those close to it."""
    path = f"/v1/clauses/{quote(clause_id, safe='')}/equivalents"
    return _asking(path, LookupResponse, {}, options)


def similar(text: str, **options: Unpack[LookupOptions]) -> Call[LookupResponse]:
    """The clauses that say what a text says."""
    return _asking("/v1/similar", LookupResponse, {"text": text}, options)


def compare(
    q: str | None = None,
    *,
    clause_id: str | None = None,
    policy_id: Names = (),
    clauses: int = 3,
    min_relevance: float | None = None,
    limit: int | None = None,
    offset: int = 0,
    lang: Names = (),
    organisation: Names = (),
    year: int | Sequence[int] = (),
    as_of: date | str | None = None,
) -> Call[CompareResponse]:
    """What each policy says on a question, or on what the clause of an id says."""
    restriction = {
        "lang": _several(lang),
        "organisation": _several(organisation),
        "year": _several(year),
        "as_of": as_of,
    }
    body = {
        "q": q,
        "clause_id": clause_id,
        "policy_id": _several(policy_id),
        "filter": restriction,
        "clauses": clauses,
        "min_relevance": min_relevance,
        "limit": limit,
        "offset": offset,
    }
    return Call(
        "POST",
        "/v1/compare",
        _model(CompareResponse),
        headers={"Content-Type": JSON},
        content=to_json(body),
    )


def coverage(
    *,
    policy_id: Names = (),
    topic: Names = (),
    lang: Names = (),
    organisation: Names = (),
    as_of: date | str | None = None,
    clauses: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Call[CoverageResponse]:
    """Which policies speak of which topics, with the clauses that do."""
    return _get(
        "/v1/coverage",
        CoverageResponse,
        policy_id=_several(policy_id) or None,
        topic=_several(topic) or None,
        lang=_several(lang) or None,
        organisation=_several(organisation) or None,
        as_of=None if as_of is None else str(as_of),
        clauses=clauses,
        limit=limit,
        offset=offset,
        format="json",
    )


def suggest(
    q: str = "", *, limit: int | None = None, lang: Names | None = None
) -> Call[SuggestResponse]:
    """Titles, headings and terms that go on from what was typed."""
    return _get(
        "/v1/suggest", SuggestResponse, q=q, limit=limit, lang=_several(lang) if lang else None
    )


def resolve(
    citation: str,
    *,
    lang: Names | None = None,
    policy_id: Names | None = None,
    as_of: date | str | None = None,
    limit: int | None = None,
) -> Call[ResolveResponse]:
    """The clauses that a citation names: one, several where it is ambiguous, or what is nearest."""
    return _get(
        "/v1/resolve",
        ResolveResponse,
        citation=citation,
        lang=_several(lang) if lang else None,
        policy_id=_several(policy_id) if policy_id else None,
        as_of=None if as_of is None else str(as_of),
        limit=limit,
    )


def clause(clause_id: str) -> Call[ClauseResponse]:
    """A clause with its text and place."""
    return _get(f"/v1/clauses/{quote(clause_id, safe='')}", ClauseResponse)


def policies() -> Call[PolicyList]:
    """The indexed policies that the key may see."""
    return _get("/v1/policies", PolicyList)


def policy(policy_id: str) -> Call[OpenedPolicy]:
    """What is known of a policy, and how well its file could be read."""
    return Call("GET", _of(policy_id), _tagged(OpenedPolicy))


def clauses(
    policy_id: str, *, version: str | None = None, limit: int | None = None, offset: int = 0
) -> Call[ClauseList]:
    """A policy's clauses in reading order, of the current version unless another is named."""
    return _get(
        _of(policy_id) + "/clauses", ClauseList, version=version, limit=limit, offset=offset
    )


def versions(policy_id: str) -> Call[VersionList]:
    """The versions of a policy that are kept, newest first."""
    return _get(_of(policy_id) + "/versions", VersionList)


def diff(
    policy_id: str,
    from_: str | None = None,
    to: str | None = None,
    *,
    lang: Literal["en", "zh"] = "en",
    unchanged: bool = False,
) -> Call[DiffResponse]:
    """What changed between two versions; by default the current one and the one before."""
    asked = {"from": from_, "to": to, "lang": lang, "unchanged": unchanged or None}
    return _get(_of(policy_id) + "/diff", DiffResponse, **asked)


def align(
    left: str,
    right: str,
    *,
    left_version: str | None = None,
    right_version: str | None = None,
    drift: bool = False,
) -> Call[AlignResponse]:
    """Which clauses of two policies, or of two versions of one, say the same.

    With `drift`, also where they differ in numbers, dates, duties or denials.
    """
    body = {
        "left": {"policy_id": left, "version": left_version},
        "right": {"policy_id": right, "version": right_version},
        "drift": drift,
    }
    return Call(
        "POST",
        "/v1/align",
        _model(AlignResponse),
        headers={"Content-Type": JSON},
        content=to_json(body),
    )


def feed(policy_id: str | None = None) -> Call[str]:
    """The changes of a policy, or of all of them, as an Atom document."""
    path = "/v1/changes.atom" if policy_id is None else _of(policy_id) + "/changes.atom"
    return Call("GET", path, lambda response: response.text)


def put(
    policy_id: str,
    *,
    text: str | None = None,
    path: str | os.PathLike[str] | None = None,
    data: bytes | None = None,
    content_type: str | None = None,
    if_match: str | None = None,
    only_new: bool = False,
    **properties: Unpack[PolicyProperties],
) -> Call[PutPolicy]:
    """Store a policy; searches find it once this returns.

    Give one of `text` (Markdown; `content_type="text/plain"` or `"text/html"` for others), `path`
    (a file, whose suffix tells its format) and `data` (a file's bytes, with their `content_type`).
    `if_match`: the tag (`etag`) that the policy must have; `only_new`: it must not be there yet.
    Raises `ValueError` for another number of sources, `OSError` for a file that cannot be read.
    """
    if (text is not None) + (path is not None) + (data is not None) != 1:
        raise ValueError("give one of text, path and data")
    if text is not None:
        data, content_type = text.encode("utf-8"), content_type or "text/markdown"
    if path is not None:
        name, content = Path(path).name, Path(path).read_bytes()
    elif content_type is None:
        raise ValueError("give the content_type of data, such as application/pdf")
    else:
        assert data is not None
        name, content = "policy", data
    stated: dict[str, Any] = {key: value for key, value in properties.items() if value}
    return Call(
        "PUT",
        _of(policy_id),
        _tagged(PutPolicy),
        headers=_conditions(if_match, only_new),
        form={k: _several(v) if k == "groups" else str(v) for k, v in stated.items()},
        file=(name, content, content_type),
        long=True,
    )


def delete(policy_id: str, *, if_match: str | None = None) -> Call[None]:
    """Remove a policy with all its versions."""
    return Call("DELETE", _of(policy_id), lambda _: None, headers=_conditions(if_match, False))


def import_policies(policies: Policies) -> Call[TaskResponse]:
    """Store many policies: a folder, a ZIP file, or a list of `{"id": …, "text": …}`."""
    content_type, content = import_body(policies)
    return Call(
        "POST",
        "/v1/import",
        _model(TaskResponse),
        headers={"Content-Type": content_type},
        content=content,
        retried=False,  # each would be another task
        long=True,
    )


def task(task_id: str) -> Call[TaskResponse]:
    """How far an import is."""
    return _get(f"/v1/tasks/{quote(task_id, safe='')}", TaskResponse)


def ready() -> Call[ReadyResponse]:
    """What is served. Raises at once, with the code `not-ready`, while searches find no answer."""
    return Call("GET", "/readyz", _model(ReadyResponse), retried=False)


def version() -> Call[VersionResponse]:
    """The release that is running, its encoder and its index."""
    return _get("/version", VersionResponse)


def _asking(path: str, model: type[M], body: dict[str, Any], options: Mapping[str, Any]) -> Call[M]:
    """A question in a body. It changes nothing: it may be sent again although it is a POST."""
    body["filter"] = {}
    for name, value in options.items():
        if name in _FILTERS:
            body["filter"][name] = value if name == "as_of" else _several(value)
        else:
            body[name] = _several(value) if name == "facets" else value
    return Call("POST", path, _model(model), headers={"Content-Type": JSON}, content=to_json(body))


def _get(path: str, model: type[M], **params: Any) -> Call[M]:
    asked = {name: value for name, value in params.items() if value is not None}
    return Call("GET", path, _model(model), params=asked)


def _of(policy_id: str) -> str:
    return f"/v1/policies/{quote(policy_id, safe='')}"


def _several(value: Any) -> list[Any]:
    """One value or several → a list; a string is one value, not its letters."""
    return [value] if isinstance(value, str | int) else list(value)


def _conditions(if_match: str | None, only_new: bool) -> dict[str, str]:
    conditions = {"If-Match": if_match} if if_match is not None else {}
    return conditions | ({"If-None-Match": "*"} if only_new else {})


def _model(model: type[M]) -> Callable[[httpx.Response], M]:
    def read(response: httpx.Response) -> M:
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise unexpected(response, str(error)) from error

    return read


def _tagged(model: type[M]) -> Callable[[httpx.Response], M]:
    def read(response: httpx.Response) -> M:
        found = _model(model)(response)
        return found.model_copy(update={"etag": response.headers.get("etag", "")})

    return read
