"""Whatever the bytes, reading and parsing end in a policy or in `PolicyFileError`."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer
from indexer.errors import PolicyFileError
from indexer.files import SourceFile
from indexer.outline.contents import find_contents
from indexer.parse import parse_policy
from indexer.readers import READABLE_SUFFIXES, read_bytes
from indexer.readers.decode import decode
from indexer.readers.markdown import read_markdown
from indexer.readers.text import read_text
from indexer.records import PolicyVersion

SAMPLES = sorted((Path(indexer.__file__).parent / "samples").iterdir())
SEEDS = [path.read_bytes()[:4000] for path in SAMPLES]
UNHURRIED = settings(deadline=None)  # the first text loads langdetect's profiles
SUFFIXES = st.sampled_from(sorted(READABLE_SUFFIXES))
PIECES = st.sampled_from(
    [
        "(", ")", "1.", "1.1.1", "第", "第一条", "一、", "（一）", "Article 1", "a)", "i.", "•",
        "- ", "#", "> ", "|", "[x](#y)", "![", "**", "```", "<!--", "{: .x}", "---", "\n",
        "\n\n", " ", "\t", "\u3000", ":", "：", ";", "。", "Contents", "目录", "... 3",
        "2025-01-01", "9999年99月99日", "Version 1", "\x00", "\ufeff", "\u2028", "\u0301" * 40,
        "\u202e", "🏖", "word", "规定",
    ]
)  # fmt: skip


def parsed(data: bytes, suffix: str) -> PolicyVersion | None:
    """The policy, or nothing where the file is refused; anything else is a defect."""
    try:
        document = read_bytes(data, suffix)
    except PolicyFileError:
        return None
    policy = parse_policy(SourceFile(Path(f"p{suffix}"), "p", "p"), document)
    spans = [(clause.start, clause.end) for clause in policy.clauses]
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(policy.source)
    return policy


@UNHURRIED
@given(st.binary(max_size=400), SUFFIXES)
def test_any_bytes(data: bytes, suffix: str) -> None:
    parsed(data, suffix)


@settings(UNHURRIED, max_examples=300)
@given(st.lists(PIECES, max_size=60), st.sampled_from([".txt", ".md"]))
def test_any_order_of_what_means_something(pieces: list[str], suffix: str) -> None:
    parsed("".join(pieces).encode(), suffix)


@UNHURRIED
@given(
    st.sampled_from(SEEDS),
    SUFFIXES,
    st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=8)), max_size=12
    ),
)
def test_any_damage_to_a_real_policy(
    data: bytes, suffix: str, changes: list[tuple[int, int, bytes]]
) -> None:
    for place, length, replacement in changes:
        data = data[:place] + replacement + data[place + length :]
    parsed(data, suffix)


@UNHURRIED
@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "gb18030", "big5", "cp1252"]))
def test_any_text_in_any_encoding(text: str, encoding: str) -> None:
    parsed(text.encode(encoding, "replace"), ".txt")


def test_heaps_of_marks_are_cut_to_what_writing_needs() -> None:
    text, _ = decode(("a" + "\u0301\u0323" * 200_000 + "b").encode())
    assert text[-1] == "b"
    assert sum(map(unicodedata.combining, text)) > 0
    assert len(text) <= 33
    vietnamese, hebrew = "Nghị định về nghỉ phép", "בְּרֵאשִׁ֖ית"
    for written in (vietnamese, hebrew, "が゙" * 50, "สวัสดีครับที่นี่ไม่มีเว้นวรรค" * 3):
        assert decode(written.encode())[0] == unicodedata.normalize("NFC", written)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<div>1 < 2 <b>and</b> 3 > 2\n</div>", "1 and 3 > 2"),
        ("<div>\nall < open", "all < open"),
        ("<p\nclass='x'>Rest.", "Rest."),
    ],
)
def test_tags_are_left_out(markup: str, text: str) -> None:
    block = read_markdown(markup, "utf-8").blocks[0]
    assert block.text.split() == text.split()


def test_attribute_lists_are_left_out() -> None:
    blocks = read_markdown("# Leave   {: #leave}\n\n{: .note} Rest.  \nMore {: .x}\n", "u").blocks
    assert [block.text for block in blocks] == ["Leave", "Rest.\nMore"]


def test_many_short_lines_are_no_contents() -> None:
    lines = "\n".join(f"line {n * 7919 % 1000003:x}" for n in range(30_000))
    assert find_contents(read_text(lines, "utf-8").blocks) == frozenset()
