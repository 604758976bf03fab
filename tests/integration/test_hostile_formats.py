"""Files that are made to exhaust a reader are refused in bounded time and memory.

Each goes through the same child process as in indexing; the error names the limit that it is over.
"""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.errors import LimitError, PolicyFileError
from indexer.files import SourceFile
from indexer.limits import MIB, Limits
from indexer.parsing import PolicyParser

SECONDS = 60
GIB = 1024 * MIB
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(document: bytes | Callable[[io.BufferedIOBase], None]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        if isinstance(document, bytes):
            archive.writestr("word/document.xml", document)
        else:
            with archive.open("word/document.xml", "w", force_zip64=True) as part:
                document(part)  # type: ignore[arg-type]
    return packed.getvalue()


def zip_bomb() -> bytes:
    """A gibibyte of one letter in a megabyte."""

    def write(part: io.BufferedIOBase) -> None:
        part.write(f"<w:document {W}><w:body><w:p><w:r><w:t>".encode())
        for _ in range(1024):
            part.write(b"a" * MIB)
        part.write(b"</w:t></w:r></w:p></w:body></w:document>")

    return docx(write)


def billion_laughs() -> bytes:
    entities = ['<!ENTITY a0 "ha">']
    entities += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 11)]
    return docx(
        (
            f"<?xml version='1.0'?><!DOCTYPE w [{''.join(entities)}]><w:document {W}><w:body>"
            "<w:p><w:r><w:t>&a10;</w:t></w:r></w:p></w:body></w:document>"
        ).encode()
    )


def external_entity(path: Path) -> bytes:
    return docx(
        (
            f"<?xml version='1.0'?><!DOCTYPE w [<!ENTITY x SYSTEM '{path.as_uri()}'>]>"
            f"<w:document {W}><w:body><w:p><w:r><w:t>1. &x;</w:t></w:r></w:p></w:body></w:document>"
        ).encode()
    )


def deep_docx() -> bytes:
    inside = "<w:sdt><w:sdtContent>" * 5_000
    after = "</w:sdtContent></w:sdt>" * 5_000
    return docx(f"<w:document {W}><w:body>{inside}<w:p/>{after}</w:body></w:document>".encode())


def pdf(objects: list[bytes]) -> bytes:
    """A PDF file of these objects, numbered from 1; the first is the catalog."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def page_of(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ])  # fmt: skip


def million_text_objects() -> bytes:
    return page_of(b"BT /F 9 Tf 50 700 Td (a) Tj ET\n" * 1_000_000)


def million_pages() -> bytes:
    kids = b" ".join(b"3 0 R" for _ in range(1_000_000))
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count 1000000 >>" % kids,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
    ])  # fmt: skip


def million_unused_objects() -> bytes:
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        *[b"null"] * 1_000_000,
    ])  # fmt: skip


def endless_stream() -> bytes:
    """A page whose content unpacks to a gibibyte of blanks."""
    squeeze = zlib.compressobj(9)
    packed = b"".join([*(squeeze.compress(b" " * MIB) for _ in range(1024)), squeeze.flush()])
    return pdf([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    ])  # fmt: skip


HOSTILE: list[tuple[str, Callable[[], bytes], type[PolicyFileError], str]] = [
    ("bomb.docx", zip_bomb, LimitError, r"POLICY_SEARCH_MAX_EXPAN"),
    ("laughs.docx", billion_laughs, PolicyFileError, r"document type|entit"),
    ("deep.docx", deep_docx, LimitError, "POLICY_SEARCH_MAX_NESTING"),
    ("objects.pdf", million_text_objects, LimitError, "POLICY_SEARCH_MAX_"),
    ("pages.pdf", million_pages, LimitError, "POLICY_SEARCH_MAX_PAGES"),
    ("unused.pdf", million_unused_objects, PolicyFileError, r"no (?:pages|text)|damaged"),
    ("endless.pdf", endless_stream, PolicyFileError, r"no text layer|POLICY_SEARCH_MAX_"),
    ("deep.html", lambda: b"<div>" * 1_000_000 + b"x", LimitError, "POLICY_SEARCH_MAX_NESTING"),
]


@pytest.mark.parametrize(("name", "make", "error", "message"), HOSTILE, ids=[h[0] for h in HOSTILE])
def test_bomb_is_refused_in_bounded_time_and_memory(
    name: str,
    make: Callable[[], bytes],
    error: type[PolicyFileError],
    message: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / name
    path.write_bytes(make())
    started = time.monotonic()
    with PolicyParser(Limits(max_seconds=SECONDS, max_memory=1024 * MIB)) as parser:
        with pytest.raises(error, match=message) as caught:
            parser.parse(SourceFile(path, "bomb", name))
        assert str(path) in str(caught.value)
        harmless = tmp_path / "harmless.html"
        harmless.write_text("<h2>1. Scope</h2><p>All of us.</p><h2>2. Time</h2><p>Always.</p>")
        after = parser.parse(SourceFile(harmless, "harmless", harmless.name))
    assert [clause.labels for clause in after.clauses] == [("1",), ("2",)]
    assert time.monotonic() - started < SECONDS  # and within a gibibyte, or it would have died


def test_text_of_a_gibibyte_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(GIB)
    started = time.monotonic()
    with (
        PolicyParser() as parser,
        pytest.raises(LimitError, match=r"POLICY_SEARCH_MAX_BYTES"),
    ):
        parser.parse(SourceFile(path, "huge", path.name))
    assert time.monotonic() - started < 1


def test_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    path = tmp_path / "outside.docx"
    path.write_bytes(external_entity(secret))
    with PolicyParser() as parser, pytest.raises(PolicyFileError) as caught:
        parser.parse(SourceFile(path, "outside", path.name))
    assert "secret words" not in str(caught.value)
