"""What the client raises: the service's problem documents, and the client's own complaints.

PolicySearchError
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

_MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class FieldError:
    """One part of a request that is at fault: a JSON pointer into the body, or a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class PolicySearchError(Exception):
    """A request without the answer that was asked for.

    `code` is the problem's own (`clause-not-found`, `rate-limited`, …), or one of the client's:
    `unreachable` and `no-answer` (the connection; `status` is 0), `http-502` and the like (an
    answer of something between client and service), `answer-unexpected` (an answer that is none
    of the API's), `task-failed` and `task-unfinished` (from `Task.wait`).
    """

    def __init__(
        self,
        code: str,
        status: int,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        request_id: str = "",
    ) -> None:
        super().__init__(code, status, detail, errors, request_id)
        self.code = code
        self.status = status
        self.detail = detail
        self.errors = errors
        self.request_id = request_id

    def __str__(self) -> str:
        request = f", request {self.request_id}" if self.request_id else ""
        return f"{self.detail} ({self.code}{request})"


def error_of(response: httpx.Response) -> PolicySearchError:
    """The error that a response without success tells of."""
    request_id = response.headers.get("x-request-id", "")
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or not isinstance(problem.get("code"), str):
        shown = " ".join(response.text.split())[:_MOST_SHOWN]
        detail = f"{response.url} answered {response.status_code}: {shown or 'nothing more'}"
        return PolicySearchError(
            f"http-{response.status_code}", response.status_code, detail, (), request_id
        )
    return PolicySearchError(
        problem["code"],
        response.status_code,
        str(problem.get("detail", "")),
        tuple(_field_errors(problem)),
        str(problem.get("request_id") or request_id),
    )


def unexpected(response: httpx.Response, reason: str) -> PolicySearchError:
    """For an answer with success that is not of the shape the API has."""
    return PolicySearchError(
        "answer-unexpected",
        response.status_code,
        f"{response.url} did not answer as this version of the API does; is it policy-search, and "
        f"as new as this client? {reason}",
        request_id=response.headers.get("x-request-id", ""),
    )


@contextmanager
def translated(url: object) -> Iterator[None]:
    """Turns what the connection raises into a `PolicySearchError`."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise PolicySearchError(
            "no-answer", 0, f"{url} did not answer in time ({type(error).__name__})."
        ) from error
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise PolicySearchError("unreachable", 0, f"{url} cannot be reached: {reason}") from error


def _field_errors(problem: Mapping[str, Any]) -> Iterator[FieldError]:
    found = problem.get("errors")
    for error in found if isinstance(found, list) else []:
        if isinstance(error, dict):
            yield FieldError(
                str(error.get("detail", "")), error.get("pointer"), error.get("parameter")
            )
