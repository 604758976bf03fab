"""What the drift guard reads out of a text, in one form for both languages."""

from __future__ import annotations

from fractions import Fraction

import pytest

from service.lookup.drift.compare import compare_texts
from service.lookup.drift.quantities import find_facts

DAY = 86_400


def strong(text: str) -> list[tuple[object, ...]]:
    return [(fact.kind, *fact.key) for fact in find_facts(text) if not fact.weak]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("within 30 days", ("period", 30 * DAY, "s")),
        ("within thirty (30) days", ("period", 30 * DAY, "s")),
        ("三十日内", ("period", 30 * DAY, "s")),
        ("３０天内", ("period", 30 * DAY, "s")),
        ("两周", ("period", 14 * DAY, "s")),
        ("a fortnight", ("period", 14 * DAY, "s")),
        ("72 hours", ("period", 3 * DAY, "s")),
        ("十五个工作日", ("period", 15, "w")),
        ("fifteen business days", ("period", 15, "w")),
        ("半年", ("period", 6, "m")),
        ("一年六个月", ("period", 18, "m")),
        ("one year and six months", ("period", 18, "m")),
        ("an hour and a half", ("period", 5400, "s")),
        ("每周四十小时", ("period", 40 * 3600, "s")),
        ("half a year", ("period", 6, "m")),
        ("一个半月", ("period", Fraction(3, 2), "m")),
        ("二十四个月", ("period", 24, "m")),
        ("two years", ("period", 24, "m")),
        ("四个半小时", ("period", 16_200, "s")),
        ("four and a half hours", ("period", 16_200, "s")),
        ("RMB 1.2 million", ("amount", 1_200_000, "CNY")),
        ("120万元", ("amount", 1_200_000, "CNY")),
        ("一百二十万元人民币", ("amount", 1_200_000, "CNY")),
        ("€50", ("amount", 50, "EUR")),
        ("伍拾欧元", ("amount", 50, "EUR")),
        ("12.5 per cent", ("percentage", Fraction(1, 8))),
        ("百分之十二点五", ("percentage", Fraction(1, 8))),
        ("万分之五", ("percentage", Fraction(1, 2000))),
        ("0.05%", ("percentage", Fraction(1, 2000))),
        ("三分之二", ("percentage", Fraction(2, 3))),
        ("two thirds of the members", ("percentage", Fraction(2, 3))),
        ("31 March 2025", ("date", 2025, 3, 31)),
        ("March 31st, 2025", ("date", 2025, 3, 31)),
        ("2025-03-31", ("date", 2025, 3, 31)),
        ("2025年3月31日", ("date", 2025, 3, 31)),
        ("二〇二五年三月三十一日", ("date", 2025, 3, 31)),
        ("6:30 p.m.", ("date", "time", 18, 30)),
        ("下午六点半", ("date", "time", 18, 30)),
        ("1,250 employees", ("number", 1250)),
        ("一千二百五十名员工", ("number", 1250)),
        ("一亿零三万", ("number", 100_030_000)),
        ("Call +86 21 5550 1234", ("contact", "tel", "2155501234")),
        ("请致电021-55501234咨询", ("contact", "tel", "2155501234")),
        ("https://www.tallow.example/zh-CN/forms/", ("contact", "tallow.example/forms")),
    ],
)
def test_quantity_has_one_form_in_both_languages(text: str, expected: tuple[object, ...]) -> None:
    assert strong(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "一般情况下，一方面应统一办理，第一次除外，十分重要。",
        "第三方不得进入；万一发生事故，千万不要移动。",
        "In general, one of them is the first, once and for all; no one else.",
        "(1) Apples; (2) pears; and (3) plums.",
        "（一）苹果；（二）梨。",
        "See Article 15 and Section 4.2.",
        "依照第十五条和第4.2条办理。",
        "每月一次，每年复核。",
        "The service is available 24/7.",
        "ISO 27001 and TLS 1.2 apply.",
        "周三和星期五",
    ],
)
def test_what_is_no_quantity_is_not_read_as_one(text: str) -> None:
    assert strong(text) == []


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ("Keep it for 30 days.", "Keep it for 60 days.", "period"),
        ("Keep it for 30 days.", "保存三十个工作日。", "period"),
        ("Pay $50.", "支付50欧元。", "amount"),
        ("You may smoke here.", "此处不得吸烟。", "modality"),
        ("You must sign.", "无需签字。", "modality"),
        ("We do not sell data.", "我们出售数据。", "negation"),
        ("At least three offers are obtained.", "最多取得三份报价。", "limit"),
        ("See Section 4.2.", "见第4.3条。", "reference"),
        ("Write to a@b.example.", "请致信c@b.example。", "contact"),
        ("Employees must sign.", "Employees may sign.", "modality"),
        ("合同应当归档。", "合同可以归档。", "modality"),
        ("You do not have to agree, and we do not ask.", "您不必同意，我们会询问。", "negation"),
        ("From 1 to 15 March 2025.", "2025年3月1日至16日。", "date"),
    ],
)
def test_difference_is_told_with_both_sentences(left: str, right: str, kind: str) -> None:
    (found,) = compare_texts(left, right)
    assert found.kind == kind
    assert (found.left.text, found.right.text) == (left, right)
    for quote in (found.left, found.right):
        assert all(quote.text[a:b].strip() for a, b in quote.marks)
    assert found.left.marks or found.right.marks


def test_sentence_that_differs_is_found_among_others() -> None:
    left = "Keep receipts. Claims are due in 30 days. Meals cost up to 20 euros. Ask finance."
    right = "请保存票据。报销申请应在三十日内提交。餐费最高25欧元。请咨询财务。"
    (found,) = compare_texts(left, right)
    assert (found.left.text, found.right.text) == (
        "Meals cost up to 20 euros.",
        "餐费最高25欧元。",
    )
    assert right[found.right.start :].startswith(found.right.text)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("You must not enter without permission.", "经许可方可进入。"),
        ("No one may enter unless accompanied.", "除有人陪同外，任何人不得进入。"),
        ("It must not exceed 40 hours.", "最多40小时。"),
        ("Passwords have at least 14 characters.", "密码不得少于14个字符。"),
        ("You need not apply.", "不必申请。"),
        ("Unless you cancel, it renews.", "如未取消，将自动续订。"),
        ("For internal use only.", "仅供内部使用，不得外传。"),
        ("Fire exits must be kept clear.", "不得堵塞消防通道。"),
        ("You need a permit to enter.", "未经许可，不得进入。"),
        ("You must be at least 18 to join.", "未满18周岁者不得加入。"),
        ("The form can be sent by post.", "表格应邮寄。"),
        ("You are entitled to a refund.", "应向您退款。"),
        ("Not until approved may work start.", "经批准后方可开工。"),
        ("It may be used no more than twice.", "不得使用超过两次。"),
        ("Once it ends, the parties part.", "终止后，双方分别。"),
        ("Either party may leave.", "任何一方可退出。"),
        ("Ages between 8 and 18 may enter.", "8至18岁可进入。"),
        ("From 1 to 15 March 2025.", "2025年3月1日至15日。"),
        ("Certified to ISO/IEC 27001:2022.", "已通过ISO 27001认证。"),
        ("A 20% discount.", "八折优惠。"),
        ("Report losses at once.", "遗失的，应当立即报告。"),
    ],
)
def test_other_words_for_the_same_are_no_difference(left: str, right: str) -> None:
    assert compare_texts(left, right) == []
