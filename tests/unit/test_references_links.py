"""Clauses that name other clauses are linked to them; laws and amounts are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.records import Clause
from indexer.references.links import find_links
from indexer.references.records import Link

ENGLISH = """\
Harbour Data Policy

1. Scope

1.1 This policy binds everybody.

1.2 Visitors are bound as well.

2. Collecting

2.1 We collect:

(a) names;

(b) addresses.

2.2 {sentence}

3. Keeping

3.1 We keep records for a year.

3.2 Longer periods need approval.

4. Contact us

4.1 Write to the privacy office.
"""
CHINESE = """\
灯塔数据管理办法

第一章 总则

第一条 本办法适用于全体员工。

第二条 处理数据应当合法。

第二章 处理

第三条 处理数据的，应当：

（一）告知本人；

（二）取得同意。

第四条 {sentence}

第三章 附则

第五条 违反本办法的，予以处分。
"""


def links_of(parse: Callable[..., list[Clause]], text: str, sentence: str, title: str) -> list[str]:
    """The linked words and the paths that they lead to, of the clause with the sentence."""
    clauses = parse(text.format(sentence=sentence))
    (holder,) = [clause for clause in clauses if sentence[:12] in clause.text]
    found = [link for link in find_links(title, clauses) if link.clause_id == holder.id]
    return [shown(link, holder.text) for link in found]


def shown(link: Link, text: str) -> str:
    words = text[link.start : link.end]
    if link.target is not None:
        return f"{words} → {link.target.partition('#')[2]}"
    return f"{words} → {link.policy}: {link.place}"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Exceptions follow, see 3.1.", ["3.1 → 3.1"]),
        ("Sections 1 and 3 apply here too.", ["Sections 1 → 1", "3 → 3"]),
        ("Sections 1.1, 1.2 and 3.1 apply.", ["Sections 1.1 → 1.1", "1.2 → 1.2", "3.1 → 3.1"]),
        ("Clause 3 of this Privacy Policy tells more.", ["Clause 3 → 3"]),
        ("Under Section 2.1(b) we keep less.", ["Section 2.1(b) → 2.1.b"]),
        ("As described in clause 3.2 above, we ask.", ["clause 3.2 → 3.2"]),
        ("Article 3 of the policy says so.", ["Article 3 → 3"]),
        ("Paragraph (a) of Section 2.1 is narrow.", ["Paragraph (a) of Section 2.1 → 2.1.a"]),
        ("Questions go to “4. Contact us”.", ["4. Contact us → 4"]),
        ("Questions: see “Contact us” below.", ["Contact us → 4"]),
        ("It is kept in accordance with 3.1 and 3.2.", ["3.1 → 3.1", "3.2 → 3.2"]),
        ("Article 3 of the GDPR applies.", []),
        ("Article 3 of Regulation (EU) 2016/679 applies.", []),
        ("Articles 1 and 3 GDPR apply.", []),
        ("Under the Data Protection Act, section 3 applies.", []),
        ("Section 3 of the Harbour Act applies.", []),
        ("We answer in 3 days, or 3.1 per cent of you.", []),
        ("Version 3.1 of the software is used.", []),
        ("We said “Contact us” in the letter.", []),
        ("Section 9 does not exist.", []),
        ("Section 3 of the agreement with the vendor.", []),
        ("This clause 2.2 names itself.", []),
        ("Our Cookie Policy says more.", ["Cookie Policy → Cookie Policy: "]),
        ("Section 4 of the Leave Policy decides.",
         ["Section 4 of the Leave Policy → Leave Policy: Section 4"]),
        ("The supplier's Privacy Policy applies.", []),
        ("This Harbour Data Policy prevails.", []),
    ],
)  # fmt: skip
def test_english_references_lead_to_their_clauses(
    sentence: str, expected: list[str], parse: Callable[..., list[Clause]]
) -> None:
    assert links_of(parse, ENGLISH, sentence, "Harbour Data Policy") == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("依据第二条处理的，应当留存记录。", ["第二条 → 第一章.第二条"]),
        ("本办法第三条第（二）项所称同意，应当书面作出。", ["第三条第（二）项 → 第二章.第三条.二"]),
        ("违反第一条、第二条的，予以警告。", ["第一条 → 第一章.第一条", "第二条 → 第一章.第二条"]),
        ("第一条至第三条的规定，适用于承包商。",
         ["第一条 → 第一章.第一条", "第三条 → 第二章.第三条"]),
        ("适用第３条（１）的，从其规定办理。", ["第３条（１） → 第二章.第三条.一"]),
        ("本办法第三条第二款另有规定的，从其规定。", ["第三条 → 第二章.第三条"]),
        ("第三章所列处分，由人事部执行。", ["第三章 → 第三章"]),
        ("《个人信息保护法》第二条另有规定的除外。", []),
        ("《民法典》第一条和第二条另有规定的除外。", []),
        ("依照个人信息保护法第三条的规定办理。", []),
        ("依照劳动合同法实施条例第三条办理。", []),
        ("GDPR第三条另有规定的，从其规定。", []),
        ("第九条并不存在，不应当出现链接。", []),
        ("遵守《信息安全管理制度》第二条规定。",
         ["《信息安全管理制度》第二条 → 信息安全管理制度: 第二条"]),
        ("会员事宜，另见《会员规则》办理。", ["《会员规则》 → 会员规则: "]),
        ("依照《灯塔数据管理办法》第二条办理。", ["第二条 → 第一章.第二条"]),
        ("三条建议和第三人的意见不是引用。", []),
    ],
)  # fmt: skip
def test_chinese_references_lead_to_their_clauses(
    sentence: str, expected: list[str], parse: Callable[..., list[Clause]]
) -> None:
    assert links_of(parse, CHINESE, sentence, "灯塔数据管理办法") == expected


def test_a_quoted_heading_counts_more_than_its_wrong_number(
    parse: Callable[..., list[Clause]],
) -> None:
    sentence = "Reach us as told in “3. Contact us”."
    assert links_of(parse, ENGLISH, sentence, "Harbour Data Policy") == ["3. Contact us → 4"]


def test_chinese_heading_with_its_number_is_linked(parse: Callable[..., list[Clause]]) -> None:
    text = "某政策\n\n一、范围\n\n详见“二、如何联系我们”。\n\n二、如何联系我们\n\n写信。\n"
    clauses = parse(text)
    (link,) = find_links("某公司政策", clauses)
    assert (link.clause_id, link.target) == ("p@1#一", "p@1#二")


def test_time_grows_with_the_length_of_the_text(parse: Callable[..., list[Clause]]) -> None:
    """Texts that make careless patterns try everything; each takes well under a second."""
    for piece in (
        "Section ",
        "第",
        "1.1.",
        "(a",
        "《",
        "“",
        "A a ",
        "Policy ",
        "Sections 1, ",
        "三、",
    ):
        find_links("P", [*parse("1. One\n\nWords.\n\n2. Two\n\n" + piece * 20_000)])
