"""What the trained layers are asked for.

Two terms, both on unit vectors whose common mean is taken away: vectors of the e5 family lie within
a narrow cone (cosines of 0.7 to 1), where a plain cosine hardly sees the differences that rank.

*Distillation* (Reimers & Gurevych 2020, arXiv:2004.09813): student(English) and student(Chinese)
come close to one target, the teacher's English vector moved a part of the way towards its Chinese
one, after the mean of each language and prompt is taken away.

*Relations* (as in relational distillation, Park et al. 2019, arXiv:1904.05068): over the batch, in
both languages, each text's distribution of similarities is that of the teacher. Within a language
it is the teacher's own, so that what was near stays near: a heading and its clause, a question and
its answer. Across languages it is the mean of the two languages', and a translation is as near as
the text itself. Against a contrastive loss, which pushes away all but the translation, this keeps
what a language knew before.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.training.recipe import Recipe


@dataclass(frozen=True)
class Targets:
    """What the teacher asks of each pair: unit rows (pairs, dimension).

    `vectors` are where both texts go, `mean` is theirs; `english` and `chinese` are the teacher's
    own, without the means of language and prompt.
    """

    vectors: Tensor
    mean: Tensor
    english: Tensor
    chinese: Tensor

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
        one, other = _without_means(english, queries), _without_means(chinese, queries)
        blend = (1 - chinese_share) * one + chinese_share * other
        vectors = functional.normalize(blend + english.mean(0), dim=-1)
        return cls(
            vectors,
            vectors.mean(0),
            functional.normalize(one, dim=-1),
            functional.normalize(other, dim=-1),
        )

    def relations(self, pairs: Tensor) -> Tensor:
        """Cosines that a batch's texts should have, English first: (2n, 2n)."""
        english, chinese = self.english[pairs], self.chinese[pairs]
        within_english, within_chinese = english @ english.T, chinese @ chinese.T
        across = (within_english + within_chinese) / 2
        return torch.cat(
            [torch.cat([within_english, across], 1), torch.cat([across, within_chinese], 1)]
        )


@dataclass(frozen=True)
class Loss:
    """The terms of one batch; `total` is what is minimised."""

    total: Tensor
    distillation: Tensor
    relations: Tensor


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
    relations = functional.kl_div(
        _distributions(both @ both.T, recipe.temperature),
        _distributions(targets.relations(pairs), recipe.temperature),
        log_target=True,
        reduction="batchmean",
    )
    total = recipe.distillation * distillation + recipe.relations * relations
    return Loss(total, distillation.detach(), relations.detach())


def _distributions(cosines: Tensor, temperature: float) -> Tensor:
    """Log probabilities of each text's neighbours, itself left out."""
    itself = torch.eye(len(cosines), dtype=torch.bool)
    return (cosines / temperature).masked_fill(itself, -1e4).log_softmax(1)


def _without_means(vectors: Tensor, queries: Tensor) -> Tensor:
    """Vectors minus the mean of those with the same prompt."""
    result = vectors.clone()
    for group in (queries, ~queries):
        if group.any():
            result[group] -= vectors[group].mean(0)
    return result


def _centred(vectors: Tensor, mean: Tensor) -> Tensor:
    return functional.normalize(vectors - mean, dim=-1)
