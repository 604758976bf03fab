"""Figures on rankings small enough to check by hand, and files that cannot be read."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from service.errors import EvaluationError
from service.evaluation.metrics import score
from service.evaluation.tasks import load_questions, load_task

LANGS = {"e1": "en", "e2": "en", "e3": "en", "z1": "zh", "z2": "zh"}


def test_one_english_question_by_hand() -> None:
    # e1 is right and first, z1 is right and third, e3 is right and not found.
    scores = score(
        {"q": ["e1", "e2", "z1", "z2"]}, {"q": {"e1": 1, "z1": 1, "e3": 1}}, {"q": "en"}, LANGS
    )
    found, ideal = 1 + 1 / math.log2(4), 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert scores["pooled"] == {
        "ndcg@10": round(found / ideal, 4),
        "recall@10": round(2 / 3, 4),
        "mrr@10": 1.0,
        "map": round((1 + 2 / 3) / 3, 4),
        "hit@1": 1.0,
    }
    # The Chinese one alone, in the pooled ranking: third place.
    assert scores["cross"] == {
        "ndcg@10": 0.5, "recall@10": 1.0, "mrr@10": 0.3333, "map": 0.3333, "hit@1": 0.0
    }  # fmt: skip
    assert scores["same"]["recall@10"] == 0.5
    assert scores["en"] == scores["pooled"]
    assert scores["en-zh"] == scores["cross"]
    assert scores["en-en"] == scores["same"]
    assert set(scores) == {"pooled", "same", "cross", "en", "en-en", "en-zh"}


def test_means_are_over_the_queries_that_a_part_has() -> None:
    scores = score(
        {"q": ["e1"], "r": ["e1", "z1"]},
        {"q": {"e1": 1}, "r": {"z1": 1}},
        {"q": "en", "r": "zh"},
        LANGS,
    )
    assert scores["pooled"]["mrr@10"] == 0.75
    assert scores["en"]["mrr@10"] == 1.0
    assert scores["zh"]["mrr@10"] == scores["zh-zh"]["mrr@10"] == 0.5
    assert "cross" not in scores


def test_grade_is_the_gain() -> None:
    scores = score({"q": ["e1", "e2"]}, {"q": {"e1": 1, "e2": 2}}, {"q": "en"}, LANGS)
    expected = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    assert scores["pooled"]["ndcg@10"] == round(expected, 4)
    assert scores["pooled"]["recall@10"] == 1.0


def test_only_ten_places_count_but_map_sees_all() -> None:
    ranking = [f"e{n}" for n in range(100, 110)] + ["e1"]
    langs = dict.fromkeys(ranking, "en")
    scores = score({"q": ranking}, {"q": {"e1": 1}}, {"q": "en"}, langs)
    assert scores["pooled"]["recall@10"] == scores["pooled"]["mrr@10"] == 0
    assert scores["pooled"]["map"] == round(1 / 11, 4)


def test_unanswered_query_counts_as_nothing_found() -> None:
    scores = score({}, {"q": {"e1": 1}}, {"q": "en"}, LANGS)
    assert set(scores["pooled"].values()) == {0.0}


def test_order_is_kept_however_long_the_ranking_is() -> None:
    ranking = [f"d{n}" for n in range(1000)]
    langs = dict.fromkeys(ranking, "en")
    for place in (0, 7, 8, 9):
        scores = score({"q": ranking}, {"q": {f"d{place}": 1}}, {"q": "en"}, langs)
        assert scores["pooled"]["mrr@10"] == round(1 / (place + 1), 4)


ROW = '{"_id": "a", "text": "A.", "lang": "en"}\n'


@pytest.fixture
def task(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text(ROW + "\n" + ROW.replace('"a"', '"b"'))
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "A?", "lang": "zh", "doc": 3}\n')
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t2\nq\tb\t0\n\n")
    return tmp_path


def test_task_is_read(task: Path) -> None:
    read = load_task(task)
    assert (read.name, [row.id for row in read.corpus]) == (task.name, ["a", "b"])
    assert (read.queries[0].lang, read.queries[0].fields["doc"]) == ("zh", 3)
    assert (read.qrels, read.strays) == ({"q": {"a": 2}}, 0)


def test_judgements_need_no_header_and_may_end_lines_as_windows_does(task: Path) -> None:
    (task / "qrels.tsv").write_bytes(b"q\ta\t1\r\nq\tgone\t1\r\n")
    read = load_task(task)
    assert (read.qrels, read.strays) == ({"q": {"a": 1}}, 1)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_missing_file_is_named(task: Path, name: str) -> None:
    (task / name).unlink()
    with pytest.raises(EvaluationError, match=f"no {name}; a task folder holds"):
        load_task(task)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", (ROW + "{").encode(), r"corpus\.jsonl:2: not JSON"),
        ("corpus.jsonl", (ROW * 2 + '{"_id": "c"}').encode(), r"corpus\.jsonl:3: no field 'text'"),
        ("corpus.jsonl", b"[1]\n", r"corpus\.jsonl:1: expected a JSON object"),
        ("queries.jsonl", b"\xff\xfe{}\n", r"queries\.jsonl:1: not UTF-8"),
        ("qrels.tsv", b"q\ta\t1\nq a 1\n", r"qrels\.tsv:2: expected query-id, corpus-id and score"),
        ("qrels.tsv", b"q\ta\tgood\n", r"qrels\.tsv:1: expected"),
        ("qrels.tsv", b"q\ta\t1\n\xff\t\xff\t1\n", r"qrels\.tsv:\d: not UTF-8"),
    ],
)
def test_bad_line_is_named(task: Path, name: str, content: bytes, message: str) -> None:
    (task / name).write_bytes(content)
    with pytest.raises(EvaluationError, match=message):
        load_task(task)


def test_question_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    gold = '[{"policy": "p", "snippet": "s", "grade": 2}]'
    file.write_text(
        f'{{"id": "q", "en": "Why?", "zh": "为什么？", "topic": "x", "gold": {gold}}}\n'
    )
    (question,) = load_questions(file)
    assert question.texts == {"en": "Why?", "zh": "为什么？"}
    assert (question.gold[0].policy_id, question.gold[0].grade) == ("p", 2)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"q\.jsonl:2: not JSON"),
        ('{"id": "q", "en": "?"}', r"q\.jsonl:2: not a question"),
        ('{"id": "q", "en": "?", "gold": [{"policy": "p"}]}', r"q\.jsonl:2: not a question"),
        ('{"id": "q", "en": "?", "gold": ["p"]}', r"q\.jsonl:2: not a question"),
        ('{"id": "q", "gold": []}', r"q\.jsonl:2: not a question"),
        ("[]", r"q\.jsonl:2: expected a JSON object"),
    ],
)
def test_bad_question_is_named(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"id": "ok", "en": "?", "gold": []}\n' + line + "\n")
    with pytest.raises(EvaluationError, match=message):
        load_questions(file)


def test_missing_question_file(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"gone\.jsonl: cannot be read: No such file"):
        load_questions(tmp_path / "gone.jsonl")
