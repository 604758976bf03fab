"""An encoder cut in two: layers that stay as they are, and layers that are trained.

What the frozen part makes of a text never changes, so it is computed once and kept (`States`):
a step then costs the trained layers alone, and the teacher's vectors are computed once as well.
sentence-transformers' trainer runs every layer of teacher and student on every step, which
takes about three times as long for the same result; hence the plain loop in `loop.py`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.dense import Dense
from torch import Tensor, nn

from models.batching import token_batches
from models.training.errors import TrainingError

# Tokens of one batch where no gradients are kept.
FORWARD_TOKENS = 6_000


@dataclass(frozen=True)
class States:
    """What the frozen layers make of many texts.

    `flat`: float16, shape (tokens of all texts, hidden); text i has rows
    `offsets[i]` to `offsets[i + 1]`.
    """

    flat: Tensor
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.offsets)

    def padded(self, texts: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Float32 (texts, longest, hidden) and the mask, bool (texts, longest)."""
        longest = max(int(self.lengths[i]) for i in texts)
        hidden = torch.zeros(len(texts), longest, self.flat.shape[1])
        mask = torch.zeros(len(texts), longest, dtype=torch.bool)
        for row, i in enumerate(texts):
            start, end = int(self.offsets[i]), int(self.offsets[i + 1])
            hidden[row, : end - start] = self.flat[start:end]
            mask[row, : end - start] = True
        return hidden, mask


class Network:
    """A BERT-like encoder with mean pooling, and where it is cut."""

    def __init__(self, folder: Path | str, first_layer: int, bfloat16: bool = True) -> None:
        """Load a sentence-transformers folder.

        Raises:
            TrainingError: the model is no stack of BERT-like layers with mean pooling.
        """
        self.model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self.model.eval()  # no dropout: the targets are exact, noise would only blur them
        transformer: Any = getattr(self.model[0], "auto_model", None)
        pooling = getattr(self.model[1], "pooling_mode", None)
        try:
            self._embeddings: nn.Module = transformer.embeddings
            layers = transformer.encoder.layer
            self._lower: nn.ModuleList = layers[:first_layer]
            self.upper: nn.ModuleList = layers[first_layer:]
        except (AttributeError, TypeError) as error:
            raise TrainingError(f"{folder}: no embeddings with a stack of layers above") from error
        if pooling != "mean" or not len(self.upper):
            raise TrainingError(
                f"{folder}: mean pooling and more than {first_layer} layers expected, "
                f"found {pooling!r} and {len(layers)}"
            )
        self.first_layer = first_layer
        self._bfloat16 = bfloat16
        self.dense: Tensor | None = None
        """What vectors are multiplied by after pooling, shape (dimension, dimension)."""

    def tokenize(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Token ids, special tokens included, cut at `max_tokens` and at what the model takes."""
        tokenizer: Any = self.model.tokenizer
        longest = min(max_tokens, self.model.max_seq_length or max_tokens)
        encoded = tokenizer(list(texts), truncation=True, max_length=longest)
        return [list(ids) for ids in encoded["input_ids"]]

    @torch.no_grad()
    def frozen(
        self, texts: Sequence[str], max_tokens: int, progress: Callable[[int], None]
    ) -> States:
        """Runs the frozen layers; `progress` is told the number of texts newly done."""
        ids = self.tokenize(texts, max_tokens)
        offsets = np.concatenate([[0], np.cumsum([len(x) for x in ids])]).astype(np.int64)
        width = int(self.model.get_embedding_dimension() or 0)
        flat = torch.empty(int(offsets[-1]), width, dtype=torch.float16)
        for batch in token_batches([len(x) for x in ids], FORWARD_TOKENS):
            longest = max(len(ids[i]) for i in batch)
            tokens = torch.zeros(len(batch), longest, dtype=torch.long)
            mask = torch.zeros(len(batch), longest, dtype=torch.bool)
            for row, i in enumerate(batch):
                tokens[row, : len(ids[i])] = torch.tensor(ids[i])
                mask[row, : len(ids[i])] = True
            with self._fast():
                hidden = _through(self._lower, self._embeddings(input_ids=tokens), mask)
            for row, i in enumerate(batch):
                flat[offsets[i] : offsets[i + 1]] = hidden[row, : len(ids[i])].half()
            progress(len(batch))
        return States(flat, offsets)

    def encode(self, states: States, texts: Sequence[int]) -> Tensor:
        """Unit vectors of some texts, with gradients: float32 (texts, dimension)."""
        hidden, mask = states.padded(texts)
        with self._fast():
            hidden = _through(self.upper, hidden, mask)
        weights = mask[..., None].float()
        pooled = (hidden.float() * weights).sum(1) / weights.sum(1)
        if self.dense is not None:
            pooled = pooled @ self.dense.T
        return nn.functional.normalize(pooled, dim=-1)

    def encode_all(self, states: States) -> NDArray[np.float32]:
        """Unit vectors of all texts: float32 (n, dimension)."""
        return self.encode_some(states, range(len(states)))

    @torch.no_grad()
    def encode_some(self, states: States, texts: Sequence[int]) -> NDArray[np.float32]:
        """Unit vectors of some texts, without gradients: float32 (texts, dimension)."""
        vectors = np.empty((len(texts), states.flat.shape[1]), np.float32)
        chosen = np.asarray(texts)
        for batch in token_batches(states.lengths[chosen].tolist(), FORWARD_TOKENS):
            vectors[batch] = self.encode(states, chosen[batch].tolist()).numpy()
        return vectors

    def save(self, folder: Path) -> None:
        """Writes the whole model as a sentence-transformers folder."""
        modules = list(self.model)
        if self.dense is not None:
            size = len(self.dense)
            dense = Dense(size, size, bias=False, activation_function=None, init_weight=self.dense)
            modules.insert(2, dense)
        prompts = {name: text for name, text in self.model.prompts.items() if text}
        whole = SentenceTransformer(modules=modules, prompts=prompts, device="cpu")
        whole.save(str(folder))

    def trained(self) -> dict[str, Tensor]:
        """The trained layers' parameters by their names in the transformer, float32."""
        names = {}
        for index, layer in enumerate(self.upper, start=self.first_layer):
            for name, value in layer.state_dict().items():
                names[f"encoder.layer.{index}.{name}"] = value.detach().clone()
        return names

    def load(self, trained: dict[str, Tensor]) -> None:
        """The inverse of `trained`."""
        for index, layer in enumerate(self.upper, start=self.first_layer):
            prefix = f"encoder.layer.{index}."
            own = {k.removeprefix(prefix): v for k, v in trained.items() if k.startswith(prefix)}
            layer.load_state_dict(own)

    @contextlib.contextmanager
    def _fast(self) -> Iterator[None]:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bfloat16):
            yield


def _through(layers: nn.ModuleList, hidden: Tensor, mask: Tensor) -> Tensor:
    for layer in layers:
        output = layer(hidden, attention_mask=mask[:, None, None, :])
        hidden = output if isinstance(output, Tensor) else output[0]
    return hidden
