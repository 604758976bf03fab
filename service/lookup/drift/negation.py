"""Whether a sentence denies something, and by what words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.lookup.drift.scanning import Scan

BOUNDS = re.compile(
    r"\b(?:may|must|shall|can|should)\b[^.;,]{0,40}?\bno more than\b"
    r"|\b(?:not|no) (?:be )?(?:(?:later|earlier|more|less|fewer|greater|higher|lower|longer|sooner"
    r"|older|younger) than|over|above|below)\b"
    r"|\b(?:not?|never|nobody|none|neither|cannot)\b[^.;,]{0,40}?\b(?:exceed\w*|(?:more|less|longer|later|earlier"
    r"|fewer|higher|lower) than)\b"
    r"|\bin no event\b[^;]{0,160}?\bexceed\w*"
    r"|(?:不得|不能|不可|不应|不会|不)(?:超过|少于|低于|高于|多于|晚于|早于|迟于|大于|小于|超出"
    r"|长于|短于|满|足|逾|及)"
    r"|不[得能可应][^，。；]{0,8}?(?:超过|少于|低于|高于|多于|晚于|早于|迟于|超出)",
    re.ASCII,
)
"""Limits of a number, no denials: "no later than", 不超过."""

_NO_DENIAL = re.compile(
    r"\bnot only\b|\bnot limited to\b|\bwithout limitation\b|\bwhether or not\b|\bif not\b"
    r"|\bno\. ?\d"
    r"|\bwithout (?:undue )?delay\b|\bno matter\b|\bor not\b|\bnonetheless\b|\bnevertheless\b"
    r"|不论|不管|不仅|不但|不断|不同(?!意)|不时|不久|不良|不动产|不可抗力|不限(?!制)|不服(?!从|务)|不分|不少"
    r"|不定期|不特定|不等|不只|不单|不齐|不妨(?!碍)|不惜|不公开发行|是否|与否|能否|可否|否则|无论"
    r"|尽管|无线|无人机|无障碍"
    r"|毫无疑问|非常|非法(?!律|定|人)|不受(?:任何)?限制|未成年|未来|未必|未成|莫大|除此之外|除上述|为不负|说不准|拿不准"
    r"|没收|无形|无锡|非凡|不可分割"
    r"|不迟于|不久|不愧|并无二致",
    re.ASCII,
)
"""Words that look like denials."""

_EXCEPTION = re.compile(
    r"\b(?:unless|except|save)\b[^,.;]{0,40}\botherwise\b|\b(?:without|unless|until|except\w*"
    r"|other than|but for|apart from|save(?= for| as| that| where| if| in| with| to)"
    r"|outside|beyond|otherwise than|absent)\b"
    r"|未经|尚未|除非|除(?!了?以外)[^，。；]{1,40}?(?:之外|以外|外)|除外|除了|以外的|之外的"
    r"|非经|非因|未满|不满(?!足|意)|不足|\bunder(?= \d| the age)|没有(?=[^，。；]{1,20}[，,])"
    r"|未(?=[^，。；]{1,20}的[，,])|未(?=(?:事先|获|取得|得到|征得))|无(?=[^，。；论需须关权法故]{1,16}不得)",
    re.ASCII,
)
"""Words that make an exception: with a denial they say what neither of them says alone."""

KEPT = (
    r"\b(?:keep|kept|remain|stay|leave|left)\b(?: \w+){0,2}? (?:closed|locked|shut|clear|free"
    r"|empty|silent|quiet|private|safe|clean|away|off|out)\b|保持|有人|妥善"
)
"""What is told by its opposite as well: "keep clear", 不得堵塞."""

_ONLY = re.compile(
    r"\b(?:only|solely|exclusively|merely|limited to|restricted to|reserved for|confined to"
    r"|(?:nobody|nothing|none|anything|all|no one) but)\b"
    rf"|\bconfidential|\bsecret|\boptional|\bvoluntar|\bforfeit|\blaps|\b(?:is|are|be) lost\b"
    rf"|{KEPT}"
    r"|保密|自愿|作废|仅|只|才能|才会|才可|方可|方能|限于",
    re.ASCII,
)
"""What denies without a denial, and may go with one: "only", 仅供内部使用，不得外传."""

_NEAR = re.compile(
    r"\b(?:rather than|instead|free (?:of|from)|for free|[a-z]+-free|freely|free of charge"
    r"|barely|hardly|rarely|seldom|scarcely|few|little|doubt|(?<!or )otherwise|too \w+ to|difficult"
    r"|(?:retain|keep|withhold)s? (?:the|any|all) (?:\w+ )?(?:deposit|payment|fee|sum|amount)s?"
    r"|for convenience|to (?:your|him|her|it|them|one)sel(?:f|ves))\b"
    r"|\b(?:fail|cancel|de-identif|oppos|infring|refus|reject|declin|avoid|prevent|prohibit|forbid|forbad|ban(?:s|ned)?\b"
    r"|bar(?:s|red)?\b|refrain|abstain|expire|dismiss|disput|remain|ignor"
    r"|lack|stop|ceas|omit|den(?:y|ie)|exempt|waiv|exclud|disclaim|object|withdr|withh"
    r"|opt(?:ing)?[- ]out|negative|advers|default|empty|vacant|overdue"
    r"|invalid|illegal|unlawful|void|impossib|breach|violat|omiss|ir(?:rep|rev|reg|resp)"
    r"|inappropriat|incorrect|incomplet|inaccura|inconven|miss|discontin|regardless|irrespective|despite"
    r"|un(?!der|it|ion|iv|iq|less|til|iform)[a-z]{3,}|non-?[a-z]{3,}|dis(?!cuss|play|clos"
    r"|tribut|count|cover|tri|tin|put|k|t|c|pos|pat|pens)[a-z]{3,}|mis[a-z]{4,}|[a-z]{3,}less\b"
    r"|in(?:dependent|accessib|eligib|secure|active|definite|sufficien|adequat|capab|consisten"
    r"|dispens)|absen|anonym)"
    r"|不当|不可撤销|不可避免|不正当|不利(?!用)|不便|不符|不适(?!用)|不慎|不法|不实(?!施|行|际)|不明|不一致|不宜|不全"
    r"|不幸|不安(?!装|排)|不力|不善|不妥|不公(?!开|布|示)|不易|不变(?!更|动)"
    r"|无关|非[\u4e00-\u9fff]{2}"
    r"|不准确|不完整|不合(?!并|作)|在不[^，。；]{1,20}(?:前提|情[况形])下|不必要|否认|否决"
    r"|无(?!法|需|须|权|义务|责任|任何|一|人|从|处|不|意|可)"
    r"|免费|免责|免除|以免|避免|防止"
    r"|拒绝|谢绝|拒|停止|停[售用产]|取消|退订"
    r"|反对|缺|违|失败|失效|匿名|去标识|脱离|独立|否|难|很少|极少|忽略",
    re.ASCII,
)
"""Words that another language may render by a denial."""

_STRONG = re.compile(
    r"\b(?:not|never|nobody|nothing|none|cannot|nowhere|no(?! ?\d))\b|n't\b"
    r"|不|没有|没|未|无|勿|莫",
    re.ASCII,
)
_STRONG_AFTER_ALL = re.compile(
    r"\bout of the question\b|\bneither\b|\bnor\b|\bunable\b|\binability\b|禁止|非(?=[以由为在属])"
    r"|严禁|谢绝|杜绝|并非|不再|不准|prohibit|forbid|forbad"
    r"|\bbanned\b",
    re.ASCII,
)

_REPEATED = re.compile(
    r"\bnor\b|[也亦且又][不未无非]|[，、]均?[不未无](?:得|会|可)?[^，。；]{1,8}[，、]"
)


@dataclass(frozen=True, slots=True)
class Denials:
    """Offsets of the words that deny, and how many other words bear on what is denied."""

    words: tuple[tuple[int, int], ...]
    repeated: int
    """How many of the words only carry a denial on: nor, 也不."""
    exceptions: int
    only: int
    parts: int
    """How many commas and semicolons part it."""
    hints: int
    """How many words another language may render by a denial."""

    @property
    def total(self) -> int:
        """All words that deny or may stand for a denial."""
        return len(self.words) + self.exceptions + self.only + self.hints

    @property
    def certain(self) -> int:
        """Denials and exceptions."""
        return len(self.words) + self.exceptions

    @property
    def _rest(self) -> tuple[int, int, int]:
        return self.exceptions, self.only, self.hints

    def denies_more(self, other: Denials) -> bool:
        """Whether this sentence denies what the other says, and nothing there may stand for it.

        A denial with an exception, "not without", is none: the two are counted together. Where
        both deny, two against one are told if all else is balanced.
        """
        if other.words:
            two_to_one = len(self.words) - self.repeated == 2 and len(other.words) == 1
            return two_to_one and self._rest == other._rest
        return (
            bool(self.words)
            and (not self.exceptions or (self.certain - other.certain) % 2 == 1)
            and other.exceptions <= self.exceptions
            and (not other.only or (other.only <= self.only and other.parts >= self.parts))
            and other.hints <= self.hints + max(0, len(self.words) - self.repeated - 1)
        )


def find_denials(text: str) -> Denials:
    """What denies in a sentence; limits of numbers ("no more than") and 不同, 不仅 do not."""
    scan = Scan(text)
    repeated = sum(1 for _ in _REPEATED.finditer(scan.text))
    for pattern in (BOUNDS, _NO_DENIAL):
        for _ in scan.take(pattern):
            pass
    words = [found.span() for found in scan.take(_STRONG_AFTER_ALL)]
    exceptions, only, hints = (
        sum(1 for _ in scan.take(pattern)) for pattern in (_EXCEPTION, _ONLY, _NEAR)
    )
    words += [found.span() for found in _STRONG.finditer(scan.text)]
    parts = sum(map(text.count, ",;，；"))
    return Denials(tuple(sorted(words)), repeated, exceptions, only, parts, hints)
