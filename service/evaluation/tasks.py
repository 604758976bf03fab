"""Reading evaluation data: BEIR-layout tasks and questions with gold snippets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import EvaluationError

_LANGUAGE_CODE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a corpus or of the queries; `fields` are all of the file's own."""

    id: str
    text: str
    lang: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A BEIR-layout task. `qrels`: query id → corpus id → grade, 0 left out.

    `strays` counts the judgements left out because the corpus has no such row.
    """

    name: str
    corpus: tuple[Row, ...]
    queries: tuple[Row, ...]
    qrels: dict[str, dict[str, int]]
    strays: int = 0


@dataclass(frozen=True, slots=True)
class Gold:
    """A text that a right answer holds, in which policy, and how good it is (2, or 1: partly)."""

    policy_id: str
    snippet: str
    grade: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question in several languages; no gold means that no policy answers it."""

    id: str
    texts: dict[str, str]
    gold: tuple[Gold, ...]


def load_task(folder: Path) -> Task:
    """Reads `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`. Raises `EvaluationError`."""
    for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
        if not (folder / name).is_file():
            raise EvaluationError(
                f"{folder}: no {name}; a task folder holds corpus.jsonl, queries.jsonl, qrels.tsv"
            )
    corpus = tuple(_rows(folder / "corpus.jsonl"))
    queries = tuple(_rows(folder / "queries.jsonl"))
    qrels = _qrels(folder / "qrels.tsv")
    rows = {row.id for row in corpus}
    known = {query: {i: g for i, g in items.items() if i in rows} for query, items in qrels.items()}
    strays = sum(len(items) for items in qrels.values()) - sum(map(len, known.values()))
    return Task(
        folder.resolve().name, corpus, queries, {q: i for q, i in known.items() if i}, strays
    )


def find_tasks(paths: Sequence[Path]) -> list[Path]:
    """The task folders among the paths and directly inside them. Raises `EvaluationError`."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(p.parent for p in path.glob("*/qrels.tsv"))
        if (path / "qrels.tsv").is_file() or not inside:
            inside = [path]
        found.extend(inside)
    for folder in found:
        if not folder.is_dir():
            raise EvaluationError(f"{folder}: no such folder")
    return found


def load_questions(path: Path) -> list[Question]:
    """Reads a question file: `id`, a text per language code, and `gold`."""
    questions = []
    for number, record in _records(path):
        try:
            gold = tuple(Gold(g["policy"], g["snippet"], int(g["grade"])) for g in record["gold"])
            texts = {
                k: str(v) for k, v in record.items() if k != "id" and _LANGUAGE_CODE.fullmatch(k)
            }
            if not texts:
                raise ValueError("no text")
            questions.append(Question(str(record["id"]), texts, gold))
        except (KeyError, TypeError, ValueError) as error:
            raise EvaluationError(
                f"{path}:{number}: not a question ({error!r}); expected id, a text for each "
                "language, and gold as a list of policy, snippet and grade"
            ) from error
    return questions


def _rows(path: Path) -> Iterator[Row]:
    for number, record in _records(path):
        try:
            yield Row(str(record["_id"]), str(record["text"]), str(record["lang"]), record)
        except KeyError as error:
            raise EvaluationError(
                f"{path}:{number}: no field {error}; rows have _id, text and lang"
            ) from error


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in _lines(path):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise EvaluationError(f"{path}:{number}: not JSON ({error})") from error
        if not isinstance(record, dict):
            raise EvaluationError(f"{path}:{number}: expected a JSON object on each line")
        yield number, record


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path}:{number + 1}: not UTF-8 ({error})") from error


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        row = line.split("\t")
        if number == 1 and row[-1] == "score":
            continue
        try:
            query, document, grade = row
            if int(grade) > 0:
                qrels.setdefault(query, {})[document] = int(grade)
        except ValueError as error:
            raise EvaluationError(
                f"{path}:{number}: expected query-id, corpus-id and score, tab-separated"
            ) from error
    return qrels
