"""A whole run: pairs → examples → targets → trained layers → figures → files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from models.training.curves import draw
from models.training.damping import damping
from models.training.development import Floats, Task, choice, figures, pairs_task, read_task
from models.training.examples import make_examples
from models.training.export import write_layers, write_record
from models.training.loop import Figures, train
from models.training.network import Network, States
from models.training.objective import Targets
from models.training.recipe import Recipe
from models.training.records import Pair
from models.training.sources import SOURCES

QUERY_PROMPT, PASSAGE_PROMPT = "query: ", "passage: "
DEVELOPMENT_TOKENS = 512
MAP_TEXTS = 12_000  # training texts from which the last linear map is made


def run(
    base: Path | str,
    pairs: Sequence[Pair],
    tasks: Sequence[Path],
    folder: Path,
    recipe: Recipe,
    report: Callable[[str], None] = print,
    whole_model: bool = False,
) -> dict[str, Figures]:
    """Trains and writes layers, record and curves to `folder`.

    Args:
        base: a sentence-transformers folder: teacher, and where the student starts.
        pairs: the training pairs.
        tasks: folders of development tasks; held-aside pairs are always one more.
        folder: where files go, and where an interrupted run left its checkpoint.
        recipe: the numbers.
        report: told about progress.
        whole_model: also write the trained model as a sentence-transformers folder, `model/`.

    Returns:
        Figures by task, "before", "undamped" (before the last linear map) and "after".
    """
    torch.manual_seed(recipe.seed)
    folder.mkdir(parents=True, exist_ok=True)
    examples, aside = make_examples(pairs, recipe)
    report(f"{len(examples)} examples to train on, {len(aside)} held aside")
    network = Network(base, recipe.first_layer, recipe.bfloat16)

    def frozen(texts: Sequence[str], what: str, max_tokens: int) -> States:
        return network.frozen(texts, max_tokens, _Progress(len(texts), what, report))

    prompted = []
    for example in examples:
        prompt = QUERY_PROMPT if example.query else PASSAGE_PROMPT
        prompted += [prompt + example.en, prompt + example.zh]
    states = frozen(prompted, "training texts through the frozen layers", recipe.max_tokens)
    report("the teacher's vectors of the training texts")
    teacher = torch.from_numpy(network.encode_all(states))
    targets = Targets.of(
        teacher[0::2],
        teacher[1::2],
        torch.tensor([example.query for example in examples]),
        recipe.chinese_share,
    )

    development = Development(
        [read_task(task) for task in tasks] + [pairs_task("held-aside", aside)],
        lambda texts: frozen(texts, "development texts", DEVELOPMENT_TOKENS),
    )

    def evaluate() -> tuple[float, Figures]:
        found = development.figures(network)
        return choice(found), found

    before = development.figures(network)
    report(f"before training: {choice(before):.4f}")
    history = train(network, states, targets, recipe, evaluate, folder, report)
    undamped = development.figures(network)
    every = max(1, len(states) // MAP_TEXTS) | 1  # odd: texts of both languages
    texts = range(0, len(states), every)
    network.dense = torch.from_numpy(damping(network.encode_some(states, texts), recipe.damping))
    after = development.figures(network)
    digest = write_layers(network.trained(), network.dense, folder)
    both = {"before": before, "undamped": undamped, "after": after}
    write_record(folder, recipe, examples, {s.name: s.licence for s in SOURCES}, both, digest)
    draw(history, folder / "curves.png")
    if whole_model:
        network.save(folder / "model")
    report(f"after training: {choice(after):.4f}; written to {folder}")
    return both


class Development:
    """The development tasks, with their texts already through the frozen layers."""

    def __init__(self, tasks: Sequence[Task], frozen: Callable[[Sequence[str]], States]) -> None:
        self._tasks = tasks
        texts: dict[str, int] = {}
        self._rows = [
            (
                np.array([texts.setdefault(QUERY_PROMPT + t, len(texts)) for t in task.queries]),
                np.array([texts.setdefault(PASSAGE_PROMPT + t, len(texts)) for t in task.corpus]),
            )
            for task in tasks
        ]
        self._states = frozen(list(texts))

    def figures(self, network: Network) -> Figures:
        """Figures by task."""
        vectors: Floats = network.encode_all(self._states)
        return {
            task.name: figures(task, vectors[queries], vectors[corpus])
            for task, (queries, corpus) in zip(self._tasks, self._rows, strict=True)
        }


class _Progress:
    """Reports about every tenth part of some work."""

    def __init__(self, total: int, what: str, report: Callable[[str], None]) -> None:
        self._total, self._what, self._report = total, what, report
        self._done = self._told = 0

    def __call__(self, newly: int) -> None:
        self._done += newly
        if self._done >= self._told + self._total / 10 or self._done == self._total:
            self._told = self._done
            self._report(f"{self._what}: {self._done} of {self._total}")


def use_threads(count: int | None) -> None:
    """Threads of the computation; None takes one for each processor."""
    torch.set_num_threads(count or os.cpu_count() or 1)
