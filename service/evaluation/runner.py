"""Running tasks and questions through the search, and through plain cosine beside it."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.build import build_index, index_policies
from indexer.publishing import Progress
from indexer.records import Clause
from models import Encoder
from models.calibration import find_calibration
from service.errors import EvaluationError
from service.evaluation.corpus import Candidates, Group, group_rows
from service.evaluation.metrics import Scores, score
from service.evaluation.tasks import Question, Row, Task
from service.lookup.equivalents import judge, source_of_clause, source_of_text
from service.search.live import LiveIndex
from service.search.nearest import DEPTH
from service.search.ranking import WEIGHTS, Weights
from service.search.records import SearchFilter, SearchQuery
from service.search.searcher import Searcher

AS_USUAL = SearchQuery("")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task's figures: `ours` through the search, `plain` by cosine alone where asked for."""

    name: str
    ours: dict[str, Scores]
    plain: dict[str, Scores] | None = None
    notes: list[str] = field(default_factory=list)
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Of questions in each language: how many got no hit at the default relevance."""

    answerable: int
    answerable_silent: int
    unanswerable: int
    unanswerable_silent: int


def run_task(
    task: Task,
    encoder: Encoder,
    *,
    baseline: bool = False,
    restrict: str | None = None,
    other_language: bool = False,
    exclude_self: bool = False,
    equivalents: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Indexes a task's corpus in a temporary directory and asks its queries.

    `restrict`: a query sees only the rows with its own value of this field. `other_language`: it
    sees only rows in another language than its own. `exclude_self`: query `q-X` never gets row `X`.
    `equivalents`: what says the same as a query is looked up, instead of what answers it.
    """
    candidates = Candidates(restrict, other_language)
    tell = progress or _silent
    with asked_task(task, encoder, candidates, progress) as asked:
        rankings = asked.counterparts(tell) if equivalents else asked.rankings(tell)
    queries = asked.queries
    plain = None
    if baseline:
        plain = _plain_rankings(task.corpus, queries, encoder, candidates, tell)
    judged = {query.id: task.qrels[query.id] for query in queries}
    asked_in = {query.id: query.lang for query in queries}
    item_langs = {row.id: row.lang for row in task.corpus}

    def scored(found: dict[str, list[str]]) -> dict[str, Scores]:
        if exclude_self:
            found = {q: [i for i in items if f"q-{i}" != q] for q, items in found.items()}
        return score(found, judged, asked_in, item_langs)

    notes = [f"{task.strays} judgements name rows that the corpus lacks"] if task.strays else []
    return Outcome(task.name, scored(rankings), scored(plain) if plain is not None else None, notes)


@dataclass(frozen=True, slots=True)
class AskedTask:
    """A task's corpus indexed to be asked about."""

    live: LiveIndex
    searcher: Searcher
    queries: list[Row]
    candidates: Candidates
    groups: list[Group]

    def rankings(
        self, tell: Progress, weights: Weights = WEIGHTS, asked: SearchQuery = AS_USUAL
    ) -> dict[str, list[str]]:
        """Query id → ids of corpus rows, best first. `asked` says how the queries are searched."""

        def rank(query: Row, restriction: SearchFilter) -> list[str]:
            searched = replace(asked, q=query.text, filter=restriction)
            return self.searcher.rank(searched, weights)

        return self._ask(rank, tell)

    def counterparts(self, tell: Progress) -> dict[str, list[str]]:
        """Query id → ids of corpus rows that say the same, best first.

        Query `q-X` is looked up as the clause of row `X` where there is one, else as a free text.
        """
        snapshot, encoder = self.live.snapshot, self.searcher.encoder
        calibration = find_calibration(encoder.fingerprint, kind="equivalence")
        clauses = {c.labels[0]: c for group in self.groups for c in group.policy.clauses}

        def rank(query: Row, restriction: SearchFilter) -> list[str]:
            clause = clauses.get(query.id.removeprefix("q-"))
            if clause is not None:
                source = source_of_clause(snapshot, clause, encoder)
            else:
                source = source_of_text(query.text, encoder)
            judged = judge(snapshot, source, restriction, "equivalent", calibration)
            keys = judged.candidates.clauses.tolist()
            ids = snapshot.clause_ids(keys)
            return [ids[key] for key in keys]

        return self._ask(rank, tell)

    def _ask(
        self, rank: Callable[[Row, SearchFilter], list[str]], tell: Progress
    ) -> dict[str, list[str]]:
        row_of = {c.id: c.labels[0] for group in self.groups for c in group.policy.clauses}
        found: dict[str, list[str]] = {}
        for done, query in enumerate(self.queries):
            tell("asking", done, len(self.queries))
            seen = [
                group.policy.policy_id
                for group in self.groups
                if self.candidates.include(query, group.row)
            ]
            if not seen:
                found[query.id] = []  # an empty filter would search everything
                continue
            everything = len(seen) == len(self.groups)
            restriction = SearchFilter(policy_id=() if everything else tuple(seen))
            found[query.id] = [row_of[clause] for clause in rank(query, restriction)]
        tell("asking", len(self.queries), len(self.queries))
        return found


@contextmanager
def asked_task(
    task: Task, encoder: Encoder, candidates: Candidates, progress: Progress | None = None
) -> Iterator[AskedTask]:
    """Indexes a task's corpus in a temporary directory."""
    groups = group_rows(task, candidates.restrict)
    queries = [query for query in task.queries if query.id in task.qrels]
    with tempfile.TemporaryDirectory(prefix="policy-search-evaluate-") as folder:
        index_policies([group.policy for group in groups], Path(folder), encoder, progress)
        live = LiveIndex(Path(folder), encoder)
        try:
            searcher = Searcher(live, encoder, longest_query=1_000_000)
            yield AskedTask(live, searcher, queries, candidates, groups)
        finally:
            live.close()


def run_questions(
    questions: Sequence[Question],
    policies: Path,
    encoder: Encoder,
    *,
    name: str = "questions",
    baseline: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Indexes the policies and asks the questions; a hit is right when it holds a gold snippet.

    Only policies that some gold names are searched, since nobody judged the others. Snippets are
    compared after NFKC and without white space. Snippets that stand in one clause are one item;
    a snippet that stands in no clause counts as not found.
    """
    with asked_policies(questions, policies, encoder, progress) as asked:

        def ours(text: str) -> list[str]:
            return asked.searcher.rank(SearchQuery(text, filter=asked.restriction))

        plain = None
        if baseline:
            plain = asked.matcher.score(_plain_search(asked.clauses, encoder))
        silence = _silence(questions, asked) if asked.calibrated else None
        return Outcome(name, asked.matcher.score(ours), plain, asked.notes, silence)


@dataclass(frozen=True, slots=True)
class AskedPolicies:
    """Policies indexed to be asked about; only those that some gold names are searched."""

    live: LiveIndex
    searcher: Searcher
    restriction: SearchFilter
    clauses: list[Clause]
    matcher: SnippetMatcher
    calibrated: bool
    notes: list[str]


@contextmanager
def asked_policies(
    questions: Sequence[Question],
    policies: Path,
    encoder: Encoder,
    progress: Progress | None = None,
) -> Iterator[AskedPolicies]:
    """Indexes a folder of policies in a temporary directory, for questions about them."""
    judged = sorted({gold.policy_id for question in questions for gold in question.gold})
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="policy-search-evaluate-") as folder:
        report = build_index([policies], Path(folder), encoder, progress)
        notes.extend(f"not read: {file}: {reason}" for file, reason in report.failed)
        live = LiveIndex(Path(folder), encoder)
        try:
            snapshot = live.snapshot
            missing = [policy for policy in judged if snapshot.policy(policy) is None]
            if missing:
                raise EvaluationError(f"{policies}: no policy has the id {', '.join(missing)}")
            notes.append(f"{len(judged)} judged policies of {snapshot.policy_count} are searched")
            clauses = [clause for policy in judged for clause in snapshot.clauses(policy)]
            calibration = find_calibration(encoder.fingerprint)
            yield AskedPolicies(
                live,
                Searcher(live, encoder, calibration=calibration),
                SearchFilter(policy_id=tuple(judged)),
                clauses,
                SnippetMatcher(clauses, questions, notes),
                calibration is not None,
                notes,
            )
        finally:
            live.close()


def _silence(questions: Sequence[Question], asked: AskedPolicies) -> Silence:
    silent = {True: [0, 0], False: [0, 0]}  # asked, of them without a hit; by answerable
    for question in questions:
        for text in question.texts.values():
            found = asked.searcher.search(SearchQuery(text, limit=1, filter=asked.restriction))
            counts = silent[bool(question.gold)]
            counts[0] += 1
            counts[1] += not found.hits
    return Silence(*silent[True], *silent[False])


class SnippetMatcher:
    """Turns gold snippets into items that rankings of clauses can be scored on."""

    def __init__(
        self, clauses: Sequence[Clause], questions: Sequence[Question], notes: list[str]
    ) -> None:
        self._questions = [question for question in questions if question.gold]
        self._items: dict[str, dict[str, str]] = {}
        self._grades: dict[str, dict[str, int]] = {}
        self._langs: dict[str, str] = {}
        compared = {clause.id: compared_text(clause.text) for clause in clauses}
        langs = {clause.id: clause.lang for clause in clauses}
        lang_of = {clause.policy_id: clause.lang for clause in reversed(clauses)}
        for question in self._questions:
            items: dict[str, str] = {}
            grades: dict[str, int] = {}
            for number, gold in enumerate(question.gold):
                snippet = compared_text(gold.snippet)
                holders = [
                    clause.id
                    for clause in clauses
                    if clause.policy_id == gold.policy_id and snippet in compared[clause.id]
                ]
                known = next((items[h] for h in holders if h in items), None)
                item = known or f"{question.id}/{number}"
                if not holders:
                    notes.append(f"{question.id}: no clause of {gold.policy_id} holds a snippet")
                for holder in holders:
                    items.setdefault(holder, item)
                grades[item] = max(grades.get(item, 0), gold.grade)
                found_in = langs[holders[0]] if holders else lang_of[gold.policy_id]
                self._langs.setdefault(item, found_in)
            self._items[question.id], self._grades[question.id] = items, grades

    def grades(self, question: Question) -> dict[str, int]:
        """Clause ids that answer a question, with their grades."""
        items, grades = self._items.get(question.id, {}), self._grades.get(question.id, {})
        return {clause: grades[item] for clause, item in items.items()}

    def score(self, search: Callable[[str], Iterable[str]]) -> dict[str, Scores]:
        rankings: dict[str, list[str]] = {}
        qrels: dict[str, dict[str, int]] = {}
        query_langs: dict[str, str] = {}
        for question in self._questions:
            for lang, text in question.texts.items():
                query = f"{question.id}@{lang}"
                items = self._items[question.id]
                found = [items.get(clause, clause) for clause in search(text)]
                rankings[query] = list(dict.fromkeys(found))
                qrels[query], query_langs[query] = self._grades[question.id], lang
        return score(rankings, qrels, query_langs, self._langs)


def _plain_rankings(
    corpus: Sequence[Row],
    queries: Sequence[Row],
    encoder: Encoder,
    candidates: Candidates,
    tell: Progress,
) -> dict[str, list[str]]:
    """The obvious pipeline: one vector for each text, one cosine."""
    passages = encoder.encode_passages([row.text for row in corpus])
    ids = np.array([row.id for row in corpus])
    rankings = {}
    for done, query in enumerate(queries):
        tell("asking plainly", done, len(queries))
        scores = passages @ encoder.encode_queries([query.text])[0]
        scores[[not candidates.include(query, row) for row in corpus]] = -np.inf
        order = _best(scores)
        rankings[query.id] = [str(ids[i]) for i in order]
    tell("asking plainly", len(queries), len(queries))
    return rankings


def _plain_search(clauses: Sequence[Clause], encoder: Encoder) -> Callable[[str], Iterable[str]]:
    kept = [clause for clause in clauses if clause.text]
    passages = encoder.encode_passages([clause.text for clause in kept])

    def search(text: str) -> list[str]:
        order = _best(passages @ encoder.encode_queries([text])[0])
        return [kept[i].id for i in order]

    return search


def _best(scores: NDArray[np.float32]) -> list[int]:
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    return [int(i) for i in order if scores[i] > -np.inf]


def compared_text(text: str) -> str:
    """A text as snippets are compared: after NFKC and without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _silent(stage: str, done: int, total: int, detail: str = "") -> None:
    """Progress that nobody watches."""
