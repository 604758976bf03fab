"""The OpenAPI document as a page shows it.

Swagger UI would need inline styles, which the pages' Content-Security-Policy forbids, and a
megabyte of scripts from a package that is seldom renewed; what people read is little of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
_SCHEMA = "#/components/schemas/"
_CODE = re.compile(r"(`[^`]+`)|(\*\*[^*]+\*\*)")


@dataclass(frozen=True, slots=True)
class Example:
    """Something that is sent or answered."""

    title: str
    media_type: str
    schema: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of an object."""

    name: str
    where: str
    type: str
    schema: str | None
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One route."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    needs_key: bool
    parameters: tuple[Field, ...]
    body: tuple[Example, ...]
    responses: tuple[tuple[str, str, tuple[Example, ...]], ...]
    """Status, description and examples."""


@dataclass(frozen=True, slots=True)
class Group:
    """The routes of one tag."""

    name: str
    description: str
    operations: tuple[Operation, ...]


def groups_of(document: Mapping[str, Any]) -> list[Group]:
    """The operations by tag, in the document's order."""
    found = [
        (operation.get("tags", ["other"])[0], _operation(method, path, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in _METHODS
    ]
    tags = {tag["name"]: tag.get("description", "") for tag in document.get("tags", [])}
    names = list(dict.fromkeys([*tags, *(name for name, _ in found)]))
    return [
        Group(name, tags.get(name, ""), tuple(one for tag, one in found if tag == name))
        for name in names
        if any(tag == name for tag, _ in found)
    ]


def schemas_of(document: Mapping[str, Any]) -> list[tuple[str, str, tuple[Field, ...]]]:
    """Name, description and members of each schema."""
    return [
        (name, schema.get("description", ""), tuple(_members(schema)))
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def prose(text: str) -> list[tuple[str, str]]:
    """A description in pieces: `text`, `code` or `strong`, out of its little Markdown."""
    pieces = []
    for piece in filter(None, _CODE.split(" ".join(text.split()))):
        if piece.startswith("`"):
            pieces.append(("code", piece.strip("`")))
        elif piece.startswith("**"):
            pieces.append(("strong", piece.strip("*")))
        else:
            pieces.append(("text", piece))
    return pieces


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Operation:
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        needs_key=bool(operation.get("security")),
        parameters=tuple(
            Field(
                parameter["name"],
                parameter["in"],
                *_type(parameter.get("schema", {})),
                parameter.get("required", False),
                parameter.get("description") or parameter.get("schema", {}).get("description", ""),
            )
            for parameter in operation.get("parameters", [])
        ),
        body=tuple(_examples(operation.get("requestBody", {}).get("content", {}))),
        responses=tuple(
            (status, response.get("description", ""), tuple(_examples(response.get("content", {}))))
            for status, response in sorted(operation["responses"].items())
        ),
    )


def _examples(content: Mapping[str, Any]) -> Iterator[Example]:
    for media_type, described in content.items():
        schema = _type(described.get("schema", {}))[1]
        named = described.get("examples", {})
        shown = [(e.get("summary", name), e.get("value")) for name, e in named.items()]
        if "example" in described:
            shown.append(("", described["example"]))
        for title, value in shown or [("", None)]:
            text = value if isinstance(value, str) else ""
            if value is not None and not text:
                text = json.dumps(value, ensure_ascii=False, indent=2)
            yield Example(title, media_type, schema, text)


def _members(schema: Mapping[str, Any]) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        described = member.get("description", "")
        yield Field(name, "", *_type(member), name in required, described)


def _type(schema: Mapping[str, Any]) -> tuple[str, str | None]:
    """A schema in a few words, and the name of the schema that it refers to, if any."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_SCHEMA)
        return name, name
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"]), None
    if "const" in schema:
        return json.dumps(schema["const"]), None
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            parts = [_type(one) for one in schema[several]]
            return " | ".join(text for text, _ in parts), next((n for _, n in parts if n), None)
    kind = schema.get("type", "any")
    if kind == "array":
        item, referred = _type(schema.get("items", {}))
        return f"[{item}]", referred
    return str(kind), None
