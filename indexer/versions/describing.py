"""Changes in one line each, in English and Chinese, for feeds and terminals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from indexer.language import is_chinese
from indexer.records import Clause
from indexer.versions.records import KINDS, Change, Edit, Kind, Span, VersionDiff
from indexer.versions.sides import body_start
from indexer.versions.words import words_of

Language = Literal["en", "zh"]

_LONGEST = 70
_LONGEST_CHINESE = 35
"""Characters of an excerpt."""
_MOST_EDITS = 3
_LONG_EDIT = 30
"""Characters above which an edit is understood without the words around it."""
_FOLLOWS_SECTION = ("added", "removed", "moved", "renumbered")
_CHINESE_KINDS: dict[Kind, str] = {
    "unchanged": "未变",
    "reworded": "修改",
    "renumbered": "改号",
    "moved": "移动",
    "added": "新增",
    "removed": "删除",
    "split": "拆分",
    "merged": "合并",
}
_OUTER_MARKS = " \n,;.:，。；：、"


def describe_counts(diff: VersionDiff, lang: Language = "en") -> str:
    """How much changed: `2 reworded, 1 added, 14 unchanged`, `修改 2 条，新增 1 条，未变 14 条`."""
    counts = diff.counts
    kinds = [kind for kind in (*KINDS[1:], KINDS[0]) if counts[kind]]
    if lang == "zh":
        return "，".join(f"{_CHINESE_KINDS[kind]} {counts[kind]} 条" for kind in kinds) or "无条款"
    return ", ".join(f"{counts[kind]} {kind}" for kind in kinds) or "no clauses"


def summary_lines(diff: VersionDiff, lang: Language = "en") -> list[str]:
    """A line for each change, in reading order; what only went with its section is counted there.

    None where nothing changed.
    """
    followers = Counter(
        (_fate(change), change.section) for change in diff.changes if _is_folded(change)
    )
    return [
        describe(change, lang, followers[_fate(change), (change.new or change.old)[0].id])
        for change in diff.changes
        if change.kind != "unchanged" and not _is_folded(change)
    ]


def describe(change: Change, lang: Language = "en", followers: int = 0) -> str:
    """A change in one line: `§3.2 renumbered to §3.3`, `第三条 移至 第五条`.

    `followers` is how many sub-clauses met the same fate with it.
    """
    line = (_in_chinese if lang == "zh" else _in_english)(change)
    if followers:
        many = "s" if followers > 1 else ""
        along = (
            f"，连同其下 {followers} 条"
            if lang == "zh"
            else (f", with {followers} sub-clause{many}")
        )
        line += along
    words = _words(change, lang) if change.reworded else ""
    if words:
        line += f"：{words}" if lang == "zh" else f": {words}"
    return line


def _is_folded(change: Change) -> bool:
    return change.section is not None and change.kind in _FOLLOWS_SECTION


def _fate(change: Change) -> str:
    if change.moved:
        return "moved"
    return "renumbered" if change.renumbered else change.kind


def _in_english(change: Change) -> str:
    old, new = " and ".join(change.old_places), " and ".join(change.new_places)
    if change.kind == "added":
        return f"{new} added" + _excerpt(change.new[0], new, ": ")
    if change.kind == "removed":
        return f"{old} removed" + _excerpt(change.old[0], old, ": ")
    said: list[str] = []
    if change.kind == "split":
        said.append(f"split into {_listed(change.new_places)}")
    elif change.kind == "merged":
        old = _listed(change.old_places)
        said.append(f"merged into {new}")
    if change.moved:
        said.append(
            f"moved to {new}" if len(change.new) == len(change.old) and old != new else "moved"
        )
    elif change.renumbered and change.kind not in ("split", "merged"):
        said.append(f"renumbered to {new}")
    if change.reworded:
        said.append("heading changed" if _is_heading_alone(change) else "reworded")
    return f"{old} {_listed(said) or 'unchanged'}"


def _in_chinese(change: Change) -> str:
    old, new = "、".join(change.old_places), "、".join(change.new_places)
    if change.kind == "added":
        return f"新增 {new}" + _excerpt(change.new[0], new, "：")
    if change.kind == "removed":
        return f"删除 {old}" + _excerpt(change.old[0], old, "：")
    said: list[str] = []
    if change.kind == "split":
        said.append(f"拆分为 {new}")
    elif change.kind == "merged":
        said.append(f"合并为 {new}")
    if change.moved:
        said.append(f"移至 {new}" if len(change.new) == len(change.old) and old != new else "移动")
    elif change.renumbered and change.kind not in ("split", "merged"):
        said.append(f"改为 {new}")
    if change.reworded:
        said.append("标题修改" if _is_heading_alone(change) else "修改")
    return f"{old} {' 并'.join(said) or '未变'}"


def _listed(items: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def _is_heading_alone(change: Change) -> bool:
    """Whether all edits lie in the heading's line."""
    if not change.heading_changed or len(change.old) != 1 or len(change.new) != 1:
        return False
    ends = [
        body_start(clause) + len(clause.heading or "") + 1
        for clause in (change.old[0], change.new[0])
    ]
    return all(edit.old.end <= ends[0] and edit.new.end <= ends[1] for edit in change.edits)


def _excerpt(clause: Clause, place: str, colon: str) -> str:
    """How the clause begins; nothing where its place, which may be a heading, says as much."""
    text = _one_line(clause.text[body_start(clause) :]).rstrip(_OUTER_MARKS)
    return "" if not text or text in place else colon + _shortened(text)


def _words(change: Change, lang: Language) -> str:
    """The first few edits, each with a word around it where it is short."""
    edits = [edit for edit in change.edits if _says_something(change, edit)]
    shown = [_edit(change, edit, lang) for edit in edits[:_MOST_EDITS]]
    rest = len(edits) - len(shown)
    if rest:
        shown.append(f"另 {rest} 处" if lang == "zh" else f"{rest} more")
    return ("；" if lang == "zh" else "; ").join(shown)


def _says_something(change: Change, edit: Edit) -> bool:
    both = _text(change.old, edit.old) + _text(change.new, edit.new)
    return len(change.edits) == 1 or any(c.isalnum() for c in both)


def _edit(change: Change, edit: Edit, lang: Language) -> str:
    old, new = _text(change.old, edit.old), _text(change.new, edit.new)
    if max(len(old), len(new)) <= _LONG_EDIT:
        old = _with_neighbours(change.old[edit.old.part], edit.old)
        new = _with_neighbours(change.new[edit.new.part], edit.new)
    old, new = (f"“{_shortened(_one_line(text))}”" if text else "" for text in (old, new))
    if old and new:
        return f"{old} → {new}"
    if lang == "zh":
        return f"增加{new}" if new else f"删去{old}"
    return f"added {new}" if new else f"deleted {old}"


def _text(clauses: Sequence[Clause], span: Span) -> str:
    return clauses[span.part].text[span.start : span.end]


def _with_neighbours(clause: Clause, span: Span) -> str:
    """The span with the word before and the word after, where no mark stands between."""
    text, start, end = clause.text, span.start, span.end
    for word in words_of(text, body_start(clause)):
        if word.is_mark:
            continue
        # A line break ends a heading; what stands beyond does not explain it.
        if word.end <= span.start and not text[word.end : span.start].strip(" \u3000"):
            start = word.start
        if word.start >= span.end and not text[span.end : word.start].strip(" \u3000"):
            end = max(end, word.end)
    return text[start:end].strip(_OUTER_MARKS)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _shortened(text: str) -> str:
    longest = _LONGEST_CHINESE if is_chinese(text) else _LONGEST
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
