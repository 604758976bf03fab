"""From the body of a request to a policy's bytes, format and properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from indexer.lifecycle import Put
from indexer.properties import is_origin, nearest_key, read_properties
from indexer.readers import READABLE_SUFFIXES
from service.errors import UploadInvalidError

SUFFIX_OF_TYPE = {
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.ms-word.document.macroenabled.12": ".docm",
}
"""The formats that a body may have as it is, by Content-Type."""
_SUFFIX_OF_FORMAT = {"text": ".txt", "markdown": ".md", "html": ".html"}


async def read_upload(request: Request, policy_id: str) -> Put:
    """A policy as a client sends it: a file as the body, a form with a file, or JSON with a text.

    Properties stand beside the text in JSON, in the form's fields, or in the query string.
    Raises `UploadInvalidError` for what cannot be a policy, and 415 for another kind of body.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        return put_from_json(policy_id, await read_json(request))
    if kind == "multipart/form-data":
        return await _from_form(request, policy_id)
    suffix = SUFFIX_OF_TYPE.get(kind)
    if suffix is None:
        known = ", ".join([*SUFFIX_OF_TYPE, "application/json", "multipart/form-data"])
        raise HTTPException(415, f"The Content-Type is {kind or 'none'!r}; send one of {known}.")
    stated = {key: request.query_params.getlist(key) for key in request.query_params}
    return _put(policy_id, await request.body(), suffix, _single(stated))


def put_from_json(policy_id: str, body: object) -> Put:
    """A policy whose text stands in JSON. Raises `UploadInvalidError`."""
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        raise UploadInvalidError("expected a JSON object with `text`, the policy's text", "text")
    given = dict(body)
    text, format_ = given.pop("text"), given.pop("format", "markdown")
    if not isinstance(format_, str) or format_ not in _SUFFIX_OF_FORMAT:
        known = ", ".join(_SUFFIX_OF_FORMAT)
        raise UploadInvalidError(f"format is {format_!r}; expected one of {known}", "format")
    data = text.encode("utf-8", "replace")
    return _put(policy_id, data, _SUFFIX_OF_FORMAT[format_], given)


async def _from_form(request: Request, policy_id: str) -> Put:
    async with request.form(max_files=1, max_fields=50) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise UploadInvalidError("expected a form with the policy in the field `file`", "file")
        suffix = PurePosixPath(file.filename or "").suffix.lower()
        if suffix not in READABLE_SUFFIXES:
            kind = (file.content_type or "").split(";")[0].strip().lower()
            suffix = SUFFIX_OF_TYPE.get(kind, suffix)
        if suffix not in READABLE_SUFFIXES:
            known = ", ".join(sorted(READABLE_SUFFIXES))
            raise UploadInvalidError(
                f"no reader for {file.filename!r}; expected one of {known}", "file"
            )
        stated = {key: form.getlist(key) for key in form if key != "file"}
        return _put(policy_id, await file.read(), suffix, _single(stated))


async def read_json(request: Request) -> Any:
    """The body's JSON. Raises `UploadInvalidError`, and 400 for what nothing can read as text."""
    try:
        return await request.json()
    except (UnicodeDecodeError, RecursionError):
        raise HTTPException(400, "There was an error parsing the body") from None
    except ValueError as error:
        raise UploadInvalidError(f"the body is not valid JSON: {error}", "") from None


def _single(stated: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {k: v if k == "groups" or len(v) > 1 else v[0] for k, v in stated.items()}


def _put(policy_id: str, data: bytes, suffix: str, stated: Mapping[str, Any]) -> Put:
    given = {k: v for k, v in stated.items() if v is not None}
    origin = given.pop("origin", None)
    if origin is not None and not is_origin(origin):
        raise UploadInvalidError("origin: expected one line of 500 characters at most", "origin")
    reading = read_properties(given, strict=True)
    complaints = [*reading.complaints]
    complaints += [f"{key}: unknown; {nearest_key(key)}" for key in reading.unknown]
    if complaints:
        field = complaints[0].partition(":")[0]
        raise UploadInvalidError("; ".join(complaints), field)
    return Put(policy_id, data, suffix, replace(reading.properties, origin=origin))
