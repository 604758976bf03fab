"""Which organisation a policy is of, as its text says it; nothing rather than a wrong name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.language import is_chinese
from indexer.records import Block

_HEAD = 20
"""Blocks in which a policy says who "we" are."""
_FEW = 6
"""Blocks at the beginning and end where a name may stand alone on its line."""
_TAIL = 12
_LONGEST = 80
_LONGEST_PARAGRAPH = 1_500

_SUFFIX = (
    r"(?:Ltd|Limited(?!\s+(?:Warrant|Liabilit|Edition|Access))|Inc|Incorporated|LLC|L\.L\.C|LLP|PLC"
    r"|plc|LTD|LIMITED|INC|CORP|Corp|Corporation|GmbH|AG|S\.A|SAS|SARL|BV|B\.V|NV|N\.V|AB|ApS|Oy|S\.r\.l|SpA|S\.p\.A)"
)
_WORD = r"[A-Z0-9][\w&.'’\-]{0,40}"
_MORE = rf",?[ ](?:(?:of|and|the|for|de|&)[ ]){{0,2}}(?:{_WORD}|\([A-Z][\w .]{{0,30}}\))"
_NAME = rf"(?<!\w){_WORD}(?:{_MORE}){{0,10}}"
_LEGAL_NAME = re.compile(rf"{_NAME},?[ ]{_SUFFIX}\b\.?")
_QUOTES = "“”\"'‘’「」『』"
_WE = r"(?:we|us|our|the\s+company|company|the\s+organi[sz]ation)"
_DEFINED = re.compile(
    rf"(?P<name>{_NAME})"
    r"(?:,?\s+(?:and|together\s+with)\s+(?:its|our)\s+[\w ,]{3,60}?)?"
    rf"\]?\s*,?\s*\((?:[^()]{{0,80}}[\s,])?[{_QUOTES}](?i:{_WE})[{_QUOTES},.]"
)
_NAMED = re.compile(
    rf"(?P<name>{_NAME},?[ ]{_SUFFIX}\b\.?)\]?\s*"
    rf"\([^()]{{0,60}}?[{_QUOTES}](?P<short>[^()]{{2,30}}?)[{_QUOTES}]"
)
_OFFERED = re.compile(
    r"\b[Tt]his\s(?:[\w’']+\s){0,3}?(?:[Pp]olicy|[Nn]otice|[Ss]tatement|[Aa]greement)\b[^.]{0,120}?\s"
    r"(?:provided|operated|offered|issued|published|formulated)\sby\s"
    rf"(?P<name>{_NAME},?[ ]{_SUFFIX}\b\.?)"
)
_HAN_SUFFIX = (
    "(?:有限责任公司|股份有限公司|有限公司|集团公司|有限責任公司|集團有限公司|股份公司|总公司)"
)
_HAN_NAME = rf"[\u3400-\u9fffA-Za-z0-9·（）()]{{2,40}}?{_HAN_SUFFIX}"
_HAN_WE = "(?:我们|我們|本公司|公司|我司)"
_HAN_DEFINED = re.compile(
    rf"(?P<name>{_HAN_NAME})(?:(?:及|和|与|以及)其?[\u3400-\u9fff、]{{2,20}})?"
    rf"[（(](?:[^（）()]{{0,40}}[，,、])?(?:以下|下称|下文|简称|簡稱|统称)(?:[^（）()]{{0,20}}?"
    rf"[{_QUOTES}]{_HAN_WE}[{_QUOTES}]|(?:简|簡|统|合)?[称稱]?为?{_HAN_WE}[，,）)])"
)
_HAN_LEAD = re.compile(
    r".*?(?:制度|政策|协议|条款|声明|手册|办法|规定|文件|平台|网站|应用|软件|产品|服务|APP|App)"
    r"(?:由|适用于|是由)|^(?:欢迎|感谢)(?:您)?(?:使用|访问|选择|注册|加入)(?:由)?|^由|^我们(?:是|指)"
)
_HAN_SENTENCE = re.compile(
    r"[本我您你该请如若当根为由是指在与和及对向]|一家|客户|用户|员工|双方|[甲乙]方|.*[与及]"
    r"|欢迎|感谢|关于|适用|以下"
)
_KEY = re.compile(
    r"(?:company(?:\s+name)?|organi[sz]ation|legal\s+entity|公司名称|公司名稱|公司|单位名称|发布单位"
    r"|编制单位|制定单位|发布机构|运营者|运营主体|运营方|主体名称)\s*[:：]\s*(?P<value>\S.{0,100})",
    re.IGNORECASE,
)
_YEARS = r"(?:19|20)\d\d(?:\s*[-–—~至]\s*(?:(?:19|20)?\d\d|present|今))?"
_COPYRIGHT = re.compile(
    r"(?P<sign>(?:©|copyright|版权所有|著作权所有|版權所有|\(c\)(?=\s*(?:19|20)\d\d))"
    rf"(?:[\s,，.:：©]|\(c\)|copyright|by\s|{_YEARS})*)(?P<value>\S.{{1,100}})",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"[.,，。;；|·]?\s*(?:all\s+rights\s+reserved|版权所有|保留(?:一切|所有)?权利|版權所有).*"
    r"|\s*[|·]\s.*|\s{2,}.*|[.]\s+[A-Z].*|[\s,]+(?:19|20)\d\d$",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"^(?:all|the|this|our|your|you|we|any|each|every|no|it|in|at|by|as|if|here|welcome|when|and|or"
    r"|notice|law|owner|n/?a|none|tbd|name|see|please"
    r"|company|employer|confidential|internal|public|restricted)$",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"(?:At|By|In|With|From|When|As|If|For|And|Here|Welcome|Our|Your|This|Dear|About|Between|Of)\s+"
)
_DEPARTMENT = re.compile(
    r"\b(?:Team|Department|Office|Resources|Committee|Policy|Terms|Notice|Handbook)\b"
)
_DOCUMENT = re.compile(
    r".*\b(?:Polic(?:y|ies)|Terms|Notice|Statement|Agreement|Handbook|Manual|Guidelines?|Code|Rules"
    r"|Standard|Procedures?|Charter|Use|Service|Conditions|Conduct)\s+(?:of|by|for|between)\s+"
)


def find_organisation(blocks: Sequence[Block], title: str) -> str | None:
    """The name of the organisation, as printed; `None` where the text leaves it open.

    Said to be so, in this order: where the text calls it "we", in a line "Company: …", in the
    title, on a line of its own at the beginning, where it offers what the policy is about, in a
    copyright line, and under the text.
    """
    head = [block.text for block in blocks[:_HEAD]]
    tail = [block.text for block in blocks[_HEAD:][-_TAIL:]]
    for names in (
        _defined(head, title),
        _keyed(head),
        _in_title(title),
        _alone(head[:_FEW]),
        _offered(head),
        _copyrighted([*tail[::-1], *head[::-1]]),
        _alone((tail or head)[-_FEW:][::-1]),
        (name for name in _keyed(tail) if names_organisation(name)),
    ):
        found = next(names, None)
        if found:
            return found
    return None


def names_organisation(text: str) -> bool:
    """Whether a text is the whole name of a company with its legal form: "Acme Ltd."."""
    line = text.strip()
    if len(line) > _LONGEST:
        return False
    if is_chinese(line):
        return bool(re.fullmatch(_HAN_NAME, line)) and not _HAN_SENTENCE.match(line)
    found = _LEGAL_NAME.fullmatch(line)
    return found is not None and not _LEADING.match(line) and not _NOT_NAMES.match(line.split()[0])


def _defined(texts: Sequence[str], title: str) -> Iterator[str]:
    """Names after which stands (“we”), or in the same way a short name that the title has."""
    for line in map(_flat, texts):
        short = _NAMED.search(line)
        if short and re.search(rf"\b{re.escape(short['short'])}\b", title):
            name = _latin_name(short["name"])
            if name:
                yield name
        for found in _DEFINED.finditer(line):
            name = _latin_name(found["name"])
            if name:
                yield name
        for found in _HAN_DEFINED.finditer(line):
            name = _han_name(found["name"], _stands_free(line, found.start()))
            if name:
                yield name


def _offered(texts: Sequence[str]) -> Iterator[str]:
    for line in map(_flat, texts):
        found = _OFFERED.search(line)
        name = _latin_name(found["name"]) if found else None
        if name:
            yield name


def _keyed(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        found = _KEY.match(text.strip(" *|•-"))
        if found and len(text) <= 140:
            value = re.split(r"\s*[|;；·]\s*|\s{2,}|\t", found["value"])[0].strip(" *")
            if _is_plausible(value):
                yield value


def _in_title(title: str) -> Iterator[str]:
    name = re.match(_HAN_NAME if is_chinese(title) else _LEGAL_NAME, title)
    if name and names_organisation(name[0]):
        yield name[0]


def _alone(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if names_organisation(line):
            yield line.strip()


def _copyrighted(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        found = _COPYRIGHT.search(line) if len(line) <= 200 else None
        if found is None:
            continue
        value = _RIGHTS.sub("", found["value"]).strip(" ,，。|")
        # "Copyright" alone may be a heading: "Copyright Notice".
        signed = re.search(r"©|\d", found["sign"]) is not None
        if _is_plausible(value) and (signed or names_organisation(value)):
            yield value


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text[:_LONGEST_PARAGRAPH])


def _latin_name(text: str) -> str | None:
    name = text
    if _DOCUMENT.match(name):
        name = _DOCUMENT.sub("", name)
    while _LEADING.match(name):
        name = _LEADING.sub("", name, count=1)
    name = name.strip(" ,")
    name = re.sub(r"^The\s", "", name)
    first = name.split(" ")[0]
    if not name or len(name) > _LONGEST or _NOT_NAMES.match(first) or _DEPARTMENT.search(name):
        return None
    return name if any(c.isupper() for c in first) else None


def _han_name(text: str, stands_free: bool) -> str | None:
    """The name out of a run of Chinese, which has no spaces to say where a name begins."""
    name = _HAN_LEAD.sub("", text, count=1)
    if name == text and not stands_free:
        return None
    return name if len(name) > 5 and not _HAN_SENTENCE.match(name) else None


def _stands_free(line: str, start: int) -> bool:
    return not start or not (line[start - 1].isalnum())


def _is_plausible(value: str) -> bool:
    if not 2 <= len(value) <= _LONGEST or value[-1] in ":：;；。!！?？":
        return False
    if is_chinese(value):
        return not _HAN_SENTENCE.match(value) and not re.search(r"[，。；：、]", value)
    words = value.split()
    named = [word for word in words if word[0].isupper() or word[0].isdigit()]
    return (
        value[0].isupper()
        and len(words) <= 8
        and len(named) >= 0.6 * len(words)
        and not _NOT_NAMES.match(words[0])
    )
