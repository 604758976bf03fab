"""Every policy in tests/fixtures/policies has the clauses that a careful reader sees in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.files import SourceFile
from indexer.parse import parse_policy
from indexer.readers import READABLE_SUFFIXES, read_document
from indexer.records import PolicyVersion

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "policies"
POLICIES = sorted(p for p in FOLDER.iterdir() if p.suffix != ".tree" and p.name != "README.md")
READABLE = [p for p in POLICIES if p.suffix in READABLE_SUFFIXES]
_LINE = re.compile(r"(?P<place>.+?) \"(?P<words>.+)\"(?P<lang> \[\w\w\])?$")


def parsed(path: Path) -> PolicyVersion:
    return parse_policy(SourceFile(path, "p", path.name), read_document(path))


def expected_tree(path: Path) -> list[str]:
    return path.with_name(f"{path.name}.tree").read_text("utf-8").splitlines()


def printed_tree(policy: PolicyVersion, expected: list[str]) -> Iterator[str]:
    """The tree, each clause with those of the expected first words that it begins with."""
    shown = [found["words"] for line in expected if (found := _LINE.match(line))]
    for position, clause in enumerate(policy.clauses):
        place = "  " * (len(clause.labels) - 1) + clause.labels[-1]
        lang = f" [{clause.lang}]" if clause.lang != policy.metadata.lang else ""
        same_place = shown[position : position + 1]
        by_length = sorted(shown, key=len, reverse=True)
        begins = [w for w in (*same_place, *by_length) if _begins(clause.text, w)]
        words = begins[0] if begins else " ".join(clause.text.split())[:40]
        yield f'{place} "{words}"{lang}'


def _begins(text: str, words: str) -> bool:
    return re.sub(r"\s+", "", text).startswith(re.sub(r"\s+", "", words))


def test_there_are_policies_of_every_kind() -> None:
    assert len(POLICIES) >= 44
    suffixes = [path.suffix for path in POLICIES]
    assert min(map(suffixes.count, (".txt", ".md", ".html", ".docx", ".pdf"))) >= 8
    for path in POLICIES:
        assert path.stat().st_size < 60_000, path.name
        for line in expected_tree(path):
            assert _LINE.match(line), f"{path.name}.tree: {line}"


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_policy_has_the_clauses_that_a_reader_sees(path: Path) -> None:
    expected = expected_tree(path)
    assert list(printed_tree(parsed(path), expected)) == expected


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_spans_of_the_clauses_are_the_source(path: Path) -> None:
    policy = parsed(path)
    spans = [policy.source[clause.start : clause.end] for clause in policy.clauses]
    assert "".join(spans) == policy.source
    assert len({clause.id for clause in policy.clauses}) == len(policy.clauses)
