"""Building again: only what changed is read and embedded, and nothing is lost silently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_index, index_policies
from indexer.directory import IndexDirectory
from indexer.errors import IndexerError, IndexLockedError, NoPoliciesError
from indexer.policy_id import policy_id_of
from indexer.records import Clause, Metadata, PolicyVersion
from service.search.live import LiveIndex


def ids(root: Path, encoder: Any) -> set[str]:
    live = LiveIndex(root, encoder)
    try:
        return {policy.id for policy in live.snapshot.policies()}
    finally:
        live.close()


def texts(root: Path, encoder: Any, policy: str) -> list[str]:
    live = LiveIndex(root, encoder)
    try:
        return [clause.text for clause in live.snapshot.clauses(policy)]
    finally:
        live.close()


def test_first_build(folder: Path, root: Path, encoder: Any) -> None:
    told: list[tuple[str, int, int]] = []
    report = build_index([folder], root, encoder, lambda *step: told.append(step))
    assert (report.generation, report.published) == (1, True)
    assert (sorted(report.added), report.policies, report.clauses) == (["leave", "privacy"], 2, 11)
    assert report.embedded == report.passages > 0
    assert told[-1] == ("embedding", len(encoder.embedded), len(encoder.embedded))
    assert ("reading", 2, 2) in told


def test_nothing_changed_embeds_and_publishes_nothing(
    folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    encoder.embedded.clear()
    report = build_index([folder], root, encoder)
    assert (report.published, report.generation, report.embedded) == (False, 1, 0)
    assert sorted(report.unchanged) == ["leave", "privacy"]
    assert encoder.embedded == []


def test_only_the_changed_clause_is_embedded(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    encoder.embedded.clear()
    file = folder / "leave.txt"
    file.write_text(file.read_text().replace("twenty-five days", "thirty days"))
    report = build_index([folder], root, encoder)
    assert (report.updated, report.unchanged) == (["leave"], ["privacy"])
    assert report.embedded == 1
    assert encoder.embedded
    assert all("thirty days" in text for text in encoder.embedded)
    assert any("thirty days" in text for text in texts(root, encoder, "leave"))


def test_an_added_clause_is_the_only_one_embedded(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    encoder.embedded.clear()
    with (folder / "leave.txt").open("a") as file:
        file.write("\n2.2 A note from a doctor is needed from the fourth day.\n")
    build_index([folder], root, encoder)
    assert encoder.embedded
    assert all("doctor" in text for text in encoder.embedded)


def test_new_policy_leaves_the_others_alone(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    encoder.embedded.clear()
    (folder / "more.md").write_text("# Dress Code\n\n- Wear what you like.\n- Wear something.\n")
    report = build_index([folder], root, encoder)
    assert (report.added, sorted(report.unchanged)) == (["more"], ["leave", "privacy"])
    assert all("Dress Code" in text for text in encoder.embedded if "\n" in text)
    assert ids(root, encoder) == {"leave", "privacy", "more"}


def test_removed_file_removes_its_policy(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    (folder / "leave.txt").unlink()
    report = build_index([folder], root, encoder)
    assert (report.removed, report.policies, report.embedded) == (["leave"], 1, 0)
    assert ids(root, encoder) == {"privacy"}


def test_policies_from_elsewhere_stay(
    folder: Path, root: Path, encoder: Any, tmp_path: Path
) -> None:
    build_index([folder], root, encoder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "gifts.txt").write_text("Gift Policy\n1. Take no gifts.\n2. Give no gifts.\n")
    report = build_index([other], root, encoder)
    assert (report.added, report.removed) == (["gifts"], [])
    assert ids(root, encoder) == {"leave", "privacy", "gifts"}
    (folder / "leave.txt").unlink()
    assert build_index([other], root, encoder).removed == []


def test_moved_file_is_the_same_policy(folder: Path, root: Path, encoder: Any) -> None:
    build_index([folder], root, encoder)
    moved = folder.rename(folder.with_name("moved"))
    encoder.embedded.clear()
    report = build_index([moved], root, encoder)
    assert (report.removed, sorted(report.updated)) == ([], ["leave", "privacy"])
    assert encoder.embedded == []


def test_unreadable_file_is_named_and_keeps_its_indexed_version(
    folder: Path, root: Path, encoder: Any
) -> None:
    build_index([folder], root, encoder)
    before = texts(root, encoder, "leave")
    (folder / "leave.txt").write_bytes(b"\x7fELF" + bytes(range(256)) * 50)
    (folder / "new.txt").write_text("New Policy\n1. Be new.\n2. Be old.\n")
    report = build_index([folder], root, encoder)
    assert report.added == ["new"]
    ((file, reason),) = report.failed
    assert file.endswith("leave.txt")
    assert "UTF-8" in reason
    assert texts(root, encoder, "leave") == before


def test_other_formats_and_hidden_files_are_left_out(
    folder: Path, root: Path, encoder: Any
) -> None:
    (folder / "logo.png").write_bytes(b"\x89PNG")
    (folder / ".git").mkdir()
    (folder / ".git" / "note.txt").write_text("1. Not a policy.")
    report = build_index([folder], root, encoder)
    assert [Path(file).name for file, _ in report.skipped] == ["logo.png"]
    assert report.policies == 2


def test_two_files_of_one_id_are_reported(folder: Path, root: Path, encoder: Any) -> None:
    (folder / "Leave.md").write_text("# Another Leave Policy\n\nRest.\n")
    report = build_index([folder], root, encoder)
    ((file, reason),) = report.failed
    assert "has the id leave like" in reason
    assert {Path(file).name, "Leave.md", "leave.txt"} >= {"leave.txt", "Leave.md"}
    assert report.policies == 2


def test_a_policy_from_elsewhere_is_not_overwritten_by_one_of_its_id(
    folder: Path, root: Path, encoder: Any, tmp_path: Path
) -> None:
    build_index([folder], root, encoder)
    before = texts(root, encoder, "leave")
    other = tmp_path / "other"
    other.mkdir()
    (other / "leave.txt").write_text("Another Leave Policy\n1. No leave.\n2. None.\n")
    report = build_index([other], root, encoder)
    ((_, reason),) = report.failed
    assert str(folder / "leave.txt") in reason
    assert texts(root, encoder, "leave") == before


@pytest.mark.parametrize(
    ("path", "policy_id"),
    [
        ("leave.txt", "leave"),
        ("legal/Terms of Use.md", "legal-terms-of-use"),
        ("请假 制度.txt", "请假-制度"),
        ("Ｐolicy_１.txt", "policy-1"),
        ("--.txt", "policy"),
        ("v1.2 (final).txt", "v1-2-final"),
    ],
)
def test_policy_id_comes_from_the_files_place(path: str, policy_id: str) -> None:
    assert policy_id_of(Path(path)) == policy_id


def test_clause_ids_stay_across_builds_and_versions_count_up(
    folder: Path, root: Path, encoder: Any
) -> None:
    def clause_ids(policy: str) -> list[str]:
        live = LiveIndex(root, encoder)
        try:
            return [clause.id for clause in live.snapshot.clauses(policy)]
        finally:
            live.close()

    build_index([folder], root, encoder)
    assert clause_ids("leave")[-1] == "leave@2025-03-01#2.1"
    assert clause_ids("privacy")[-1] == "privacy@1#二.二"
    file = folder / "privacy.txt"
    file.write_text(file.read_text().replace("三十日", "六十日"))
    build_index([folder], root, encoder)
    assert clause_ids("leave")[-1] == "leave@2025-03-01#2.1"
    assert clause_ids("privacy")[-1] == "privacy@2#二.二"


def test_nothing_to_index(tmp_path: Path, root: Path, encoder: Any) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NoPoliciesError, match=r"empty: expected files ending in .*\.md"):
        build_index([empty], root, encoder)
    (empty / "policy.xlsx").write_bytes(b"PK")
    with pytest.raises(NoPoliciesError, match="1 files of other formats were left out"):
        build_index([empty], root, encoder)
    with pytest.raises(NoPoliciesError, match="no such file or folder"):
        build_index([tmp_path / "gone"], root, encoder)
    (empty / "policy.txt").write_bytes(b"\x00\x01" * 500)
    with pytest.raises(NoPoliciesError, match="none of the policy files can be read"):
        build_index([empty], root, encoder)
    assert not IndexDirectory(root).manifest.exists()


def test_second_writer_is_refused(folder: Path, root: Path, encoder: Any) -> None:
    with (
        IndexDirectory(root).writing(),
        pytest.raises(IndexLockedError, match="another process is writing"),
    ):
        build_index([folder], root, encoder)
    assert build_index([folder], root, encoder).published


def test_index_directory_that_cannot_be_made(folder: Path, tmp_path: Path, encoder: Any) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(IndexerError, match="cannot be written: Not a directory"):
        build_index([folder], tmp_path / "file" / "index", encoder)


def test_another_encoder_embeds_everything_again(
    folder: Path, root: Path, encoder: Any, make_encoder: Any
) -> None:
    first = build_index([folder], root, encoder)
    other = make_encoder("another")
    report = build_index([folder], root, other)
    assert report.encoder_changed
    assert (report.generation, report.embedded) == (2, first.passages)
    assert sorted(other.embedded) == sorted(encoder.embedded)
    assert sorted(report.unchanged) == ["leave", "privacy"]


def test_parsed_policies_can_be_indexed_without_files(root: Path, encoder: Any) -> None:
    clause = Clause("p@1#a", "p", "1", 0, None, ("a",), None, (), "a", "en", "Rest.", 0, 0)
    policy = PolicyVersion("p", "1", Metadata("T", "en"), "", "p", "task", "", (clause,))
    assert index_policies([policy], root, encoder).added == ["p"]
    assert index_policies([policy], root, encoder).updated == ["p"]
    assert texts(root, encoder, "p") == ["Rest."]
