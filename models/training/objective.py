"""What the trained layers are asked for.

Two terms, both on unit vectors:

*Distillation* (Reimers & Gurevych 2020, arXiv:2004.09813): student(English) and student(Chinese)
come close to one target. The target is the teacher's English vector, moved a part of the way
towards its Chinese one, after the mean of each language and prompt is taken away: so the Chinese
geometry has a say, and Chinese search keeps its quality. Closeness is the cosine after the
targets' mean is taken away: vectors of the e5 family all lie within a narrow cone (cosines of
0.7 to 1), where a plain cosine hardly sees the differences that rank.

*Contrast* (InfoNCE, on the same centred vectors): of all texts of the batch in both languages,
its translation is the nearest; texts of the same language are negatives too, which is what pulls
the languages into one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.training.recipe import Recipe


@dataclass(frozen=True)
class Targets:
    """What the teacher asks of each pair: unit rows (pairs, dimension), and their mean."""

    vectors: Tensor
    mean: Tensor

    @classmethod
    def of(
        cls,
        english: Tensor,
        chinese: Tensor,
        queries: Tensor,
        chinese_share: float,
    ) -> Targets:
        """Targets from what the teacher makes of both texts of each pair.

        Args:
            english: unit vectors, shape (pairs, dimension).
            chinese: the same of the translations.
            queries: which of the pairs have the query prompt, bool (pairs,).
            chinese_share: the part of the Chinese vectors in the targets, in [0, 1].
        """
        blend = (1 - chinese_share) * _without_means(english, queries)
        blend = blend + chinese_share * _without_means(chinese, queries)
        vectors = functional.normalize(blend + english.mean(0), dim=-1)
        return cls(vectors, vectors.mean(0))


@dataclass(frozen=True)
class Loss:
    """The terms of one batch; `total` is what is minimised."""

    total: Tensor
    distillation: Tensor
    contrast: Tensor


def loss(english: Tensor, chinese: Tensor, targets: Targets, pairs: Tensor, recipe: Recipe) -> Loss:
    """Loss of a batch.

    Args:
        english: the student's unit vectors, shape (n, dimension).
        chinese: the same of the translations.
        targets: of all pairs.
        pairs: which of them these are, int64 (n,).
        recipe: the weights of the terms.
    """
    wanted = _centred(targets.vectors[pairs], targets.mean)
    both = _centred(torch.cat([english, chinese]), targets.mean)
    distillation = 2 * (1 - (both * torch.cat([wanted, wanted])).sum(1)).mean()
    scores = (both @ both.T / recipe.temperature).fill_diagonal_(-1e4)
    n = len(english)
    translation = torch.cat([torch.arange(n) + n, torch.arange(n)])
    contrast = functional.cross_entropy(scores, translation)
    total = recipe.distillation * distillation + recipe.contrast * contrast
    return Loss(total, distillation.detach(), contrast.detach())


def _without_means(vectors: Tensor, queries: Tensor) -> Tensor:
    """Vectors minus the mean of those with the same prompt."""
    result = vectors.clone()
    for group in (queries, ~queries):
        if group.any():
            result[group] -= vectors[group].mean(0)
    return result


def _centred(vectors: Tensor, mean: Tensor) -> Tensor:
    return functional.normalize(vectors - mean, dim=-1)
