"""Building with sidecars: what they say is indexed, and a change of one is a change."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indexer import parsing
from indexer.build import build_index
from indexer.catalogue import open_catalogue
from indexer.preview import preview_index
from indexer.records import Remark
from indexer.rows import PolicyRecord
from service.search.live import LiveIndex


def policies(root: Path) -> dict[str, PolicyRecord]:
    with open_catalogue(root) as catalogue:
        return {policy.id: policy for policy in catalogue.policies()}


@pytest.mark.parametrize("in_child", [False, True])
def test_what_a_sidecar_says_is_indexed(
    folder: Path, root: Path, encoder: Any, in_child: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_child:
        monkeypatch.setattr(parsing, "LONGEST_HERE", 0)
    sidecar = "organisation: Lanternworks Ltd.\nupdated: 2025-04-01\nurl: https://a.example/\n"
    (folder / "leave.policy.yaml").write_text(sidecar)
    build_index([folder], root, encoder)
    found = policies(root)["leave"]
    assert (found.organisation, found.source_url) == ("Lanternworks Ltd.", "https://a.example/")
    assert (found.effective_date, found.updated_date) == (date(2025, 3, 1), date(2025, 4, 1))
    assert found.version == "2025-04-01"


def test_a_change_of_the_sidecar_alone_updates_its_policy_and_keeps_the_version(
    folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    sidecar = folder / "privacy.policy.yaml"
    sidecar.write_text("organisation: 灯塔有限公司")
    report = build_index([folder], root, encoder)
    assert (report.updated, report.unchanged, report.embedded) == (["privacy"], ["leave"], 0)
    found = policies(root)["privacy"]
    assert (found.organisation, found.version) == ("灯塔有限公司", "1")
    assert build_index([folder], root, encoder).updated == []
    sidecar.unlink()
    assert build_index([folder], root, encoder).updated == ["privacy"]
    assert policies(root)["privacy"].organisation is None


def test_a_bad_sidecar_keeps_the_indexed_version_and_stops_nothing(
    folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    (folder / "leave.policy.yaml").write_text("effective_date: never")
    (folder / "new.txt").write_text("New Policy\n1. Be new.\n2. Be old.\n")
    report = build_index([folder], root, encoder)
    assert (report.added, report.unchanged, report.removed) == (["new"], ["privacy"], [])
    assert "leave.policy.yaml: effective_date: 'never'" in report.failed[0][1]
    assert policies(root)["leave"].effective_date == date(2025, 3, 1)


def test_an_id_from_a_sidecar_takes_the_place_of_the_one_before(
    folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    sidecar = folder / "leave.policy.yaml"
    sidecar.write_text("id: lantern-leave")
    preview = preview_index([folder], root)
    report = build_index([folder], root, encoder)
    assert (report.added, report.removed) == (["lantern-leave"], ["leave"])
    assert ([p.state for p in preview.policies], preview.removed) == (
        ["new", "unchanged"], ["leave"],
    )  # fmt: skip
    assert set(policies(root)) == {"lantern-leave", "privacy"}
    sidecar.write_text("id: lantern leave")
    report = build_index([folder], root, encoder)
    assert (len(report.failed), report.removed) == (1, [])
    assert set(policies(root)) == {"lantern-leave", "privacy"}


def test_two_files_can_change_their_ids_with_each_other(
    folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    (folder / "policy.yaml").write_text(
        "files: {leave.txt: {id: privacy}, privacy.txt: {id: leave}}"
    )
    report = build_index([folder], root, encoder)
    assert (sorted(report.updated), report.failed, report.removed) == (["leave", "privacy"], [], [])
    assert policies(root)["leave"].title == "灯塔隐私政策"


def test_remarks_are_stored_with_their_clauses(
    folder: Path, root: Path, encoder: Any, opened: Callable[[], LiveIndex]
) -> None:
    (folder / "gifts.md").write_text(
        "---\nupdated: soon\n---\n# Gifts\n\n1. Take none.\n2. Give none.\n4. Ask.\n"
    )
    build_index([folder], root, encoder)
    front, jump = opened().snapshot.remarks("gifts")
    assert (front.code, "'soon' is no date" in front.message) == ("front-matter", True)
    assert (jump.code, jump.clause_id) == ("numbering-jump", "gifts@1#4")
    assert opened().snapshot.remarks("nobodys") == ()
    with open_catalogue(root) as catalogue:
        version = catalogue.version("gifts")
        assert version
        assert version.remarks == (front, jump)
        assert [c.labels for c in version.clauses] == [
            c.labels for c in opened().snapshot.clauses("gifts")
        ]
        assert catalogue.version("nobodys") is None
    assert all(isinstance(remark, Remark) for remark in (front, jump))


def test_preview_tells_what_a_build_then_does_and_writes_nothing(
    folder: Path, root: Path, encoder: Any
) -> None:
    first = preview_index([folder], root)
    assert (first.indexed, [p.state for p in first.policies]) == (False, ["new", "new"])
    assert not root.exists()
    build_index([folder], root, encoder)
    (folder / "leave.txt").unlink()
    (folder / "privacy.txt").write_text("灯塔隐私政策\n一、目的\n二、其他\n")
    (folder / "new.txt").write_text("New Policy\n1. Be new.\n2. Be old.\n")
    (folder / "bad.txt").write_bytes(b"\x7fELF" + bytes(range(256)) * 50)
    before = {file: file.read_bytes() for file in root.iterdir() if file.suffix != ".lock"}
    preview = preview_index([folder], root)
    assert {p.file.policy_id: p.state for p in preview.policies} == {
        "new": "new",
        "privacy": "changed",
    }
    assert [p.policy.version for p in preview.policies] == ["1", "2"]
    assert (preview.removed, [Path(file).name for file, _ in preview.failed]) == (
        ["leave"], ["bad.txt"],
    )  # fmt: skip
    assert {file: file.read_bytes() for file in before} == before
    assert json.loads((root / "manifest.json").read_text())["generation"] == 1
    report = build_index([folder], root, encoder)
    assert (report.added, report.updated, report.removed) == (["new"], ["privacy"], ["leave"])
