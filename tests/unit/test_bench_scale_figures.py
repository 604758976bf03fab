"""The figures of an index that grows: recall, times, the table, and its part of RESULTS.md."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.directory import IndexDirectory, Manifest, publish
from models import Fingerprint
from service.bench.scale.answering import Answering, timing
from service.bench.scale.exact import Best, recall
from service.bench.scale.filling import Filled
from service.bench.scale.keeping import Made, forget, kept_or_filled
from service.bench.scale.measuring import Service, Size
from service.bench.scale.table import as_json, growth, rows, text
from service.commands.bench_scale import parse_counts
from tests.bench.bench_scale import draw, section
from tests.bench.sections import replace_section


def size(clauses: int, p50: float) -> Size:
    searched = timing([p50] * 9 + [3 * p50], [10] * 10)
    return Size(
        clauses=clauses,
        filled=Filled(clauses, clauses // 75, 8.0, 2.0, 9000 * clauses),
        answering=Answering(
            open_seconds=0.5,
            first_ms=20.0,
            passages=clauses,
            hybrid={"all": searched, "1% by policy": searched},
            semantic=searched,
            found={"all": [[1, 2]]},
            bare_bytes=100 * 2**20,
            opened_bytes=150 * 2**20,
            peak_bytes=200 * 2**20,
            adding_seconds=[0.4, 0.9],
            removing_seconds=[0.2],
            adding_peak_bytes=210 * 2**20,
        ),
        recall={"all": 0.987, "1% by policy": 1.0},
        allowed={"all": clauses, "1% by policy": clauses // 100},
        flat_p50=4 * p50,
        flat_p95=5 * p50,
        bytes_on_disk=8000 * clauses,
        service=Service(3.0, 2 * p50, 4 * p50, 500 * 2**20),
    )


def test_recall_is_the_part_of_the_exact_best_that_was_found() -> None:
    exact = np.array([[1, 2, 3, 4], [5, 6, -1, -1]])
    assert recall([[4, 3, 9, 9], [6, 5, 7, 8]], exact) == pytest.approx((0.5 + 1.0) / 2)
    assert recall([[], []], exact) == 0.0


def test_recall_where_a_filter_leaves_nothing_is_no_number() -> None:
    assert math.isnan(recall([[]], np.array([[-1, -1]])))


def test_best_clauses_over_blocks_are_the_best_of_all() -> None:
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(4, 500)).astype(np.float32)
    clauses = rng.permutation(500) + 1000
    best = Best(questions=4, depth=12)
    for start in (0, 3, 250, 499):  # blocks of few and of many
        stop = {0: 3, 3: 250, 250: 499, 499: 500}[start]
        best.add(clauses[start:stop], scores[:, start:stop])
    np.testing.assert_array_equal(best.clauses(10), clauses[np.argsort(-scores, axis=1)[:, :10]])


def test_clause_of_several_passages_counts_once() -> None:
    best = Best(questions=1, depth=4)
    best.add(np.array([7, 7, 8]), np.array([[0.9, 0.8, 0.7]], np.float32))
    assert best.clauses(3).tolist() == [[7, 8, -1]]


def test_times_are_told_by_their_percentiles() -> None:
    found = timing([float(n) for n in range(100, 0, -1)], [10, 8])
    assert (found.p50, found.p95, found.mean, found.hits) == (50.0, 95.0, 50.5, 9.0)


def test_table_has_a_line_for_each_figure_and_a_column_for_each_size() -> None:
    table = rows([size(10_000, 2.0), size(1_000_000, 9.0)])
    lines = {name: figures for name, *figures in table}
    assert lines["clauses"] == ["10,000", "1,000,000"]
    assert lines["hybrid search, no filter, p50 / p95 ms"] == ["2.0 / 6.0", "9.0 / 27.0"]
    assert lines["hybrid p50 to exact flat p50"] == ["0.25", "0.25"]
    assert lines["recall@10 of exact, no filter"] == ["0.987", "0.987"]
    assert lines["disk, bytes a clause"] == ["8000", "8000"]
    assert lines["memory, bytes a clause"] == ["20972", "210"]
    assert lines["100 clauses added: found after, s"] == ["0.40 – 0.90"] * 2
    assert lines["served over HTTP, encoding: p50 / p95 ms"] == ["4.0 / 8.0", "18.0 / 36.0"]
    assert len({len(line) for line in text(table).splitlines()}) == 1


def test_what_was_not_measured_has_no_line_or_a_dash() -> None:
    alone = replace(size(10_000, 2.0), service=None)
    assert not any("HTTP" in name for name, *_ in rows([alone]))
    lines = {name: figures for name, *figures in rows([alone, size(20_000, 2.0)])}
    assert lines["served over HTTP, encoding: p50 / p95 ms"] == ["–", "4.0 / 8.0"]


def test_growth_compares_the_largest_with_the_smallest() -> None:
    assert growth([size(100_000, 4.0), size(10_000, 2.0), size(1_000_000, 9.0)]) == 4.5
    assert growth([size(10_000, 2.0)]) is None


def test_figures_for_programs_hold_no_lists_of_clauses() -> None:
    nothing_left = replace(size(10_000, 2.0), recall={"all": 1.0, "1% by policy": math.nan})
    found = json.loads(json.dumps(as_json(nothing_left), allow_nan=False))
    assert found["recall"] == {"all": 1.0, "1% by policy": None}
    assert "found" not in found["answering"]
    assert found["memory_bytes_a_clause"] == pytest.approx(200 * 2**20 / 10_000)


def test_numbers_of_clauses_are_read_with_their_units() -> None:
    assert parse_counts("2000, 10k,1M,20_000") == [2000, 10_000, 1_000_000, 20_000]


@pytest.mark.parametrize("given", ["", "many", "10", "10kk", "1,000", "99M", "-5k"])
def test_other_numbers_of_clauses_are_refused(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse_counts(given)
    assert "10k,100k,1M" in capsys.readouterr().err


def test_kept_index_is_taken_again_unless_another_is_wanted(tmp_path: Path) -> None:
    root, filled = tmp_path / "scale-2000", size(2000, 1.0).filled
    times: list[Made] = []

    def get(made: Made) -> Filled:
        def fill() -> Filled:
            times.append(made)
            prints = Fingerprint("made", 8, "fp32", "mean", "", "", "", "")
            root.mkdir()
            publish(IndexDirectory(root), Manifest(1, "", prints, 26, 2000, 2000))
            return filled

        return kept_or_filled(root, made, fill)

    made = Made(2000, 20, "/index", "2025-01-01", "d1ge57")
    assert get(made) == get(made) == filled
    assert len(times) == 1
    get(replace(made, seed=21))
    assert len(times) == 2
    (root / "manifest.json").unlink()  # somebody tidied up
    get(replace(made, seed=21))
    assert len(times) == 3
    forget(root)
    assert list(tmp_path.iterdir()) == []


def test_part_of_the_results_is_written_anew_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    replace_section(path, "end to end", "# End to end\n")
    replace_section(path, "scale", "# Growth, first run")
    replace_section(path, "scale", "# Growth, second run\n\n")
    replace_section(path, "end to end", "# End to end, anew")
    assert path.read_text("utf-8") == (
        "<!-- end to end -->\n# End to end, anew\n<!-- end of end to end -->\n\n"
        "<!-- scale -->\n# Growth, second run\n<!-- end of scale -->\n"
    )


def test_part_of_the_results_without_its_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    path.write_text("<!-- scale -->\n", "utf-8")
    with pytest.raises(ValueError, match="mend the file"):
        replace_section(path, "scale", "# Growth")


def test_results_show_the_table_and_a_picture(tmp_path: Path) -> None:
    sizes = [size(10_000, 2.0), size(1_000_000, 9.0)]
    figures = {
        "machine": "a machine", "source": "made from samples", "questions": 12,
        "growth": growth(sizes), "table": rows(sizes), "sizes": [as_json(one) for one in sizes],
    }  # fmt: skip
    told = section(figures, "today")
    assert "| clauses | 10,000 | 1,000,000 |\n| --- | ---: | ---: |" in told
    assert "takes 4.5 × as long" in told
    assert "![scale.png](scale.png)" in told
    draw(figures["sizes"], tmp_path / "scale.png")  # type: ignore[arg-type]
    assert (tmp_path / "scale.png").read_bytes().startswith(b"\x89PNG")
