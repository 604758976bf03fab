"""The state of the service in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from service.openapi.parts import INDEX, NOT_READY, ok

READY_RESPONSES = {
    **ok(
        {
            "status": "ready",
            "index": INDEX,
            "policies": 6,
            "clauses": 214,
            "refresh_failure": None,
        }
    ),
    **NOT_READY,
}
METRICS_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Prometheus's text format.",
        "content": {
            "text/plain": {
                "schema": {"type": "string"},
                "example": "# HELP policy_search_index_clauses Clauses that are searched.\n"
                "# TYPE policy_search_index_clauses gauge\n"
                "policy_search_index_clauses 214.0\n",
            }
        },
    }
}
