"""What is asked: questions of a file, or what an index has headings for."""

from __future__ import annotations

import random
from pathlib import Path
from urllib.parse import urlencode

from service.errors import BenchError

MOST_HEADINGS = 400
_SHORTEST, _LONGEST = 4, 200
_SEED = 20


def read_questions(path: Path) -> list[str]:
    """The distinct questions of a file, in an order that is mixed and always the same.

    `.jsonl` is a question file as `evaluate` takes it, each text of each language a question; any
    other file has one question a line. Raises `BenchError` or `EvaluationError`.
    """
    from service.evaluation.tasks import load_questions

    if path.suffix == ".jsonl":
        return mixed(
            [text for question in load_questions(path) for text in question.texts.values()]
        )
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BenchError(f"{path}: cannot be read as questions: {error}") from error
    return mixed(lines)


def questions_of_index(index: Path) -> list[str]:
    """Headings of an index, and where there are few, how its clauses begin."""
    from indexer.catalogue import open_catalogue

    headings: list[str] = []
    beginnings: list[str] = []
    with open_catalogue(index) as catalogue:
        for policy in catalogue.policies():
            version = catalogue.version(policy.id)
            for clause in version.clauses if version else ():
                headings.append(f"{policy.title} {clause.heading}" if clause.heading else "")
                beginnings.append(clause.text[:80])
    asked = mixed(headings)
    if len(asked) < MOST_HEADINGS:
        asked += [text for text in mixed(beginnings) if text not in set(asked)]
    return asked[:MOST_HEADINGS]


def mixed(texts: list[str]) -> list[str]:
    """The distinct texts of usable length, on one line each, mixed by a fixed seed."""
    lines = (" ".join(text.split()) for text in texts)
    kept = list(dict.fromkeys(line for line in lines if _SHORTEST <= len(line) <= _LONGEST))
    random.Random(_SEED).shuffle(kept)
    return kept


def search_target(question: str, **parameters: str) -> str:
    """Path and query of a search with ten hits, and whatever else is asked for."""
    return "/v1/search?" + urlencode({"q": question, "limit": "10"} | parameters)
