"""The Mozilla policies in both languages, aligned: against which paragraphs translate which."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.limits import Limits
from service.lookup.alignment.align import align_clauses
from service.lookup.alignment.sources import Source, from_file

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("POLICY_SEARCH_SHARED", ROOT.parent / "shared"))
POLICIES = SHARED / "policies" / "mozilla"
TASK = SHARED / "eval" / "policy-align-enzh"
LEAST_F1 = 0.95

pytestmark = pytest.mark.slow
if not (POLICIES.is_dir() and TASK.is_dir()):
    pytest.skip(f"{SHARED} is absent: no bilingual policies to align", allow_module_level=True)


def plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def paragraph_pairs() -> dict[str, list[tuple[str, str]]]:
    """English paragraphs with their translations, by document."""
    corpus = {}
    for line in (TASK / "corpus.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        corpus[row["_id"]] = row
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in (TASK / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, answer = (corpus[i] for i in line.removeprefix("q-").split("\t")[:2])
        if (query["lang"], answer["lang"]) == ("en", "zh") and query["doc"] == answer["doc"]:
            found[query["doc"]].append((query["text"], answer["text"]))
    return found


def holders(source: Source, paragraph: str) -> Iterator[str]:
    wanted = plain(paragraph)
    return (clause.id for clause in source.clauses if wanted in plain(clause.text))


def test_translations_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    from models import load_encoder

    encoder = load_encoder()
    totals = [0, 0, 0]
    lines = []
    for document, paragraphs in paragraph_pairs().items():
        files = [POLICIES / lang / f"{document}.md" for lang in ("en", "zh")]
        if not all(file.is_file() for file in files):
            continue
        left, right = (from_file(file, Limits(), encoder) for file in files)
        gold = {
            (a, b) for en, zh in paragraphs for a in holders(left, en) for b in holders(right, zh)
        }
        found = align_clauses(left.clauses, right.clauses, left.vectors(), right.vectors())
        told = {(a.id, b.id) for row in found.rows for a in row.left for b in row.right}
        known = {a for a, _ in gold} | {b for _, b in gold}
        judged = {pair for pair in told if known & set(pair)}
        counts = len(gold & judged), len(judged), len(gold)
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
        lines.append(f"{document:32} {scores(*counts)}")
    with capsys.disabled():
        print("\n" + "\n".join([*lines, f"{'all':32} {scores(*totals)}"]))
    right_, told_, gold_ = totals
    assert gold_ >= 80
    assert 2 * right_ / (told_ + gold_) >= LEAST_F1


def scores(right: int, told: int, gold: int) -> str:
    precision, recall = right / max(told, 1), right / max(gold, 1)
    f1 = 2 * right / max(told + gold, 1)
    return f"precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} ({gold} pairs)"
