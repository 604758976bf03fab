"""A run as a picture: losses and development figures over the tokens seen."""

from __future__ import annotations

from pathlib import Path

from models.training.loop import History


def draw(history: History, path: Path) -> None:
    """Writes a PNG; matplotlib is needed for this alone."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (losses, tasks) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    millions = [step["tokens"] / 1e6 for step in history.steps]
    for name in ("loss", "distillation", "relations"):
        losses.plot(millions, [step[name] for step in history.steps], label=name)
    losses.set(xlabel="million tokens", title="Training loss (running mean)", ylim=(0, None))
    losses.legend()
    points = [evaluation["tokens"] / 1e6 for evaluation in history.evaluations]
    for name in history.evaluations[0]["figures"] if history.evaluations else ():
        values = [evaluation["figures"][name]["ndcg@10"] for evaluation in history.evaluations]
        tasks.plot(points, values, marker="o", label=name)
    tasks.set(xlabel="million tokens", title="nDCG@10, both languages pooled", ylim=(0, 1))
    tasks.legend(loc="lower right")
    figure.savefig(path, dpi=120)
    plt.close(figure)
