"""PDF: lines become paragraphs in the order in which a person reads them."""

from __future__ import annotations

import pytest

from indexer.limits import Limits
from indexer.readers import read_bytes
from indexer.records import Document
from tests.support.pdf import Page, Text, set_han, set_lines, set_paragraphs, write_pdf

LONG = (
    "Every member of staff reports a lost badge to the front desk on the same day, and the desk "
    "blocks it at once; a new badge is handed out against a signature."
)
OTHER = (
    "Visitors are met at the entrance by the person whom they visit, wear a badge at all times "
    "and leave it at the front desk when they go home again."
)
HAN = (
    "员工离职前应当归还公司配发的电脑、门禁卡以及其他办公用品，并由所在部门的负责人签字确认。"
    "未按期归还的，公司有权要求其按照购置价格予以赔偿。"
)


def read(*pages: Page, **options: object) -> Document:
    return read_bytes(write_pdf(pages, **options), ".pdf", Limits())  # type: ignore[arg-type]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def isolated(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.isolated]


def test_lines_of_a_paragraph_are_joined() -> None:
    document = read(set_paragraphs([LONG, OTHER, LONG], space=6))
    assert texts(document) == [LONG, OTHER, LONG]
    assert {block.kind for block in document.blocks} == {"paragraph"}


def test_blocks_are_verbatim_lines_of_the_source() -> None:
    document = read(set_paragraphs([LONG, OTHER], space=6))
    assert document.format == "pdf"
    assert document.source == f"{LONG}\n{OTHER}"
    for block in document.blocks:
        assert block.verbatim
        assert document.source[block.start : block.end] == block.text


def test_paragraphs_without_space_between_end_at_a_short_line() -> None:
    assert texts(read(set_paragraphs([LONG, OTHER, LONG]))) == [LONG, OTHER, LONG]


def test_a_paragraph_goes_on_over_the_page_break() -> None:
    lines = set_paragraphs([LONG, OTHER], columns=60)
    first, second = lines[:2], [Text(t.x, 740 - 12 * n, t.words) for n, t in enumerate(lines[2:])]
    assert texts(read(first, second)) == [LONG, OTHER]


def test_first_lines_indented_without_space_between() -> None:
    document = read(set_paragraphs([LONG, OTHER, LONG, OTHER], first=4))
    assert texts(document) == [LONG, OTHER, LONG, OTHER]


def test_hanging_indent_belongs_to_its_number() -> None:
    items = [f"1. {LONG}", f"2. {OTHER}", f"3. {LONG}"]
    assert texts(read(set_paragraphs(items, hang=3))) == items


def test_a_number_that_goes_on_opens_a_paragraph_though_the_line_before_is_full() -> None:
    page = set_lines(
        [
            "1.1 The front desk keeps a list of the badges that it has",
            "handed out to the people who came to see us on that date.",
            "1.2 The list is destroyed after a month unless it is needed",
            "for a case that is open.",
        ]
    )
    found = texts(read(page))
    assert [text[:4] for text in found] == ["1.1 ", "1.2 "]


def test_a_reference_at_the_beginning_of_a_line_opens_nothing() -> None:
    page = set_lines(
        [
            "1.1 The front desk keeps the list of all badges as clause",
            "1.2 demands, and shows it to the auditor who asks for it",
            "in writing.",
            "1.2 The list is destroyed after a month unless it is needed",
            "for a case that is open.",
        ]
    )
    assert [text[:8] for text in texts(read(page))] == ["1.1 The ", "1.2 The "]


def test_an_empty_line_is_a_gap() -> None:
    page = set_lines(
        [
            "The front desk keeps a list of the badges that it has",
            "handed out.",
            "The list is destroyed.",
            "",
            "Visitors",
            "",
            "Visitors are met at the entrance by the person whom they",
            "visit.",
            "They leave again.",
        ]
    )
    document = read(page)
    assert isolated(document) == ["Visitors"]
    assert "destroyed.\n\nVisitors\n\nVisitors are met" in document.source
    assert "handed out.\nThe list" in document.source


def test_paragraphs_that_are_all_spaced_alike_have_no_gap() -> None:
    document = read(set_paragraphs([LONG, OTHER, LONG, OTHER], space=6))
    assert "\n\n" not in document.source


def test_space_larger_than_between_paragraphs_is_a_gap() -> None:
    page = [
        *set_paragraphs([LONG, OTHER, LONG], space=6),
        *set_paragraphs([OTHER, LONG], space=6, y=560),
    ]
    assert read(page).source.count("\n\n") == 1


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["We keep infor-", "mation about you."], "We keep information about you."),
        (["We ask a third-", "party auditor in."], "We ask a third-party auditor in."),
        (["We keep infor\u00ad", "mation about you."], "We keep information about you."),
        (["The rules of ISO-", "27001 apply here."], "The rules of ISO-27001 apply here."),
        (["All of this is up-", "dated. An updated x"], "All of this is updated. An updated x"),
        (["A co-owner, and a co-", "owner of it too."], "A co-owner, and a co-owner of it too."),
    ],
)
def test_hyphen_at_the_end_of_a_line(lines: list[str], joined: str) -> None:
    filler = "x" * max(map(len, lines))
    page = set_lines([lines[0], lines[1], "", f"{filler} {filler[:2]}"])
    assert texts(read(page))[0] == joined


def test_an_address_is_joined_without_a_space() -> None:
    page = set_lines(["The form is at https://intranet.example.com/forms/", "badges.html today."])
    assert texts(read(page)) == [
        "The form is at https://intranet.example.com/forms/badges.html today."
    ]


def test_chinese_lines_are_joined_without_a_space() -> None:
    assert texts(read(set_han([HAN, HAN, HAN]))) == [HAN, HAN, HAN]


def test_chinese_paragraph_over_the_page_break() -> None:
    placed = set_han([HAN, HAN])
    first, second = placed[:2], [Text(t.x, 740 - 15 * n, t.words) for n, t in enumerate(placed[2:])]
    assert texts(read(first, second)) == [HAN, HAN]


def test_contents_entries_stay_lines_of_their_own() -> None:
    entries = [
        "1 Scope" + "." * 40 + " 3",
        "2 Badges" + "." * 39 + " 4",
        "3 Lists" + "." * 40 + " 9",
    ]
    assert texts(read(set_lines(["Contents", *entries])))[1:] == [
        entry.replace("...", " ...", 1) for entry in entries
    ]


def column(paragraphs: list[str], x: float, y: float = 700, width: int = 34) -> list[Text]:
    return set_paragraphs(paragraphs, columns=width, x=x, y=y, space=4)


def test_two_columns_are_read_one_after_the_other_under_their_title() -> None:
    page = [
        Text(150, 760, "A title that stretches over both of the columns"),
        *column([LONG, OTHER], 60),
        *column([f"2. {LONG}", f"3. {OTHER}"], 310),
    ]
    found = texts(read(page))
    assert found[0].startswith("A title")
    assert found[1:] == [LONG, OTHER, f"2. {LONG}", f"3. {OTHER}"]


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    left = column([OTHER, LONG], 60)
    cut = 5 + 3
    page = left[:cut] + [Text(310, 700 - 12 * n, t.words) for n, t in enumerate(left[cut:])]
    page += column([OTHER, OTHER], 310, 700 - 12 * (len(left) - cut) - 4)
    assert texts(read(page)) == [OTHER, LONG, OTHER, OTHER]


def test_columns_whose_lines_stand_at_other_heights() -> None:
    page = [*column([LONG, OTHER], 60), *column([f"2. {LONG}", f"3. {OTHER}"], 310, 695.5)]
    assert texts(read(page)) == [LONG, OTHER, f"2. {LONG}", f"3. {OTHER}"]


def test_three_columns() -> None:
    page = [
        *column([f"1. {LONG}"], 40, width=24),
        *column([f"2. {OTHER}"], 215, width=24),
        *column([f"3. {LONG}"], 390, width=24),
    ]
    assert texts(read(page)) == [f"1. {LONG}", f"2. {OTHER}", f"3. {LONG}"]


def test_text_drawn_in_any_order_is_read_from_the_top() -> None:
    placed = set_paragraphs([LONG, OTHER, LONG], space=6)
    assert texts(read(placed[::-1])) == [LONG, OTHER, LONG]


def test_larger_text_is_a_heading_by_the_rank_of_its_size() -> None:
    page = [
        Text(72, 780, "Badge Policy", 20),
        Text(72, 750, "1 Scope", 14),
        *set_paragraphs([LONG], y=730),
        Text(72, 670, "1.1 Visitors", 12),
        *set_paragraphs([OTHER], y=650),
        Text(72, 590, "2 Lists", 14),
        *set_paragraphs([LONG], y=570),
    ]
    document = read(page)
    headings = [(b.text, b.level) for b in document.blocks if b.kind == "heading"]
    assert headings == [("Badge Policy", 1), ("1 Scope", 2), ("1.1 Visitors", 3), ("2 Lists", 2)]


def test_a_heading_of_two_lines_is_one() -> None:
    page = [
        *set_lines(["Rules on badges and on the visitors", "of the company"], size=20, step=24),
        *set_paragraphs([LONG, OTHER], y=690, columns=70),
    ]
    assert texts(read(page))[0] == "Rules on badges and on the visitors of the company"


def test_bold_paragraph_is_strong() -> None:
    page = [Text(72, 760, "Who must wear a badge", bold=True), *set_paragraphs([LONG, OTHER])]
    blocks = read(page).blocks
    assert [block.strong for block in blocks] == [True, False, False]


def test_where_everything_is_bold_nothing_is_strong() -> None:
    page = [Text(t.x, t.y, t.words, bold=True) for t in set_paragraphs([LONG, OTHER], space=6)]
    assert not any(block.strong for block in read(page).blocks)


def test_bullets_are_list_items_nested_by_their_indent() -> None:
    page = [
        *set_paragraphs([LONG]),
        Text(84, 680, "• staff"),
        Text(108, 668, "• on probation"),
        Text(84, 656, "• visitors"),
    ]
    items = [(b.text, b.level) for b in read(page).blocks if b.kind == "list_item"]
    assert items == [("• staff", 1), ("• on probation", 2), ("• visitors", 1)]


def test_footnote_waits_for_the_end_of_the_sentence() -> None:
    lines = set_paragraphs([OTHER, LONG], y=200)
    cut = len(lines) - 1
    first = [*lines[:cut], Text(72, 60, "1 A badge is a card with a photograph on it.", 7)]
    second = [Text(72, 740, lines[cut].words), *set_paragraphs([OTHER], y=716)]
    found = texts(read(first, second))
    assert found == [OTHER, LONG, "¹ A badge is a card with a photograph on it.", OTHER]
