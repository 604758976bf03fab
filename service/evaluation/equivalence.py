"""Fitting how probable it is that two clauses say the same, on texts in two languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import Encoder
from models.calibration import ANY_PAIR, Calibration
from service.errors import EvaluationError
from service.evaluation.calibrating import calibration_error
from service.lookup.equivalents import LEAST_RELEVANCE
from service.lookup.likelihood import FEATURES
from service.lookup.margins import density, margins

PAIRS = 4000
"""Pairs that are used; more bring nothing."""
SIZES = (60, 150, 400, 1500, 4000)
"""Texts of one corpus: an index may hold one policy or many."""
PRESENT = (0.3, 0.5, 0.8)
"""Part of a corpus whose translation is there: most clauses have no equivalent."""
NEAREST = 12
"""Candidates of each text that count."""
PROSE = frozenset(
    {
        *("debian-edu", "debian-faq", "debian-handbook", "debian-reference", "debmake-doc"),
        *("gimp-help", "gnome-help", "installation-guide", "kicad-doc", "libreoffice-help"),
        "maint-guide",
    }
)
"""Sources of running text, whose neighbours are about the same thing, as a policy's clauses are;
where a file has none of them, all of its sources are taken."""
_SHORTEST, _LONGEST = 40, 600
_ADJOINING = 120
"""Texts of one document, which stand together."""
_SEED = 20

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph in English and Chinese, and the document it stands in."""

    document: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class _Side:
    """Texts of one language: their vectors and those of what stands around, shape (n, dim)."""

    vectors: Values
    around: Values
    surrounded: NDArray[np.bool_]

    def take(self, rows: NDArray[np.intp]) -> _Side:
        return _Side(self.vectors[rows], self.around[rows], self.surrounded[rows])


def read_pairs(path: Path) -> list[Pair]:
    """Pairs of a JSON-lines file as the training writes it (`source document en zh heading`).

    Whole documents are taken from every source in turn, so that no source outweighs the others.

    Raises:
        EvaluationError: the file cannot be read, or holds too few pairs.
    """
    documents: dict[str, dict[str, list[Pair]]] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row.get("heading") or not _SHORTEST <= len(row["en"]) <= _LONGEST:
                    continue
                name = f"{row['source']} {row['document']}"
                found = documents.setdefault(row["source"], {}).setdefault(name, [])
                found.append(Pair(name, row["en"], row["zh"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(
            f"{path}: not a file of pairs with source, document, en and zh: {error}"
        ) from error
    documents = {name: documents[name] for name in PROSE & documents.keys()} or documents
    chosen: list[Pair] = []
    shuffled = np.random.default_rng(_SEED)
    queues = [
        [groups[name] for name in shuffled.permutation(sorted(groups))]
        for _, groups in sorted(documents.items())
    ]
    while len(chosen) < PAIRS and any(queues):
        for queue in queues:
            if queue:
                chosen.extend(queue.pop()[:_ADJOINING])
    if len(chosen) < max(SIZES):
        raise EvaluationError(f"{path}: {len(chosen)} pairs are too few: {max(SIZES)} are needed")
    return chosen[:PAIRS]


def fit(pairs: Sequence[Pair], encoder: Encoder) -> Calibration:
    """Fits the probability that a candidate says the same as what it was found for.

    The texts' own neighbours are the candidates, of which most have no counterpart. The figures of
    the record are those of a fifth of the corpora, which the fit they come from has not seen.
    """
    sides = {
        "en": _side(encoder.encode_passages([pair.en for pair in pairs]), pairs),
        "zh": _side(encoder.encode_passages([pair.zh for pair in pairs]), pairs),
    }
    corpora = list(_corpora(sides["en"], sides["zh"])) + list(_corpora(sides["zh"], sides["en"]))
    aside = set(range(0, len(corpora), 5))
    seen = _logistic([c for place, c in enumerate(corpora) if place not in aside])
    rows = np.vstack([corpora[place] for place in sorted(aside)])
    said, right = _said(seen, rows), rows[:, -1] > 0
    kept = said >= LEAST_RELEVANCE
    record = {
        "made": datetime.now(UTC).date().isoformat(),
        "encoder": encoder.name,
        "pairs": len(pairs),
        "expected calibration error": round(calibration_error(said, right), 4),
        "precision": round(float(right[kept].mean()), 4),
        "recall": round(float(right[kept].sum() / right.sum()), 4),
    }
    weights = {ANY_PAIR: _logistic(corpora)}
    return Calibration(encoder.fingerprint.digest, FEATURES, weights, LEAST_RELEVANCE, record)


def _side(vectors: Values, pairs: Sequence[Pair]) -> _Side:
    around = np.zeros_like(vectors)
    for step in (-1, 1):
        for place in range(len(pairs)):
            beside = place + step
            if 0 <= beside < len(pairs) and pairs[beside].document == pairs[place].document:
                around[place] += vectors[beside]
    lengths = np.linalg.norm(around, axis=1, keepdims=True)
    around /= np.where(lengths > 0, lengths, np.float32(1))
    return _Side(vectors, around, lengths[:, 0] > 0)


def _corpora(left: _Side, right: _Side) -> Iterator[NDArray[np.float64]]:
    """Features of candidates, and in the last column whether each is the translation."""
    chance = np.random.default_rng(_SEED)
    for size in SIZES:
        for _ in range(max(1, 1500 // size)):
            start = int(chance.integers(0, len(left.vectors) - size + 1))
            rows = np.arange(start, start + size)
            present = np.sort(chance.permutation(rows)[: int(size * chance.choice(PRESENT))])
            # Policies that say the same here and there need not say it in the same place.
            placed = bool(chance.integers(2))
            yield _features(left.take(rows), right.take(present), rows, present, placed)


def _features(
    left: _Side, right: _Side, rows: NDArray[np.intp], columns: NDArray[np.intp], placed: bool
) -> NDArray[np.float64]:
    cosines = np.asarray(left.vectors @ right.vectors.T, np.float32)
    margin = margins(cosines, density(cosines), density(cosines.T))
    both = left.surrounded[:, None] & right.surrounded[None, :] & placed
    around = np.where(both, left.around @ right.around.T, cosines)
    places = np.arange(len(rows))[:, None]
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
    same = columns[nearest] == rows[:, None]
    found = (cosines[places, nearest], margin[places, nearest], around[places, nearest], same)
    return np.column_stack([np.asarray(part, np.float64).ravel() for part in found])


def _logistic(corpora: Sequence[NDArray[np.float64]]) -> tuple[float, ...]:
    """An intercept and a weight for each feature; every corpus counts the same."""
    from sklearn.linear_model import LogisticRegression

    rows = np.vstack(corpora)
    counts = np.concatenate([np.full(len(corpus), 1000 / len(corpus)) for corpus in corpora])
    model = LogisticRegression(C=1e4, max_iter=5000).fit(rows[:, :-1], rows[:, -1], counts)
    return (
        round(float(model.intercept_[0]), 4),
        *(round(float(slope), 4) for slope in model.coef_[0]),
    )


def _said(weights: tuple[float, ...], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    made = Calibration("", FEATURES, {ANY_PAIR: weights}, LEAST_RELEVANCE)
    features = rows[:, :-1].astype(np.float32)
    return made.probabilities(features, [ANY_PAIR] * len(rows)).astype(np.float64)
