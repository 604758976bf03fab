"""Fitting what the relevance of a hit is, on questions whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.publishing import Progress
from models import Encoder
from models.calibration import ANY_PAIR, Calibration
from service.errors import EvaluationError
from service.evaluation.runner import asked_policies
from service.evaluation.tasks import Question
from service.search.records import SearchQuery
from service.search.relevance import FEATURES, features

DEPTH = 10
"""Hits of each question that count: the first page, which is what people see."""
FOLDS = 10
LOWEST_KEPT = 0.6
"""Of the lowest best relevance of an answerable question, what is still shown."""
BINS = 10
FEWEST_QUESTIONS = 20

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hits:
    """Hits of many questions, one row each."""

    features: NDArray[np.float32]
    pairs: NDArray[np.str_]
    right: NDArray[np.bool_]
    questions: NDArray[np.intp]  # the same number for one question in both languages
    asked: NDArray[np.intp]  # a number for each question in each language
    answerable: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A calibration, and what it gave to hits of questions that it had not seen."""

    calibration: Calibration
    probabilities: Floats
    right: NDArray[np.bool_]


def fit(
    questions: Sequence[Question],
    policies: Path,
    encoder: Encoder,
    progress: Progress | None = None,
) -> Fitted:
    """Fits a calibration for an encoder.

    The figures of its record are cross-validated: each question's by a fit without it.

    Raises:
        EvaluationError: there are too few questions, or none that no policy answers.
    """
    answered = sum(bool(question.gold) for question in questions)
    if min(answered, 2 * (len(questions) - answered)) < FEWEST_QUESTIONS:
        raise EvaluationError(
            f"{answered} questions with an answer and {len(questions) - answered} without are too "
            f"few: at least {FEWEST_QUESTIONS} and {FEWEST_QUESTIONS // 2} are needed"
        )
    hits = _ask(questions, policies, encoder, progress)
    unseen = np.zeros(len(hits.right))
    for fold in range(FOLDS):
        aside = hits.questions % FOLDS == fold
        if aside.any():
            weights = _logistic(hits, ~aside)
            unseen[aside] = _probabilities(weights, hits, aside)
    least = _threshold(hits, unseen)
    kept = _best_of_each(hits, unseen) >= least
    answerable = _answerable(hits)
    record = {
        "made": datetime.now(UTC).date().isoformat(),
        "encoder": encoder.name,
        "questions": {"answerable": answered, "unanswerable": len(questions) - answered},
        "hits": len(hits.right),
        "right": int(hits.right.sum()),
        "expected calibration error": round(calibration_error(unseen, hits.right), 4),
        "unanswerable without a hit": round(float((~kept[~answerable]).mean()), 4),
        "answerable without a hit": round(float((~kept[answerable]).mean()), 4),
    }
    weights = _logistic(hits, np.ones(len(hits.right), np.bool_))
    calibration = Calibration(
        encoder.fingerprint.digest, FEATURES, weights, round(least, 4), record
    )
    return Fitted(calibration, unseen, hits.right)


def calibration_error(probabilities: Floats, right: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    error = 0.0
    for chosen in _bins(probabilities):
        gap = abs(float(probabilities[chosen].mean()) - float(right[chosen].mean()))
        error += float(chosen.mean() * gap)
    return error


def draw(fitted: Fitted, path: Path) -> None:
    """Writes the reliability diagram as a PNG; matplotlib is needed for this alone."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (axis, counts) = plt.subplots(
        2, 1, figsize=(5, 6), height_ratios=(3, 1), sharex=True, layout="constrained"
    )
    bins = _bins(fitted.probabilities)
    said = [float(fitted.probabilities[chosen].mean()) for chosen in bins]
    was = [float(fitted.right[chosen].mean()) for chosen in bins]
    axis.plot((0, 1), (0, 1), color="#999999", linestyle="--", linewidth=1)
    axis.plot(said, was, marker="o", color="#3b6fb6")
    error = calibration_error(fitted.probabilities, fitted.right)
    axis.set(ylabel="hits that answer", title=f"Expected calibration error {error:.3f}")
    counts.hist(fitted.probabilities, bins=BINS, range=(0, 1), color="#3b6fb6", alpha=0.7)
    counts.set(xlabel="relevance", ylabel="hits", yscale="log")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _ask(
    questions: Sequence[Question],
    policies: Path,
    encoder: Encoder,
    progress: Progress | None,
) -> Hits:
    rows, pairs, right, numbers, asked_numbers, answerable = [], [], [], [], [], []
    with asked_policies(questions, policies, encoder, progress) as asked:
        langs = {clause.id: clause.lang for clause in asked.clauses}
        asked_number = 0
        for number, question in enumerate(questions):
            grades = asked.matcher.grades(question)
            for lang, text in question.texts.items():
                ids, ranked = asked.searcher.ranking(SearchQuery(text, filter=asked.restriction))
                rows.append(features(ranked)[:DEPTH])
                pairs += [f"{lang}-{langs[clause]}" for clause in ids[:DEPTH]]
                right += [clause in grades for clause in ids[:DEPTH]]
                count = len(rows[-1])
                numbers += [number] * count
                asked_numbers += [asked_number] * count
                answerable += [bool(question.gold)] * count
                asked_number += 1
    return Hits(
        np.concatenate(rows),
        np.array(pairs),
        np.array(right, np.bool_),
        np.array(numbers, np.intp),
        np.array(asked_numbers, np.intp),
        np.array(answerable, np.bool_),
    )


def _logistic(hits: Hits, used: NDArray[np.bool_]) -> dict[str, tuple[float, ...]]:
    """Weights by pair: an intercept of its own, and slopes that all pairs share.

    Slopes of each pair's own would be fitted to a few dozen right hits.
    """
    from sklearn.linear_model import LogisticRegression

    x, y = hits.features[used].astype(np.float64), hits.right[used]
    scale = x.std(axis=0) + 1e-9
    names = sorted(set(hits.pairs.tolist()))
    of_pair = np.column_stack([hits.pairs[used] == name for name in names]).astype(np.float64)
    model = LogisticRegression(C=1.0, max_iter=5000).fit(np.column_stack([x / scale, of_pair]), y)
    slopes = model.coef_[0][: x.shape[1]] / scale
    own = dict(zip(names, model.coef_[0][x.shape[1] :], strict=True))
    base = float(model.intercept_[0])
    weights = {name: base + float(extra) for name, extra in own.items()}
    weights[ANY_PAIR] = float(np.mean(list(weights.values())))
    return {
        name: (round(intercept, 5), *(round(float(slope), 5) for slope in slopes))
        for name, intercept in weights.items()
    }


def _probabilities(
    weights: dict[str, tuple[float, ...]], hits: Hits, rows: NDArray[np.bool_]
) -> NDArray[np.float32]:
    made = Calibration("", FEATURES, weights, 0.0)
    return made.probabilities(hits.features[rows], hits.pairs[rows].tolist())


def _threshold(hits: Hits, probabilities: Floats) -> float:
    """A part of the lowest best relevance of an answerable question: to hide an answer is worse.

    A part, since other policies and other questions will go below the lowest seen here. Of 20,000
    random halves of the questions over the samples, none went below .6 of the other half's lowest,
    and one in 1,500 below .7.
    """
    best, answerable = _best_of_each(hits, probabilities), _answerable(hits)
    return LOWEST_KEPT * float(best[answerable].min())


def _best_of_each(hits: Hits, probabilities: Floats) -> Floats:
    best = np.zeros(int(hits.asked.max()) + 1)
    np.maximum.at(best, hits.asked, probabilities)
    return best


def _answerable(hits: Hits) -> NDArray[np.bool_]:
    _, first = np.unique(hits.asked, return_index=True)
    return hits.answerable[first]


def _bins(probabilities: Floats) -> list[NDArray[np.bool_]]:
    """Which hits fall into each bin that has any."""
    place = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    return [place == number for number in range(BINS) if (place == number).any()]
