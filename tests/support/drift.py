"""The bilingual clause pairs and their edits, and what the drift guard makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from service.lookup.drift.compare import compare_texts

PAIRS = Path(__file__).resolve().parents[1] / "fixtures" / "drift"


@dataclass(frozen=True)
class Edit:
    """Words of one side that are replaced by others."""

    side: str
    kind: str
    old: str
    new: str


@dataclass(frozen=True)
class Pair:
    """A clause in both languages, and edits after each of which they no longer agree."""

    en: str
    zh: str
    edits: tuple[Edit, ...] = ()

    def edited(self, edit: Edit) -> Pair:
        assert getattr(self, edit.side).count(edit.old), f"{edit.old!r} does not stand in the pair"
        text = getattr(self, edit.side).replace(edit.old, edit.new, 1)
        return replace(self, en=text) if edit.side == "en" else replace(self, zh=text)


def read_pairs(name: str) -> list[Pair]:
    """The pairs of `development.txt`, `held_out.txt` or `unseen.txt`."""
    pairs: list[Pair] = []
    for line in (PAIRS / name).read_text("utf-8").splitlines():
        if line.startswith("en: "):
            pairs.append(Pair(line[4:], ""))
        elif line.startswith("zh: "):
            pairs[-1] = replace(pairs[-1], zh=line[4:])
        elif line.startswith("~ "):
            head, old, new = (part.strip() for part in line[2:].split(" | "))
            edit = Edit(*head.split(), old, new)
            pairs[-1] = replace(pairs[-1], edits=(*pairs[-1].edits, edit))
    return pairs


def flagged(pair: Pair) -> set[tuple[str, str, str]]:
    """Kind and both sentences of each flag."""
    return {(d.kind, d.left.text, d.right.text) for d in compare_texts(pair.en, pair.zh)}
