"""The command shows what the parser made of policies, before and after they are indexed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.commands import common

Run = Callable[..., Any]


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, whoever loads an encoder fails."""

    def refuse(settings: object) -> None:
        raise AssertionError("the encoder was loaded")

    return lambda: monkeypatch.setattr(common, "load_encoder", refuse)


def contents(root: Path) -> dict[str, bytes]:
    """The files of an index, but for those with which SQLite's readers share memory."""
    return {
        file.name: file.read_bytes()
        for file in root.iterdir()
        if not file.name.endswith(("-shm", "-wal"))
    }


def test_policies_are_listed(run: Run, folder: Path, no_encoder: Callable[[], None]) -> None:
    run("index", folder)
    no_encoder()
    head, leave, privacy = run("policies", "list").out.splitlines()
    assert head.split() == ["id", "lang", "version", "clauses", "title"]
    assert leave.split(maxsplit=4) == [
        "leave",
        "en",
        "2025-03-01",
        "6",
        "Lanternworks Leave Policy",
    ]
    assert privacy.split() == ["privacy", "zh", "1", "5", "灯塔隐私政策"]
    listed = json.loads(run("policies", "list", "--json").out)
    assert [policy["id"] for policy in listed] == ["leave", "privacy"]
    assert listed[0]["effective_date"] == "2025-03-01"


def test_policies_of_no_index(run: Run, root: Path) -> None:
    done = run("policies", "list")
    assert (done.code, f"{root}: no index here" in done.err) == (2, True)


def test_a_file_is_shown_as_it_would_be_indexed(
    run: Run, folder: Path, root: Path, no_encoder: Callable[[], None]
) -> None:
    no_encoder()
    (folder / "leave.policy.yaml").write_text("id: mine\norganisation: Lanternworks Ltd.")
    done = run("policies", "show", folder / "leave.txt")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "Lanternworks Leave Policy"
    assert "  organisation  Lanternworks Ltd." in lines
    assert "1  Annual leave" in lines
    assert "  1.2  Unused days may be carried over until the end of March." in lines
    assert lines[-1].endswith("depth 2; 0 warnings, 0 repairs.")
    assert not root.exists()


def test_a_file_and_its_indexed_policy_are_shown_alike(run: Run, folder: Path) -> None:
    run("index", folder)
    of_file = json.loads(run("policies", "show", folder / "leave.txt", "--json").out)
    of_index = json.loads(run("policies", "show", "leave", "--json").out)
    assert (Path(of_file.pop("source_path")).name, of_index.pop("source_path")) == (
        "leave.txt", "leave.txt",
    )  # fmt: skip
    assert of_file == of_index
    spans = [(clause["span"]["start"], clause["span"]["end"]) for clause in of_file["clauses"]]
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]


def test_remarks_are_shown_beside_the_clause(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.txt"
    file.write_text("休假制度\n一、年假\n年假二十天。\n二、病假\n照发工资。\n四、事假\n不发。\n")
    lines = run("policies", "show", file).out.splitlines()
    assert any(line.startswith("四  事假   ! ") and "二" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.txt", None, "no such file, and there is no index"),
        ("a.rtf", "{}", "no reader for .rtf"),
        ("a.txt", "", "holds no text"),
        ("policy.yaml", "a: b", "a sidecar"),
    ],
)
def test_what_cannot_be_shown(
    run: Run, tmp_path: Path, name: str, text: str | None, reason: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    done = run("policies", "show", tmp_path / name)
    assert (done.code, done.out, reason in done.err) == (2, "", True)


def test_an_unknown_policy_gets_told_the_ids(run: Run, folder: Path) -> None:
    run("index", folder)
    done = run("policies", "show", "leaf")
    assert (done.code, "no policy has this id; known: leave, privacy" in done.err) == (2, True)


def test_bad_sidecar_of_a_file_to_show(run: Run, folder: Path) -> None:
    (folder / "leave.policy.yaml").write_text("titel: x")
    done = run("policies", "show", folder / "leave.txt")
    assert (done.code, "leave.policy.yaml: titel: unknown key" in done.err) == (2, True)


def test_dry_run_tells_and_writes_nothing(
    run: Run, folder: Path, root: Path, no_encoder: Callable[[], None]
) -> None:
    run("index", folder)
    before = contents(root)
    no_encoder()
    (folder / "leave.txt").unlink()
    (folder / "gifts.md").write_text("# Gifts\n\n1. None.\n2. No.\n4. Not one.\n")
    done = run("index", folder, "--dry-run")
    assert (done.code, done.err) == (0, "")
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0][:7] == ["new", "gifts", "en", "3", "clauses", "1", "warning"]
    assert lines[1][:3] == ["unchanged", "privacy", "zh"]
    assert lines[2] == ["removed", "leave"]
    assert "1 new, 0 changed, 1 unchanged, 1 removed; 0 not readable" in done.out
    assert f"compared with {root}" in done.out
    assert "Nothing was written." in done.out
    assert contents(root) == before
    assert "1 unchanged" in run("index", folder, "--dry-run").out


def test_dry_run_names_what_fails_and_leaves_with_1(run: Run, folder: Path, root: Path) -> None:
    (folder / "bad.txt").write_bytes(b"\x7fELF" + bytes(range(256)) * 50)
    (folder / "leave.policy.yaml").write_text("lang: xyz")
    done = run("index", folder, "--dry-run")
    assert done.code == 1
    assert "not indexed: " in done.err
    assert "bad.txt" in done.err
    assert "leave.policy.yaml: lang: 'xyz' is no language" in done.err
    assert "1 new" in done.out
    assert f"there is no index in {root}" in done.out
    assert not root.exists()


def test_dry_run_prints_trees_when_asked(run: Run, folder: Path) -> None:
    assert "Annual leave" not in run("index", folder, "--dry-run").out
    for option in ("-v", "--verbose"):
        done = run("index", folder, "--dry-run", option)
        assert "\n1  Annual leave\n  1.1  Every employee" in done.out
    refused = run("index", folder, "-v")
    assert (refused.code, "--verbose goes with --dry-run" in refused.err) == (2, True)


def test_dry_run_of_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("index", tmp_path / "empty", "--dry-run")
    assert (done.code, "no policies in" in done.err) == (2, True)
