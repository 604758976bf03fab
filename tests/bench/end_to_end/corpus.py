"""The same work for every system: policies, their clauses, questions with known answers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.catalogue import open_catalogue
from indexer.files import find_files
from indexer.records import Clause
from service.bench.questions import mixed
from service.errors import BenchError
from service.evaluation.runner import SnippetMatcher
from service.evaluation.tasks import Question, load_questions

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "tests" / "fixtures"
SAMPLES = ROOT / "indexer" / "samples"


@dataclass(frozen=True, slots=True)
class Data:
    """Where the questions and policies come from.

    `files` are the policies that the questions are about; `many` all there are, for indexing speed.
    """

    name: str
    questions: tuple[Question, ...]
    files: tuple[Path, ...]
    many: tuple[Path, ...]

    @property
    def asked(self) -> list[str]:
        """Every distinct text, those of the project's own questions too, mixed."""
        own = [FIXTURES / "sample_questions.jsonl", FIXTURES / "calibration_questions.jsonl"]
        questions = [*self.questions, *(q for file in own for q in load_questions(file))]
        return mixed([text for question in questions for text in question.texts.values()])


@dataclass(frozen=True, slots=True)
class Quality:
    """How good ten hits are: nDCG@10, and the share of the other language's answers among them.

    `hits` is how many hits an answer holds on average; a service may find fewer worth giving.
    """

    ndcg: float
    cross_recall: float
    hits: float


def find_data() -> Data:
    """The real policies beside the project where they are, else the samples."""
    shared = Path(os.environ.get("POLICY_SEARCH_SHARED", ROOT.parent / "shared"))
    asked, policies = shared / "eval/seed-questions/questions.jsonl", shared / "policies"
    name = "five real policies"
    if not (asked.exists() and policies.is_dir()):
        asked, policies = FIXTURES / "sample_questions.jsonl", SAMPLES
        name = "the sample policies"
    questions = tuple(load_questions(asked))
    judged = {gold.policy_id for question in questions for gold in question.gold}
    found = find_files([policies]).files
    files = tuple(file.path for file in found if file.policy_id in judged)
    if len(files) != len(judged):
        raise BenchError(f"{policies} lacks some of the policies that {asked} asks about")
    return Data(name, questions, files, tuple(file.path for file in found))


def export_clauses(index: Path, file: Path) -> list[Clause]:
    """Write the clauses of an index that have a text, one JSON object a line, for the others."""
    with open_catalogue(index) as catalogue:
        versions = [catalogue.version(policy.id) for policy in catalogue.policies()]
    clauses = [clause for version in versions if version for clause in version.clauses]
    kept = [clause for clause in clauses if clause.text.strip()]
    rows = ({"id": clause.id, "text": clause.text} for clause in kept)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    file.write_text("".join(lines), "utf-8")
    return kept


def judge(
    clauses: list[Clause], questions: tuple[Question, ...], ask: Callable[[str], list[Any]]
) -> Quality:
    """Asks every question in every language; `ask` gives the ids of the hits."""
    notes: list[str] = []
    counts: list[int] = []

    def search(text: str) -> list[str]:
        found = [str(id_) for id_ in ask(text)]
        counts.append(len(found))
        return found

    scores = SnippetMatcher(clauses, questions, notes).score(search)
    return Quality(
        ndcg=scores["pooled"]["ndcg@10"],
        cross_recall=scores["cross"]["recall@10"],
        hits=sum(counts) / len(counts),
    )
