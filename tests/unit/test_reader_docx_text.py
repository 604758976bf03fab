"""A Word document's text is what Word prints of it: no more, no less, nothing twice."""

from __future__ import annotations

import pytest

from indexer.readers import read_bytes
from tests.unit.docx_files import docx, field, p, para, r, table


def texts(body: str, **parts: str) -> list[str]:
    return [block.text for block in read_bytes(docx(body, **parts), ".docx").blocks]


def ins(runs: str, tag: str = "ins") -> str:
    return f'<w:{tag} w:id="1" w:author="A">{runs}</w:{tag}>'


def box(*paragraphs: str) -> str:
    """A text box as Word writes it, once for itself and once for older versions."""
    inside = "".join(paragraphs)
    shape = f"<wps:wsp><wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx></wps:wsp>"
    old = f"<v:textbox><w:txbxContent>{inside}</w:txbxContent></v:textbox>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{shape}</w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict>{old}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


RUBY = (
    "<w:r><w:ruby><w:rt><w:r><w:t>hàn</w:t></w:r></w:rt>"
    "<w:rubyBase><w:r><w:t>汉</w:t></w:r></w:rubyBase></w:ruby></w:r>"
)
FRACTION = (
    "<m:oMath><m:f><m:num><m:r><m:t>days</m:t></m:r></m:num>"
    "<m:den><m:r><m:t>12</m:t></m:r></m:den></m:f></m:oMath>"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (r("ten ") + r("days", "<w:b/>"), "ten days"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", "a b"),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>", "a\nb"),
        ('<w:r><w:t>a</w:t><w:br w:type="page"/></w:r>', "a"),
        ("<w:r><w:t>e</w:t><w:noBreakHyphen/><w:t>mail</w:t></w:r>", "e-mail"),
        ("<w:r><w:t>hand</w:t><w:softHyphen/><w:t>book</w:t></w:r>", "handbook"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>' + r(" yes"), "✓ yes"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>' + r(" 5"), "≥ 5"),
        (r("\uf0a8 agree"), "☐ agree"),
        (f'<w:hyperlink w:anchor="x">{r("link")}</w:hyperlink>', "link"),
        (f"<w:smartTag>{r('Tokyo')}</w:smartTag>", "Tokyo"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{r('chosen')}</w:sdtContent></w:sdt>", "chosen"),
        (r("a ") + ins(r("new ")) + ins("<w:r><w:delText>old</w:delText></w:r>", "del"), "a new"),
        (ins(r("from"), "moveFrom") + ins(r("to"), "moveTo"), "to"),
        (r("seen") + r("unseen", "<w:vanish/>"), "seen"),
        (r("seen", '<w:vanish w:val="0"/>'), "seen"),
        (RUBY + r("字"), "汉字"),
        (r("pay × ") + FRACTION, "pay × days/12"),
        ('<w:commentRangeStart w:id="0"/>' + r("a") + "<w:r><w:commentReference/></w:r>", "a"),
        (f'<w:fldSimple w:instr=" REF x ">{r("3.1")}</w:fldSimple>', "3.1"),
        (r("see ") + field(" REF _Ref1 \\r ", r("clause 4")), "see clause 4"),
        (r("page ") + field(" PAGE ", r("7")), "page"),
        (r("a") + field(' XE "absence" ', None), "a"),
        (field(" EQ \\o\\ac(○,3) ", None) + r("项"), "③项"),
        (field(" EQ \\o\\ac(○,印) ", None), "印"),
        (field(" IF 1 = 1 ", field(" REF y ", r("inner"))), "inner"),
        (r("half") + '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + r(" field"), "half field"),
        ("<w:r><w:t>\n    set\n    out\n  </w:t></w:r>", "set out"),
    ],
)
def test_runs(content: str, expected: str) -> None:
    assert texts(para(content)) == [expected]


def test_check_boxes_of_forms() -> None:
    def check_box(state: str) -> str:
        data = f"<w:ffData><w:checkBox>{state}</w:checkBox></w:ffData>"
        begin = f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'
        code = "<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r>"
        return begin + code + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'

    body = para(
        check_box("<w:checked/>"), r(" yes "), check_box('<w:default w:val="0"/>'), r(" no")
    )
    assert texts(body) == ["☒ yes ☐ no"]


def test_bold_of_a_character_style_turns_the_paragraph_s_bold_over() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="B"><w:name w:val="B"/><w:rPr><w:b/></w:rPr>'
        "</w:style>"
        '<w:style w:type="character" w:styleId="S"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr>'
        "</w:style>"
    )
    body = p("whole", style="B") + para(
        r("not", '<w:rStyle w:val="S"/>'), properties='<w:pStyle w:val="B"/>'
    )
    blocks = read_bytes(docx(body, styles=styles), ".docx").blocks
    assert [block.strong for block in blocks] == [True, False]


def test_paragraph_of_bold_runs_is_strong_and_of_some_is_not() -> None:
    body = para(r("All ", "<w:b/>"), r("bold", "<w:b/>")) + para(r("Some ", "<w:b/>"), r("bold"))
    blocks = read_bytes(docx(body), ".docx").blocks
    assert [block.strong for block in blocks] == [True, False]


def test_larger_type_is_strong() -> None:
    body = para(r("Leave", '<w:sz w:val="32"/>')) + p("Everyone may rest for ten days a year.") * 3
    assert [b.strong for b in read_bytes(docx(body), ".docx").blocks] == [True, False, False, False]


def test_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    mark = '<w:rPr><w:del w:id="1"/></w:rPr>'
    assert texts(para(r("Ten "), properties=mark) + p("days.") + p("End.")) == ["Ten days.", "End."]


def test_dropped_capital_belongs_to_its_paragraph() -> None:
    capital = para(r("T"), properties='<w:framePr w:dropCap="drop" w:lines="3"/>')
    assert texts(capital + p("his policy applies.")) == ["This policy applies."]


def test_text_box_is_read_once_after_its_paragraph() -> None:
    body = para(r("Anchor."), box(p("Boxed."), p("Twice?"))) + p("After.")
    assert texts(body) == ["Anchor.", "Boxed.", "Twice?", "After."]


def test_box_inside_a_box() -> None:
    inner = para(r("Outer."), box(p("Inner.")))
    assert texts(para(box(inner))) == ["Outer.", "Inner."]


def test_line_breaks_before_numbers_open_pieces_of_their_own() -> None:
    lines = ["Staff must:", "(a) rest;", "(b) ask", "first."]
    content = "<w:br/>".join(f"<w:t>{line}</w:t>" for line in lines)
    assert texts(para(f"<w:r>{content}</w:r>")) == ["Staff must:", "(a) rest;", "(b) ask\nfirst."]


def test_empty_line_inside_a_paragraph_sets_apart() -> None:
    body = para("<w:r><w:t>One.</w:t><w:br/><w:br/><w:t>Two.</w:t></w:r>")
    assert read_bytes(docx(body), ".docx").source == "One.\n\nTwo."


def note(id_: int, text: str, kind: str = "footnote") -> str:
    return f'<w:{kind} w:id="{id_}">{p(text)}</w:{kind}>'


def refer(id_: int, kind: str = "footnote", more: str = "") -> str:
    return f'<w:r><w:{kind}Reference w:id="{id_}"{more}/></w:r>'


def test_footnote_stands_by_the_paragraph_that_refers_to_it() -> None:
    body = para(r("Ten days"), refer(2), r(" a year"), refer(5), r(".")) + p("Next.")
    notes = note(0, "separator") + note(5, "Of twelve months.") + note(2, "Working days.")
    expected = "Ten days[1] a year[2].\n[1] Working days.\n[2] Of twelve months."
    assert texts(body, footnotes=notes) == [expected, "Next."]


def test_footnote_of_a_heading_waits_for_the_text() -> None:
    body = f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{r("Leave")}{refer(1)}</w:p>'
    found = texts(body + p("Ten days."), footnotes=note(1, "See the annex."))
    assert found == ["Leave[1]", "Ten days.\n[1] See the annex."]


def test_footnotes_of_a_table_stand_after_it() -> None:
    cell = para(r("10"), refer(1))
    body = table(["Grade", "Days"], ["A", cell]) + p("After.")
    found = texts(body, footnotes=note(1, "Pro rata."))
    assert found == ["Grade | Days", "A | 10[1]", "[1] Pro rata.", "After."]


def test_endnotes_and_marks_of_one_s_own() -> None:
    own = refer(1, more=' w:customMarkFollows="1"') + r("*")
    body = para(r("A"), own) + para(r("B"), refer(3, "endnote")) + para(r("C"), refer(4, "endnote"))
    ends = note(3, "Three.", "endnote") + note(4, "Four.", "endnote")
    found = texts(body, footnotes=note(1, "* Own."), endnotes=ends)
    assert found == ["A*\n* Own.", "B[i]\n[i] Three.", "C[ii]\n[ii] Four."]


def test_number_format_of_footnotes() -> None:
    settings = '<w:footnotePr><w:numFmt w:val="decimalEnclosedCircle"/></w:footnotePr>'
    found = texts(para(r("甲"), refer(1)), footnotes=note(1, "注。"), settings=settings)
    assert found == ["甲[①]\n[①] 注。"]


def test_placeholder_of_a_missing_note_prints_nothing() -> None:
    assert texts(para(r("A"), refer(9), r("."))) == ["A."]
