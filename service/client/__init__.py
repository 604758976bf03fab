"""A client of the HTTP API: `PolicySearch` and, for asyncio, `AsyncPolicySearch`.

    with PolicySearch("http://127.0.0.1:8080", key="ps_…") as client:
        for hit in client.search("How do I cancel my account?", limit=3).hits:
            print(hit.citation, hit.text)

The results are the models of `service.schemas`. Whatever goes wrong, with the service or on the way
to it, is a `PolicySearchError`. It loads neither the encoder nor the index nor the service.
"""

from __future__ import annotations

from service.client.clients import AsyncPolicySearch, AsyncTask, PolicySearch, Task
from service.client.errors import FieldError, PolicySearchError

__all__ = [
    "AsyncPolicySearch",
    "AsyncTask",
    "FieldError",
    "PolicySearch",
    "PolicySearchError",
    "Task",
]
