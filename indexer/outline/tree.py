"""Deciding which candidates open clauses and where each stands in the tree.

A beam search over readings: at each candidate a state may reject it (it is text), continue an open
sequence, or open a new level, each at a cost. A number that continues its sequence costs nothing; a
cross-reference at the start of a line continues nothing and is cheapest to reject. The cheapest
whole reading wins, so an early ambiguity ("(i)": roman or letter?) is settled by what follows.

What the steps cost stands in `indexer.outline.costs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.outline import costs
from indexer.outline.candidates import Candidate
from indexer.outline.headings import announces, is_appended_part
from indexer.outline.markers import HEADING, Marker


@dataclass(frozen=True, slots=True)
class Node:
    """An accepted candidate in its place."""

    candidate: Candidate
    marker: Marker
    parent: Node | None
    depth: int
    disagrees: bool = False
    """Its number and the level of its markup contradict each other; the number won or lost."""


@dataclass(frozen=True, slots=True)
class _State:
    cost: float
    top: Node | None
    accepted: _Chain | None
    last: dict[str, Node]


@dataclass(frozen=True, slots=True)
class _Chain:
    """The accepted nodes, newest first: shared between states, so that a step costs no copy."""

    node: Node
    before: _Chain | None


@dataclass(frozen=True, slots=True)
class Tree:
    """The accepted nodes in reading order, each linked to its parent, and what they cost."""

    nodes: list[Node]
    cost: float


def build_tree(candidates: Sequence[Candidate]) -> Tree:
    """The cheapest reading of all candidates together."""
    states = [_State(0.0, None, None, {})]
    for candidate in candidates:
        following: list[_State] = []
        for state in states:
            following.extend(_steps(state, candidate))
        following.sort(key=lambda state: state.cost)
        most = following[0].cost + costs.BEAM_WIDTH
        states = [state for state in following[: costs.BEAM] if state.cost <= most]
    nodes: list[Node] = []
    chain = states[0].accepted
    while chain:
        nodes.append(chain.node)
        chain = chain.before
    return Tree(nodes[::-1], states[0].cost)


def _steps(state: _State, candidate: Candidate) -> Iterator[_State]:
    if candidate.heading_level is not None:
        yield from _headed(state, candidate)
        return
    penalty = costs.UNFINISHED if candidate.unfinished else 0.0
    if candidate.readings:
        for reading in candidate.readings:
            for marker, parent, cost in _numbered(state, candidate, reading):
                total = cost + reading.doubt + penalty
                yield _accept(state, candidate, marker, parent, cost=total)
    else:
        marker = Marker(HEADING, (0,), candidate.text, 0)
        for parent, cost in _unnumbered(state, candidate):
            yield _accept(state, candidate, marker, parent, cost=cost)
    yield _State(state.cost + _rejection(candidate), state.top, state.accepted, state.last)


def _accept(
    state: _State,
    candidate: Candidate,
    marker: Marker,
    parent: Node | None,
    cost: float,
    disagrees: bool = False,
) -> _State:
    node = Node(candidate, marker, parent, parent.depth + 1 if parent else 0, disagrees)
    chain = _Chain(node, state.accepted)
    return _State(state.cost + cost, node, chain, state.last | {marker.style: node})


def _rejection(candidate: Candidate) -> float:
    if not candidate.readings:
        return costs.REJECT_ISOLATED_HEADING if candidate.isolated else costs.REJECT_HEADING
    if candidate.inline:
        return costs.REJECT_INLINE
    if all(reading.doubt >= 3 for reading in candidate.readings):
        return costs.REJECT_DOUBTFUL
    if candidate.readings[0].style == "1 ":
        return costs.REJECT_BARE
    return costs.REJECT_UNFINISHED if candidate.unfinished else costs.REJECT


def _headed(state: _State, candidate: Candidate) -> Iterator[_State]:
    """The markup's level and the printed number both vote on the place of a marked-up heading."""
    marker, parent = _marked_up_heading(state, candidate)
    disagrees = marker.style != HEADING and _contradicts_level(state.top, parent, marker)
    cost = costs.LEVEL_CONTRADICTED if disagrees else 0.0
    between = _unmarked_between(state.top, parent, candidate.heading_level or 1)
    if between:
        yield _accept(state, candidate, marker, between, costs.OPEN_FIRST)
        cost += costs.LEVEL_SKIPPED
    yield _accept(state, candidate, marker, parent, cost, disagrees)
    if disagrees:
        for numbered, place, cost in _numbered(state, candidate, marker, through_headings=True):
            yield _accept(state, candidate, numbered, place, cost, disagrees)


def _unmarked_between(top: Node | None, parent: Node | None, level: int) -> Node | None:
    """The open clause without a heading of its own that stands for a level which was skipped."""
    above = parent.candidate.heading_level if parent else None
    if above is None or level - above < 2 or top is None:
        return None
    if top.candidate.heading_level is not None or top.marker.style.startswith("•"):
        return None
    return top


def _contradicts_level(top: Node | None, parent: Node | None, marker: Marker) -> bool:
    """Whether the open numbers call for another place than the one under `parent`.

    3.2 belongs under 3 where that is open; 4 belongs beside an open 3 of its own style.
    """
    node = top
    while node:
        if len(marker.numbers) > 1 and node.marker.numbers == marker.numbers[:-1]:
            return node is not parent
        if node.marker.style == marker.style and _same_branch(node.marker, marker):
            return node.marker.last + 1 == marker.last and node.parent is not parent
        node = node.parent
    return False


def _marked_up_heading(state: _State, candidate: Candidate) -> tuple[Marker, Node | None]:
    """Place by the markup's level; the reading that continues the sequence of its level."""
    parent = state.top
    sibling: Node | None = None
    level = candidate.heading_level or 1
    while parent and (
        parent.candidate.heading_level is None or parent.candidate.heading_level >= level
    ):
        sibling, parent = parent, parent.parent
        unmarked = parent is not None and parent.candidate.heading_level is None
        if sibling.candidate.heading_level == level and unmarked:
            break
    for reading in candidate.readings:
        if sibling and reading.style == sibling.marker.style:
            return reading, parent
    if candidate.readings and candidate.readings[0].doubt < 3:
        return candidate.readings[0], parent
    return Marker(HEADING, (0,), candidate.text, 0), parent


def _numbered(
    state: _State, candidate: Candidate, marker: Marker, *, through_headings: bool = False
) -> Iterator[tuple[Marker, Node | None, float]]:
    """Every place that a number could take, with its cost."""
    bullet = marker.style.startswith("•")
    open_styles: set[str] = set()
    node = state.top
    while node:
        open_styles.add(node.marker.style)
        if bullet and node.marker.style == marker.style:
            ordinal = node.marker.last + 1
            yield Marker(marker.style, (ordinal,), f"•{ordinal}", marker.length), node.parent, 0.0
            return
        if node.marker.style == marker.style and _same_branch(node.marker, marker):
            step = marker.last - node.marker.last
            if step > 0:
                jump = costs.JUMP.get(step, costs.FAR_JUMP)
                yield marker, node.parent, jump - _settled_doubt(candidate, marker)
            elif step == 0 and not candidate.inline:
                yield marker, node.parent, _repetition(node, marker)
        if len(marker.numbers) > 1 and node.marker.numbers == marker.numbers[:-1]:
            bracketed = costs.UNLIKELY_PARENT if node.marker.style.startswith("(") else 0.0
            yield marker, node, costs.JUMP.get(marker.last, costs.FAR_JUMP) + bracketed
        if node.candidate.heading_level is not None and not through_headings:
            break  # a list cannot outlive the marked-up heading that it stands under
        node = node.parent
    if candidate.inline:
        return
    yield from _opening(state, candidate, marker, marker.style in open_styles)
    yield from _resuming(state, marker, open_styles)


def _settled_doubt(candidate: Candidate, marker: Marker) -> float:
    """What a sequence settles: a bare "2 Scope" after "1 Purpose" is no longer in doubt."""
    apart = candidate.text[marker.length - 1 : marker.length].isspace()
    return marker.doubt if marker.style == "1 " and (apart or candidate.bodiless) else 0.0


def _repetition(node: Node, marker: Marker) -> float:
    """A list whose items all say "1." was numbered by a word processor; a heading has content."""
    is_list = len(marker.numbers) == 1 and marker.style not in costs.SECTION_STYLES
    return costs.REPEATED_ITEM if is_list and not node.candidate.bodiless else costs.REPEATED_NUMBER


def _same_branch(one: Marker, other: Marker) -> bool:
    return len(one.numbers) == len(other.numbers) and one.numbers[:-1] == other.numbers[:-1]


def _opening(
    state: _State, candidate: Candidate, marker: Marker, already_open: bool
) -> Iterator[tuple[Marker, Node | None, float]]:
    """A new level under the innermost open clause."""
    if state.top and state.top.depth >= costs.DEEPEST:
        return
    if marker.style.startswith("•"):
        yield Marker(marker.style, (1,), "•1", marker.length), state.top, costs.OPEN_FIRST
        return
    first = marker.last == 1 and all(number <= 1 for number in marker.numbers[1:])
    first = first and not _contradicts_open_number(state.top, marker)
    cost = costs.OPEN_FIRST if first else costs.OPEN_LATER
    if marker.style == "1 " and first and candidate.bodiless:
        cost -= costs.BARE_HEADING_BONUS
    if already_open:
        cost += costs.SAME_STYLE_AFTER_COLON if candidate.after_colon else costs.SAME_STYLE_NESTED
    top = state.top
    if top and top.marker.style.startswith("•"):
        cost += costs.WRONG_RANK / 2
    if marker.style.split(" ")[0] in costs.APPENDED_UNITS:
        yield marker, None, 0.0
        return
    rank = costs.RANKS.get(marker.style)
    if rank is not None and top and _deepest_rank(top) >= rank:
        cost += costs.WRONG_RANK
    if first and top and not already_open and _under_plain_headings_only(top):
        # A section after an "Introduction" without number: beside it rather than inside it.
        section = not candidate.after_colon and (
            marker.style in costs.SECTION_STYLES
            or (candidate.bodiless and marker.style in costs.PLAIN_SECTION_STYLES)
        )
        beside = -costs.SECTION_BONUS if section else costs.SECTION_BONUS
        again = state.last.get(marker.style)
        if again is not None and (again.parent is None or again.parent.marker.style == HEADING):
            # The sections were numbered before, or those of another heading were inside it.
            beside += costs.REPEATED_NUMBER
        yield marker, None, cost + beside
        if section and again is not None and again.parent is None:
            alike = again.candidate.bodiless == candidate.bodiless
            cost += costs.OTHER_THAN_BEFORE if alike else 0.0
    yield marker, top, cost
    if top and first and not candidate.after_colon and not already_open:
        # A list that ended, and another kind of list at its own level's parent.
        yield marker, top.parent, cost + 2.5


def _contradicts_open_number(node: Node | None, marker: Marker) -> bool:
    """Whether "2.1.1" would open under 1.2: then it is rather a reference to a clause elsewhere."""
    while node and node.marker.style not in costs.ARABIC_STYLES:
        node = node.parent
    size = len(node.marker.numbers) if node else 0
    deeper = len(marker.numbers) > max(size, 1)
    return node is not None and deeper and marker.numbers[:size] != node.marker.numbers


def _under_plain_headings_only(node: Node | None) -> bool:
    while node:
        if node.marker.style != HEADING or node.candidate.heading_level is not None:
            return False
        node = node.parent
    return True


def _deepest_rank(node: Node | None) -> int:
    deepest = -1
    while node:
        deepest = max(deepest, costs.RANKS.get(node.marker.style, -1))
        node = node.parent
    return deepest


def _resuming(
    state: _State, marker: Marker, open_styles: set[str]
) -> Iterator[tuple[Marker, Node | None, float]]:
    """A sequence that was interrupted: 第三条 after 第二章, or "6." after an unnumbered heading."""
    before = state.last.get(marker.style)
    if before is None or marker.style in open_styles or len(marker.numbers) > 1:
        return
    if marker.last != before.marker.last + 1:
        return
    ranked = marker.style in costs.RANKS or _next_unit(before.parent, state.top)
    yield marker, state.top, costs.CONTINUED_UNIT if ranked else costs.CONTINUED_OTHER
    node = state.top
    while node and node is not before.parent:
        node = node.parent
    if node is before.parent:
        yield marker, before.parent, costs.RESUMED


def _outermost(node: Node) -> Node:
    while node.parent:
        node = node.parent
    return node


def _next_unit(before: Node | None, after: Node | None) -> bool:
    """Whether a chapter follows a chapter: the numbering of their sections may run on."""
    return (
        before is not None
        and after is not None
        and before.marker.style == after.marker.style
        and before.marker.style in costs.RANKS
        and before.parent is after.parent
    )


def _unnumbered(state: _State, candidate: Candidate) -> Iterator[tuple[Node | None, float]]:
    """Every place that a heading without number could take, with its cost."""
    top = state.top
    if is_appended_part(candidate.text):
        yield None, 0.0
        return
    if candidate.fused and top and _outermost(top).marker.style != HEADING:
        yield _outermost(top), 0.5  # it was part of that section's text
    follows = top and top.candidate.bodiless and top.candidate.block + 1 == candidate.block
    if top and follows and top.depth < costs.DEEPEST:
        yield top, 0.5
    shallowest: Node | None = None
    root: Node | None = None
    node = top
    while node:
        if node.marker.style == HEADING:
            shallowest = node
        if announces(node.candidate.text, candidate.text):
            yield node, 0.3
        root, node = node, node.parent
    if shallowest:
        yield shallowest.parent, 0.8
    else:
        yield None, 1.0
        if root:
            yield root, 1.5
