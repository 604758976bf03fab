"""From matched clauses to the changes that people read, in reading order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby

from indexer.versions.parts import Group
from indexer.versions.records import Change, Edit, Kind, Span
from indexer.versions.sides import Side
from indexer.versions.words import Word, differing


def make_changes(
    old: Side, new: Side, groups: Sequence[Group], moved: Mapping[Group, Group | None]
) -> list[Change]:
    """Every clause's change, in the order of the new version, removed ones where they stood.

    Args:
        old: the old version.
        new: the new version.
        groups: the matched clauses.
        moved: the groups that moved, each with the section that it moved with.
    """
    group_of = {j: group for group in groups for j in group.new}
    change_of: dict[int, Change] = {}
    ordered: list[tuple[Change, Group | None]] = []
    for j in range(len(new)):
        group = group_of.get(j)
        above = change_of.get(new.parents[j])
        if group is None:
            change_of[j] = _added(new, j, above)
        elif j == group.new[0]:
            change_of[j] = _kept(old, new, group, moved, above)
        else:
            change_of[j] = change_of[group.new[0]]
            continue
        ordered.append((change_of[j], group))
    return _with_removed(old, groups, moved, ordered)


def _added(new: Side, j: int, above: Change | None) -> Change:
    section = _section_of(above, "added")
    return Change("added", (), (new.clauses[j],), section=section, new_places=(new.places[j],))


def _section_of(above: Change | None, kind: Kind) -> str | None:
    """The clause that was added or removed as a whole, where the one above was."""
    if above is None or above.kind != kind:
        return None
    return above.section or (above.new or above.old)[0].id


def _kept(
    old: Side,
    new: Side,
    group: Group,
    moved: Mapping[Group, Group | None],
    above: Change | None,
) -> Change:
    i, j = group.old[0], group.new[0]
    edits = _edits(old, new, group)
    has_moved = group in moved
    renumbered = not has_moved and _has_other_number(old, new, i, j)
    kind: Kind = "unchanged"
    if len(group.old) > 1 or len(group.new) > 1:
        kind = "split" if len(group.new) > 1 else "merged"
        reworded = any(_has_words(old, new, group, edit) for edit in edits)
    else:
        reworded = old.contents[i] != new.contents[j]
        if reworded:
            kind = "reworded"
        elif has_moved:
            kind = "moved"
        elif renumbered:
            kind = "renumbered"
    section = None
    moved_with = moved.get(group)
    if moved_with:
        section = new.clauses[moved_with.new[0]].id
    elif renumbered and above and above.renumbered and _keeps_own_number(old, new, i, j):
        section = above.section or above.new[0].id
    return Change(
        kind=kind,
        old=tuple(old.clauses[i] for i in group.old),
        new=tuple(new.clauses[j] for j in group.new),
        reworded=reworded,
        renumbered=renumbered,
        moved=has_moved,
        heading_changed=reworded and old.headings[i] != new.headings[j],
        edits=edits,
        section=section,
        old_places=tuple(old.places[i] for i in group.old),
        new_places=tuple(new.places[j] for j in group.new),
    )


def _has_other_number(old: Side, new: Side, i: int, j: int) -> bool:
    """Whether it is cited by another number; a bullet or a plain heading has none."""
    if old.numbers[i] != new.numbers[j]:
        return True
    if old.numbers[i] is None:
        return False
    # 第五条 stays 第五条 where its chapter gets another number, （一） under 第三条 does not.
    return old.chains[i] != new.chains[j] and old.places[i] != new.places[j]


def _keeps_own_number(old: Side, new: Side, i: int, j: int) -> bool:
    """Whether only the numbers above differ: 3.1 under 3 is then 4.1 under 4."""
    own = []
    for side, position in ((old, i), (new, j)):
        parent, number = side.parents[position], side.numbers[position] or ""
        if parent >= 0 and side.chains[parent] == side.chains[position]:
            number = ""  # the rest of the clause above, or its translation
        elif parent >= 0 and side.numbers[parent]:
            number = number.removeprefix(f"{side.numbers[parent]}.")
        own.append(number)
    return own[0] == own[1]


def _has_words(old: Side, new: Side, group: Group, edit: Edit) -> bool:
    texts = (
        old.clauses[group.old[edit.old.part]].text[edit.old.start : edit.old.end],
        new.clauses[group.new[edit.new.part]].text[edit.new.start : edit.new.end],
    )
    return any(c.isalnum() for text in texts for c in text)


def _edits(old: Side, new: Side, group: Group) -> tuple[Edit, ...]:
    olds, news = _words(old, group.old), _words(new, group.new)
    edits: list[Edit] = []
    for deleted, inserted, before_old, before_new in differing(olds, news):
        parts_old = [tuple(words) for _, words in groupby(deleted, lambda word: word.part)]
        parts_new = [tuple(words) for _, words in groupby(inserted, lambda word: word.part)]
        at_old, at_new = _point(olds, before_old), _point(news, before_new)
        for n in range(max(len(parts_old), len(parts_new))):
            if n < len(parts_old):
                at_old = _span(parts_old[n])
            if n < len(parts_new):
                at_new = _span(parts_new[n])
            edits.append(Edit(at_old, at_new))
            at_old = Span(at_old.part, at_old.end, at_old.end)
            at_new = Span(at_new.part, at_new.end, at_new.end)
    return tuple(edits)


def _words(side: Side, positions: Sequence[int]) -> list[Word]:
    if len(positions) == 1:
        return list(side.words[positions[0]])
    return [word._replace(part=part) for part, i in enumerate(positions) for word in side.words[i]]


def _span(words: Sequence[Word]) -> Span:
    return Span(words[0].part, words[0].start, words[-1].end)


def _point(words: Sequence[Word], before: int) -> Span:
    """The empty span after so many words."""
    if before:
        last = words[before - 1]
        return Span(last.part, last.end, last.end)
    first = words[0].start if words else 0
    return Span(0, first, first)


def _with_removed(
    old: Side,
    groups: Sequence[Group],
    moved: Mapping[Group, Group | None],
    ordered: Sequence[tuple[Change, Group | None]],
) -> list[Change]:
    """The changes with the removed clauses among them, each after the clause it stood after."""
    group_of = {i: group for group in groups for i in group.old}
    removed: dict[int, Change] = {}
    after: defaultdict[Group | None, list[Change]] = defaultdict(list)
    anchor: Group | None = None
    for i in range(len(old)):
        group = group_of.get(i)
        if group:
            anchor = anchor if group in moved else group
            continue
        section = _section_of(removed.get(old.parents[i]), "removed")
        removed[i] = Change(
            "removed", (old.clauses[i],), (), section=section, old_places=(old.places[i],)
        )
        after[anchor].append(removed[i])
    result: list[Change] = []
    waiting = after[None]
    for change, group in ordered:
        # What was added beneath the clause before stays with it.
        if waiting and not (change.kind == "added" and _depth(change) > _depth(waiting[0])):
            result += waiting
            waiting = []
        result.append(change)
        if group:
            waiting = waiting + after[group]
    return result + waiting


def _depth(change: Change) -> int:
    return len((change.new or change.old)[0].labels)
