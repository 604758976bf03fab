"""The command: what it prints, what it refuses, and how it leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service import package_version
from service.commands import common

Run = Callable[..., Any]


def test_index_says_what_it_did(run: Run, folder: Path, root: Path) -> None:
    done = run("index", folder)
    assert done.code == 0
    assert "Policies: 2 added; 0 not readable." in done.out
    assert "(11 clauses, 2 policies)" in done.out
    assert f"Published generation 1 in {root}." in done.out
    again = run("index", folder)
    assert "Policies: 2 unchanged" in again.out
    assert "Embedded 0 of" in again.out
    assert "Nothing changed: still generation 1" in again.out


def test_index_takes_files_and_a_directory_of_ones_own(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    done = run("index", folder / "leave.txt", "--index", own)
    assert (done.code, "1 added" in done.out) == (0, True)
    assert (own / "manifest.json").is_file()


def test_index_names_a_binary_file_and_goes_on(run: Run, folder: Path) -> None:
    (folder / "binary.txt").write_bytes(b"\x7fELF" + bytes(range(256)) * 50)
    (folder / "logo.png").write_bytes(b"\x89PNG")
    done = run("index", folder)
    assert done.code == 1
    assert "not indexed: " in done.err
    assert "binary.txt" in done.err
    assert "UTF-8" in done.err
    assert "logo.png: no reader for .png" in done.err
    assert "2 added; 1 not readable" in done.out


def test_index_of_an_empty_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("index", tmp_path / "empty")
    assert done.code == 2
    assert done.err.startswith("policy-search: no policies in ")
    assert ".md, .pdf, .text, .txt" in done.err
    assert "Traceback" not in done.err


def test_index_of_a_folder_that_is_not_there(run: Run, tmp_path: Path) -> None:
    done = run("index", tmp_path / "gone")
    assert (done.code, "gone: no such file or folder" in done.err) == (2, True)


def test_index_tells_of_another_encoder(run: Run, folder: Path, encoder: Any, make_encoder: Any,
    monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    run("index", folder)
    monkeypatch.setattr(common, "load_encoder", lambda settings: make_encoder("another"))
    refused = run("search", "leave")
    assert refused.code == 2
    assert "built with letter-pairs" in refused.err
    assert "policy-search index" in refused.err
    assert "every clause was embedded again" in run("index", folder).out
    assert run("search", "leave").code == 0


def test_search_prints_clauses_with_citations(run: Run, folder: Path) -> None:
    run("index", folder)
    done = run("search", "Unused days may be carried over until the end of March", "--limit", 2)
    assert done.code == 0
    first = done.out.splitlines()[0]
    assert first.startswith("  1. Lanternworks Leave Policy §1.2   [en]")
    assert "leave@2025-03-01#1.2" in done.out
    assert "Annual leave" in done.out
    assert "  3. " not in done.out


def test_search_prints_json(run: Run, folder: Path) -> None:
    run("index", folder)
    done = run("search", "注销账户后，信息保存多久？", "--json", "--limit", 1, "--offset", 1)
    answer = json.loads(done.out)
    assert (answer["query_lang"], answer["total"], len(answer["hits"])) == ("zh", 7, 1)
    assert answer["hits"][0]["rank"] == 2
    assert set(answer["hits"][0]) == {
        "rank", "id", "citation", "policy", "lang", "labels", "heading_path", "text", "snippet",
        "relevance", "score", "source_url",
    }  # fmt: skip
    assert "注销" in done.out  # readable, not escaped


def test_search_filters(run: Run, folder: Path) -> None:
    run("index", folder)
    everything = ("search", "leave", "--json", "--limit", 100)
    chinese = json.loads(run(*everything, "--lang", "zh").out)
    assert {hit["policy"]["id"] for hit in chinese["hits"]} == {"privacy"}
    assert json.loads(run(*everything, "--policy", "privacy").out)["hits"] == chinese["hits"]
    nothing = run("search", "leave", "--lang", "fr")
    assert (nothing.code, nothing.out) == (0, "No clauses found.\n")


def test_search_names_the_policies_it_knows(run: Run, folder: Path) -> None:
    run("index", folder)
    done = run("search", "leave", "--policy", "leaf")
    assert done.code == 2
    assert "no policy has the id leaf; known: leave, privacy" in done.err


@pytest.mark.parametrize(
    ("question", "message"), [(" ", "holds no text"), ("字" * 10_000, "10000 characters")]
)
def test_search_refuses_what_is_no_question(
    run: Run, folder: Path, question: str, message: str
) -> None:
    run("index", folder)
    done = run("search", question)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_search_without_an_index(run: Run, root: Path) -> None:
    done = run("search", "leave")
    assert done.code == 2
    assert f"{root}: no index here; build one with `policy-search index PATH" in done.err


def test_evaluate_prints_and_writes_figures(run: Run, tmp_path: Path) -> None:
    task = tmp_path / "task"
    task.mkdir()
    row = '{"_id": "%s", "text": "%s", "lang": "%s"}\n'
    (task / "corpus.jsonl").write_text(
        row % ("a", "Leave is ten days.", "en") + row % ("b", "年假十天。", "zh")
    )
    (task / "queries.jsonl").write_text(row % ("q", "How many days is leave?", "en"))
    (task / "qrels.tsv").write_text("q\ta\t1\nq\tb\t1\n")
    done = run("evaluate", task, "--baseline", "--json", tmp_path / "out.json")
    assert done.code == 0
    assert "plain cosine" in done.out
    figures = json.loads((tmp_path / "out.json").read_text())["tasks"]["task"]
    assert set(figures) == {"ours", "plain"}
    assert figures["ours"]["same"]["hit@1"] == 1.0
    unwritable = run("evaluate", task, "--json", tmp_path / "no" / "out.json")
    assert (unwritable.code, "cannot be written" in unwritable.err) == (2, True)


def test_evaluate_asks_questions_over_policies(run: Run, folder: Path, tmp_path: Path) -> None:
    gold = [{"policy": "leave", "snippet": "until the end of March", "grade": 2}]
    file = tmp_path / "mine" / "questions.jsonl"
    file.parent.mkdir()
    asked = {"id": "q", "en": "Unused days may be carried over until when?", "gold": gold}
    file.write_text(json.dumps(asked))
    done = run("evaluate", "--questions", file, "--policies", folder)
    assert done.code == 0
    assert "mine" in done.out.splitlines()
    assert "1 judged policies of 2 are searched" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to evaluate"),
        (("--questions", "q.jsonl"), "--questions and --policies go together"),
        (("gone",), "gone: no such folder"),
    ],
)
def test_evaluate_says_what_is_missing(run: Run, arguments: tuple[str, ...], message: str) -> None:
    done = run("evaluate", *arguments)
    assert (done.code, message in done.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("serve", "--help"), ("--index", "--host", "--port", "POLICY_SEARCH_PORT")),
        (("index", "--help"), ("paths", "--index", "--model")),
        (("search", "--help"), ("question", "--lang", "--policy", "--json")),
        (("evaluate", "--help"), ("--baseline", "--restrict", "--exclude-self", "--json")),
        (("--help",), ("index", "search", "serve", "evaluate")),
    ],
)
def test_help(run: Run, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == 0
    assert all(word in done.out for word in words)


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.out) == (0, f"policy-search {package_version()}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("search",),
        ("search", "leave", "--limit", "0"),
        ("search", "leave", "--limit", "x"),
        ("fly",),
    ],
)
def test_wrong_use_leaves_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_bad_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_SEARCH_PORT", "many")
    done = run("serve")
    assert done.code == 2
    assert "POLICY_SEARCH_PORT" in done.err


def test_command_is_installed_and_starts(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("policy-search")
    if not command.exists():
        pytest.skip("the project is not installed beside this Python")
    done = subprocess.run(
        [command, "evaluate", "gone"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "policy-search: gone: no such folder\n"
