"""Draw the README's picture: where the sample policies' clauses lie, before and after training.

    python tests/bench/draw_languages.py [PICTURE.png]

Both panels show the same clauses and one question of the sample questions, projected on the two
directions in which the clauses differ most. Lines lead from the question to its ten nearest clauses
(by cosine in all 384 dimensions, not in the picture).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

import matplotlib  # noqa: E402

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from indexer.files import SourceFile  # noqa: E402
from indexer.parse import parse_policy  # noqa: E402
from indexer.readers import read_document  # noqa: E402
from models import load_encoder  # noqa: E402
from service.evaluation.runner import compared_text  # noqa: E402

SAMPLES = ROOT / "indexer" / "samples"
QUESTIONS = ROOT / "tests" / "fixtures" / "sample_questions.jsonl"
PICTURE = ROOT / "models" / "data" / "languages.png"
QUESTION = "home-days"
NEAREST = 10
COLOURS = {"en": "#3b6fb6", "zh": "#d1495b"}
NAMES = {"en": "clauses in English", "zh": "clauses in Chinese"}


def main() -> None:
    """Draw both panels and write the picture."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    clauses = [
        clause
        for file in sorted(SAMPLES.iterdir())
        if file.suffix in (".md", ".txt")
        for clause in parse_policy(
            SourceFile(file, file.stem, file.name), read_document(file)
        ).clauses
        if len(clause.text) > 20
    ]
    texts, langs = [c.text for c in clauses], np.array([c.lang for c in clauses])
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    row = next(row for row in rows if row["id"] == QUESTION)
    right = np.array(
        [any(compared_text(g["snippet"]) in compared_text(t) for g in row["gold"]) for t in texts]
    )
    figure, axes = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
    panels = (("embedded-base", "multilingual-e5-small"), ("embedded", "with the trained layers"))
    for axis, (model, title) in zip(axes, panels, strict=True):
        encoder = load_encoder(model)
        vectors = encoder.encode_passages(texts)
        question = encoder.encode_queries([row["en"]])
        draw(axis, vectors, question[0], langs, right)
        axis.set_title(title)
    figure.suptitle(f"“{row['en']}”, asked of six policies in English and Chinese")
    axes[0].legend(loc="best", frameon=False, fontsize=9)
    figure.savefig(path, dpi=110)
    print(f"written to {path}")


def draw(
    axis: Axes,
    vectors: np.ndarray,
    question: np.ndarray,
    langs: np.ndarray,
    right: np.ndarray,
) -> None:
    """One panel: clauses by language, the question, lines to its nearest, the right answers."""
    mean = vectors.mean(0)
    directions = np.linalg.svd(vectors - mean, full_matrices=False)[2][:2]
    points, place = (vectors - mean) @ directions.T, (question - mean) @ directions.T
    for i in np.argsort(-(vectors @ question))[:NEAREST]:
        axis.plot(*zip(place, points[i], strict=True), color="#999999", linewidth=0.8, zorder=1)
    for lang, colour in COLOURS.items():
        axis.scatter(*points[langs == lang].T, s=14, color=colour, alpha=0.65, label=NAMES[lang])
    axis.scatter(*points[right].T, s=110, facecolors="none", edgecolors="black", label="answers")
    axis.scatter(*place, marker="*", s=220, color="#edae49", edgecolors="black",
                 label="the question, and its ten nearest", zorder=3)  # fmt: skip
    axis.set(xticks=[], yticks=[])


if __name__ == "__main__":
    main()
