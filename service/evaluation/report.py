"""Evaluation results for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from service.evaluation.metrics import MEASURES, Scores
from service.evaluation.runner import Outcome

_FIRST_PARTS = ("pooled", "same", "cross")


def print_outcome(outcome: Outcome) -> None:
    """A table with one line for each part; plain cosine stands under each line where measured."""
    print(f"\n{outcome.name}")
    for note in outcome.notes:
        print(f"  {note}")
    print(f"  {'':<16}" + "".join(f"{name:>11}" for name in MEASURES))
    for part in _ordered(outcome.ours):
        print(f"  {part:<16}" + _row(outcome.ours[part]))
        if outcome.plain:
            print(f"  {'  plain cosine':<16}" + _row(outcome.plain[part]))
    if silence := outcome.silence:
        print(
            f"  at the default relevance {silence.unanswerable_silent} of {silence.unanswerable} "
            f"unanswerable questions get no hit, and {silence.answerable_silent} of "
            f"{silence.answerable} answerable ones"
        )


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """`{"tasks": {name: {"ours": {part: {measure: value}}, "plain": {…}}}}`."""
    return {
        "tasks": {
            outcome.name: {"ours": outcome.ours}
            | ({"plain": outcome.plain} if outcome.plain is not None else {})
            | ({"silence": asdict(outcome.silence)} if outcome.silence is not None else {})
            for outcome in outcomes
        }
    }


def _ordered(parts: Iterable[str]) -> list[str]:
    present = set(parts)
    first = [part for part in _FIRST_PARTS if part in present]
    return [*first, *sorted(present - set(first), key=lambda part: (len(part), part))]


def _row(scores: Scores) -> str:
    return "".join(f"{scores[name]:>11.4f}" for name in MEASURES)
