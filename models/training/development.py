"""Development tasks: how well plain cosine finds the other language, and its own.

Tasks are folders in BEIR layout (`corpus.jsonl`, `queries.jsonl`, `qrels.tsv`) whose texts carry
`lang`. They choose between checkpoints and between runs; nothing is trained on them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.examples import Example

DEPTH = 10  # nDCG@10
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """Queries, a corpus in both languages and the judgements between them."""

    name: str
    queries: tuple[str, ...]
    corpus: tuple[str, ...]
    query_langs: NDArray[np.str_]
    corpus_langs: NDArray[np.str_]
    relevance: Floats  # (queries, corpus), 0 where not judged
    itself: NDArray[np.bool_]  # (queries, corpus): a corpus text that is the query


def read_task(folder: Path) -> Task:
    """Reads a task; a corpus text equal to the query never counts as an answer."""
    corpus, queries = _rows(folder / "corpus.jsonl"), _rows(folder / "queries.jsonl")
    columns = {row["_id"]: i for i, row in enumerate(corpus)}
    rows = {row["_id"]: i for i, row in enumerate(queries)}
    relevance = np.zeros((len(queries), len(corpus)), np.float32)
    with (folder / "qrels.tsv").open(encoding="utf-8") as file:
        for query, text, grade in list(csv.reader(file, delimiter="\t"))[1:]:
            relevance[rows[query], columns[text]] = float(grade)
    return _task(
        folder.name,
        [(row["text"], row["lang"]) for row in queries],
        [(row["text"], row["lang"]) for row in corpus],
        relevance,
    )


def pairs_task(name: str, examples: Sequence[Example]) -> Task:
    """Held-aside pairs as a task: each text looks for its translation among all others."""
    texts = [(text, lang) for e in examples for text, lang in ((e.en, "en"), (e.zh, "zh"))]
    relevance = np.zeros((len(texts), len(texts)), np.float32)
    for i in range(len(texts)):
        relevance[i, i ^ 1] = 1
    return _task(name, texts, texts, relevance)


def _task(
    name: str,
    queries: Sequence[tuple[str, str]],
    corpus: Sequence[tuple[str, str]],
    relevance: Floats,
) -> Task:
    places: dict[str, list[int]] = {}
    for column, (text, _) in enumerate(corpus):
        places.setdefault(text, []).append(column)
    itself = np.zeros(relevance.shape, np.bool_)
    for row, (text, _) in enumerate(queries):
        itself[row, places.get(text, [])] = True
    return Task(
        name,
        tuple(text for text, _ in queries),
        tuple(text for text, _ in corpus),
        np.array([lang for _, lang in queries]),
        np.array([lang for _, lang in corpus]),
        relevance,
        itself & (relevance == 0),
    )


def figures(task: Task, queries: Floats, corpus: Floats) -> dict[str, float]:
    """Figures of one task from unit vectors of its queries and its corpus, all in [0, 1].

    `map`, `ndcg@10`, `hit@1`: over the pool of both languages. `cross hit@1`, `cross ndcg@10`:
    over the texts of the other language alone; `same ndcg@10`: over those of the query's own.
    A figure that has no judgements is left out.
    """
    scores = np.where(task.itself, np.float32(-2), queries @ corpus.T)
    same = task.query_langs[:, None] == task.corpus_langs[None, :]
    result = {
        "map": average_precision(scores, task.relevance),
        "ndcg@10": ndcg(scores, task.relevance),
        "hit@1": hit(scores, task.relevance),
    }
    for name, part in (("cross", ~same), ("same", same)):
        relevance = np.where(part, task.relevance, 0)
        if relevance.any():
            own = np.where(part, scores, np.float32(-3))
            result[f"{name} ndcg@10"] = ndcg(own, relevance)
            result[f"{name} hit@1"] = hit(own, relevance)
            for lang in sorted(set(task.query_langs.tolist())):
                rows = task.query_langs == lang
                result[f"{name} ndcg@10 {lang}"] = ndcg(own[rows], relevance[rows])
    return result


def choice(all_figures: Mapping[str, Mapping[str, float]]) -> float:
    """The one number by which a checkpoint is chosen: mean pooled nDCG@10 over the tasks."""
    return float(np.mean([task["ndcg@10"] for task in all_figures.values()]))


def average_precision(scores: Floats, relevance: Floats) -> float:
    """Mean over queries of average precision of the whole ranking."""
    found = np.take_along_axis(relevance > 0, _order(scores), 1)
    precision = found.cumsum(1) / np.arange(1, found.shape[1] + 1)
    counted = found.any(1)
    return float(((precision * found).sum(1)[counted] / found.sum(1)[counted]).mean())


def ndcg(scores: Floats, relevance: Floats) -> float:
    """Mean over queries of nDCG@10 with linear gains (Järvelin & Kekäläinen 2002)."""
    discounts = 1 / np.log2(np.arange(2, DEPTH + 2))
    gains = np.take_along_axis(relevance, _order(scores)[:, :DEPTH], 1)
    ideal = -np.sort(-relevance, axis=1)[:, :DEPTH]
    best = (ideal * discounts[: ideal.shape[1]]).sum(1)
    counted = best > 0
    return float(((gains * discounts[: gains.shape[1]]).sum(1)[counted] / best[counted]).mean())


def hit(scores: Floats, relevance: Floats) -> float:
    """Share of queries whose first result is relevant."""
    first = scores.argmax(1)
    counted = relevance.any(1)
    return float((relevance[np.arange(len(first)), first] > 0)[counted].mean())


def _order(scores: Floats) -> NDArray[np.intp]:
    return np.argsort(-scores, axis=1, kind="stable")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
