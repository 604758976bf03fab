"""Files that call themselves DOCX: macros, strict, damaged, encrypted, hostile, something else."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import docx as python_docx
import pytest

from indexer.errors import LimitError, PolicyFileError
from indexer.limits import Limits
from indexer.readers import READABLE_SUFFIXES, read_bytes, read_document
from tests.unit.docx_files import NAMES, docx, p, table, zipped

LIMITS = Limits()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)


def refusal(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(PolicyFileError) as caught:
        read_bytes(data, ".docx", limits)
    return str(caught.value)


def test_suffixes() -> None:
    assert {".docx", ".docm"} <= READABLE_SUFFIXES
    assert read_bytes(docx(p("Leave")), ".docm").format == "docx"


def test_document_that_another_library_writes(tmp_path: Path) -> None:
    made = python_docx.Document()
    made.add_heading("Leave Policy", 0)
    made.add_heading("Purpose", 1)
    made.add_paragraph("Everyone may rest.", style="List Number")
    made.add_paragraph("Nobody need ask.", style="List Bullet")
    made.save(str(tmp_path / "leave.docx"))
    found = [(b.kind, b.text) for b in read_document(tmp_path / "leave.docx").blocks]
    assert found == [
        ("heading", "Leave Policy"), ("heading", "Purpose"),
        ("paragraph", "1. Everyone may rest."), ("list_item", "• Nobody need ask."),
    ]  # fmt: skip


def test_main_part_of_another_name() -> None:
    data = docx(p("Leave"), main="content/document2.xml")
    assert read_bytes(data, ".docx").source == "Leave"


def test_strict_documents_are_read_as_well() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    body = (
        '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Leave</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:spacing w:before="24pt"/></w:pPr><w:r><w:t>Rest.</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>Well.</w:t></w:r></w:p>" * 2
    )
    main = f'<w:document xmlns:w="{strict}"><w:body>{body}</w:body></w:document>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    type_ = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
    rels = (
        f'<Relationships xmlns="{package}"><Relationship Id="a" Type="{type_}" '
        'Target="/word/document.xml"/></Relationships>'
    )
    data = zipped({"word/document.xml": main.encode(), "_rels/.rels": rels.encode()})
    document = read_bytes(data, ".docx")
    assert document.blocks[0].kind == "heading"
    assert document.source.startswith("Leave\n\nRest.\nWell.")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (OLE + "WordDocument".encode("utf-16-le"), "old Word format"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "without a password"),
        (b"{\\rtf1\\ansi Leave}", "RTF"),
        (b"<html><body>Leave</body></html>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"Leave policy", "not a Word document"),
        (docx(p("Leave"))[:300], "damaged"),
        (zipped({"leave.txt": b"Leave"}), "holds no Word document"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}), "Excel"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}), "OpenDocument"),
        (zipped({"word/document.xml": b"<w:document"}), "not well-formed"),
        (zipped({"word/document.xml": b"<html/>"}), "holds no Word document"),
        (docx('<w:altChunk w:id="1"/>'), "embedded"),
        (docx(p(" ")), "no text"),
    ],
)
def test_what_is_no_readable_document_is_named(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_flipped_bytes_are_an_error_of_the_file() -> None:
    data = bytearray(docx(p("Leave policy") * 50))
    place = data.index(b"word/document.xml") + 60
    for i in range(20):
        data[place + i] ^= 0xFF
    refusal(bytes(data))


def test_archive_whose_directory_points_nowhere() -> None:
    data = bytearray(docx(p("Leave")))
    data[-6:-2] = (len(data) * 2).to_bytes(4, "little")
    assert "damaged" in refusal(bytes(data))


def laughs(inside: str) -> bytes:
    entities = "".join(
        f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha" * 50}">' for i in range(12)
    )
    main = f"<!DOCTYPE w [{entities}]><w:document {NAMES}><w:body>{inside}</w:body></w:document>"
    return zipped({"word/document.xml": main.encode()})


@pytest.mark.parametrize(
    "inside", [p("x").replace("x", "&l11;"), '<w:p><w:pPr w:a="&l11;"/></w:p>']
)
def test_entities_are_refused_unexpanded(inside: str) -> None:
    tracemalloc.start()
    message = refusal(laughs(inside))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "document type" in message
    assert peak < 4_000_000


def test_external_entity_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    main = (
        f'<!DOCTYPE w [<!ENTITY s SYSTEM "{secret.as_uri()}">]><w:document {NAMES}><w:body>'
        f"{p('x').replace('x', '&s;')}</w:body></w:document>"
    )
    for encoding in ("utf-8", "utf-16"):
        data = zipped({"word/document.xml": main.encode(encoding)})
        assert "document type" in refusal(data)


def test_archive_that_unpacks_to_far_more_is_refused() -> None:
    data = docx(p("x"), extra={"word/media/zeros.bin": bytes(3_000_000)})
    message = refusal(data)
    assert "POLICY_SEARCH_MAX_EXPANSION" in message
    assert "zeros.bin" in message


def test_sum_of_all_parts_is_limited() -> None:
    message = refusal(docx(p("Leave") * 40), replace(LIMITS, max_expanded_bytes=2000))
    assert "POLICY_SEARCH_MAX_EXPANDED_BYTES" in message


def test_declared_size_is_not_believed() -> None:
    data = bytearray(docx(p("Leave policy. ") * 20_000))
    name = b"word/document.xml"
    entry = data.rindex(name) - 46  # its record in the archive's directory
    assert data[entry : entry + 4] == b"PK\x01\x02"
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    refusal(bytes(data))


def test_too_many_files_in_the_archive() -> None:
    many = {f"word/media/{i}": b"" for i in range(10_001)}
    with pytest.raises(LimitError, match="files in the DOCX"):
        read_bytes(docx(p("x"), extra=many), ".docx")


@pytest.mark.parametrize("deep", [40, 5000])
@pytest.mark.parametrize("wrapper", ["w:smartTag", "w:sdt", "w:tbl"])
def test_nesting_is_limited(wrapper: str, deep: int) -> None:
    opens, closes = {
        "w:smartTag": ("<w:smartTag>", "</w:smartTag>"),
        "w:sdt": ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
        "w:tbl": ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
    }[wrapper]
    inside = opens * deep + ("" if wrapper == "w:smartTag" else p("x")) + closes * deep
    body = f"<w:p>{inside}</w:p>" if wrapper == "w:smartTag" else inside
    with pytest.raises(LimitError, match="POLICY_SEARCH_MAX_NESTING"):
        read_bytes(docx(body), ".docx", replace(LIMITS, max_nesting=30))


@pytest.mark.parametrize("wrapper", ["w:smartTag", "m:e"])
def test_nesting_is_limited_even_where_the_setting_allows_more(wrapper: str) -> None:
    inside = f"<{wrapper}>" * 1500 + f"</{wrapper}>" * 1500
    body = f"<w:p><m:oMath>{inside}</m:oMath>{inside}</w:p>"
    with pytest.raises(LimitError, match="POLICY_SEARCH_MAX_NESTING"):
        read_bytes(docx(body), ".docx", replace(LIMITS, max_nesting=100_000))


def test_blocks_and_characters_are_limited_while_reading() -> None:
    assert "MAX_BLOCKS" in refusal(docx(p("x") * 30), replace(LIMITS, max_blocks=20))
    rows = table(*[["a", "b"]] * 30)
    assert "MAX_BLOCKS" in refusal(docx(rows), replace(LIMITS, max_blocks=20))
    assert "MAX_CHARACTERS" in refusal(docx(p("x" * 50)), replace(LIMITS, max_characters=20))


def test_progress_is_told_by_paragraphs() -> None:
    told: list[tuple[int, int]] = []
    read_bytes(docx(p("x") * 900), ".docx", tell=lambda done, total: told.append((done, total)))
    assert told[0] == (0, 900)
    assert told[-1] == (900, 900)
    assert len(told) > 3
    assert sorted(told) == told


CORE = "<dc:title>{}</dc:title><dc:language>{}</dc:language>"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Leave Policy", "Leave Policy"),
        ("LEAVE  POLICY", "LEAVE POLICY"),
        ("Expense Policy", None),
        ("Microsoft Word - leave.doc", None),
        ("leave-policy.docx", None),
        ("Document1", None),
        ("", None),
    ],
)
def test_title_of_the_file_counts_where_the_text_prints_it(
    title: str, expected: str | None
) -> None:
    data = docx(p("Leave Policy") + p("Everyone may rest."), core=CORE.format(title, "en-GB"))
    found = read_bytes(data, ".docx").properties
    assert (found.title, found.lang) == (expected, "en")


@pytest.mark.parametrize(
    ("company", "expected"),
    [("Lanternworks Ltd", "Lanternworks Ltd"), ("Microsoft", None), ("微软中国", None), ("", None)],
)
def test_company(company: str, expected: str | None) -> None:
    assert (
        read_bytes(docx(p("Leave"), company=company), ".docx").properties.organisation == expected
    )


def test_dates_of_the_file_are_no_dates_of_the_policy() -> None:
    core = "<dcterms:created xmlns:dcterms='http://purl.org/dc/terms/'>2001-01-01</dcterms:created>"
    found = read_bytes(docx(p("Leave"), core=core), ".docx").properties
    assert (found.effective_date, found.updated_date) == (None, None)
