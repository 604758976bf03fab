"""How long it takes until clauses that are added are found, and until removed ones are not."""

from __future__ import annotations

import time
from pathlib import Path

from indexer.build import index_policies
from indexer.lifecycle import Delete, apply_changes
from service.bench.scale.given import GivenVectors
from service.bench.scale.policies import MadePolicy
from service.bench.scale.vectors import Vectors
from service.errors import BenchError
from service.search.live import LiveIndex
from service.search.records import SearchQuery
from service.search.searcher import Searcher

CLAUSES = 100
"""Of the policy that is added."""


def add_and_remove(
    root: Path,
    made: MadePolicy,
    live: LiveIndex,
    searcher: Searcher,
    encoder: GivenVectors,
    vectors: dict[str, Vectors],
) -> tuple[float, float]:
    """Seconds until a policy that is added is found, and until it is gone again.

    All but encoding is in it: writing to the store, publishing, opening the new generation beside
    the old one, and a search. `vectors`: what the encoder knows, to which the policy's are added.

    Raises:
        BenchError: the policy is not found, or is still there.
    """
    encoder_ = encoder.as_encoder()
    for passage, vector in zip(made.passages, made.vectors, strict=True):
        vectors[passage.text] = vectors[" ".join(passage.text.split())] = vector
    id_ = made.version.policy_id
    asked = SearchQuery(made.passages[0].text, min_relevance=0)

    def is_found() -> bool:
        live.refresh()
        return any(hit.policy.id == id_ for hit in searcher.search(asked).hits)

    began = time.perf_counter()
    index_policies([made.version], root, encoder_)
    if not is_found():
        raise BenchError(f"{root}: clauses of {id_} that were added are not found")
    added = time.perf_counter()
    apply_changes([Delete(id_)], root, encoder_)
    if is_found():
        raise BenchError(f"{root}: clauses of {id_} that were removed are still found")
    return added - began, time.perf_counter() - added
