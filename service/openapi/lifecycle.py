"""Putting, deleting and importing policies in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from service.openapi.parts import BODY_RESPONSES, NO_POLICY, POLICY, ok, problem

_NO_TASK = problem(
    404,
    "No task has this id, or it was another key's.",
    "task-not-found",
    "There is no such task",
    "No task has the id '…'. […]",
)
_NOT_STORED = problem(
    422,
    "No policy can have the id (`policy-id-invalid`), the body is no policy (`upload-invalid`), or "
    "its file cannot be read or is over a limit (`policy-unreadable`).",
    "policy-unreadable",
    "The policy cannot be read",
    "leave.pdf: the PDF has 3 pages and no text layer (a scan): run it through OCR first, […]",
)
_CHANGED = problem(
    412,
    "The policy is not as `If-Match` or `If-None-Match` expects it.",
    "precondition-failed",
    "The policy has changed",
    "The policy leave is not as the request expects it […]: read it again, […]",
)
_TAG = {"ETag": {"description": "For `If-Match`.", "schema": {"type": "string"}}}
_STORED = {**POLICY, "state": "updated", "groups": ["hr"]}
PUT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": _TAG,
        "content": {"application/json": {"example": _STORED}},
    },
    201: {
        "description": "A policy that was not there before.",
        "headers": _TAG,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StoredPolicy"}}},
    },
    **BODY_RESPONSES,
    **NO_POLICY,
    **_CHANGED,
    **_NOT_STORED,
}
DELETE_RESPONSES: dict[int | str, dict[str, Any]] = {**NO_POLICY, **_CHANGED}
_PROPERTIES: dict[str, Any] = {
    name: {"type": "string"}
    for name in ("title", "organisation", "lang", "effective_date", "updated_date", "revision",
                 "source_url", "origin")
} | {"groups": {"type": "array", "items": {"type": "string"}}}  # fmt: skip
_TEXT_POLICY: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string"},
        "format": {"type": "string", "enum": ["markdown", "text", "html"], "default": "markdown"},
        **_PROPERTIES,
    },
}
PUT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": _TEXT_POLICY,
                "example": {"text": "# Leave\n\n1. Twenty days a year.", "groups": ["hr"]},
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}, **_PROPERTIES},
                }
            },
            **{
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("text/plain", "text/markdown", "text/html", "application/pdf",
                             "application/vnd.openxmlformats-officedocument.wordprocessingml."
                             "document")
            },
        },
    }
}  # fmt: skip
_TASK = {"id": "5f0e…", "state": "running", "done": 16, "total": 120, "outcomes": [],
         "error": None, "url": "/v1/tasks/5f0e…"}  # fmt: skip
IMPORT_RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {
        "headers": {"Location": {"description": "The task.", "schema": {"type": "string"}}},
        "content": {"application/json": {"example": _TASK}},
    },
    **BODY_RESPONSES,
    **_NOT_STORED,
}
IMPORT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["policies"],
                    "properties": {
                        "policies": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                **_TEXT_POLICY,
                                "required": ["id", "text"],
                                "properties": {
                                    "id": {"type": "string"},
                                    **_TEXT_POLICY["properties"],
                                },
                            },
                        }
                    },
                }
            },
        },
    }
}
TASK_RESPONSES = {**ok(_TASK), **_NO_TASK}
