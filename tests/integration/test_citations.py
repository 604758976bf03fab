"""Citations as people write them name their clauses: a table of them over made-up policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.snapshot import Snapshot
from service.lookup.citations.resolving import Restriction, resolve
from service.search.live import LiveIndex
from tests.support.small import CountingEncoder

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "policies"
TABLE = ROOT / "tests" / "fixtures" / "citations.tsv"


@dataclass(frozen=True)
class Row:
    citation: str
    ids: list[str]
    nearest: str


def rows() -> list[Row]:
    lines = TABLE.read_text("utf-8").splitlines()
    cells = [line.split("\t") for line in lines if not line.startswith("#")]
    return [Row(citation, ids.split(), nearest) for citation, ids, nearest in cells]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    yield from opened(
        tmp_path_factory.mktemp("index"),
        [ROOT / "indexer" / "samples", ROOT / "tests" / "fixtures" / "policies"],
    )


def opened(root: Path, folders: list[Path]) -> Iterator[Snapshot]:
    encoder = CountingEncoder()
    build_index(folders, root, encoder)
    live = LiveIndex(root, encoder)
    yield live.snapshot
    live.close()


def test_table_is_of_both_languages_with_wrong_and_ambiguous_citations() -> None:
    counts = Counter(min(len(row.ids), 2) for row in rows())
    assert len(rows()) >= 120
    assert counts[0] >= 15
    assert counts[2] >= 3
    assert sum(not row.citation.isascii() for row in rows()) >= 50


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.citation)
def test_citation_names_its_clauses(row: Row, snapshot: Snapshot) -> None:
    found = resolve(snapshot, row.citation)
    assert [clause.id for clause, _ in found.matches] == row.ids
    assert found.total == len(row.ids)
    near = [f"{one.kind}:{one.clause_id or one.policy.id}" for one in found.nearest]
    assert near[:1] == ([row.nearest] if row.nearest else [])


def assert_printed_citations_lead_back(snapshot: Snapshot) -> None:
    printed = Counter(c.citation for p in snapshot.policies() for c in snapshot.clauses(p.id))
    for policy in snapshot.policies():
        for clause in snapshot.clauses(policy.id):
            found = [other.id for other, _ in resolve(snapshot, clause.citation).matches]
            assert clause.id in found
            assert len(found) == printed[clause.citation], clause.citation
            by_id = resolve(snapshot, clause.id)
            assert [other.id for other, _ in by_id.matches] == [clause.id]
    assert sum(count > 1 for count in printed.values()) <= 2  # policies of one title


def test_printed_citations_lead_back_to_their_clauses(snapshot: Snapshot) -> None:
    assert_printed_citations_lead_back(snapshot)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not here")
def test_printed_citations_of_real_policies_lead_back(tmp_path: Path) -> None:
    for snapshot in opened(tmp_path, [SHARED]):
        assert_printed_citations_lead_back(snapshot)


def test_filters_leave_only_what_they_allow(snapshot: Snapshot) -> None:
    citation = "information security article XIII"
    assert resolve(snapshot, citation).total == 2
    chinese = resolve(snapshot, citation, Restriction(lang=("zh",)))
    assert [clause.lang for clause, _ in chinese.matches] == ["zh"]
    one = resolve(snapshot, "§3.1", Restriction(policy_id=("expense-policy-en",)))
    assert [clause.citation for clause, _ in one.matches] == ["Travel and Expense Policy §3.1"]
    assert resolve(snapshot, citation, limit=1).total == 2
    assert len(resolve(snapshot, citation, limit=1).matches) == 1


def test_odd_citations_name_nothing_and_break_nothing(snapshot: Snapshot) -> None:
    for citation in ("§" * 50, "((((((", "第条", "a@b#c", "1." * 200, "一" * 300, "《》", "x" * 500,
                     "@", "#", "of of of", "(" * 200 + "1", "IIIIIIIIIIII §" * 20):  # fmt: skip
        resolve(snapshot, citation)
