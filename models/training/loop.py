"""The training loop: batches, schedule, checkpoints, early stopping."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.network import Network, States
from models.training.objective import Targets, loss
from models.training.recipe import Recipe

CHUNK = 60  # batches among which examples are sorted by length
NEIGHBOURHOOD = 300  # most examples of like meaning that are sorted by length together
SMALLEST_BATCH = 4
FLOOR = 0.05  # the learning rate ends at this part of its height
REPORT_EVERY = 50  # steps

Figures = dict[str, dict[str, float]]


@dataclass
class History:
    """What a run has gone through so far; enough to draw its curves."""

    steps: list[dict[str, float]] = field(default_factory=list)
    evaluations: list[dict[str, Any]] = field(default_factory=list)


def batches(
    vectors: NDArray[np.float32],
    lengths: NDArray[np.int64],
    recipe: Recipe,
    rng: random.Random,
) -> list[list[int]]:
    """One pass over the examples: lists of their numbers, alike in length.

    A part of them (`recipe.neighbours`) meets examples of like meaning: texts that are close to
    each other are the negatives that teach most.

    Args:
        vectors: what tells which examples are alike, shape (examples, dimension).
        lengths: tokens of the longer text of each example.
        recipe: sizes of batches.
        rng: source of chance.
    """
    order = list(range(len(lengths)))
    rng.shuffle(order)
    alike = int(len(order) * recipe.neighbours)
    chunk = CHUNK * recipe.batch_pairs
    chunks = _neighbourhoods(np.array(order[:alike], np.int64), vectors, rng) if alike else []
    chunks += [order[i : i + chunk] for i in range(alike, len(order), chunk)]
    made: list[list[int]] = []
    for part in chunks:
        batch: list[int] = []
        for index in sorted(part, key=lambda i: int(lengths[i])):
            tokens = 2 * int(lengths[index]) * (len(batch) + 1)
            if batch and (tokens > recipe.batch_tokens or len(batch) >= recipe.batch_pairs):
                made.append(batch)
                batch = []
            batch.append(index)
        made.append(batch)
    rng.shuffle(made)
    return [batch for batch in made if len(batch) >= SMALLEST_BATCH]


def _neighbourhoods(
    members: NDArray[np.int64], vectors: NDArray[np.float32], rng: random.Random
) -> list[list[int]]:
    """Halves a set again and again, each time along the line between two of its members."""
    if len(members) <= NEIGHBOURHOOD:
        return [members.tolist()]
    one, other = rng.sample(range(len(members)), 2)
    line = vectors[members[one]] - vectors[members[other]]
    ordered = members[np.argsort(vectors[members] @ line, kind="stable")]
    half = len(ordered) // 2
    return [
        *_neighbourhoods(ordered[:half], vectors, rng),
        *_neighbourhoods(ordered[half:], vectors, rng),
    ]


def learning_rate(recipe: Recipe, step: int, done: float) -> float:
    """Linear warm-up, then half a cosine; `done` is the part of the tokens already seen."""
    wave = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    height = FLOOR + (1 - FLOOR) * wave
    return recipe.learning_rate * min(1.0, (step + 1) / recipe.warmup_steps) * height


def train(
    network: Network,
    states: States,
    targets: Targets,
    recipe: Recipe,
    evaluate: Callable[[], tuple[float, Figures]],
    folder: Path,
    report: Callable[[str], None] = print,
) -> History:
    """Trains the upper layers; they end as they were at the best evaluation.

    Example i is texts 2i (English) and 2i + 1 (Chinese) of `states`. After each evaluation a
    checkpoint is written to `folder`; a run that finds one goes on from there. It ends early when
    `recipe.patience` evaluations in a row bring no better choice.
    """
    optimizer = torch.optim.AdamW(
        network.upper.parameters(),
        lr=recipe.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=recipe.weight_decay,
    )
    lengths = np.maximum(states.lengths[0::2], states.lengths[1::2])
    alike = (targets.vectors - targets.mean).numpy()
    run = _Run(folder / "checkpoint.pt", network, optimizer, recipe)
    run.resume(report)
    started, begun = time.monotonic(), run.tokens
    while run.tokens < recipe.tokens and run.stale < recipe.patience:
        rng = random.Random(f"{recipe.seed} {run.epoch}")
        order = batches(alike, lengths, recipe, rng)
        for number, batch in enumerate(order):
            if number < run.batch:  # seen before the run was interrupted
                continue
            run.batch = number + 1
            done = run.tokens / recipe.tokens
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(recipe, run.step, done)
            pairs = torch.tensor(batch)
            texts = [2 * i for i in batch] + [2 * i + 1 for i in batch]
            english, chinese = network.encode(states, texts).chunk(2)
            parts = loss(english, chinese, targets, pairs, recipe)
            optimizer.zero_grad()
            parts.total.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.upper.parameters(), 1.0)
            optimizer.step()
            run.step += 1
            run.tokens += int(states.lengths[texts].sum())
            run.note(float(parts.total.detach()), float(parts.distillation), float(parts.relations))
            if run.step % REPORT_EVERY == 0:
                speed = (run.tokens - begun) / (time.monotonic() - started)
                left = max(0, recipe.tokens - run.tokens) / speed / 60
                last = run.history.steps[-1]
                report(
                    f"step {run.step}: {run.tokens / recipe.tokens:.0%}, {speed:.0f} tokens/s, "
                    f"{left:.0f} min left; loss {last['loss']:.3f} "
                    f"(distillation {last['distillation']:.3f}, relations {last['relations']:.3f})"
                )
            if run.tokens >= recipe.tokens * (run.evaluated + 1) / recipe.evaluations:
                run.judge(*evaluate(), report)
                if run.tokens >= recipe.tokens or run.stale >= recipe.patience:
                    break
        else:
            run.epoch, run.batch = run.epoch + 1, 0
    network.load(run.best)
    (folder / "history.json").write_text(json.dumps(asdict(run.history), indent=1) + "\n")
    return run.history


class _Run:
    """Everything a run needs to go on after an interruption."""

    def __init__(
        self, path: Path, network: Network, optimizer: torch.optim.Optimizer, recipe: Recipe
    ) -> None:
        self._path, self._network, self._optimizer, self._recipe = path, network, optimizer, recipe
        self.step = self.tokens = self.epoch = self.batch = self.evaluated = self.stale = 0
        self.best_choice = -1.0
        self.best = network.trained()
        self.history = History()
        self._smooth: dict[str, float] = {}

    def note(self, total: float, distillation: float, relations: float) -> None:
        """Keeps running means of the loss and its terms."""
        new = {"loss": total, "distillation": distillation, "relations": relations}
        self._smooth = {k: 0.95 * self._smooth.get(k, v) + 0.05 * v for k, v in new.items()}
        self.history.steps.append({"tokens": self.tokens, **self._smooth})

    def judge(self, choice: float, figures: Figures, report: Callable[[str], None]) -> None:
        """Takes an evaluation's result, keeps the best layers, writes a checkpoint."""
        self.evaluated += 1
        self.history.evaluations.append(
            {"tokens": self.tokens, "choice": choice, "figures": figures}
        )
        if choice > self.best_choice:
            self.best_choice, self.best, self.stale = choice, self._network.trained(), 0
        else:
            self.stale += 1
        report(f"evaluation {self.evaluated}: {choice:.4f} (best {self.best_choice:.4f})")
        self._save()

    def _save(self) -> None:
        values = {k: v for k, v in vars(self).items() if not k.startswith("_")}
        values["history"] = asdict(self.history)
        values |= {
            "recipe": asdict(self._recipe),
            "smooth": self._smooth,
            "layers": self._network.trained(),
            "optimizer": self._optimizer.state_dict(),
        }
        partial = self._path.with_suffix(".part")
        torch.save(values, partial)
        partial.replace(self._path)

    def resume(self, report: Callable[[str], None]) -> None:
        """Goes on from the checkpoint, where there is one of the same recipe."""
        if not self._path.exists():
            return
        values = torch.load(self._path, weights_only=True)
        if values.pop("recipe") != asdict(self._recipe):
            report(f"{self._path} is of another recipe: starting anew")
            return
        self._network.load(values.pop("layers"))
        self._optimizer.load_state_dict(values.pop("optimizer"))
        self.history = History(**values.pop("history"))
        self._smooth = values.pop("smooth")
        for name, value in values.items():
            setattr(self, name, value)
        report(f"going on from {self._path}: step {self.step}, {self.tokens} tokens")
