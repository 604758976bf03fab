"""The numbers of a training run. `SHIPPED` made the layers that come with the package."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Recipe:
    """What is trained, on how much, how fast, and towards what."""

    seed: int = 7
    # Layers from this one on are trained; those below, and the embeddings, stay as they are.
    first_layer: int = 6

    # Data: how many examples, the part of them joined from neighbouring paragraphs, and how
    # strongly large sources outweigh small ones (1: by size, 0: all alike).
    examples: int = 30_000
    joined: float = 0.2
    source_weight: float = 0.6
    held_aside: int = 400
    max_tokens: int = 256

    # Schedule. Training is measured in tokens, padding left out: steps differ in length.
    tokens: int = 1_300_000
    batch_tokens: int = 4_000
    batch_pairs: int = 64
    # Part of the examples that meet others of like meaning in a batch: harder negatives.
    neighbours: float = 0.3
    learning_rate: float = 1e-4
    warmup_steps: int = 60
    weight_decay: float = 0.01
    evaluations: int = 2
    patience: int = 2
    # bfloat16 multiplications: twice as fast where the processor has them; weights stay float32.
    bfloat16: bool = True

    # Objective: see `objective.py`.
    distillation: float = 3.0
    relations: float = 1.0
    temperature: float = 0.1
    chinese_share: float = 0.45

    # How strongly directions in which texts hardly differ are damped: see `damping.py`.
    damping: float = 0.05


SHIPPED = Recipe()
# Shows within two minutes that the whole way works; its layers are not for use.
SMOKE = replace(SHIPPED, examples=700, held_aside=120, max_tokens=96, tokens=35_000, evaluations=1)
