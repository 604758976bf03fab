"""Evaluation asks through the service's own search, and plainly beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.errors import EvaluationError
from service.evaluation.report import as_json, print_outcome
from service.evaluation.runner import run_questions, run_task
from service.evaluation.tasks import find_tasks, load_questions, load_task

MEASURES = {"ndcg@10", "recall@10", "mrr@10", "map", "hit@1"}
CORPUS = [
    {"_id": "en-1", "text": "Annual leave is twenty-five days.", "lang": "en", "doc": "a"},
    {"_id": "en-2", "text": "Sick leave is paid for six weeks.", "lang": "en", "doc": "b"},
    {"_id": "zh-1", "text": "年假为二十五天。", "lang": "zh", "doc": "a"},
    {"_id": "zh-2", "text": "病假期间照发工资六周。", "lang": "zh", "doc": "b"},
]
QUERIES = [
    {"_id": "q1", "text": "Annual leave is how many days", "lang": "en", "doc": "a"},
    {"_id": "q2", "text": "病假期间照发工资几周", "lang": "zh", "doc": "b"},
    {"_id": "unjudged", "text": "Nobody judged this", "lang": "en", "doc": "a"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\ten-1\t1\nq1\tzh-1\t1\nq2\tzh-2\t2\nq2\ten-1\t0\n"


@pytest.fixture
def task(tmp_path: Path) -> Path:
    return write_task(tmp_path / "leave-enzh", CORPUS, QUERIES, QRELS)


def write_task(folder: Path, corpus: list[Any], queries: list[Any], qrels: str) -> Path:
    folder.mkdir(parents=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "qrels.tsv").write_text(qrels)
    return folder


def test_task_is_scored_in_all_parts(task: Path, encoder: Any) -> None:
    outcome = run_task(load_task(task), encoder, baseline=True)
    assert outcome.name == "leave-enzh"
    assert set(outcome.ours) == {"pooled", "same", "cross", "en", "zh", "en-en", "en-zh", "zh-zh"}
    assert outcome.plain is not None
    assert set(outcome.plain) == set(outcome.ours)
    assert all(set(scores) == MEASURES for scores in outcome.ours.values())
    assert outcome.ours["same"]["hit@1"] == 1.0
    assert outcome.ours["pooled"]["recall@10"] == 1.0


def test_json_has_the_documented_shape(task: Path, encoder: Any) -> None:
    outcome = run_task(load_task(task), encoder, baseline=True)
    fields = json.loads(json.dumps(as_json([outcome])))
    assert set(fields["tasks"]) == {"leave-enzh"}
    assert set(fields["tasks"]["leave-enzh"]) == {"ours", "plain"}
    assert set(fields["tasks"]["leave-enzh"]["ours"]["cross"]) == MEASURES
    without = as_json([run_task(load_task(task), encoder)])
    assert set(without["tasks"]["leave-enzh"]) == {"ours"}


def test_report_prints_plain_cosine_beside_the_search(
    task: Path, encoder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    print_outcome(run_task(load_task(task), encoder, baseline=True))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "leave-enzh"
    assert lines[2].split() == ["ndcg@10", "recall@10", "mrr@10", "map", "hit@1"]
    assert [line.split()[0] for line in lines[3::2]][:3] == ["pooled", "same", "cross"]
    assert all(line.strip().startswith("plain cosine") for line in lines[4::2])


def test_restricted_query_sees_only_its_own_rows(task: Path, encoder: Any) -> None:
    free = run_task(load_task(task), encoder, baseline=True)
    bound = run_task(load_task(task), encoder, baseline=True, restrict="doc")
    # Only two rows are left of q1's document, and both are right.
    assert bound.ours["en"] == dict.fromkeys(MEASURES, 1.0)
    assert bound.plain is not None
    assert bound.plain["en"] == dict.fromkeys(MEASURES, 1.0)
    assert free.ours["en"]["map"] <= 1.0


def test_restricting_to_a_value_that_no_row_has_finds_nothing(tmp_path: Path, encoder: Any) -> None:
    queries = [{**QUERIES[0], "doc": "nowhere"}]
    task = load_task(write_task(tmp_path / "t", CORPUS, queries, QRELS))
    outcome = run_task(task, encoder, baseline=True, restrict="doc")
    assert outcome.ours["pooled"]["recall@10"] == 0
    assert outcome.plain is not None
    assert outcome.plain["pooled"]["recall@10"] == 0


def test_numbers_and_their_digits_are_the_same_value_to_restrict_by(
    tmp_path: Path, encoder: Any
) -> None:
    corpus = [{**row, "doc": 1} for row in CORPUS]
    queries = [{**QUERIES[0], "doc": "1"}]
    task = load_task(write_task(tmp_path / "t", corpus, queries, QRELS))
    assert run_task(task, encoder, restrict="doc").ours["pooled"]["recall@10"] == 1


def test_restricting_by_an_unknown_field_is_refused(task: Path, encoder: Any) -> None:
    with pytest.raises(EvaluationError, match="query q1 has no field 'chapter'"):
        run_task(load_task(task), encoder, restrict="chapter")


def test_excluding_itself(tmp_path: Path, encoder: Any) -> None:
    queries = [{"_id": "q-en-1", "text": CORPUS[0]["text"], "lang": "en"}]
    qrels = "q-en-1\ten-1\t1\nq-en-1\tzh-1\t1\n"
    task = load_task(write_task(tmp_path / "t", CORPUS, queries, qrels))
    assert run_task(task, encoder).ours["same"]["hit@1"] == 1
    without = run_task(task, encoder, baseline=True, exclude_self=True)
    assert without.plain is not None
    assert without.ours["same"]["recall@10"] == without.plain["same"]["recall@10"] == 0
    assert without.ours["cross"]["recall@10"] == 1


def test_judgements_of_rows_that_are_not_there_are_noted(tmp_path: Path, encoder: Any) -> None:
    qrels = QRELS + "q1\tgone\t1\n"
    outcome = run_task(load_task(write_task(tmp_path / "t", CORPUS, QUERIES, qrels)), encoder)
    assert outcome.notes == ["1 judgements name rows that the corpus lacks"]
    assert outcome.ours["pooled"]["recall@10"] == 1


def test_tasks_are_found_inside_folders(task: Path, tmp_path: Path) -> None:
    second = write_task(tmp_path / "second", CORPUS, QUERIES, QRELS)
    (tmp_path / "no-task").mkdir()
    assert find_tasks([tmp_path]) == [task, second]
    assert find_tasks([second]) == [second]
    with pytest.raises(EvaluationError, match="no such folder"):
        find_tasks([tmp_path / "gone"])


def write_questions(path: Path, *questions: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(q, ensure_ascii=False) + "\n" for q in questions))
    return path


def test_hit_counts_where_it_holds_the_snippet(folder: Path, encoder: Any, tmp_path: Path) -> None:
    file = write_questions(
        tmp_path / "questions.jsonl",
        {
            "id": "carry",
            "en": "Unused days may be carried over until the end of which month",
            "zh": "没休完的年假可以留到什么时候？",
            # Another width and other spaces than in the policy.
            "gold": [{"policy": "leave", "snippet": "Ｕnused  days\nmay be carried", "grade": 2}],
        },
        {"id": "nobody-knows", "en": "Who is the king?", "zh": "国王是谁？", "gold": []},
    )
    outcome = run_questions(load_questions(file), folder, encoder, name="mine", baseline=True)
    assert outcome.name == "mine"
    assert outcome.ours["en-en"] == dict.fromkeys(MEASURES, 1.0)
    assert outcome.plain is not None
    assert outcome.plain["en-en"]["hit@1"] == 1
    assert set(outcome.ours) == {"pooled", "same", "cross", "en", "zh", "en-en", "zh-en"}
    assert "1 judged policies of 2 are searched" in outcome.notes


def test_two_snippets_in_one_clause_are_one_answer(
    folder: Path, encoder: Any, tmp_path: Path
) -> None:
    gold = [
        {"policy": "leave", "snippet": "Unused days", "grade": 1},
        {"policy": "leave", "snippet": "until the end of March", "grade": 2},
    ]
    asked = {"id": "q", "en": "Unused days may be carried over until", "gold": gold}
    file = write_questions(tmp_path / "questions.jsonl", asked)
    outcome = run_questions(load_questions(file), folder, encoder)
    # Two items could not both be found in one clause: recall would be a half.
    assert outcome.ours["pooled"] == dict.fromkeys(MEASURES, 1.0)


def test_snippet_that_no_clause_holds_counts_as_not_found(
    folder: Path, encoder: Any, tmp_path: Path
) -> None:
    gold = [
        {"policy": "leave", "snippet": "Unused days", "grade": 2},
        {"policy": "leave", "snippet": "words that stand nowhere", "grade": 2},
    ]
    asked = {"id": "q", "en": "Unused days may be carried over until", "gold": gold}
    file = write_questions(tmp_path / "questions.jsonl", asked)
    outcome = run_questions(load_questions(file), folder, encoder)
    assert outcome.ours["pooled"]["recall@10"] == 0.5
    assert "q: no clause of leave holds a snippet" in outcome.notes


def test_question_about_an_unknown_policy_is_refused(
    folder: Path, encoder: Any, tmp_path: Path
) -> None:
    gold = [{"policy": "gifts", "snippet": "no gifts", "grade": 2}]
    file = write_questions(tmp_path / "q.jsonl", {"id": "q", "en": "Gifts?", "gold": gold})
    with pytest.raises(EvaluationError, match="no policy has the id gifts"):
        run_questions(load_questions(file), folder, encoder)


def test_other_language_hides_the_rows_of_the_query_language(task: Path, encoder: Any) -> None:
    outcome = run_task(load_task(task), encoder, baseline=True, other_language=True)
    assert outcome.plain is not None
    assert outcome.ours["same"]["recall@10"] == 0
    assert outcome.plain["same"]["recall@10"] == 0
    assert outcome.ours["cross"]["recall@10"] == outcome.plain["cross"]["recall@10"] == 1
