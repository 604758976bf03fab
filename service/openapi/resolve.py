"""Examples of resolving citations."""

from __future__ import annotations

from service.openapi.parts import CLAUSE, LEAVE, NOT_READY, ok, problem

RESOLVE_RESPONSES = {
    **ok(
        {
            "citation": "the leave policy, clause 4.2",
            "ambiguous": False,
            "total": 1,
            "matches": [{**CLAUSE, "policy": LEAVE}],
            "nearest": [],
        }
    ),
    **problem(
        422,
        "The citation names nothing, or a filter cannot be used.",
        "citation-empty",
        "The citation is empty",
        "The citation names nothing: give a policy and a place in it. […]",
        pointer="#/citation",
    ),
    **NOT_READY,
}
