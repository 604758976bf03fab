"""Made-up policies of any number and length, for measuring: the same seed gives the same texts.

Sentences are put together from parts, so that hardly two clauses are alike, in English and Chinese
alternately, with three levels of numbering of several families.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

_TOPICS = [
    ("Annual leave", "年假"), ("Travel", "差旅"), ("Expenses", "报销"), ("Passwords", "密码"),
    ("Remote work", "远程办公"), ("Personal data", "个人数据"), ("Retention", "保存期限"),
    ("Suppliers", "供应商"), ("Gifts", "礼品"), ("Safety", "安全"), ("Training", "培训"),
    ("Complaints", "投诉"), ("Equipment", "设备"), ("Overtime", "加班"), ("Visitors", "访客"),
    ("Parking", "停车"), ("Software", "软件"), ("Records", "档案"), ("Insurance", "保险"),
    ("Contracts", "合同"),
]  # fmt: skip
_WHO = [
    ("each employee", "每位员工"), ("the line manager", "直属主管"), ("the finance team", "财务部"),
    ("a contractor", "外包人员"), ("the security officer", "安全负责人"), ("HR", "人力资源部"),
    ("the customer", "客户"), ("any visitor", "任何访客"), ("the auditor", "审计人员"),
]  # fmt: skip
_MUST = [("must", "必须"), ("may", "可以"), ("must not", "不得"), ("should", "应当")]
_DOES = [
    ("file the form for {0}", "填写{0}申请表"), ("report {0} to the office", "向办公室报告{0}情况"),
    ("keep the papers on {0}", "保存{0}相关材料"), ("approve requests for {0}", "审批{0}申请"),
    ("review the rules on {0}", "复核{0}规则"), ("refuse changes to {0}", "拒绝变更{0}"),
    ("archive what concerns {0}", "归档{0}事项"), ("publish a notice about {0}", "发布{0}通知"),
]  # fmt: skip
_WHEN = [
    ("within {0} days", "在{0}日内"), ("at least {0} days ahead", "至少提前{0}日"),
    ("no later than {0} weeks after the event", "最迟在事件发生后{0}周内"),
    ("for {0} months", "为期{0}个月"), ("once in {0} quarters", "每{0}个季度一次"),
]  # fmt: skip
_ELSE = [
    ("unless the amount is below {0} euros", "金额低于{0}欧元的除外"),
    ("and sends a copy to branch {0}", "并抄送第{0}分部"),
    ("in accordance with form {0}", "并使用第{0}号表格"),
    ("except in building {0}", "{0}号楼除外"),
]
_HAN = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class GeneratedPolicy:
    """A policy's file name and text, and how many clauses it was made with."""

    name: str
    text: str
    clauses: int


def generated_policies(count: int, clauses: int = 60, seed: int = 11) -> Iterator[GeneratedPolicy]:
    """So many policies, English and Chinese in turn, of about so many clauses each."""
    rng = random.Random(seed)
    for number in range(count):
        chinese = bool(number % 2)
        yield _policy(rng, number, clauses, chinese)


def sentence(rng: random.Random, topic: tuple[str, str], chinese: bool) -> str:
    """One rule, about 20 words or 35 characters."""
    lang = int(chinese)
    who, must, does = rng.choice(_WHO)[lang], rng.choice(_MUST)[lang], rng.choice(_DOES)[lang]
    when = rng.choice(_WHEN)[lang].format(rng.randint(2, 90))
    more = rng.choice(_ELSE)[lang].format(rng.randint(1, 999))
    done = does.format(topic[lang] if chinese else topic[lang].lower())
    if chinese:
        return f"{who}{must}{when}{done}，{more}。"
    return f"{who[0].upper()}{who[1:]} {must} {done} {when}, {more}."


def _policy(rng: random.Random, number: int, clauses: int, chinese: bool) -> GeneratedPolicy:
    lang = int(chinese)
    title = f"第{number}号管理制度" if chinese else f"Policy {number} of Lanternworks"
    lines = [title, ""]
    made = section = 0
    while made < clauses:
        section += 1
        topic = rng.choice(_TOPICS)
        heading = f"{_han(section)}、" if chinese else f"{section}. "
        lines.append(heading + topic[lang])
        made += 1
        for item in range(1, rng.randint(3, 7)):
            if made >= clauses:
                break
            opening = f"（{_han(item)}）" if chinese else f"{section}.{item} "
            lines.append(opening + sentence(rng, topic, chinese))
            made += 1
            for sub in range(1, rng.choice((1, 1, 3, 4))):
                if made >= clauses:
                    break
                lines.append(f"（{sub}）" * chinese + f"({sub}) " * (not chinese)
                             + sentence(rng, topic, chinese))  # fmt: skip
                made += 1
        lines.append("")
    return GeneratedPolicy(f"policy-{number:05}.txt", "\n".join(lines), made)


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _HAN[ones]
    return (_HAN[tens] if tens > 1 else "") + "十" + (_HAN[ones] if ones else "")
