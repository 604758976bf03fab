"""HTML pages as sites, wikis and word processors write them: what is read, and as what."""

from __future__ import annotations

import codecs
import time
from datetime import date
from pathlib import Path

import pytest

from indexer.errors import LimitError, PolicyFileError
from indexer.limits import Limits
from indexer.outline.contents import find_contents
from indexer.readers import READABLE_SUFFIXES, read_bytes
from indexer.readers.html.numbering import printed
from indexer.readers.text import read_text
from indexer.records import Block, Document, Properties

PROSE = "We keep what you tell us for as long as the law asks, and then we delete it for good. "
TEXT = f"<p>{PROSE * 2}</p>"


def read(page: str | bytes, limits: Limits | None = None) -> Document:
    data = page.encode() if isinstance(page, str) else page
    return read_bytes(data, ".html", limits or Limits())


def texts(page: str | bytes) -> list[str]:
    return [block.text for block in read(page).blocks]


def short(page: str) -> list[str]:
    """The lines of a page without the filler paragraphs."""
    return [text for text in texts(page) if not text.startswith(PROSE[:20])]


def shapes(page: str) -> list[tuple[str, int | None, str]]:
    return [(block.kind, block.level, block.text) for block in read(page).blocks]


def properties(page: str) -> Properties:
    return read(page).properties


def block_of(page: str, text: str) -> Block:
    return next(block for block in read(page).blocks if block.text == text)


# Main content


def test_suffixes() -> None:
    assert {".html", ".htm", ".xhtml"} <= READABLE_SUFFIXES


def test_site_around_the_article_is_left_out_and_said() -> None:
    page = f"""<body><a class="skip" href="#main">Skip to content</a>
    <header><a href="/">Acme</a><nav><ul><li><a href="/a">Shop</a></li></ul></nav></header>
    <main id=main><h1>Leave Policy</h1>{TEXT}</main>
    <aside><h2>News</h2><p>We have moved to a new office.</p></aside>
    <footer><a href="/t">Terms</a> © 2024 Acme</footer></body>"""
    assert short(page) == ["Leave Policy"]
    assert [remark.code for remark in read(page).remarks] == ["dropped-furniture"]


def test_furniture_of_a_page_without_semantic_markup_is_left_out() -> None:
    page = f"""<div class="topbar"><a href="/">Acme</a></div>
    <div class="c1"><a href="/a">Home</a> | <a href="/b">Products</a> | <a href="/c">Jobs</a></div>
    <div><div><h1>Terms</h1>{TEXT}<div>1. Scope</div>{TEXT}</div></div>
    <div><ul><li><a href=/1>Imprint</a></li><li><a href=/2>Help</a></li><li><a href=/3>Map</a></li>
    </ul></div><div>Copyright 2024 Acme Ltd.</div>"""
    assert short(page) == ["Terms", "1. Scope"]


def test_own_header_footer_and_notes_of_an_article_stay() -> None:
    page = f"""<main><article><header><h1>Leave</h1><p>Version 3</p></header>{TEXT}
    <aside><p>Note: interns too.</p></aside><footer><p>Approved by the board.</p></footer>
    </article></main>"""
    assert short(page) == ["Leave", "Version 3", "Note: interns too.", "Approved by the board."]


def test_title_in_the_pages_header_stays() -> None:
    page = f"<header><h1>Privacy</h1></header><main>{TEXT}</main>"
    assert short(page) == ["Privacy"]


def test_footer_that_is_text_stays_on_a_page_without_main_part() -> None:
    page = f"<h1>Rules</h1>{TEXT}<footer><p>Decided by the works council in May.</p></footer>"
    assert short(page) == ["Rules", "Decided by the works council in May."]


def test_main_part_that_holds_little_of_the_text_is_not_believed() -> None:
    page = f"<main><h1>Terms</h1><p>Welcome.</p></main><div><h2>1. Scope</h2>{TEXT}</div>"
    assert short(page) == ["Terms", "Welcome.", "1. Scope"]


def test_text_directly_in_the_body_and_in_nested_divs() -> None:
    page = "Privacy<br>We collect data.<div>1. Scope<div>All of you.</div></div>2. Use"
    assert texts(page) == ["Privacy", "We collect data.", "1. Scope", "All of you.", "2. Use"]


@pytest.mark.parametrize(
    "banner",
    [
        '<div id="onetrust-banner-sdk"><p>We use cookies.</p><button>OK</button></div>',
        '<div class="cookie-notice">This site uses cookies.</div>',
        '<div class="x1">We use cookies, see <a href=/c>more</a>. <a href=#>Accept all</a></div>',
        '<div role="dialog" aria-label="Cookie consent"><p>Choose.</p></div>',
        '<div class="a"><p>本网站使用 Cookie。</p><button>全部接受</button></div>',
    ],
)
def test_cookie_banner_is_left_out(banner: str) -> None:
    assert short(f"{banner}<h1>Terms</h1>{TEXT}{TEXT}{banner}") == ["Terms"]


def test_cookie_policy_is_no_cookie_banner() -> None:
    page = f"""<div class="cookie-policy-container"><h1>Cookie Policy</h1>{TEXT}
    <section id="share"><h2>How we share cookies</h2><p>With <a href=/p>partners</a> only.</p>
    </section><button>Accept all</button></div>"""
    assert short(page) == ["Cookie Policy", "How we share cookies", "With partners only."]


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>x</p>",
        '<div aria-hidden="true">x</div>',
        '<p style="color:red; DISPLAY: none !important">x</p>',
        '<span style="visibility:hidden">x</span>',
        "<script>x</script><style>x</style><template>x</template><noscript>x</noscript>",
        "<dialog>x</dialog>",
        '<span class="sr-only">x</span>',
        "<!-- x --><select><option>x</option></select><textarea>x</textarea><button>x</button>",
    ],
)
def test_what_is_hidden_is_left_out(hidden: str) -> None:
    assert short(f"{hidden}<h1>Terms</h1>{TEXT}{hidden}") == ["Terms"]


def test_what_a_click_unfolds_is_read() -> None:
    page = f"""<h1>Terms</h1>{TEXT}<details><summary>1. Scope</summary>All users.</details>
    <button class="accordion">2. Use</button><div class="panel" style="display:none">Be fair.</div>
    <h3><button aria-expanded="false" aria-controls="s3">3. Law</button></h3>
    <div id="s3" hidden><p>English law.</p></div>
    <div role="tabpanel" hidden><p>4. Fees</p></div>"""
    assert short(page)[1:] == [
        "1. Scope", "All users.", "2. Use", "Be fair.", "3. Law", "English law.", "4. Fees",
    ]  # fmt: skip


def test_page_that_a_script_uncovers_is_read() -> None:
    page = f'<h1>协议</h1><div id="js_content" style="visibility: hidden">{TEXT}</div>'
    assert len(texts(page)) == 2


def test_form_around_the_whole_page_is_read_and_a_form_on_it_is_not() -> None:
    page = f"""<form id="aspnetForm"><h1>Terms</h1>{TEXT}{TEXT}
    <form><label>Your e-mail</label><input></form></form>"""
    assert short(page)[0] == "Terms"
    page = f"<h1>Terms</h1>{TEXT}<form><label>Your e-mail</label><input></form>"
    assert short(page) == ["Terms"]


def test_furniture_of_a_chinese_site_is_left_out() -> None:
    page = f"""<div id="top">欢迎来到某某科技 <a href="/login">登录</a> <a href="/r">注册</a></div>
    <ul><li><a href="/">首页</a></li><li><a href=/cp>产品</a></li><li><a href=/g>关于</a></li></ul>
    <div class=wz>您现在的位置：<a href=/>首页</a> &gt;&gt; <a href=/f>法律</a> &gt;&gt; 正文</div>
    <div class="left"><h3>关于我们</h3><ul><li><a href=/1>简介</a></li><li><a href=/2>招聘</a></li>
    <li><a href=/3>联系</a></li></ul></div><div class="title">隐私政策</div>{TEXT}
    <div>上一篇：<a href=/a>服务协议</a> 下一篇：没有了</div>
    <div>【<a href="javascript:print()">打印</a>】【<a href="javascript:close()">关闭</a>】</div>
    <div>版权所有 某某科技 京ICP备12345678号</div>"""
    assert short(page) == ["隐私政策"]


def test_links_that_belong_to_the_text_stay() -> None:
    page = f"""<h1>Privacy</h1>{TEXT}
    <p>You can <a href=/l>log in</a> or <a href=/r>register</a>.</p>
    {TEXT}<p>Our processors are:</p><ul><li><a href=/1>Alpha</a></li><li><a href=/2>Beta</a></li>
    <li><a href=/3>Gamma</a></li></ul>"""
    assert short(page)[1:] == [
        "You can log in or register.", "Our processors are:", "• Alpha", "• Beta", "• Gamma",
    ]  # fmt: skip


def test_mediawiki_page() -> None:
    page = f"""<body class="mediawiki"><div id=content role=main><h1 id=firstHeading>隐私政策</h1>
    <div id=siteSub>来自公司维基</div><div id=mw-content-text>{TEXT}
    <div id=toc class=toc role=navigation><div class=toctitle><h2>目录</h2></div><ul>
    <li><a href="#a"><span class=tocnumber>1</span> <span class=toctext>收集</span></a></li>
    <li><a href="#b">2 使用</a></li></ul></div>
    <h2><span id=a>收集</span><span class=mw-editsection>[<a href=/e>编辑</a>]</span></h2>
    <p>电话。<sup class=reference><a href="#cite-1">[1]</a></sup></p><h2 id=b>使用</h2>{TEXT}</div>
    <div id=catlinks class=catlinks><a href=/c>分类</a></div></div>
    <div id=mw-navigation><h2>导航菜单</h2><a href=/l>登录</a></div></body>"""
    document = read(page)
    listed = find_contents(document.blocks)
    assert [block.text for block in document.blocks if block.in_contents] == [
        "目录", "• 1 收集", "• 2 使用",
    ]  # fmt: skip
    rest = [block.text for i, block in enumerate(document.blocks) if i not in listed]
    assert [text for text in rest if not text.startswith("We")] == [
        "隐私政策",
        "收集",
        "电话。",
        "使用",
    ]


def test_dokuwiki_page() -> None:
    page = f"""<div id=dokuwiki__site><div id=dokuwiki__header><h1><a href=/>Wiki</a></h1></div>
    <div id=dokuwiki__content><div class=pageId><span>policy:travel</span></div><div class=page>
    <div id=dw__toc><h3>Table of Contents</h3><ul class=toc><li><div><a href="#t">Travel</a></div>
    </li></ul></div><h1 id=t>Travel</h1><div class=level1>{TEXT}<ol>
    <li><div class=li> Book</div></li></ol></div>
    <div class=secedit><form><button>Edit</button></form></div></div>
    <div class=docInfo>policy.txt · Last modified</div></div></div>"""
    document = read(page)
    assert [b.text for b in document.blocks if b.in_contents] == ["Table of Contents", "• Travel"]
    assert [b.text for b in document.blocks if not b.in_contents][::2] == ["Travel", "1. Book"]


def test_confluence_page() -> None:
    page = f"""<div id=main-header><ol id=breadcrumbs><li><a href=i.html>Space</a></li></ol>
    <h1 id=title-heading>Data Retention</h1></div><div id=content><div class=page-metadata>Created
    by Ann</div><div id=main-content class=wiki-content><h1>Scope</h1>{TEXT}</div></div>
    <div id=footer role=contentinfo><p>Document generated by Confluence</p><a href=/x>Atlassian</a>
    </div>"""
    assert short(page) == ["Data Retention", "Scope"]


def test_word_page() -> None:
    page = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
    <meta http-equiv=Content-Type content="text/html; charset=gb2312"></head><body>
    <p class=MsoTitle>员工手册</p><p class=MsoToc1><a href="#_Toc1">一、总则 1</a></p>
    <p class=MsoNormal style='mso-list:l0 level1 lfo1'><![if !supportLists]><span><span
    style='mso-list:Ignore'>一、<span>&nbsp; </span></span></span><![endif]><b>总则</b></p>
    <p class=MsoNormal>为了规范公司的劳动
    纪律。<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>
    <p style='mso-list:l1 level2 lfo2'><span style='mso-list:Ignore'>&Oslash;</span>按时上班。</p>
    <p class=MsoNormal style='mso-outline-level:2'>第二节</p></body></html>"""
    blocks = read(page.encode("gbk")).blocks
    assert [(b.kind, b.level, b.text) for b in blocks] == [
        ("heading", 1, "员工手册"),
        ("paragraph", None, "一、总则 1"),
        ("list_item", 1, "一、总则"),
        ("paragraph", None, "为了规范公司的劳动纪律。"),
        ("list_item", 2, "• 按时上班。"),
        ("heading", 2, "第二节"),
    ]
    assert [b.in_contents for b in blocks] == [False, True, False, False, False, False]
    assert (blocks[2].number, blocks[2].strong) == ("一、", True)


# Blocks


def test_headings_and_their_levels() -> None:
    page = """<h1>A<br>B</h1><h3>C <a class=headerlink href="#c">¶</a></h3><h2>隐私<br>政策</h2>
    <div role=heading aria-level=4>D</div><h5><div>E</div></h5><h6> </h6>"""
    assert shapes(page) == [
        ("heading", 1, "A B"), ("heading", 3, "C"), ("heading", 2, "隐私政策"), ("heading", 4, "D"),
        ("heading", 5, "E"),
    ]  # fmt: skip


def test_heading_that_was_never_closed_is_its_first_line() -> None:
    assert shapes(f"<h2>Scope<p>{PROSE * 4}<p>End.") == [
        ("heading", 2, "Scope"), ("paragraph", None, (PROSE * 4).strip()),
        ("paragraph", None, "End."),
    ]  # fmt: skip


def test_line_breaks_make_lines_and_two_make_a_gap() -> None:
    page = "<p>One<br>two<br/><br>three<br></p><p>four</p>"
    assert read(page).source == "One\ntwo\n\nthree\nfour"


@pytest.mark.parametrize("blank", ["<p></p>", "<p>&nbsp;</p>", "<div><br></div>", "<hr>", "<br>"])
def test_empty_paragraph_is_a_gap(blank: str) -> None:
    assert read(f"<p>a</p><p>b</p>{blank}<p>c</p>").source == "a\nb\n\nc"


def test_stray_end_tag_is_no_gap() -> None:
    assert read("<p>a<ul><li>b</li></ul></p><p>c</p><p>d</p>").source == "a\n• b\nc\nd"


def test_paragraphs_that_are_all_set_apart_alike_have_no_gap() -> None:
    assert read("a<br><br>b<br><br>c<br><br>d").source == "a\nb\nc\nd"
    assert read("a<br><br>b<br><br>c<br>d").source == "a\n\nb\n\nc\nd"


def test_preformatted_text_is_read_like_a_text_file() -> None:
    text = "Leave Policy\n\n1. Scope\n  All <staff> & guests.\n\n\n2. Rest\n\nAlways."
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    for page in (f"<pre>{escaped}</pre>", f"<pre>\n{escaped}\n</pre>", f"<body><pre>{escaped}"):
        found = [(b.kind, b.text, b.isolated) for b in read(page).blocks]
        expected = [(b.kind, b.text, b.isolated) for b in read_text(text, "utf-8").blocks]
        assert found == expected


def test_white_space_is_collapsed_and_a_break_between_chinese_characters_is_none() -> None:
    page = "<p> We\n  collect\tdata &nbsp; now.</p><p>我们收集\n   您的信息，\n用于 login\n登录</p>"
    assert texts(page) == ["We collect data now.", "我们收集您的信息，用于 login 登录"]


def test_entities_are_decoded_and_invisible_characters_are_not_text() -> None:
    page = (
        "<p>R&amp;D &lt;all&gt; &#8220;x&#8221; pri&shy;vacy zero&#8203;width re&#x301;sume&#7;</p>"
    )
    assert texts(page) == ["R&D <all> “x” privacy zerowidth résume"]


def test_numbers_of_ordered_lists_are_printed_as_a_browser_counts() -> None:
    page = """<ol><li>a<ol type=a><li>b</li><li>c<ol type=I><li>d</li></ol></li></ol></li>
    <li>e<li value=7>f<li>g</ol><ol reversed><li>h</li><li>i</li></ol>
    <ol start=3 type=i><li>j</li></ol><ol style="list-style: upper-alpha inside"><li>k</li></ol>"""
    assert texts(page) == [
        "1. a", "a. b", "b. c", "I. d", "2. e", "7. f", "8. g", "2. h", "1. i", "iii. j", "A. k",
    ]  # fmt: skip
    assert [(b.kind, b.level, b.number) for b in read(page).blocks][2:4] == [
        ("list_item", 2, "b."), ("list_item", 3, "I."),
    ]  # fmt: skip


def test_chinese_list_numbers() -> None:
    page = """<ol start=9 style="list-style-type: cjk-ideographic"><li>甲</li><li>乙</li><li>丙</li>
    </ol><ol start=110 style="list-style-type:simp-chinese-informal"><li>丁</li></ol>"""
    assert texts(page) == ["九、甲", "十、乙", "十一、丙", "一百一十、丁"]


@pytest.mark.parametrize(
    ("number", "style", "text"),
    [
        (27, "lower-alpha", "aa."), (1994, "upper-roman", "MCMXCIV."),
        (105, "cjk-ideographic", "一百零五、"),
        (20, "simp-chinese-informal", "二十、"), (1001, "trad-chinese-informal", "一千零一、"),
        (12, "simp-chinese-formal", "壹拾贰、"), (3, "cjk-heavenly-stem", "丙、"),
        (10, "cjk-decimal", "一〇、"),
        (7, "decimal-leading-zero", "07."), (0, "lower-roman", "0."), (-2, "decimal", "-2."),
        (5, "no-such-style", "5."), (10**12, "upper-roman", "1000000000000."),
    ],
)  # fmt: skip
def test_counter_styles(number: int, style: str, text: str) -> None:
    assert printed(number, style) == text


def test_items_that_print_their_own_number_get_no_second_one() -> None:
    page = """<ol style="list-style:none"><li>1. a</li><li>2. b</li></ol><ol><li>（一）c</li>
    <li>（二）d</li></ol><ul><li>1.1 e</li><li>1.2 f</li></ul><ul><li>- g</li></ul>"""
    assert texts(page) == ["1. a", "2. b", "（一）c", "（二）d", "1.1 e", "1.2 f", "- g"]
    assert {block.kind for block in read(page).blocks} == {"paragraph"}


def test_an_item_that_begins_with_a_quantity_is_numbered() -> None:
    assert texts("<ol><li>30 days of leave</li><li>Rest</li></ol>") == [
        "1. 30 days of leave",
        "2. Rest",
    ]


def test_list_items_of_several_paragraphs_and_headings() -> None:
    page = """<ol><li><h3>Scope</h3><p>All.</p><p>Always.</p></li><li><p>Use<br>it</p></li></ol>
    <ul><li>x<ul><li>y</li></ul></li></ul><dl><dt>Data</dt><dd>Anything.</dd></dl>"""
    assert shapes(page) == [
        ("heading", 3, "1. Scope"), ("paragraph", None, "All."), ("paragraph", None, "Always."),
        ("list_item", 1, "2. Use"), ("paragraph", None, "it"), ("list_item", 1, "• x"),
        ("list_item", 2, "• y"), ("paragraph", None, "Data"), ("paragraph", None, "Anything."),
    ]  # fmt: skip


def test_paragraph_wholly_in_bold_is_strong() -> None:
    page = """<p><b>All</b> <strong>bold</strong>.</p><p><b>Partly</b> bold</p>
    <p style="font-weight:700">By style</p><b><p>Around</p></b><p style="font-weight:normal">No</p>
    <p><b>Not <span style="font-weight:400">this</span></b></p>"""
    strong = [block.text for block in read(page).blocks if block.strong]
    assert strong == ["All bold.", "By style", "Around"]


def test_data_table_is_read_row_by_row() -> None:
    page = """<table><caption>Limits</caption><tr><th>Item<th>City<th>Limit</tr>
    <tr><td rowspan=2>Hotel<td>Oslo<td>100</tr><tr><td><ul><li>Paris</li></ul>
    <td>200 <b>EUR</b></tr>
    <tr><td colspan=3>All prices with tax</tr></table>"""
    assert shapes(page) == [
        ("paragraph", None, "Limits"), ("table_row", None, "Item | City | Limit"),
        ("table_row", None, "Hotel | Oslo | 100"), ("table_row", None, "Hotel | • Paris | 200 EUR"),
        ("table_row", None, "All prices with tax"),
    ]  # fmt: skip


def test_table_that_lays_out_the_page_is_ordinary_content() -> None:
    page = f"""<table><tr><td colspan=2>Acme</td></tr><tr><td><a href=/1>A</a><br>
    <a href=/2>B</a><br><a href=/3>C</a></td><td><h1>Terms</h1>{TEXT}<table>
    <tr><td>1.</td><td>One.</td></tr><tr><td>2.</td><td>Two.</td></tr></table></td></tr></table>"""
    assert short(page) == ["Acme", "Terms", "1. One.", "2. Two."]


def test_raised_text() -> None:
    page = """<p>15 m<sup>2</sup> on the 1<sup>st</sup> day<sup><a href="#f1">1</a></sup><a
    href="#f2"><sup>[2]</sup></a>.</p>"""
    assert texts(page) == ["15 m² on the 1st day."]


def test_pictures_give_their_words_only_where_they_are_words() -> None:
    page = """<p><img alt="Acme logo in green and white"><img alt="policy_scan_final_01.png">
    <img></p>
    <figure><img alt="Data flows from the customer to our processors.">
    <figcaption>Figure 1</figcaption></figure><p>🏠</p>"""
    assert texts(page) == ["Data flows from the customer to our processors.", "Figure 1"]


def test_list_of_links_into_the_page_is_contents() -> None:
    page = f"""<link rel=canonical href="https://acme.example/terms"><h1>Terms</h1><ul>
    <li><a href="#a">1. Scope</a></li><li><a href="https://acme.example/terms#b">2. Use</a></li>
    </ul>
    <p><a href="#c">Annex</a></p><h2 id=a>1. Scope</h2>{TEXT}<p>See <a href="#b">2</a> and more.</p>
    <p><a href="#top">Back to top</a></p>"""
    found = [(b.text, b.in_contents) for b in read(page).blocks if b.text[:2] != "We"]
    assert found == [
        ("Terms", False), ("1. Scope", True), ("2. Use", True), ("Annex", True),
        ("1. Scope", False), ("See 2 and more.", False),
    ]  # fmt: skip


def test_heading_after_marked_contents_is_no_entry_of_it() -> None:
    page = f"""<h2>Contents</h2><nav><a href="#a">Part 1: Scope</a><br><a href="#b">Law</a></nav>
    <h2 id=a>Scope</h2>{TEXT}<h2 id=b>Law</h2>{TEXT}"""
    document = read(page)
    assert [document.blocks[i].text for i in sorted(find_contents(document.blocks))] == [
        "Contents", "Part 1: Scope", "Law",
    ]  # fmt: skip


# Encodings and dialects


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("gbk", '<meta charset="gb2312">'),
        ("gb18030", '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=GBK">'),
        ("big5", "<meta charset=big5>"),
        ("utf-8", '<meta charset="gb2312">'),
        ("utf-8", ""),
        ("gb18030", ""),
        ("utf-16", "<meta charset=utf-8>"),
    ],
)
def test_encodings(encoding: str, declared: str) -> None:
    text = (
        "本政策說明我們如何使用信息。" if encoding == "big5" else "本政策说明我们如何使用您的信息。"
    )
    data = f"<html><head>{declared}</head><body><p>{text}</p><p>{text}</p></body></html>".encode(
        encoding
    )
    assert texts(data) == [text, text]


def test_byte_order_mark_counts_more_than_the_declaration() -> None:
    data = codecs.BOM_UTF8 + "<meta charset=big5><p>隐私</p>".encode()
    assert texts(data) == ["隐私"]


def test_declared_page_with_a_broken_byte_is_read() -> None:
    data = b"<meta charset=gb2312><p>" + "隐私政策".encode("gbk") * 50 + b"\xff</p>"
    assert texts(data)[0].startswith("隐私政策隐私政策")


def test_xhtml_is_read_without_its_entities_from_outside(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    page = f"""<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]>
    <html xmlns="http://www.w3.org/1999/xhtml"><head><script src="a.js"/><title>Code</title></head>
    <body><a id="x"/><p>Be fair &x; <![CDATA[a < b]]></p><div/><p>Always.</p></body></html>"""
    document = read_bytes(page.encode(), ".xhtml")
    assert [block.text for block in document.blocks] == ["Be fair &x; a < b", "Always."]
    assert document.properties.title == "Code"


# Properties


@pytest.mark.parametrize(
    ("title", "body", "found"),
    [
        ("Privacy Policy | Acme", "<h1>Privacy Policy</h1>", "Privacy Policy"),
        ("Acme – Privacy Policy", "", "Privacy Policy"),
        ("隐私政策_某某科技", "<h1>隐私政策</h1>", "隐私政策"),
        ("隐私政策-某某科技", "", "隐私政策"),
        ("Privacy Policy | Acme", "<h1>How we care</h1>", "Privacy Policy | Acme"),
        ("Terms - Acme", '<h1>Welcome</h1><meta property="og:site_name" content="Acme">', "Terms"),
        ("Code of Conduct", "", "Code of Conduct"),
        ("Untitled document", "", None),
        ("首页", "", None),
        ("policy_v3.docx", "", None),
    ],
)
def test_title(title: str, body: str, found: str | None) -> None:
    assert properties(f"<title>{title}</title>{body}{TEXT}").title == found


def test_properties_of_the_head() -> None:
    page = f"""<html lang="zh-CN"><head><link rel="canonical" href="https://acme.example/p">
    <meta property="og:site_name" content=" Acme  Ltd "><script type="application/ld+json">
    {{"@graph": [{{"dateModified": "2024-02-03T10:00:00Z", "datePublished": "2020-01-01"}}]}}
    </script></head>{TEXT}</html>"""
    assert properties(page) == Properties(
        organisation="Acme Ltd", lang="zh", updated_date=date(2024, 2, 3),
        source_url="https://acme.example/p",
    )  # fmt: skip


def test_publisher_and_dates_from_elsewhere() -> None:
    page = f"""<!-- saved from url=(0024)https://acme.example/law -->
    <meta name=author content=admin>
    <script type="application/ld+json">{{"publisher": {{"name": "Acme"}}}}</script>
    <script type="application/ld+json">{{broken</script>
    <p>Effective: <time datetime="2024-03-01">1 March</time>; meeting on
    <time datetime="2022-01-01">New Year</time></p>
    <p>Last updated <time datetime="2024-05-06">today</time></p>{TEXT}"""
    found = properties(page)
    assert (found.organisation, found.source_url) == ("Acme", "https://acme.example/law")
    assert (found.effective_date, found.updated_date) == (date(2024, 3, 1), date(2024, 5, 6))


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "/privacy", "file:///etc/passwd", "//x"]
)
def test_only_web_addresses_are_source_addresses(address: str) -> None:
    assert properties(f'<link rel=canonical href="{address}">{TEXT}').source_url is None


# Refusals and limits


@pytest.mark.parametrize(
    "page",
    [
        '<div id="root"></div><script src="/app.js"></script>',
        "<noscript>You need to enable JavaScript to run this app.</noscript><div id=app></div>",
        "<div id=app>Loading...</div><script></script>",
        "<p>请启用 JavaScript 后访问</p>",
        "",
    ],
)
def test_page_without_text_says_what_to_do(page: str) -> None:
    with pytest.raises(PolicyFileError, match="drawn by JavaScript, open it in a browser and save"):
        read(page)


def test_page_of_frames_says_what_to_do() -> None:
    with pytest.raises(PolicyFileError, match="only frames; save the page inside"):
        read("<html><frameset><frame src=a.html></frameset></html>")


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + "x",
        "<ul><li>" * 100_000 + "x",
        "<div><object></div>" * 100_000 + "x",
        "".join(f"<p><font id={i}>x" for i in range(5_000)),
        "<span>" * 300 + "x",
        "<table><tr><td>" * 100 + "x",
    ],
    ids=["divs", "lists", "hidden end tags", "reopened", "inline", "tables"],
)
def test_deep_nesting_is_refused_at_once(page: str) -> None:
    begun = time.monotonic()
    with pytest.raises(LimitError, match=r"inside each other, over .* 256 .*_MAX_NESTING\)"):
        read(page)
    assert time.monotonic() - begun < 5  # the parser alone takes minutes


def test_nesting_below_the_limit_and_unclosed_paragraphs_are_read() -> None:
    assert texts("<div>" * 250 + "x" + "</div>" * 250) == ["x"]
    assert len(texts("<p>x" * 1000 + "<p><font color=red>y" * 1000)) == 2000
    assert texts("<script>" + "'<div>' " * 500 + "</script><!--" + "<div>" * 500 + "--><p>x") == [
        "x"
    ]


def test_too_many_paragraphs_and_characters_are_refused_while_reading() -> None:
    with pytest.raises(LimitError, match=r"11 paragraphs .*_MAX_BLOCKS\)"):
        read("<p>x" * 20, Limits(max_blocks=10))
    with pytest.raises(LimitError, match=r"_MAX_CHARACTERS\)"):
        read("<p>" + "x" * 200, Limits(max_characters=100))
    cells = "<td rowspan=60000>x" * 100
    with pytest.raises(LimitError, match=r"cells that span rows, .*_MAX_BLOCKS\)"):
        read(f"<table><tr>{cells}" + "<tr><td>y" * 100, Limits(max_blocks=1000))


def test_offsets_are_exact() -> None:
    document = read(f"<h1>A</h1>{TEXT}<ul><li>b<br>c</li></ul><p></p><p>d</p><p></p><p>e</p>")
    assert all(document.source[b.start : b.end] == b.text for b in document.blocks)
    assert block_of("<p>a</p><p></p><p>b</p><p></p><p>c</p><p>d</p>", "b").isolated
