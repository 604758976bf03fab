"""A policy as the command prints it: metadata, the tree of clauses, remarks beside them."""

from __future__ import annotations

from datetime import date

import pytest
from rich.cells import cell_len

from indexer.records import Clause, Metadata, PolicyVersion, Remark
from service.show import policy_as_json, print_policy


def clause(path: str, text: str, heading: str | None = None, lang: str = "zh") -> Clause:
    labels = tuple(path.split("."))
    parent = ".".join(labels[:-1])
    return Clause(
        f"p@1#{path}", "p", "1", 0, f"p@1#{parent}" if parent else None, labels, heading, (),
        f"《制度》{path}", lang, text, 10, 10 + len(text),
    )  # fmt: skip


POLICY = PolicyVersion(
    "p",
    "1",
    Metadata("灯塔休假制度", "zh", date(2025, 3, 1), organisation="灯塔有限公司"),
    "source",
    "policies/p.txt",
    "text",
    "sha",
    (
        clause("前言", "前言的话"),
        clause("一", "一、年休假", "年休假"),
        clause("一.二", "（二）" + "员工每年享有二十五天年休假，未休完的可以顺延到次年。" * 9),
        clause("一.八", "（八）年休假由主管批准。"),
        clause("一.八.•1", "• Ask your manager first.", lang="en"),
        clause("附则", "附则", "附则"),
    ),
    (
        Remark("front-matter", "front matter: not understood"),
        Remark("fused-item", "a list item was set apart", 3, "p@1#一.二"),
        Remark("numbering-jump", "numbering jumps from 六 to 八", 3, "p@1#一.八"),
        Remark("long-clause", "the clause is very long", 3, "p@1#一.八"),
        Remark("empty-page", "page 3 holds no text", 3, "p@1#gone"),
    ),
)


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def printed(capsys: pytest.CaptureFixture[str], policy: PolicyVersion = POLICY) -> list[str]:
    print_policy(policy)
    return capsys.readouterr().out.split("\n")


def test_metadata_comes_first_and_only_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)
    assert lines[0] == "灯塔休假制度"
    known = dict(line.split(maxsplit=1) for line in lines[1 : lines.index("")])
    assert known == {
        "id": "p",
        "organisation": "灯塔有限公司",
        "language": "zh",
        "version": "1",
        "effective": "2025-03-01",
        "file": "policies/p.txt (text)",
    }


def test_clauses_are_a_tree_with_labels_headings_and_first_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = printed(capsys)
    assert "前言  前言的话" in lines
    assert "一  年休假" in lines
    assert "    •1  [en] Ask your manager first." in lines
    assert "附则" in lines  # a heading without number stands once


def test_remarks_stand_beside_their_clause_and_the_others_before_the_tree(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = printed(capsys)
    first = lines.index("") + 1
    assert lines[first : first + 2] == ["! front matter: not understood", "! page 3 holds no text"]
    (cut,) = [line for line in lines if line.startswith("  二  ")]
    assert cut.endswith("…   ~ repaired: a list item was set apart")
    below = lines.index("  八  年休假由主管批准。")
    assert lines[below + 1 : below + 3] == [
        "    ! numbering jumps from 六 to 八",
        "    ! the clause is very long",
    ]
    assert lines[-2] == "6 clauses, depth 3; 4 warnings, 1 repair."


@pytest.mark.parametrize("width", [30, 41, 80, 200])
def test_wide_characters_take_two_columns(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed(capsys)
    (cut,) = [line for line in lines if line.startswith("  二  ")]
    assert width - 3 <= cell_len(cut) <= width


def test_nothing_in_a_policy_reaches_the_terminal_as_a_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hostile = clause("1", "1. \x1b[2Jred\u202eder\r\nnext", lang="zh")
    policy = PolicyVersion(
        "p", "1", Metadata("a\x1b]0;b\x07", "zh"), "", "p.txt", "text", "", (hostile,),
        (Remark("long-clause", "c\x1b[1m", 0, "p@1#1"),),
    )  # fmt: skip
    out = "\n".join(printed(capsys, policy))
    assert out.replace("\n", "").isprintable()
    assert "[2Jred der next" in out


def test_json_holds_spans_labels_and_remarks() -> None:
    shown = policy_as_json(POLICY)
    assert (shown["title"], shown["effective_date"], shown["depth"]) == (
        "灯塔休假制度", "2025-03-01", 3,
    )  # fmt: skip
    assert (shown["clause_count"], shown["warnings"], shown["repairs"]) == (6, 4, 1)
    third = shown["clauses"][2]
    assert (third["id"], third["parent_id"], third["labels"]) == (
        "p@1#一.二", "p@1#一", ["一", "二"],
    )  # fmt: skip
    assert third["span"]["start"] == 10
    assert shown["remarks"][1] == {
        "code": "fused-item",
        "message": "a list item was set apart",
        "start": 3,
        "clause_id": "p@1#一.二",
        "kind": "repair",
    }
