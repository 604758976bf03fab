"""The numbers that Word counts stand in the text as Word prints them."""

from __future__ import annotations

import pytest

from indexer.readers import read_bytes
from indexer.readers.docx.counting import format_number
from tests.unit.docx_files import STYLES, abstract, docx, level, num, p, r, start_at, table

PLAIN = abstract(0, level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerLetter"))
ARTICLES = "chineseCountingThousand"


def texts(data: bytes) -> list[str]:
    return [block.text for block in read_bytes(data, ".docx").blocks]


def printed(levels: list[int], numbering: str, list_: int = 1) -> list[str]:
    """The numbers printed before one word on each of the levels."""
    body = "".join(p("x", (list_, ilvl)) for ilvl in levels)
    return [text.removesuffix("x").strip() for text in texts(docx(body, numbering=numbering))]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("decimal", "1 2 10 11 20 21 100 101 110"),
        ("decimalZero", "01 02 10 11 20 21 100 101 110"),
        ("lowerLetter", "a b j k t u vvvv wwww fffff"),
        ("upperLetter", "A B J K T U VVVV WWWW FFFFF"),
        ("lowerRoman", "i ii x xi xx xxi c ci cx"),
        ("upperRoman", "I II X XI XX XXI C CI CX"),
        ("ordinal", "1st 2nd 10th 11th 20th 21st 100th 101st 110th"),
        ("decimalFullWidth", "１ ２ １０ １１ ２０ ２１ １００ １０１ １１０"),
        ("decimalEnclosedCircle", "① ② ⑩ ⑪ ⑳ 21 100 101 110"),
        ("decimalEnclosedCircleChinese", "① ② ⑩ ⑪ ⑳ 21 100 101 110"),
        ("decimalEnclosedParen", "⑴ ⑵ ⑽ ⑾ ⒇ 21 100 101 110"),
        ("chineseCounting", "一 二 十 十一 二十 二十一 一〇〇 一〇一 一一〇"),
        ("chineseCountingThousand", "一 二 十 十一 二十 二十一 一百 一百〇一 一百一十"),
        ("taiwaneseCountingThousand", "一 二 十 十一 二十 二十一 一百 一百零一 一百一十"),
        ("japaneseCounting", "一 二 十 十一 二十 二十一 百 百一 百十"),
        ("ideographDigital", "一 二 一〇 一一 二〇 二一 一〇〇 一〇一 一一〇"),
        ("ideographTraditional", "甲 乙 癸 11 20 21 100 101 110"),
        ("ideographZodiac", "子 丑 酉 戌 20 21 100 101 110"),
        ("chineseLegalSimplified", "壹 贰 壹拾 壹拾壹 贰拾 贰拾壹 壹佰 壹佰零壹 壹佰壹拾"),
        ("ideographLegalTraditional", "壹 貳 壹拾 壹拾壹 貳拾 貳拾壹 壹佰 壹佰零壹 壹佰壹拾"),
        ("someFutureFormat", "1 2 10 11 20 21 100 101 110"),
    ],
)
def test_number_format(style: str, expected: str) -> None:
    found = [format_number(n, style) for n in (1, 2, 10, 11, 20, 21, 100, 101, 110)]
    assert found == expected.split()


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [
        (0, "decimal", "0"),
        (0, "lowerLetter", "0"),
        (-1, "upperRoman", "-1"),
        (26, "lowerLetter", "z"),
        (53, "upperLetter", "AAA"),
        (1_000_000_000, "lowerLetter", "1000000000"),
        (1_000_000_000, "upperRoman", "1000000000"),
        (1001, "chineseCountingThousand", "一千〇一"),
        (1010, "chineseCountingThousand", "一千〇一十"),
        (10_000, "chineseCountingThousand", "一万"),
        (20_305, "chineseCountingThousand", "二万〇三百〇五"),
        (342, "cardinalText", "Three hundred forty-two"),
        (21, "ordinalText", "Twenty-first"),
        (40, "ordinalText", "Fortieth"),
        (111, "ordinal", "111th"),
        (60, "ideographZodiacTraditional", "癸亥"),
        (7, "none", ""),
        (7, "bullet", ""),
    ],
)
def test_number_format_at_its_edges(number: int, style: str, expected: str) -> None:
    assert format_number(number, style) == expected


def test_levels_count_and_start_again_under_the_next_one() -> None:
    found = printed([0, 1, 1, 2, 2, 1, 2, 0, 1], PLAIN + num(1, 0))
    assert found == ["1.", "1.1", "1.2", "(a)", "(b)", "1.3", "(a)", "2.", "2.1"]


def test_number_stands_in_the_text_and_apart() -> None:
    data = docx(
        p("Scope", (1, 0), "Heading1") + p("All staff.", (1, 1)), numbering=PLAIN + num(1, 0)
    )
    heading, clause = read_bytes(data, ".docx").blocks
    assert (heading.text, heading.number, heading.kind) == ("1. Scope", "1.", "heading")
    assert (clause.text, clause.number) == ("1.1 All staff.", "1.1")


def test_level_without_the_one_above_counts_it_as_begun() -> None:
    assert printed([1, 1, 0, 1], PLAIN + num(1, 0)) == ["1.1", "1.2", "2.", "2.1"]


def test_start_is_not_always_one() -> None:
    numbering = abstract(0, level(0, "%1)", start=4), level(1, "%2.", "upperLetter", start=3))
    assert printed([0, 1, 1, 0, 1], numbering + num(1, 0)) == ["4)", "C.", "D.", "5)", "C."]


def test_start_left_out_is_zero() -> None:
    assert printed([0, 0], abstract(0, level(0, "%1.", start=None)) + num(1, 0)) == ["0.", "1."]


def test_lists_of_one_abstract_list_go_on_counting() -> None:
    body = p("a", (1, 0)) + p("b", (2, 0)) + p("c", (1, 0))
    data = docx(body, numbering=PLAIN + num(1, 0) + num(2, 0))
    assert texts(data) == ["1. a", "2. b", "3. c"]


def test_lists_of_their_own_count_apart() -> None:
    body = p("a", (1, 0)) + p("x", (2, 0)) + p("plain") + p("b", (1, 0)) + p("y", (2, 0))
    numbering = PLAIN + abstract(1, level(0, "%1)")) + num(1, 0) + num(2, 1)
    assert texts(docx(body, numbering=numbering)) == ["1. a", "1) x", "plain", "2. b", "2) y"]


def test_overridden_start_counts_once_and_the_old_list_goes_on_from_there() -> None:
    body = "".join(p("x", (list_, 0)) for list_ in (1, 1, 2, 2, 1))
    numbering = PLAIN + num(1, 0) + num(2, 0, start_at(0, 7))
    assert texts(docx(body, numbering=numbering)) == ["1. x", "2. x", "7. x", "8. x", "9. x"]


def test_overridden_level_prints_otherwise() -> None:
    changed = level(0, "(%1)", "upperRoman")
    override = f'<w:lvlOverride w:ilvl="0">{changed}</w:lvlOverride>'
    assert printed([0, 1], PLAIN + num(1, 0, override)) == ["(I)", "I.1"]


def test_articles_run_on_through_the_chapters() -> None:
    never = '<w:lvlRestart w:val="0"/>'
    numbering = abstract(
        0, level(0, "第%1章", ARTICLES), level(1, "第%2条", ARTICLES, more=never),
        level(2, "（%3）", ARTICLES),
    )  # fmt: skip
    found = printed([0, 1, 2, 2, 1, 0, 1, 2], numbering + num(1, 0))
    assert found == ["第一章", "第一条", "（一）", "（二）", "第二条", "第二章", "第三条", "（一）"]


def test_level_that_restarts_only_after_the_first() -> None:
    after_first = '<w:lvlRestart w:val="1"/>'
    numbering = abstract(0, level(0, "%1."), level(1, "%1.%2"), level(2, "[%3]", more=after_first))
    found = printed([0, 1, 2, 1, 2, 0, 1, 2], numbering + num(1, 0))
    assert found == ["1.", "1.1", "[1]", "1.2", "[2]", "2.", "2.1", "[1]"]


def test_legal_numbering_prints_all_levels_in_digits() -> None:
    numbering = abstract(
        0, level(0, "Article %1", "upperRoman"), level(1, "%1.%2", "lowerLetter", more="<w:isLgl/>")
    )
    assert printed([0, 0, 1], numbering + num(1, 0)) == ["Article I", "Article II", "2.1"]


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [("tab", "第一条 目的"), ("space", "第一条 目的"), ("nothing", "第一条目的")],
)
def test_what_follows_the_number(suffix: str, expected: str) -> None:
    more = f'<w:suff w:val="{suffix}"/>'
    numbering = abstract(0, level(0, "第%1条", ARTICLES, more=more)) + num(1, 0)
    assert texts(docx(p("目的", (1, 0)), numbering=numbering)) == [expected]


def test_bullets_are_list_items_by_depth() -> None:
    numbering = abstract(0, level(0, "\uf0b7", "bullet"), level(1, "o", "bullet")) + num(1, 0)
    blocks = read_bytes(
        docx(p("one", (1, 0)) + p("two", (1, 1)), numbering=numbering), ".docx"
    ).blocks
    found = [(b.kind, b.level, b.text, b.number) for b in blocks]
    assert found == [("list_item", 1, "• one", None), ("list_item", 2, "• two", None)]


def test_bullet_level_prints_nothing_in_a_deeper_number() -> None:
    numbering = abstract(0, level(0, "%1."), level(1, "•", "bullet"), level(2, "%1.%2%3"))
    assert printed([0, 2], numbering + num(1, 0)) == ["1.", "1.1"]


def test_format_none_prints_the_words_alone() -> None:
    numbering = abstract(0, level(0, "附则", "none"), level(1, "", "none")) + num(1, 0)
    assert texts(docx(p("施行", (1, 0)) + p("解释", (1, 1)), numbering=numbering)) == [
        "附则 施行",
        "解释",
    ]


def test_custom_format_with_leading_zeros() -> None:
    levels = (
        '<w:lvl w:ilvl="0"><w:start w:val="9"/><mc:AlternateContent><mc:Choice Requires="w14">'
        '<w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice>'
        '<mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>'
        '<w:lvlText w:val="HR-%1"/></w:lvl>'
    )
    assert printed([0, 0], abstract(0, levels) + num(1, 0)) == ["HR-009", "HR-010"]


def numbered(number: int, list_: int | None, ilvl: int | None, base: str = "") -> str:
    """A heading style with a place in a list."""
    inner = "" if ilvl is None else f'<w:ilvl w:val="{ilvl}"/>'
    inner += "" if list_ is None else f'<w:numId w:val="{list_}"/>'
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="H{number}"><w:name w:val="heading {number}"/>'
        f'{based}<w:pPr><w:numPr>{inner}</w:numPr><w:outlineLvl w:val="{number - 1}"/></w:pPr>'
        "</w:style>"
    )


def linked(ilvl: int, text: str) -> str:
    return level(ilvl, text, more=f'<w:pStyle w:val="H{ilvl + 1}"/>')


HEADED = abstract(0, linked(0, "%1"), linked(1, "%1.%2"), linked(2, "%1.%2.%3")) + num(1, 0)
OUTLINE = [("H1", "1"), ("H2", "1.1"), ("H3", "1.1.1"), ("H2", "1.2"), ("H1", "2"), ("H2", "2.1")]


@pytest.mark.parametrize(
    "styles",
    [
        numbered(1, 1, 0) + numbered(2, 1, 1) + numbered(3, 1, 2),
        numbered(1, 1, None) + numbered(2, 1, None) + numbered(3, 1, None),
        numbered(1, 1, None) + numbered(2, None, 1, "H1") + numbered(3, None, 2, "H2"),
    ],
    ids=["by level", "by the style that a level names", "inherited"],
)
def test_headings_numbered_through_their_styles(styles: str) -> None:
    body = "".join(p("x", style=style) for style, _ in OUTLINE)
    blocks = read_bytes(docx(body, numbering=HEADED, styles=styles), ".docx").blocks
    assert [b.number for b in blocks] == [number for _, number in OUTLINE]
    assert [b.level for b in blocks] == [int(style[1]) for style, _ in OUTLINE]


def test_list_zero_takes_a_style_s_number_away() -> None:
    body = p("a", style="H1") + p("b", (0, 0), "H1") + p("c", style="H1")
    data = docx(body, numbering=HEADED, styles=numbered(1, 1, 0))
    assert texts(data) == ["1 a", "b", "2 c"]


def test_numbering_styles_are_followed() -> None:
    style = (
        '<w:style w:type="numbering" w:styleId="L"><w:name w:val="L"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = abstract(0, level(0, "第%1条", ARTICLES), more='<w:styleLink w:val="L"/>')
    numbering += abstract(1, more='<w:numStyleLink w:val="L"/>') + num(1, 0) + num(2, 1)
    data = docx(p("a", (2, 0)) + p("b", (1, 0)), numbering=numbering, styles=STYLES + style)
    assert texts(data) == ["第一条 a", "第二条 b"]


def test_numbering_styles_in_a_circle_end() -> None:
    style = (
        '<w:style w:type="numbering" w:styleId="L"><w:name w:val="L"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = abstract(0, more='<w:numStyleLink w:val="L"/>') + num(1, 0)
    assert texts(docx(p("a", (1, 0)), numbering=numbering, styles=style)) == ["a"]


HIDDEN = "<w:rPr><w:vanish/></w:rPr>"
DELETED = "<w:rPr><w:del/></w:rPr>"


def test_hidden_and_deleted_paragraphs_do_not_count() -> None:
    numbers = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    hidden = f"<w:p><w:pPr>{numbers}{HIDDEN}</w:pPr>{r('gone', '<w:vanish/>')}</w:p>"
    gone = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
    deleted = f"<w:p><w:pPr>{numbers}{DELETED}</w:pPr>{gone}</w:p>"
    body = p("a", (1, 0)) + hidden + deleted + p("b", (1, 0))
    assert texts(docx(body, numbering=PLAIN + num(1, 0))) == ["1. a", "2. b"]


def test_empty_numbered_paragraph_counts_and_prints_its_number() -> None:
    body = p("a", (1, 0)) + p("", (1, 0)) + p("b", (1, 0))
    assert texts(docx(body, numbering=PLAIN + num(1, 0))) == ["1. a", "2.", "3. b"]


def test_numbers_go_on_inside_tables() -> None:
    body = p("a", (1, 0)) + table([p("b", (1, 0)), "x"], [p("c", (1, 0)), "y"]) + p("d", (1, 0))
    data = docx(body, numbering=PLAIN + num(1, 0))
    assert texts(data) == ["1. a", "2. b | x", "3. c | y", "4. d"]


def test_list_that_is_nowhere_defined_prints_no_number() -> None:
    assert texts(docx(p("a", (9, 0)))) == ["a"]
    assert texts(docx(p("a", (9, 0)), numbering=PLAIN + num(1, 0))) == ["a"]
    assert texts(docx(p("a", (1, 8)), numbering=PLAIN + num(1, 0))) == ["a"]
