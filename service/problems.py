"""Every error as `application/problem+json` (RFC 9457): the one place where that is done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from indexer.errors import IndexerError
from models.errors import ModelError
from service.errors import AccessError, Fault, RateLimitedError, ServiceError, fault_of
from service.exchange import note
from service.web.faults import fault_page, wants_page

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:policy-search:problem:"
RETRY_AFTER_SECONDS = 2
MAX_ERRORS = 20
PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""RFC 9110's; `http` has them from Python 3.13 on, and codes must not change with it."""
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


class FieldProblem(BaseModel):
    """One part of a request that is at fault: a JSON pointer into the body, or a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(description="`urn:policy-search:problem:<code>`")
    title: str
    status: int
    detail: str = Field(description="What was found, what was expected, what to do.")
    instance: str = Field(description="The path that was requested.")
    code: str = Field(description="Short stable name of the kind of error.")
    errors: list[FieldProblem] = Field(description="The parts of the request that are at fault.")
    request_id: str = Field(description="The same as in the `X-Request-ID` header.")


def install_problem_handlers(app: FastAPI) -> None:
    """Translate every expected error of the app. `RequestMiddleware` catches the rest."""
    app.add_exception_handler(ServiceError, _known_error)
    app.add_exception_handler(IndexerError, _known_error)
    app.add_exception_handler(ModelError, _known_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


def problem_response(
    scope: Scope,
    fault: Fault,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response for a fault of the request in `scope`: a page where one was asked for."""
    note(scope, "problem_code", fault.code)
    if wants_page(scope):
        return _with_retry(fault_page(scope, fault, headers))
    problem = Problem(
        type=TYPE_PREFIX + fault.code,
        title=fault.title,
        status=fault.status,
        detail=fault.detail,
        instance=requested_path(scope),
        code=fault.code,
        errors=list(errors),
        request_id=scope.get("state", {}).get("request_id", ""),
    )
    content = problem.model_dump()
    content["errors"] = [error.model_dump(exclude_none=True) for error in errors]
    # A lone surrogate from the request may stand in a message: written as its JSON escape.
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    encoded = body.encode("utf-8", "backslashreplace")
    return _with_retry(Response(encoded, fault.status, headers, media_type=PROBLEM_JSON))


def _with_retry(response: Response) -> Response:
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def requested_path(scope: Scope) -> str:
    """The path as it was sent, percent-encoded, without the query string: fit for a log line."""
    raw: bytes | None = scope.get("raw_path")
    path = raw if raw is not None else scope["path"].encode("utf-8", "replace")
    return "".join(chr(b) if 0x21 <= b <= 0x7E else f"%{b:02X}" for b in path.split(b"?")[0])


async def _known_error(request: Request, error: Exception) -> Response:
    fault = fault_of(error)
    if isinstance(error, RateLimitedError):
        note(request.scope, "rate_limit", error.limit)
    errors = [_field_problem(request, fault.field, fault.detail)] if fault.field is not None else []
    headers = error.headers() if isinstance(error, AccessError) else None
    return problem_response(request.scope, fault, errors, headers)


def _field_problem(request: Request, field: str, detail: str) -> FieldProblem:
    if not field:
        return FieldProblem(detail=detail, pointer="#")
    if request.method == "POST" or (
        field != "policy_id" and _is_json(request.headers.get("content-type", ""))
    ):
        return FieldProblem(detail=detail, pointer="#/" + field.replace(".", "/"))
    return FieldProblem(detail=detail, parameter=field.rsplit(".", 1)[-1])


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    content_type = request.headers.get("content-type", "none")
    if any(e["loc"] == ("body",) for e in found) and not _is_json(content_type):
        fault = Fault(
            415,
            "content-type-unsupported",
            "The body is not announced as JSON",
            f"The Content-Type is {content_type!r}; send a JSON object with "
            "`Content-Type: application/json`.",
        )
        return problem_response(request.scope, fault)
    errors = list(_field_problems(found[:MAX_ERRORS]))
    if any(e["type"] == "json_invalid" for e in found):
        code, title = "json-invalid", "The body is not valid JSON"
    elif any(e["type"] == "extra_forbidden" for e in found):
        code, title = "unknown-field", "The request has a field that is not known"
    else:
        code, title = "request-invalid", "The request does not have the expected shape"
    detail = "; ".join(f"{e.parameter or e.pointer}: {e.detail}" for e in errors) + "."
    return problem_response(request.scope, Fault(422, code, title, detail), errors)


def _is_json(content_type: str) -> bool:
    essence = content_type.split(";", maxsplit=1)[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _field_problems(found: Sequence[Mapping[str, Any]]) -> Iterator[FieldProblem]:
    for error in found:
        where, *path = error["loc"]
        detail = "not a known field" if error["type"] == "extra_forbidden" else error["msg"]
        if error["type"] == "json_invalid":
            detail = f"{error['ctx']['error']} at character {path[0]}"
            path = []
        detail = ascii(detail)[1:-1] if not detail.isprintable() else detail
        if where == "body":
            yield FieldProblem(detail=detail, pointer="#" + "".join(map(_pointer_step, path)))
        else:
            yield FieldProblem(detail=detail, parameter=".".join(map(str, path)))


def _pointer_step(name: object) -> str:
    """RFC 6901: `/` and `~` inside a name are escaped."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = requested_path(request.scope)
    phrase = PHRASES.get(error.status_code) or HTTPStatus(error.status_code).phrase
    code, detail = phrase.lower().replace(" ", "-"), error.detail
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.NOT_FOUND:
        code, detail = "route-not-found", f"Nothing is served at {path}; /docs lists the routes."
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = allowed = ", ".join(_allowed_methods(request))
        detail = f"{path} does not take {request.method}; it takes {allowed}."
    fault = Fault(error.status_code, code, phrase, detail)
    return problem_response(request.scope, fault, headers=headers)


def _allowed_methods(request: Request) -> list[str]:
    """Methods that some route takes at the requested path (one route knows only its own)."""
    scope = {"type": "http", "headers": [], "path": request.scope["path"], "root_path": ""}
    allowed = []
    for method in METHODS:
        probe = {**scope, "method": method}
        if any(route.matches(probe)[0].name == "FULL" for route in request.app.router.routes):
            allowed.append(method)
    return allowed
