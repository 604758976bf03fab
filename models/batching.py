"""Batches of texts of like length under a token budget."""

from __future__ import annotations

from collections.abc import Sequence


def token_batches(lengths: Sequence[int], batch_tokens: int) -> list[list[int]]:
    """Group texts by length so that little is padded and no batch grows too large.

    Args:
        lengths: tokens of each text.
        batch_tokens: most tokens of a batch, padding included; a longer text goes alone.

    Returns:
        Indices into `lengths`, each once, longest texts first: memory peaks at the start.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    batches: list[list[int]] = []
    for index in order:
        # The first of a batch is its longest, so it sets the padded width; a text of less than
        # half of it would be mostly padding.
        if batches:
            longest = lengths[batches[-1][0]]
            fits = (len(batches[-1]) + 1) * longest <= batch_tokens
            if fits and 2 * lengths[index] >= longest:
                batches[-1].append(index)
                continue
        batches.append([index])
    return batches
