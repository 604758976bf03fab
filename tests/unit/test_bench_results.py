"""The benchmark's table: ratios to the plain pipeline, and systems that could not be measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.records import Clause
from service.bench.levels import Level
from service.bench.load import Load
from service.evaluation.tasks import Gold, Question
from tests.bench.end_to_end.corpus import Quality, find_data, judge
from tests.bench.end_to_end.measuring import Measured, Part
from tests.bench.end_to_end.results import Results, beside, markdown


def level(clients: int, p50: float, answers: int) -> Level:
    load = Load(clients, 10.0, answers, p50, 2 * p50, 3 * p50, p50, {}, 0.1)
    return Level(load, cpu_seconds=4.0, peak_bytes=300 * 2**20, load_before=0.25)


PLAIN = Measured(
    "plain", "(b) plain", None, 8.0, Quality(0.5, 0.2, 10.0),
    (level(1, 20.0, 400), level(16, 300.0, 500)),
)  # fmt: skip
OURS = Measured(
    "ours", "(a) ours", None, 4.0, Quality(0.7, 0.6, 7.5),
    (level(1, 5.0, 1600), level(16, 60.0, 2000)),
)  # fmt: skip
GONE = Measured("txtai-1", "(c) txtai", "not installed: ERROR: no | wheel")


def rows(*systems: Measured, parts: tuple[Part, ...] = ()) -> list[list[str]]:
    text = markdown(Results(["a machine"], list(systems), list(parts)), ["latency.png"])
    assert "![latency.png](latency.png)" in text
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def row(found: list[list[str]], *beginning: str) -> list[str]:
    return next(cells for cells in found if tuple(cells[: len(beginning)]) == beginning)


def test_every_figure_stands_beside_its_ratio_to_the_plain_pipeline() -> None:
    found = rows(OURS, PLAIN)
    assert row(found, "(a) ours") == [
        "(a) ours", "0.700 (1.40)", "0.600 (3.00)", "7.5", "5.0 (0.25)", "200.0 (4.00)",
        "2.2 (0.25)", "300 (1.00)", "4.0 (0.50)",
    ]  # fmt: skip
    assert row(found, "16", "(a) ours") == [
        "16", "(a) ours", "60.0 (0.20)", "120.0 (0.20)", "180.0 (0.20)", "200.0 (4.00)", "2000",
        "4.0", "2.0 (0.25)", "0", "0.2",
    ]  # fmt: skip
    assert row(found, "1", "(b) plain")[2] == "20.0 (1.00)"


def test_a_system_that_cannot_be_measured_is_told_in_one_line() -> None:
    found = rows(OURS, PLAIN, GONE)
    told = [cells for cells in found if cells[0] == "(c) txtai"]
    assert [cells[1] for cells in told] == ["not installed: ERROR: no \\| wheel"]
    assert len(markdown(Results([], [GONE], []), []).splitlines()) < 40


def test_figures_stand_alone_where_the_plain_pipeline_did_not_run() -> None:
    failed = replace(PLAIN, failure="ended with code 1", quality=None, levels=())
    assert row(rows(OURS, failed), "(a) ours")[1] == "0.700"


def test_parts_without_a_counterpart_have_no_ratio() -> None:
    parts = (Part("encoding", "ms", 5.0, 20.0, 0.1), Part("the command", "s", 1.5, None, 0.1))
    found = rows(OURS, PLAIN, parts=parts)
    assert row(found, "encoding, ms") == ["encoding, ms", "5.00 (0.25)", "20.00", "0.1"]
    assert row(found, "the command, s") == ["the command, s", "1.50", "–", "0.1"]


def clause(id_: str, lang: str, text: str) -> Clause:
    return Clause(
        id=id_, policy_id=f"leave-{lang}", version="1", ordinal=0, parent_id=None, labels=("1",),
        heading=None, heading_path=(), citation=id_, lang=lang, text=text, start=0, end=0,
    )  # fmt: skip


def test_quality_counts_the_other_language_apart_and_how_many_hits_came() -> None:
    clauses = [clause("a", "en", "Leave is 25 days."), clause("b", "zh", "年假为二十五天。")]
    gold = (Gold("leave-en", "25 days", 2), Gold("leave-zh", "二十五天", 2))
    asked = (Question("leave", {"en": "How much leave?", "zh": "年假多少天？"}, gold),)
    own = {"How much leave?": ["a"], "年假多少天？": ["b", "elsewhere", "nowhere"]}
    assert judge(clauses, asked, lambda text: ["a", "b"]) == Quality(1.0, 1.0, 2.0)
    found = judge(clauses, asked, own.__getitem__)
    assert (found.cross_recall, found.hits) == (0.0, 2.0)
    assert 0.5 < found.ndcg < 0.7


def test_without_real_policies_the_samples_are_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICY_SEARCH_SHARED", str(tmp_path))
    data = find_data()
    assert {file.parent.name for file in data.files} == {"samples"}
    assert {language for question in data.questions for language in question.texts} == {"en", "zh"}
    assert len(data.asked) == len(set(data.asked)) > 200


def test_what_is_not_known_is_a_dash() -> None:
    assert beside(None, 3.0) == beside(float("nan"), 3.0) == "–"
    assert beside(3.0, 0.0) == beside(3.0, float("nan")) == "3.0"
