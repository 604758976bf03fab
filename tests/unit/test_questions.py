"""Encoding questions for many at once: together, once, and never waiting for company."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.search.questions import MOST_TOGETHER, Questions


class Gated:
    """An encoder whose first batch waits until it is let go; counts what it is given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.began, self.go = threading.Event(), threading.Event()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        if len(self.batches) == 1:
            self.began.set()
            assert self.go.wait(10)
        if "bad" in texts:
            raise ValueError("bad text")
        return np.array([[len(text), ord(text[0])] for text in texts], np.float32)


def questions(encoder: Any, kept: int = 0) -> Questions:
    return Questions(encoder, kept, at_once=1)


def asked_meanwhile(encoder: Gated, asked: Questions, texts: Sequence[str]) -> list[Any]:
    """What becomes of questions that arrive while the first one is being encoded."""
    with ThreadPoolExecutor(len(texts) + 1) as pool:
        first = pool.submit(asked.vector, "first")
        assert encoder.began.wait(10)
        others = [pool.submit(asked.vector, text) for text in texts]
        while len(asked._waiting) < len(texts):
            pass
        encoder.go.set()
        return [first.result(10), *[o.exception(10) or o.result() for o in others]]


def test_what_comes_while_one_is_encoded_goes_together_each_text_once() -> None:
    encoder = Gated()
    found = asked_meanwhile(encoder, questions(encoder), ["aa", "b", "aa", "cccc"])
    assert encoder.batches[0] == ["first"]
    assert [sorted(batch) for batch in encoder.batches[1:]] == [["aa", "b", "cccc"]]
    assert [row.tolist() for row in found[1:]] == [[2, 97], [1, 98], [2, 97], [4, 99]]


def test_a_batch_is_bounded() -> None:
    encoder = Gated()
    texts = [f"{chr(97 + n % 26)}{n}" for n in range(MOST_TOGETHER + 5)]
    found = asked_meanwhile(encoder, questions(encoder), texts)
    assert [len(batch) for batch in encoder.batches] == [1, MOST_TOGETHER, 5]
    assert [row[1] for row in found[1:]] == [ord(text[0]) for text in texts]


def test_a_failing_batch_fails_those_in_it_and_nobody_later() -> None:
    encoder = Gated()
    asked = questions(encoder)
    found = asked_meanwhile(encoder, asked, ["bad", "x"])
    assert all(isinstance(error, ValueError) for error in found[1:])
    assert asked.vector("x").tolist() == [1, 120]


def test_batches_run_side_by_side_where_there_are_processors() -> None:
    encoder = Gated()
    asked = Questions(encoder, at_once=2)  # type: ignore[arg-type]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(asked.vector, "first")
        assert encoder.began.wait(10)
        assert pool.submit(asked.vector, "b").result(10).tolist() == [1, 98]
        assert not first.done()
        encoder.go.set()
        assert first.result(10).tolist() == [5, 102]


def test_the_last_questions_are_kept_and_only_they() -> None:
    encoder = Gated()
    encoder.go.set()
    asked = questions(encoder, kept=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        assert asked.vector(text)[1] == ord(text)
    assert encoder.batches == [["a"], ["b"], ["c"], ["b"]]


def test_nothing_is_kept_unless_asked_for() -> None:
    encoder = Gated()
    encoder.go.set()
    asked = questions(encoder)
    asked.vector("a")
    asked.vector("a")
    assert encoder.batches == [["a"], ["a"]]
