"""Sidecars: whose they are, which one wins, and what is said of a bad one."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from indexer.files import FoundFiles, SourceFile, find_files
from indexer.records import Properties
from indexer.sidecar import MOST_BYTES

TEXT = "Some Policy\n1. Aim\nTo rest.\n"


def write(folder: Path, **files: str) -> None:
    """`leave__txt` is the file `leave.txt`."""
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def only(found: FoundFiles) -> SourceFile:
    assert found.failed == []
    (file,) = found.files
    return file


def reasons(found: FoundFiles) -> dict[str, str]:
    return {Path(file).name: reason for file, reason in found.failed}


def test_a_policy_without_sidecar(tmp_path: Path) -> None:
    write(tmp_path, leave__txt=TEXT)
    file = only(find_files([tmp_path]))
    assert (file.policy_id, file.sidecar, file.sidecar_bytes) == ("leave", None, b"")


def test_a_sidecar_says_everything_in_either_language(tmp_path: Path) -> None:
    write(
        tmp_path,
        leave__txt=TEXT,
        leave__policy__yaml="""
id: lantern-leave
标题: 休假制度
公司: 灯塔有限公司
生效日期: 2025年3月1日
updated: 2025-04-01
版本: "2.10"
lang: zh-CN
url: https://dengta.example/leave
""",
    )
    file = only(find_files([tmp_path]))
    assert file.policy_id == "lantern-leave"
    assert file.sidecar == Properties(
        "休假制度", "灯塔有限公司", "zh", date(2025, 3, 1), date(2025, 4, 1), "2.10",
        "https://dengta.example/leave",
    )  # fmt: skip


def test_the_more_specific_sidecar_wins_key_by_key(tmp_path: Path) -> None:
    write(
        tmp_path,
        leave__txt=TEXT,
        leave__txt__policy__yaml="title: of the file with its suffix",
        leave__policy__yaml="title: of the name\nrevision: 2",
        policy__yaml="""
title: of the folder
organisation: Folder Ltd.
files:
  leave.txt: {title: of the mapping, revision: 1, lang: en}
""",
    )
    assert only(find_files([tmp_path])).sidecar == Properties(
        title="of the file with its suffix", revision="2", lang="en", organisation="Folder Ltd."
    )


def test_a_file_given_alone_has_its_sidecars(tmp_path: Path) -> None:
    write(tmp_path, leave__txt=TEXT, other__txt=TEXT, policy__yaml="lang: zh")
    write(tmp_path, leave__policy__yaml="id: mine")
    file = only(find_files([tmp_path / "leave.txt"]))
    assert (file.policy_id, file.sidecar) == ("mine", Properties(lang="zh"))


def test_a_folders_sidecar_does_not_hold_for_folders_in_it(tmp_path: Path) -> None:
    write(tmp_path, leave__txt=TEXT, policy__yaml="organisation: Acme Ltd.")
    write(tmp_path / "sub", gifts__txt=TEXT)
    found = {file.name: file.sidecar for file in find_files([tmp_path]).files}
    assert found == {"leave.txt": Properties(organisation="Acme Ltd."), "sub/gifts.txt": None}


def test_sidecars_are_no_policies_and_not_left_out_either(tmp_path: Path) -> None:
    write(tmp_path, leave__txt=TEXT, policy__yaml="", leave__policy__yaml="# nothing yet\n")
    found = find_files([tmp_path])
    assert (len(found.files), found.failed, found.skipped) == (1, [], [])
    given = find_files([tmp_path / "policy.yaml"])
    assert "a sidecar" in given.skipped[0][1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("titel: Leave", "titel: unknown key; did you mean title?"),
        ("colour: red", "colour: unknown key; expected one of id, title, organisation"),
        ("groups: [human resources]", "groups: 'human resources' is no group"),
        ("files: {}", "files: unknown key"),
        ("origin: an import", "origin: unknown key"),
        ("title: [a]", "title: is a list; expected a text"),
        ("title:", "title: is empty; expected a text"),
        ("organisation: {a: b}", "organisation: is a group of keys; expected a text"),
        ("effective_date: 2025-02-30", "effective_date: '2025-02-30' is no date; expected one"),
        ("updated: 03/04/2025", "updated: '03/04/2025' is no date"),
        ("revision: the last one", "revision: 'the last one' is no revision"),
        ("lang: Klingon", "lang: 'Klingon' is no language; expected a code such as en or zh"),
        ("source_url: /leave", "source_url: '/leave' is no whole address"),
        ("id: Leave Policy", "id: 'Leave Policy' is no id; expected small letters"),
        ("id: Leave Policy", "such as leave-policy"),
        ("id: [a]", "id: is a list"),
        ("title: a\n标题: b", "title and 标题: mean the same; expected one of them"),
        ("title: a\ntitle: b", "not valid YAML: line 2: the key title stands twice"),
        ("title: a: b", "not valid YAML: line 1"),
        ("title: &a x", "anchors"),
        ("\ttitle: x", "not valid YAML"),
        ("just words", "expected keys and values; the keys are id, title"),
        ("- title: a", "expected keys and values"),
        ("\x00\x01\x02\x03" * 500, "not valid YAML"),
        ("title: a\n" + "#" * MOST_BYTES, "expected 1,048,576 at most"),
    ],
)
def test_a_bad_sidecar_fails_its_policy_naming_file_and_key(
    tmp_path: Path, text: str, reason: str
) -> None:
    write(tmp_path, leave__txt=TEXT, gifts__txt=TEXT, leave__policy__yaml=text)
    found = find_files([tmp_path])
    assert [file.name for file in found.files] == ["gifts.txt"]
    told = reasons(found)["leave.txt"]
    assert told.startswith(f"{tmp_path / 'leave.policy.yaml'}: ")
    assert reason in told


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, leave__txt=TEXT, leave__policy__yaml="titel: x\nlang: xyz\nid: A")
    told = reasons(find_files([tmp_path]))["leave.txt"]
    assert all(f"{key}: " in told for key in ("titel", "lang", "id"))


def test_a_folders_bad_sidecar_fails_every_policy_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TEXT, b__txt=TEXT, policy__yaml="lang: xyz")
    write(tmp_path / "sub", c__txt=TEXT)
    found = find_files([tmp_path])
    assert set(reasons(found)) == {"a.txt", "b.txt"}
    assert [file.name for file in found.files] == ["sub/c.txt"]


def test_a_bad_entry_for_one_file_fails_that_file_alone(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TEXT, b__txt=TEXT, policy__yaml="files: {a.txt: {lang: xyz}}")
    found = find_files([tmp_path])
    assert "policy.yaml: files: a.txt: lang: " in reasons(found)["a.txt"]
    assert [file.name for file in found.files] == ["b.txt"]


@pytest.mark.parametrize("files", ["files: [a.txt]", "files: {a.txt: x}", "files:"])
def test_entries_that_are_no_keys(tmp_path: Path, files: str) -> None:
    write(tmp_path, a__txt=TEXT, policy__yaml=files)
    assert "policy.yaml: files: " in reasons(find_files([tmp_path]))["a.txt"]


def test_a_sidecar_that_belongs_to_no_policy_is_told(tmp_path: Path) -> None:
    write(tmp_path, leave__txt=TEXT, laeve__policy__yaml="title: x")
    write(tmp_path, policy__yaml="files: {laeve.txt: {title: x}}")
    write(tmp_path / "empty", policy__yaml="title: x")
    found = find_files([tmp_path])
    assert [file.name for file in found.files] == ["leave.txt"]
    told = dict(found.failed)
    assert "belongs to no policy" in told[str(tmp_path / "laeve.policy.yaml")]
    assert "files: laeve.txt: no such file" in told[str(tmp_path / "policy.yaml")]
    assert "its own folder alone" in told[str(tmp_path / "empty" / "policy.yaml")]


@pytest.mark.parametrize("name", ["leave.policy", "leave.txt.policy", "policy"])
def test_a_sidecar_with_the_other_suffix_of_yaml_is_told(tmp_path: Path, name: str) -> None:
    write(tmp_path, leave__txt=TEXT)
    (tmp_path / f"{name}.yml").write_text("title: x")
    assert f"rename it {name}.yaml" in reasons(find_files([tmp_path]))[f"{name}.yml"]


def test_two_files_with_one_id_are_both_named(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TEXT, b__txt=TEXT, c__txt=TEXT, a__policy__yaml="id: c")
    (told,) = find_files([tmp_path]).failed
    assert (Path(told[0]).name, "has the id c like" in told[1]) == ("c.txt", True)
    assert str(tmp_path / "a.txt") in told[1]


def test_ids_in_chinese(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TEXT, a__policy__yaml="id: 休假制度-2")
    assert only(find_files([tmp_path])).policy_id == "休假制度-2"


def test_names_are_compared_composed(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "congés.txt")
    (tmp_path / decomposed).write_text(TEXT)
    entry = f"files: {{{unicodedata.normalize('NFC', decomposed)}: {{lang: fr}}}}"
    write(tmp_path, policy__yaml=entry)
    assert only(find_files([tmp_path])).sidecar == Properties(lang="fr")


def test_sidecar_in_a_legacy_encoding(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TEXT)
    text = "标题: 员工休假管理制度\n公司: 北京灯塔科技有限公司\n"
    (tmp_path / "a.policy.yaml").write_bytes(text.encode("gb18030"))
    sidecar = only(find_files([tmp_path])).sidecar
    assert sidecar
    assert (sidecar.title, sidecar.organisation) == ("员工休假管理制度", "北京灯塔科技有限公司")


def test_bytes_of_a_sidecar_change_with_what_it_says_and_with_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, a__txt=TEXT, b__txt=TEXT, a__policy__yaml="title: x\nlang: en")

    def stated() -> list[bytes]:
        return [file.sidecar_bytes for file in find_files([tmp_path]).files]

    first = stated()
    write(tmp_path, a__policy__yaml="# a word\nlanguage: English\ntitle: 'x'\n")
    assert stated() == first
    write(tmp_path, policy__yaml="files: {a.txt: {revision: 2}}")
    second = stated()
    assert (second[0] != first[0], second[1]) == (True, b"")
