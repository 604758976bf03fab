"""PDF: what belongs to the page and not to the policy, tables, letters, and files refused."""

from __future__ import annotations

import pytest

from indexer.errors import LimitError, PolicyFileError
from indexer.limits import Limits
from indexer.readers import read_bytes
from indexer.records import Document
from tests.support.pdf import Page, Rule, Text, set_han, set_lines, set_paragraphs, write_pdf

BODY = (
    "The archive keeps contracts for ten years and letters for six, unless a court case is open "
    "which needs them for longer than that.",
    "Whoever takes a file from the archive signs for it and brings it back within a week, in the "
    "order in which it was found.",
    "Nobody copies a file without the consent of the archivist, who notes each copy in a book.",
)


def read(*pages: Page, **options: object) -> Document:
    return read_bytes(write_pdf(pages, **options), ".pdf", Limits())  # type: ignore[arg-type]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def body(number: int) -> list[Text]:
    return set_paragraphs([f"{number}. {text}" for text in BODY], space=6, y=720 - 7 * number)


def codes(document: Document) -> list[str]:
    return [remark.code for remark in document.remarks]


@pytest.mark.parametrize("number", ["Page {} of 4", "- {} -", "{}", "{} / 4", "第 {} 页 共 4 页"])
def test_running_header_and_page_number_are_left_out(number: str) -> None:
    pages = [
        [Text(72, 800, "Archive Policy, 2024"), *body(n), Text(280, 40, number.format(n))]
        for n in range(1, 5)
    ]
    document = read(*pages)
    assert len(document.blocks) == 4 * len(BODY)
    assert "Archive Policy" not in document.source
    assert codes(document) == ["dropped-furniture"]


def test_headers_that_alternate_are_left_out() -> None:
    sides = [Text(72, 800, "Archive Policy"), Text(400, 800, "Example Ltd")]
    pages = [[sides[n % 2], *body(n)] for n in range(1, 9)]
    assert len(read(*pages).blocks) == 8 * len(BODY)


def test_first_page_without_header() -> None:
    pages = [[Text(72, 800, "Archive Policy"), *body(n)] for n in range(2, 6)]
    found = texts(read([Text(72, 790, "Archive Policy", 18), *body(1)], *pages))
    assert found.count("Archive Policy") == 1
    assert found[0] == "Archive Policy"


def test_chapter_headers_are_left_out_where_they_run() -> None:
    pages = [[Text(72, 800, "Letters" if n > 5 else "Contracts"), *body(n)] for n in range(1, 11)]
    assert len(read(*pages).blocks) == 10 * len(BODY)


def test_header_of_a_single_page_is_kept() -> None:
    document = read([Text(72, 800, "Archive Policy"), *body(1)])
    assert texts(document)[0] == "Archive Policy"
    assert codes(document) == []


def test_heading_that_stands_twice_is_kept() -> None:
    document = read(
        [Text(72, 780, "Duties"), *body(1)], body(2), body(3), [Text(72, 780, "Duties"), *body(4)]
    )
    assert texts(document).count("Duties") == 2


def test_repeated_words_of_the_body_are_kept() -> None:
    pages = [body(1) for _ in range(5)]
    assert len(read(*pages).blocks) == 5 * len(BODY)


def test_both_pages_of_two_lose_small_marginal_text_only() -> None:
    pages = [
        [Text(72, 815, "example.com 2024", 7), Text(72, 780, "Duties"), *body(n)] for n in (1, 2)
    ]
    found = texts(read(*pages))
    assert found.count("Duties") == 2
    assert not any("example.com" in text for text in found)


def test_watermark_set_aslant_is_left_out() -> None:
    document = read([*body(1), Text(150, 300, "CONFIDENTIAL", 60, angle=40)])
    assert "CONFIDENTIAL" not in document.source
    assert len(document.blocks) == len(BODY)
    assert codes(document) == ["dropped-furniture"]


def test_page_lying_on_its_side_is_read() -> None:
    page = [Text(60 + 12 * n, 60, t.words, angle=90) for n, t in enumerate(body(1))]
    assert "".join(texts(read(page, turned=90))).count("archiv") == 3


def grid(rows: list[list[str]], xs: list[float], top: float = 700) -> list[Text | Rule]:
    drawn: list[Text | Rule] = []
    for n, row in enumerate(rows):
        drawn += [Text(x + 4, top - 20 * n - 14, cell) for x, cell in zip(xs, row, strict=False)]
    bottom = top - 20 * len(rows)
    drawn += [Rule(xs[0], top - 20 * n, xs[-1], top - 20 * n) for n in range(len(rows) + 1)]
    drawn += [Rule(x, top, x, bottom) for x in xs]
    return drawn


ROWS = [["Kind", "Years", "Keeper"], ["Contracts", "10", "Legal"], ["Letters", "6", "Office"]]
XS = [72.0, 200.0, 260.0, 400.0]


def rows_of(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.kind == "table_row"]


def test_ruled_table_is_kept_as_rows() -> None:
    document = read([Text(72, 760, BODY[2]), *grid(ROWS, XS), Text(72, 600, "After the table.")])
    assert rows_of(document) == [" | ".join(row) for row in ROWS]
    assert texts(document)[-1] == "After the table."


def test_ruled_cell_of_several_lines_is_one_cell() -> None:
    page = grid([["Kind", "Years", "Keeper"], ["", "", ""]], XS)
    page += [Text(76, 676, "Contracts", 7), Text(76, 668, "of sale", 7), Text(204, 672, "10")]
    assert rows_of(read(page)) == ["Kind | Years | Keeper", "Contracts of sale | 10 |"]


def test_table_goes_on_over_the_page_without_its_head_row() -> None:
    more = [ROWS[0], ["Minutes", "5", "Board"]]
    document = read([*body(1), *grid(ROWS, XS, 500)], [*grid(more, XS, 780), *body(2)])
    assert rows_of(document) == [" | ".join(row) for row in [*ROWS, more[1]]]


def test_row_that_the_page_divides_is_one() -> None:
    more = [["", "", "and Office"], ["Minutes", "5", "Board"]]
    document = read([*body(1), *grid(ROWS[:2], XS, 500)], [*grid(more, XS, 780), *body(2)])
    assert rows_of(document)[1:] == ["Contracts | 10 | Legal and Office", "Minutes | 5 | Board"]


def test_aligned_cells_without_rules_are_a_table() -> None:
    page = set_paragraphs(BODY[:1])
    for n, row in enumerate([*ROWS, ["Minutes", "5", "Board"]]):
        page += [Text(x, 650 - 14 * n, cell) for x, cell in zip(XS, row, strict=False)]
    assert rows_of(read(page)) == [" | ".join(row) for row in [*ROWS, ["Minutes", "5", "Board"]]]


def test_signature_and_date_at_the_right_stay_lines_of_their_own() -> None:
    page = [*body(1), Text(366, 560, "The Archivist"), Text(384, 546, "1 May 2024")]
    assert texts(read(page))[-2:] == ["The Archivist", "1 May 2024"]


def test_two_columns_of_prose_are_no_table() -> None:
    page = [
        *set_paragraphs(BODY, columns=34, x=60, space=4),
        *set_paragraphs(BODY, columns=34, x=310, space=4),
    ]
    document = read(page)
    assert rows_of(document) == []
    assert texts(document) == [*BODY, *BODY]


def test_numbers_set_apart_from_their_text_are_no_table() -> None:
    page = []
    for n in range(1, 5):
        page += [Text(72, 740 - 14 * n, f"{n}."), Text(108, 740 - 14 * n, f"Duty {n} of a keeper")]
    assert texts(read(page)) == [f"{n}. Duty {n} of a keeper" for n in range(1, 5)]


def first_line(*drawn: Text) -> str:
    return texts(read([*drawn, *set_paragraphs(BODY, y=600)]))[0]


def test_character_drawn_twice_is_one() -> None:
    twice = [Text(72 + shift, 700, "Duties of a keeper") for shift in (0, 0.3)]
    assert first_line(*twice) == "Duties of a keeper"


def test_words_drawn_apart_have_a_space() -> None:
    assert first_line(Text(72, 700, "Duties"), Text(112, 700, "of"), Text(128, 700, "staff")) == (
        "Duties of staff"
    )


def test_letter_spaced_heading_is_words() -> None:
    assert first_line(Text(72, 700, "PRIVACY NOTICE", spread=4)) == "PRIVACY NOTICE"


def test_spaces_between_all_chinese_characters_are_none() -> None:
    assert first_line(Text(72, 700, "第 一 章 总 则 和 目 的")) == "第一章总则和目的"


def test_radicals_and_compatibility_characters_are_the_written_ones() -> None:
    assert first_line(Text(72, 700, "⽤⼾信息与⻓期保存和⺠事责任")) == (
        "用户信息与长期保存和民事责任"
    )


def test_full_width_forms_stay_as_printed() -> None:
    assert first_line(Text(72, 700, "（１）总则：档案管理。")) == "（１）总则：档案管理。"


@pytest.mark.parametrize(
    "drawn",
    [
        [Text(72, 650, "\uf0b7 合同十年")],
        [Text(72, 650, "n", font="F4"), Text(90, 650, "合同十年")],
    ],
)
def test_bullets_of_symbol_fonts_are_bullets(drawn: list[Text]) -> None:
    document = read([*set_han(["档案管理。"]), *drawn])
    assert texts(document)[-1] == "• 合同十年"
    assert document.blocks[-1].kind == "list_item"


def test_ligatures_are_letters() -> None:
    assert "ofﬁce".replace("ﬁ", "fi") in first_line(Text(72, 700, "the ofﬁce 的规定"))


def test_raised_digit_is_no_part_of_the_word() -> None:
    line = "Keepers sign"
    mark = Text(72 + 6 * len(line), 704, "1", 6)
    assert first_line(Text(72, 700, line), mark).startswith("Keepers sign¹")


def test_baseline_that_jitters_is_one_line() -> None:
    words = [Text(72, 700, "Duties"), Text(114, 700.9, "of"), Text(132, 699.5, "staff")]
    assert first_line(*words) == "Duties of staff"


def test_stroked_chinese_is_bold() -> None:
    document = read([Text(72, 760, "档案管理规定", bold=True), *set_han(["合同保存十年。" * 12])])
    assert [block.strong for block in document.blocks] == [True, False]


def test_pdf_with_a_password_is_refused_with_the_remedy() -> None:
    with pytest.raises(PolicyFileError, match=r"protected by a password; save a copy without"):
        read(body(1), encrypted=True)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\nnothing", b"no pdf at all" * 100])
def test_damaged_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(PolicyFileError, match=r"damaged"):
        read_bytes(data, ".pdf", Limits())


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_pdf_cut_off_in_the_middle_is_read_or_refused(share: float) -> None:
    whole = write_pdf([body(1), body(2)])
    try:
        source = read_bytes(whole[: int(len(whole) * share)], ".pdf", Limits()).source
    except PolicyFileError:
        source = "refused"
    assert source == "refused" or "archive" in source


def test_scan_without_text_layer_is_refused_with_the_remedy() -> None:
    with pytest.raises(PolicyFileError, match=r"2 pages and no text layer .*ocrmypdf -l eng"):
        read([Rule(0, 0, 500, 500)], [])


def test_page_without_text_is_remarked() -> None:
    document = read(body(1), [], body(2), [])
    assert codes(document) == ["empty-page"]
    assert "pages 2, 4 " in document.remarks[0].message


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(LimitError, match=r"3 pages, over the limit of 2"):
        read_bytes(write_pdf([body(1)] * 3), ".pdf", Limits(max_pages=2))


def test_too_many_objects_on_a_page_are_refused() -> None:
    with pytest.raises(LimitError, match=r"objects on page 1, over the limit of 50"):
        read_bytes(write_pdf([[Rule(0, 0, 9, 9)] * 60]), ".pdf", Limits(max_blocks=50))


def test_too_many_characters_are_refused() -> None:
    with pytest.raises(LimitError, match=r"characters, over the limit of 500"):
        read_bytes(write_pdf([body(1), body(2)]), ".pdf", Limits(max_characters=500))


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    read_bytes(
        write_pdf([body(n) for n in range(7)]), ".pdf", Limits(), lambda *two: told.append(two)
    )
    assert told[-1] == (7, 7)
    assert len(told) == 2


@pytest.mark.parametrize(
    ("title", "taken"),
    [
        ("Archive Policy", "Archive Policy"),
        ("档案管理规定", "档案管理规定"),
        ("Microsoft Word - archive_v3.doc", None),
        ("archive-policy-final", None),
        ("archive.docx", None),
        ("Untitled", None),
        ("Handbook Template of Another Company", None),
        ("", None),
    ],
)
def test_title_property_is_taken_where_it_is_one(title: str, taken: str | None) -> None:
    page = [*body(1), Text(72, 780, taken or "Archive Policy")]
    document = read(page, info={"Title": title, "ModDate": "D:20240101000000Z"})
    assert document.properties.title == taken
    assert document.properties.effective_date is None


def test_lines_of_one_text_are_the_same_however_the_page_is_cut() -> None:
    lines = [t.words for t in body(1)]
    assert texts(read(set_lines(lines, y=600))) == texts(read(set_lines(lines, y=780)))
