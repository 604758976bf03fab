"""Scoring rankings, same-language and cross-language apart, with ir-measures (trec_eval)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import AP, RR, R, Success, nDCG

MEASURES = {
    "ndcg@10": nDCG @ 10,
    "recall@10": R @ 10,
    "mrr@10": RR @ 10,
    "map": AP,
    "hit@1": Success @ 1,
}
"""Names in reports → measures. nDCG takes a grade as its gain; all others count any grade."""

Scores = dict[str, float]
Rankings = Mapping[str, Sequence[str]]
Qrels = Mapping[str, Mapping[str, int]]


def score(
    rankings: Rankings, qrels: Qrels, query_langs: Mapping[str, str], item_langs: Mapping[str, str]
) -> dict[str, Scores]:
    """Means over queries: `pooled`, `same`, `cross`, each query language, each pair.

    `rankings`: query id → item ids, best first. Every part scores the same pooled rankings: `cross`
    on the relevant items in another language than the query's alone, `en-zh` on the Chinese ones of
    English queries, `en` on all relevant items of English queries. A query without relevant items
    of a part does not count in it.
    """
    parts: dict[str, dict[str, dict[str, int]]] = {"pooled": {}, "same": {}, "cross": {}}
    for query, judged in qrels.items():
        asked = query_langs[query]
        for item, grade in judged.items():
            found = item_langs[item]
            relation = "same" if asked == found else "cross"
            for part in ("pooled", relation, asked, f"{asked}-{found}"):
                parts.setdefault(part, {}).setdefault(query, {})[item] = grade
    # Ranks become scores, so that ties stand as the search ordered them.
    run = {
        query: {item: float(-rank) for rank, item in enumerate(ranking)}
        for query, ranking in rankings.items()
    }
    return {name: _means(judged, run) for name, judged in parts.items() if judged}


def _means(
    qrels: Mapping[str, Mapping[str, int]], run: Mapping[str, Mapping[str, float]]
) -> Scores:
    judged = {query: dict(items) for query, items in qrels.items()}
    results = {query: dict(run.get(query, {})) for query in judged}
    found = ir_measures.calc_aggregate(list(MEASURES.values()), judged, results)
    return {name: round(float(found[measure]), 4) for name, measure in MEASURES.items()}
