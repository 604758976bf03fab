"""What may be answered to who has no key, or not the right one."""

from __future__ import annotations

from service.openapi.parts import problem

BEARER = "A key that `policy-search keys create` printed."
API_KEY = "The same key, for clients that cannot send `Authorization`."
_TIMEOUT = problem(
    503,
    "Not in time (`timeout`), not ready yet (`not-ready`), or keys cannot be checked "
    "(`keys-unavailable`).",
    "timeout",
    "The answer took too long",
    "No answer was found within 30 s. Try again, or ask for less.",
)
ACCESS_RESPONSES = {
    **problem(
        401,
        "No key (`key-missing`), two different ones (`key-ambiguous`), or one that is unknown, "
        "expired or revoked (`key-invalid`).",
        "key-missing",
        "A key is needed",
        "This needs a key: send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`. […]",
    ),
    **problem(
        403,
        "The key has not the scope that this needs.",
        "scope-missing",
        "The key does not allow this",
        "This needs a key with the scope 'read'; the one that was sent has 'search'.",
    ),
    **problem(
        429,
        "Too many requests with this key or from this address; `Retry-After` says when to go on.",
        "rate-limited",
        "Too many requests",
        "This key may make 1200 requests per minute. Try again in 7 s.",
    ),
    **_TIMEOUT,
}
"""What every route that needs a key may answer."""
