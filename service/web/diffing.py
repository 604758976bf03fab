"""The page of differences: what was put in and taken out, word by word, in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indexer.records import Clause
from indexer.versions.records import Change, Edit

Mark = Literal["same", "del", "ins"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that stayed, went or came."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """A clause of one version, as runs."""

    clause: Clause
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change as it is shown: as one text with both words, or both sides where it was split."""

    change: Change
    places: str
    """Where it stands, and stood where that was elsewhere: `§3.2`, `§3.2 → §3.3`."""
    one: Side | None
    old: tuple[Side, ...]
    new: tuple[Side, ...]


def change_view(change: Change) -> ChangeView:
    """What a page shows of a change."""
    old, new = change.old, change.new
    sides = (", ".join(change.old_places), ", ".join(change.new_places))
    places = " → ".join(dict.fromkeys(filter(None, sides)))
    if not old:
        return ChangeView(change, places, Side(new[0], (Run("ins", new[0].text),)), (), ())
    if not new:
        return ChangeView(change, places, Side(old[0], (Run("del", old[0].text),)), (), ())
    if len(old) == len(new) == 1:
        return ChangeView(change, places, Side(new[0], together(change)), (), ())
    return ChangeView(
        change,
        places,
        None,
        tuple(Side(c, _alone(change.edits, c, n, "del")) for n, c in enumerate(old)),
        tuple(Side(c, _alone(change.edits, c, n, "ins")) for n, c in enumerate(new)),
    )


def together(change: Change) -> tuple[Run, ...]:
    """One text: what went stands before what came in its place, the rest as it reads now."""
    old, new = change.old[0].text, change.new[0].text
    runs: list[Run] = []
    done = 0
    for edit in change.edits:
        runs.append(Run("same", new[done : edit.new.start]))
        runs.append(Run("del", old[edit.old.start : edit.old.end]))
        runs.append(Run("ins", new[edit.new.start : edit.new.end]))
        done = edit.new.end
    runs.append(Run("same", new[done:]))
    return tuple(run for run in runs if run.text)


def _alone(
    edits: tuple[Edit, ...], clause: Clause, part: int, mark: Literal["del", "ins"]
) -> tuple[Run, ...]:
    runs: list[Run] = []
    done = 0
    for edit in edits:
        span = edit.old if mark == "del" else edit.new
        if span.part != part or span.start == span.end:
            continue
        runs.append(Run("same", clause.text[done : span.start]))
        runs.append(Run(mark, clause.text[span.start : span.end]))
        done = span.end
    runs.append(Run("same", clause.text[done:]))
    return tuple(run for run in runs if run.text)
