"""Random clause trees of the kind that policies have, and what each is called in print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

MOST_NODES = 24
_HAN = "一二三四五六七八九十"
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_WIDE = str.maketrans("0123456789.()", "０１２３４５６７８９．（）")
_WORDS = ("Article", "Section", "Part", "Chapter")


@dataclass(frozen=True)
class Node:
    """A clause: `printed` number and `label`, a heading or not, paragraphs, sub-clauses."""

    printed: str
    label: str
    heading: str
    body: tuple[str, ...]
    children: tuple[Node, ...]

    @property
    def lines(self) -> list[str]:
        """What is printed of the clause itself, one paragraph a line."""
        first, *rest = (self.heading, *self.body) if self.heading else self.body
        return [self.printed + first, *rest]


@dataclass(frozen=True)
class Policy:
    """A tree with its title and the numbering family of each level."""

    lang: str
    families: tuple[str, ...]
    title: str
    preamble: str
    nodes: tuple[Node, ...]
    headed: int
    """So many levels from the top have a heading in every clause."""


def chains(policy: Policy) -> list[tuple[tuple[str, ...], str]]:
    """What a parser should find: label chains, and texts without white space."""

    def walk(
        nodes: Sequence[Node], above: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], str]]:
        for node in nodes:
            labels = (*above, node.label)
            yield labels, squeezed("".join(node.lines))
            yield from walk(node.children, labels)

    found = list(walk(policy.nodes, ()))
    if policy.preamble:
        label = "Preamble" if policy.lang == "en" else "前言"
        found.insert(0, ((label,), squeezed(policy.title + policy.preamble)))
    return found


def squeezed(text: str) -> str:
    """Without white space, and with one sign for every bullet."""
    text = "".join(text.split())
    return "•" + text[1:] if text[:1] in "-*•" else text


# Legal combinations of numbering, from the outermost level in. `+` is numbering that runs on
# across the level above, `heading` a heading without number.
COMBINATIONS = {
    "en": [
        "1. | 1.1 | 1.1.1 | (a)",
        "1 | 1.1 | 1.1.1 | (i)",
        "1. | 1.1. | 1.1.1. | a)",
        "1. | (a) | (i) | •",
        "1. | (1) | (a) | (i)",
        "1. | 1.1 | (a) | (i)",
        "I. | (I) | 1. | a)",
        "I. | A. | 1. | a.",
        "A. | 1) | a. | i.",
        "Article 1 | (a) | (i) | -",
        "Article 1 | Section 1.1 | (a) | (i)",
        "Section 1 | 1.1 | (a) | •",
        "Part A | Section+ 1 | (1) | (a)",
        "Part A | Article+ 1 | (a) | (i)",
        "Chapter I | 1. | (a) | (i)",
        "Chapter I | 1.+ | (a) | •",
        "heading | 1. | (a) | (i)",
        "heading | •",
        "heading | • | -",
    ],
    "zh": [
        "一、 | （一） | 1、 | （1）",
        "一、 | (一) | 1. | ①",
        "一、 | 1. | (1) | •",
        "一、 | （1） | ① | -",
        "第章 | 第条+ | （一） | 1.",
        "第章 | 第节 | 第条+ | （一）",
        "第条 | （一） | 1、 | （1）",
        "第条 | 第（）项 | 1.",
        "1. | 1.1 | 1.1.1 | （1）",
        "1 | 1.1 | （1） | a)",
        "1、 | （1） | a) | •",
        "１． | （１） | ①",
        "１． | １.１ | （１）",
        "heading | 一、 | （一） | 1.",
        "heading | •",
        "heading | • | -",
    ],
}
SECTIONS = ("1", "1.", "1、", "１．", "１.１", "1.1", "1.1.", "1.1.1", "1.1.1.", "I.", "(I)", "A.",
    "一、", "（一）", "(一)", "第章", "第节", "第条", "heading")  # fmt: skip
"""Families whose clauses may have a heading; those of the others are items of a list."""


def printed(family: str, path: Sequence[int]) -> tuple[str, str]:
    """The printed number with the space after it, and the label that a citation quotes."""
    n = path[-1]
    word = family.partition(" ")[0].rstrip("+")
    plain = family.replace("+", "")
    if word in _WORDS:
        number = family.split(" ")[1]
        if number in "AI":
            value = chr(64 + n) if number == "A" else _ROMAN[n - 1].upper()
        else:
            value = str(n) if number == "1" else ".".join(map(str, path[-2:]))
        return f"{word} {value} ", f"{word} {value}"
    if plain[0] == "第":
        bracketed = f"（{_han(n)}）" if "（" in plain else _han(n)
        return f"第{bracketed}{plain[-1]} ", f"第{_han(n)}{plain[-1]}"
    if plain in "•-":
        return f"{plain} ", f"•{n}"
    if plain == "①":
        return (sign := chr(0x245F + n)), sign
    if plain in ("1.1", "1.1.", "1.1.1", "1.1.1.", "１.１"):
        label = ".".join(map(str, path[-1 - plain.rstrip(".").count(".") :]))
        shown = label.translate(_WIDE) if plain[0] == "１" else label
        return f"{shown}{'.' if plain[-1] == '.' else ''} ", label
    sign = "".join(c for c in plain if c not in "()（）.、．")
    if sign in "一":
        label = _han(n)
    elif sign in ("1", "１"):
        label = str(n)
    elif sign in ("i", "I"):
        label = _ROMAN[n - 1] if sign == "i" else _ROMAN[n - 1].upper()
    else:
        label = chr(ord(sign) + n - 1)
    shown = label.translate(_WIDE) if sign == "１" else label
    space = "" if plain[-1] in "、）．" else " "
    return plain.replace(sign, shown) + space, label


def _han(n: int) -> str:
    if n <= 10:
        return _HAN[n - 1]
    return (
        "十" + _HAN[n - 11]
        if n < 20
        else f"{_HAN[n // 10 - 1]}十" + (_HAN[n % 10 - 1] if n % 10 else "")
    )


HEADINGS = {
    "en": """Purpose|Scope|Definitions|Booking of travel|Hotels and meals|Leave of absence|Visitors
Passwords|Working from home|Retention of records|Duties of managers|Use of e-mail|Gifts|Contact
Approval limits|What we collect|How we use data|Review|Exceptions|Your rights|Cookies|Training
Lost devices|Corporate cards|Notice periods|Sick pay|Safety in the works|Complaints""",
    "zh": """目的|适用范围|术语和定义|差旅预订|住宿与餐饮|请假流程|来访人员|密码管理|远程办公
资料保存|主管职责|邮件使用|礼品与招待|联系我们|审批权限|我们收集的信息|信息的使用|复核|例外情形|您的权利|培训
设备遗失|公司信用卡|通知期限|病假工资|安全生产|投诉与处理|附加说明""",
}
_OPENINGS = {
    "en": ["Employees", "Visitors to the office", "The finance team", "A line manager", "We",
        "Suppliers and their staff", "The head of the department"],
    "zh": ["员工", "来访人员", "财务部", "直属主管", "我们", "供应商及其人员", "部门负责人"],
}  # fmt: skip
_MIDDLES = {
    "en": [" keep a record of it", " may ask for a copy", " approve the request in writing",
        ", as section 2.1 says, pay the costs", " follow Article 3 of this policy",
        " keep it for 12 months (see 1.2)", " tell the desk at once"],
    "zh": ["应当留存记录", "可以索取副本", "以书面形式批准申请", "依照第三条的规定承担费用",
        "遵守本制度第（二）项", "保存十二个月，参见1.2", "应当立即告知服务台"],
}  # fmt: skip
_ENDINGS = {
    "en": ["", " within five working days", ", unless the law says otherwise", " and sign it",
        " before the end of the month, wherever they work and whatever their contract says"],
    "zh": ["", "，并于五个工作日内完成", "，法律另有规定的除外", "，并签字确认",
        "，不论其工作地点和劳动合同的类型如何，均应当在当月月底以前办理完毕"],
}  # fmt: skip


def sentences(lang: str) -> st.SearchStrategy[str]:
    """Sentences without their last stop; some refer to a clause in the middle."""
    parts = (st.sampled_from(table[lang]) for table in (_OPENINGS, _MIDDLES, _ENDINGS))
    return st.tuples(*parts).map("".join)


@st.composite
def policies(draw: st.DrawFn, lang: str, combinations: Sequence[str] = ()) -> Policy:
    """A policy whose levels are numbered by one of the legal combinations, or of those given."""
    families = tuple(draw(st.sampled_from(combinations or COMBINATIONS[lang])).split(" | "))
    families = families[: draw(st.integers(1, len(families)))]
    headed = draw(st.integers(0, len(families)))
    while headed and any(f.rstrip("+") not in SECTIONS and f.split("+")[0].split(" ")[0]
        not in _WORDS for f in families[:headed]):  # fmt: skip
        headed -= 1
    if families[0] in ("heading", "1"):
        headed = max(headed, 1)
    builder = _Builder(draw, lang, families, headed)
    nodes = builder.siblings(0, ())
    stop = "." if lang == "en" else "。"
    preamble = draw(st.just("") | sentences(lang).map(lambda text: text + stop))
    title = "Leave Policy" if lang == "en" else "休假管理制度"
    return Policy(lang, families, title, preamble, nodes, headed)


class _Builder:
    """Draws the nodes of one policy, and counts what runs on and what is left of the budget."""

    def __init__(self, draw: st.DrawFn, lang: str, families: Sequence[str], headed: int) -> None:
        self.draw, self.lang, self.families, self.headed = draw, lang, families, headed
        self.left = MOST_NODES
        self.running = 0
        headings = HEADINGS[lang].replace("\n", "|").split("|")
        first = draw(st.integers(0, len(headings) - 1))
        again = ", continued" if lang == "en" else "（续）"
        fresh = [*headings[first:], *headings[:first]]
        self.headings = iter([h + again * times for times in range(4) for h in fresh])

    def siblings(self, level: int, path: tuple[int, ...]) -> tuple[Node, ...]:
        most = max(2, min(12, self.left // (1 if level else 2)))
        few = st.integers(1 if "1.1" in self.families[level] and level else 2, min(4, most))
        count = self.draw(few if self.draw(st.booleans()) else st.integers(2, most))
        self.left -= count
        nodes = []
        for position in range(1, count + 1):
            number = position
            if "+" in self.families[level]:
                number = self.running = self.running + 1
            nodes.append(self.node(level, (*path, number), last=position == count))
        return tuple(nodes)

    def node(self, level: int, path: tuple[int, ...], *, last: bool) -> Node:
        family = self.families[level]
        mark, label = ("", "") if family == "heading" else printed(family, path)
        deeper = level + 1 < len(self.families) and (self.left > 1 or family == "heading")
        runs_on = deeper and "+" in self.families[level + 1]
        # A heading without number is above numbers where these start anew under each such heading.
        restarts = deeper and family == "heading" and self.families[level + 1] not in "•-"
        has_children = deeper and (runs_on or restarts or self.draw(st.booleans()))
        heading = ""
        if level < self.headed:
            heading = next(self.headings)
        body = self.body(level, heading=bool(heading), introduces=has_children, last=last)
        children = self.siblings(level + 1, path) if has_children else ()
        return Node(mark, label or heading, heading, body, children)

    def body(self, level: int, *, heading: bool, introduces: bool, last: bool) -> tuple[str, ...]:
        fewest = 0 if heading else 1
        family = self.families[level].replace("+", "")
        if family == "heading" and not introduces:
            fewest = 1  # a heading above nothing at all
        count = self.draw(st.integers(fewest, 2 if family in SECTIONS else 1))
        if not count:
            return ()
        texts = [self.draw(sentences(self.lang)) for _ in range(count)]
        stop, semicolon, colon = (".", ";", ":") if self.lang == "en" else ("。", "；", "：")
        ends = [stop] * count
        if introduces and self.draw(st.booleans()):
            ends[-1] = colon
        elif family not in SECTIONS and not last:
            ends[-1] = self.draw(st.sampled_from([stop, semicolon]))
        return tuple(text + end for text, end in zip(texts, ends, strict=True))
