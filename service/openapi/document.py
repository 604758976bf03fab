"""What the OpenAPI document says of the service as a whole."""

from __future__ import annotations

from typing import Any

from service.problems import PROBLEM_JSON, Problem

SUMMARY = "Search company policies in English and Chinese."
DESCRIPTION = """\
Ask in your own language; get the **clauses** that answer, whichever language they are written in,
each with a citation to quote and a path that opens it.

Send your key as `Authorization: Bearer KEY` or `X-API-Key: KEY`. A service for which no key was
ever made asks for none.

Every error is `application/problem+json` (RFC 9457) with a stable `code`, the `errors` in the
request, and the `request_id` under which the log tells more. Send `X-Request-ID` to choose it.
"""
TAGS: list[dict[str, Any]] = [
    {"name": "search", "description": "Clauses that answer a question."},
    {"name": "clauses", "description": "One clause and its place."},
    {"name": "policies", "description": "The indexed policies and their clauses."},
    {"name": "operation", "description": "Health, readiness, version and metrics."},
]


def complete(document: dict[str, Any]) -> None:
    """Put the schema that the problem responses refer to into the document.

    FastAPI's own description of status 422 goes: no route answers in that shape, and those that
    can answer 422 at all describe it themselves.
    """
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = schema.pop("$defs", {})
    schemas = document["components"]["schemas"]
    schemas.update({"Problem": schema, **definitions})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for methods in document["paths"].values():
        for operation in methods.values():
            described = operation["responses"].get("422", {}).get("content", {})
            if described and PROBLEM_JSON not in described:
                del operation["responses"]["422"]
