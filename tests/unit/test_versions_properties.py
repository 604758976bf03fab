"""Whatever the policies: every clause once, and edits of a known kind are recognised as such."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.records import Clause
from indexer.versions.diff import diff_versions

_WORDS = [a + b for a in ("bar", "cel", "dor", "fim", "gul", "hep", "jin", "kov", "lum", "mir")
          for b in ("an", "et", "il", "ox", "us", "ara", "eno", "ipe", "oda", "uth")]  # fmt: skip
_HAN = "保存期限员工账号公司信息申请批准部门负责工作时间费用发票差旅设备安全密码注销删除合同客户"

Sections = list[list[str]]


def clauses_of(sections: Sections) -> list[Clause]:
    """A policy of numbered sections with numbered clauses, as the parser would give it."""
    found: list[Clause] = []

    def add(labels: tuple[str, ...], parent: str | None, text: str, heading: str | None) -> str:
        name = f"p@1#{labels[-1]}"
        path = (heading,) if heading else (found[-1].heading_path[:1] if found else ())
        citation = f"Rules §{labels[-1]}"
        found.append(
            Clause(name, "p", "1", len(found), parent, labels, heading, path, citation,
                   "en", f"{labels[-1]} {text}", 0, len(text))
        )  # fmt: skip
        return name

    for n, (heading, *items) in enumerate(sections, 1):
        parent = add((str(n),), None, heading, heading)
        for m, item in enumerate(items, 1):
            add((str(n), f"{n}.{m}"), parent, item, None)
    return found


def sentence(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return "".join(rng.choices(_HAN, k=rng.randrange(16, 40))) + "。"
    return " ".join(rng.choices(_WORDS, k=rng.randrange(9, 20))) + "."


def sections_of(rng: random.Random, repeated: float = 0.0) -> Sections:
    made = []
    for _ in range(rng.randrange(2, 6)):
        section = [" ".join(rng.choices(_WORDS, k=3)).capitalize()]
        for _ in range(rng.randrange(2, 7)):
            text = "Reserved." if rng.random() < repeated else sentence(rng)
            section.append(text)
        made.append(section)
    return made


@dataclass(frozen=True)
class Edited:
    sections: Sections
    text: str
    """The clause's text after the edit, before it where it was deleted."""


def edited(sections: Sections, kind: str, rng: random.Random) -> Edited:
    """The policy with one clause changed in one way; headings stay."""
    copy = [list(section) for section in sections]
    section = rng.choice(copy)
    at = rng.randrange(1, len(section))
    text = section[at]
    if kind == "removed":
        del section[at]
    elif kind == "added":
        text = sentence(rng)
        section.insert(at, text)
    elif kind == "reworded":
        parts = list(text) if text.endswith("。") else text.split()
        place = rng.randrange(max(1, len(parts) - 1))
        parts[place] = "零" if text.endswith("。") else "otherwise"
        text = ("" if text.endswith("。") else " ").join(parts)
        section[at] = text
    else:
        target = rng.choice([other for other in copy if other is not section])
        target.insert(rng.randrange(1, len(target) + 1), section.pop(at))
    return Edited(copy, text)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([0.0, 0.3, 0.9]))
def test_a_version_against_itself_is_unchanged(seed: int, repeated: float) -> None:
    clauses = clauses_of(sections_of(random.Random(seed), repeated))
    diff = diff_versions(clauses, clauses)
    assert all(change.kind == "unchanged" and change.edits == () for change in diff.changes)
    assert [change.old for change in diff.changes] == [(clause,) for clause in clauses]
    assert [change.new for change in diff.changes] == [(clause,) for clause in clauses]


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from(["removed", "added", "reworded", "moved"]))
def test_an_edit_of_a_known_kind_is_recognised(seed: int, kind: str) -> None:
    rng = random.Random(seed)
    sections = sections_of(rng)
    made = edited(sections, kind, rng)
    diff = diff_versions(clauses_of(sections), clauses_of(made.sections))
    counts = diff.counts
    assert counts[kind] == 1, counts  # type: ignore[index]
    (change,) = (change for change in diff.changes if change.kind == kind)
    (clause,) = change.old if kind == "removed" else change.new
    assert clause.text.partition(" ")[2] == made.text
    assert not any(
        counts[other]
        for other in ("removed", "added", "reworded", "moved", "split", "merged")
        if other != kind
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 8), st.sampled_from([0.0, 0.4]))
def test_every_clause_occurs_once_and_the_answer_repeats(
    seed: int, edits: int, repeated: float
) -> None:
    rng = random.Random(seed)
    sections = sections_of(rng, repeated)
    changed = sections
    for _ in range(edits):
        usable = [section for section in changed if len(section) > 1]
        if len(usable) < 2:
            break
        kind = rng.choice(["removed", "added", "moved", "reworded"])
        changed = edited(usable, kind, rng).sections
    old, new = clauses_of(sections), clauses_of(changed)
    diff = diff_versions(old, new)
    assert Counter(c.id for change in diff.changes for c in change.old) == Counter(
        clause.id for clause in old
    )
    # The new ones in their reading order, the removed ones among them.
    assert [c.id for change in diff.changes for c in change.new] == [clause.id for clause in new]
    assert diff == diff_versions(old, new)
    for change in diff.changes:
        assert (change.kind == "added") == (not change.old)
        assert (change.kind == "removed") == (not change.new)
        for edit in change.edits:
            for span, side in ((edit.old, change.old), (edit.new, change.new)):
                assert 0 <= span.start <= span.end <= len(side[span.part].text)


def test_a_thousand_clauses_take_seconds_at_most() -> None:
    rng = random.Random(1)
    sections = [[f"Section {n}", *(sentence(rng) for _ in range(19))] for n in range(50)]
    changed = [list(section) for section in sections]
    for _ in range(300):
        section = rng.choice(changed)
        at = rng.randrange(1, len(section))
        section[at] = section[at].replace(" ", " not ", 2)
    rng.shuffle(changed)
    old, new = clauses_of(sections), clauses_of(changed)
    started = time.process_time()
    diff = diff_versions(old, new)
    assert time.process_time() - started < 6
    assert diff.counts["removed"] == diff.counts["added"] == 0
