"""Every clause of five real policies stands at its place.

The policies lie beside the project (`../shared/policies`, or under $POLICY_SEARCH_SHARED), not in
it. `real_policies.tsv` names clauses by policy, by the first 16 hex digits of the SHA-256 of their
text (NFKC, without white space), and by their label chain. Each was checked against the printed
policy by eye. Labels that are long headings are cut to their first three words.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from indexer.files import SourceFile
from indexer.outline.contents import find_contents
from indexer.parse import parse_policy
from indexer.readers import read_document
from indexer.records import Clause, Document, PolicyVersion

ROOT = Path(__file__).resolve().parents[2]
POLICIES = Path(os.environ.get("POLICY_SEARCH_SHARED", ROOT.parent / "shared")) / "policies"
COUNTS = {"jst": 96, "joywe": 159, "jc-task": 43, "jsers": 20, "zhenyi-erp": 58}

if not all((POLICIES / f"{name}-privacy-policy.txt").is_file() for name in COUNTS):
    pytest.skip(f"the five policies are not in {POLICIES}", allow_module_level=True)


def known_clauses() -> list[tuple[str, str, str]]:
    lines = Path(__file__).with_name("real_policies.tsv").read_text("utf-8").splitlines()
    policy, digest, chain = zip(*(line.split("\t") for line in lines), strict=True)
    return list(zip(policy, digest, chain, strict=True))


@cache
def parsed(name: str) -> tuple[Document, PolicyVersion]:
    path = POLICIES / f"{name}-privacy-policy.txt"
    document = read_document(path)
    return document, parse_policy(SourceFile(path, path.stem, path.name), document)


def clauses_of(name: str) -> tuple[Clause, ...]:
    return parsed(name)[1].clauses


def digest(text: str) -> str:
    compared = "".join(unicodedata.normalize("NFKC", text).split())
    return hashlib.sha256(compared.encode()).hexdigest()[:16]


def chain_of(clause: Clause) -> str:
    return " › ".join(short(label) for label in clause.labels)


def short(label: str) -> str:
    words = label.split()
    return label if len(words) <= 3 else " ".join(words[:3]) + "…"


@pytest.mark.parametrize(("name", "text_digest", "chain"), known_clauses())
def test_clause_is_at_its_place(name: str, text_digest: str, chain: str) -> None:
    places = [chain_of(c) for c in clauses_of(name) if digest(c.text) == text_digest]
    assert chain in places


def test_enough_clauses_are_known() -> None:
    known = known_clauses()
    assert len(set(known)) == len(known) >= 100
    assert {name for name, _, _ in known} == set(COUNTS)


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_number_of_clauses(name: str, count: int) -> None:
    assert len(clauses_of(name)) == count


@pytest.mark.parametrize("name", COUNTS)
def test_spans_give_the_source_back(name: str) -> None:
    document, policy = parsed(name)
    assert policy.source == document.source
    assert "".join(policy.source[c.start : c.end] for c in policy.clauses) == policy.source


@pytest.mark.parametrize("name", COUNTS)
def test_every_line_is_in_a_clause_except_titles_and_contents(name: str) -> None:
    document, policy = parsed(name)
    contents = find_contents(document.blocks)
    words = "".join("".join(clause.text.split()) for clause in policy.clauses)
    lost = [
        block.text
        for position, block in enumerate(document.blocks)
        if position not in contents
        and "".join(block.text.split()) not in words
        and policy.metadata.title not in block.text
        and not set(block.text) <= set("-| ")  # the rule under a table's head
    ]
    # A marker that a line break splits belongs to two lines.
    assert [line for line in lost if not line.endswith("(")] == []


@pytest.mark.parametrize(("name", "entries"), [("jst", 11), ("joywe", 7), ("jc-task", 0)])
def test_no_line_of_the_contents_is_a_clause(name: str, entries: int) -> None:
    document, policy = parsed(name)
    contents = {document.blocks[i].start for i in find_contents(document.blocks)}
    assert len(contents) == entries
    spans = [(c, document.source[c.start : c.end]) for c in policy.clauses]
    for clause, span in spans:
        opening = clause.start + len(span) - len(span.lstrip())
        assert opening not in contents


@pytest.mark.parametrize("name", COUNTS)
def test_heading_stands_with_its_body_or_its_subclauses(name: str) -> None:
    clauses = clauses_of(name)
    parents = {clause.parent_id for clause in clauses}
    for clause in clauses:
        assert clause.text
        if clause.heading and clause.heading in clause.text.split("\n")[0]:
            has_body = len(clause.text) > len(clause.heading) + 8
            assert has_body or clause.id in parents, clause.id


@pytest.mark.parametrize("name", COUNTS)
def test_ids_are_unique_and_parents_come_first(name: str) -> None:
    seen: set[str] = set()
    for clause in clauses_of(name):
        assert clause.id not in seen
        assert clause.parent_id is None or clause.parent_id in seen
        seen.add(clause.id)


@pytest.mark.parametrize(
    ("name", "title", "version", "effective", "updated"),
    [
        ("jst", "JST Privacy Policy", "20231109", None, None),
        ("joywe", "JoyWE Privacy Policy", "2025-07-01", date(2025, 7, 1), date(2025, 7, 1)),
        ("jc-task", "平台隐私政策", "1", None, None),
        ("jsers", "Privacy Policy", "2023-05-19", date(2023, 5, 19), None),
        (
            "zhenyi-erp",
            "Zhenyi ERP Privacy Policy",
            "2023-11-08",
            date(2023, 3, 1),
            date(2023, 11, 8),
        ),
    ],
)
def test_metadata(
    name: str, title: str, version: str, effective: date | None, updated: date | None
) -> None:
    _, policy = parsed(name)
    found = policy.metadata
    assert (found.title, policy.version) == (title, version)
    assert (found.effective_date, found.updated_date) == (effective, updated)
    assert found.lang == ("zh" if name == "jc-task" else "en")


@pytest.mark.parametrize(
    ("name", "id_", "citation"),
    [
        ("jst", "jst-privacy-policy@20231109#3.4.2", "JST Privacy Policy §3.4.2"),
        ("joywe", "joywe-privacy-policy@2025-07-01#I.II.1.11", "JoyWE Privacy Policy §I(II)1(11)"),
        ("jc-task", "jc-task-privacy-policy@1#四.一", "《平台隐私政策》四（一）"),
        ("jc-task", "jc-task-privacy-policy@1#一.一.2", "《平台隐私政策》一（一）2"),
        ("jsers", "jsers-privacy-policy@2023-05-19#2.b3", "Privacy Policy §2 bullet 3"),
    ],
)
def test_id_and_citation(name: str, id_: str, citation: str) -> None:
    assert {c.id: c.citation for c in clauses_of(name)}[id_] == citation
