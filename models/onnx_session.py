"""Run an encoder's ONNX graph: texts -> token ids -> token embeddings. No torch needed."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.errors import ModelFormatError
from models.folder import GRAPH_FILE, INPUT_CONFIG_FILE, PIECES_FILE
from models.text import clean, clip
from models.tokens import PieceTokenizer

_ERRORS_ONLY = 3
_COMPANY_SECONDS = 0.1
"""So long after two runs were wanted at a time more such are to be expected."""
_LARGE = 512
"""Tokens from which on a batch is worth all the processors, whatever follows it."""


class TokenIds(NamedTuple):
    """A text as the model sees it."""

    ids: list[int]  # special tokens included
    truncated: bool


class OnnxSession:
    """A tokenizer and an ONNX Runtime session; safe to use from several threads."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Open a model folder.

        Args:
            folder: holds `sentencepiece.model`, `model.onnx` and `sentence_bert_config.json`.
            threads: of ONNX Runtime; None takes one per core.

        Raises:
            ModelFormatError: a file is missing or cannot be read.
        """
        try:
            config = json.loads((folder / INPUT_CONFIG_FILE).read_text(encoding="utf-8"))
            self.max_tokens = int(config["max_seq_length"])
            self.dimension = int(config["hidden_size"])
            self.tokenizer = PieceTokenizer(folder / PIECES_FILE)
            self._session = _open(folder, threads or 0)
            # Runs side by side take one processor each: threads that wait for one another lose
            # more than they gain as soon as others want the processors too.
            self._beside = self._session if threads == 1 else _open(folder, 1)
        except Exception as error:  # ONNX Runtime raises bare Exceptions
            raise ModelFormatError(f"cannot open the model in {folder}: {error}") from error
        self._runs = Runs()

    def tokenize(self, texts: Sequence[str], prompt: str = "") -> list[TokenIds]:
        """Token ids of prompt + text, cut at `max_tokens`, the end token kept."""
        prepared = [clean(prompt + clip(text, self.max_tokens)) for text in texts]
        limit = self.max_tokens
        return [
            TokenIds(ids, False)
            if len(ids) <= limit
            else TokenIds([*ids[: limit - 1], self.tokenizer.end], True)
            for ids in self.tokenizer.encode(prepared)
        ]

    def pad(self, batch: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ids and attention mask, int64 (batch, longest), padded on the right."""
        longest = max(map(len, batch))
        ids = np.full((len(batch), longest), self.tokenizer.pad, np.int64)
        mask = np.zeros((len(batch), longest), np.int64)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return ids, mask

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Token embeddings, float32 (batch, tokens, dimension).

        A run alone, or of much, has all threads; where several are wanted at a time, each has one.
        """
        inputs = {"input_ids": ids, "attention_mask": mask}
        alone = self._runs.begin(ids.size)
        try:
            (embeddings,) = (self._session if alone else self._beside).run(None, inputs)
        finally:
            self._runs.end()
        return np.asarray(embeddings, np.float32)


class Runs:
    """The runs of a session: tells one that is alone from one of several. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._state = threading.Lock()
        self._running = 0
        self._company = -math.inf  # when two were last wanted at a time

    def begin(self, tokens: int) -> bool:
        """A run of so many tokens starts; whether it may have all threads."""
        with self._state:
            now = self._clock()
            if self._running:
                self._company = now
            expected = now - self._company < _COMPANY_SECONDS
            alone = not self._running and (tokens > _LARGE or not expected)
            self._running += 1
            return alone

    def end(self) -> None:
        """A run has ended."""
        with self._state:
            self._running -= 1


def has_vnni(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor adds products of 8 bits exactly; no, where that cannot be told."""
    try:
        flags = cpuinfo.read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return False
    return not {"avx512_vnni", "avx_vnni"}.isdisjoint(flags)


def _open(folder: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _ERRORS_ONLY
    # Otherwise its threads keep the processors busy for a while after each run.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    if not has_vnni():
        # Without these instructions large sums of products of 8 bits would be cut off. With them
        # it would take 1.7 times as long for the same vectors.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(
        str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
    )
