"""Files as companies have them: encodings, line ends, and what is no text at all."""

from __future__ import annotations

import codecs
import hashlib
import os
from pathlib import Path

import pytest

from indexer import readers
from indexer.errors import LimitError, PolicyFileError
from indexer.files import file_digest
from indexer.limits import Limits
from indexer.readers import read_document
from indexer.readers.decode import decode

SIMPLIFIED = """\
员工休假制度
第一条 全体员工每年享有十天带薪年假。
第二条 病假须提供医院证明，由主管审批后生效。
"""
TRADITIONAL = """\
員工休假制度
第一條 全體員工每年享有十天帶薪年假。
第二條 病假須提供醫院證明，由主管審批後生效。
"""
ENGLISH = "Leave Policy\n1. Everyone may rest – for “ten days”.\n2. Nobody need ask.\n"


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, ENGLISH])
@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf_16_le"),
        ("utf-16-be", "utf_16_be"),
    ],
)
def test_unicode_encodings(text: str, encoding: str, named: str) -> None:
    assert decode(text.encode(encoding)) == (text, named)


@pytest.mark.parametrize(
    ("bom", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
)
def test_byte_order_mark_is_no_part_of_the_text(bom: bytes, encoding: str) -> None:
    assert decode(bom + SIMPLIFIED.encode(encoding))[0] == SIMPLIFIED
    assert decode(codecs.BOM_UTF8 + ENGLISH.encode())[0] == ENGLISH


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5"), (TRADITIONAL, "gb18030"), (ENGLISH, "cp1252")],
)
def test_older_encodings(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, encoding)


def test_even_a_short_chinese_text_in_gb18030() -> None:
    text = "休假制度\n全体员工每年十天年假。\n"
    assert decode(text.encode("gb18030"))[0] == text


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\x0b"])
def test_line_ends_become_newlines(end: str) -> None:
    assert decode(ENGLISH.replace("\n", end).encode())[0] == ENGLISH


def test_mixed_line_ends() -> None:
    assert decode(b"a\r\nb\rc\nd\r\r\ne")[0] == "a\nb\nc\nd\n\ne"


def test_text_is_composed_once() -> None:
    assert decode("re\u0301sume\u0301".encode())[0] == "résumé"


def test_a_stray_control_character_becomes_a_space() -> None:
    assert decode(b"Leave\x07Policy")[0] == "Leave Policy"


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes((7 * i * i + i) % 256 for i in range(4000)),
        b"PK\x03\x04" + bytes((5 * i * i + 3 * i) % 256 for i in range(4000)),
        b"\x00" * 1000,
        b"\x01\x02\x03\x04" * 100,
    ],
    ids=["program", "pdf", "zip", "zeros", "control characters"],
)
def test_binary_file_named_txt_is_refused_with_advice(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "policy.txt"
    path.write_bytes(data)
    with pytest.raises(PolicyFileError, match=r"policy\.txt: .*save the \w+ as UTF-8"):
        read_document(path)


def test_broken_utf16_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.txt"
    path.write_bytes(codecs.BOM_UTF16_LE + "休假".encode("utf-16-le") + b"\x00")
    with pytest.raises(PolicyFileError, match="starts as utf-16 and then breaks"):
        read_document(path)


@pytest.mark.parametrize("data", [b"", b" \n\t\n", codecs.BOM_UTF8, "\u3000\n".encode()])
def test_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "policy.md"
    path.write_bytes(data)
    with pytest.raises(PolicyFileError, match=r"policy\.md: the file holds no text"):
        read_document(path)


def test_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "policy.txt"
    path.write_text("a" * 2_000_000)
    read_document(path)
    # Had it been read, the message would count no further than one byte over the limit.
    with pytest.raises(LimitError, match=r"2,000,000 bytes, over .* 1,000,000 .*_MAX_BYTES\)"):
        read_document(path, Limits(max_bytes=1_000_000))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_named_like_a_policy_is_refused_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "policy.txt")
    with pytest.raises(PolicyFileError, match=r"policy\.txt: it is no regular file"):
        read_document(tmp_path / "policy.txt")
    with pytest.raises(PolicyFileError, match=r"policy\.txt: it is no regular file"):
        file_digest(tmp_path / "policy.txt")


def test_digest_is_of_the_bytes_and_of_what_is_added(tmp_path: Path) -> None:
    path = tmp_path / "policy.txt"
    path.write_text("1. Be kind.")
    assert file_digest(path) == hashlib.sha256(b"1. Be kind.").hexdigest()
    assert len({file_digest(path), file_digest(path, b"title"), file_digest(path, b"owner")}) == 3
    with pytest.raises(LimitError, match=r"policy\.txt: 11 bytes, over"):
        file_digest(path, limits=Limits(max_bytes=10))


def test_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match=r"no reader for \.odt; known: .*\.markdown, \.md"):
        read_document(tmp_path / "policy.odt")
    with pytest.raises(PolicyFileError, match="no reader for no suffix"):
        read_document(tmp_path / "policy")


def test_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match=r"gone\.txt: cannot be read: No such file"):
        read_document(tmp_path / "gone.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(PolicyFileError, match=r"folder\.txt: cannot be read: Is a directory"):
        read_document(tmp_path / "folder.txt")


@pytest.mark.parametrize(
    ("name", "format_"), [("a.txt", "text"), ("a.TXT", "text"), ("a.md", "markdown")]
)
def test_suffix_chooses_the_reader(tmp_path: Path, name: str, format_: str) -> None:
    (tmp_path / name).write_text("# Leave Policy\n\nRest.\n")
    document = read_document(tmp_path / name)
    assert document.format == format_
    assert document.blocks[0].kind == ("heading" if format_ == "markdown" else "paragraph")


def test_plain_text_notes_blank_lines_and_keeps_offsets() -> None:
    document = readers.read_text("Aim\n\n  To rest.  \nAlways.\n", "utf-8")
    found = [(b.text, b.start, b.isolated) for b in document.blocks]
    assert found == [("Aim", 0, True), ("To rest.", 7, False), ("Always.", 18, False)]


def test_markdown_reads_as_a_reader_sees_it() -> None:
    text = (
        "# Rest\n\nSee **the** [law](http://x.example) & `code`.\n\n"
        "- one\n  two\n\n<b>bold</b> word\n"
    )
    document = readers.read_markdown(text, "utf-8")
    assert [(b.kind, b.text) for b in document.blocks] == [
        ("heading", "Rest"),
        ("paragraph", "See the law & code."),
        ("list_item", "• one\ntwo"),
        ("paragraph", "bold word"),
    ]
    assert [text[b.start] for b in document.blocks] == ["#", "S", "-", "<"]
