"""Whether a sentence denies something, and by what words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.lookup.drift.scanning import Scan

BOUNDS = re.compile(
    r"\b(?:not|no) (?:be )?(?:later|earlier|more|less|fewer|greater|higher|lower|longer|sooner|older"
    r"|younger|over|above|below)(?: than)?\b"
    r"|\bno longer than\b|\b(?:not|never|cannot)\b[^.;,]{0,30}?\b(?:exceed\w*|(?:more|less|longer|later|earlier|fewer"
    r"|higher|lower) than)\b"
    r"|(?:不得|不能|不可|不应|不会|不)(?:超过|少于|低于|高于|多于|晚于|早于|迟于|大于|小于|超出|长于|短于|满|足|逾|及)"
    r"|\bnot exceeding\b",
    re.ASCII,
)
"""Limits of a number, no denials: "no later than", 不超过."""

_WEAK = re.compile(
    r"\bnot only\b|\bnot limited to\b|\bwithout limitation\b|\bwhether or not\b|\bif not\b|\bno\. ?\d"
    r"|\b(?:without|unless|until|except\w*|other than|rather than|instead|regardless|irrespective"
    r"|whether|before|only|but|beyond|against|despite|free|never(?=theless)|minus|null|otherwise"
    r"|neither|nor|barely|hardly|few|little|less|least|under|outside|none(?=theless))\b"
    r"|\b(?:fail|refus|reject|declin|avoid|prevent|prohibit|forbid|forbad|ban(?:s|ned)?\b|bar(?:s|red)?\b"
    r"|lack|stop|ceas|omit|den(?:y|ie)|exempt|waiv|exclud|disclaim|object|withdr|withh|restrict|limit"
    r"|invalid|illegal|unlawful|void|impossib|inappropriat|incorrect|incomplet|inaccura|irrevoc|unab"
    r"|un(?!der|it|ion|iv|iq|less|til|ifor)[a-z]{3,}|non-?[a-z]{3,}|dis(?:agree|allow|regard|advan)|mis[a-z]{4,}|[a-z]{3,}less\b"
    r"|in(?:dependent|accessib|eligib|secure|active|definite|sufficien|adequat|capab|consisten)|absen|remove|delet|loss\b|lost\b)"
    r"|不论|不管|不仅|不但|不断|不同|不时|不久|不良|不当|不动产|不可抗力|不可撤销|不可避免|不正当|不限|不利"
    r"|不便|不符|不服|不适|不满|不足|不少|不慎|不法|不实|不明|不一致|不定期|不特定|不等|不再|不宜|不只|不单|不齐|不全|不幸"
    r"|不妨|不惜|不安|不力|不善|不妥|不公|不准确|不完整|不合|不必要|是否|与否|能否|可否|否则|否认|否决|无论|无关|无线|无人机"
    r"|无障碍|无偿|无效|无故|无形|无锡|毫无疑问|除非|非常|非法|非工作|非全日制|非营利|非公开|非本人|并非|未成年|未来|未满|未必|未经|尚未|未曾"
    r"|除(?!了?以外)[^，。；]{1,40}?(?:之外|以外|外)|除了|免费|免责|免除|以免|避免|防止|拒绝|谢绝|禁止|拒|停止|取消|撤销|撤回|仅|只|才能|方可"
    r"|反对|缺|违|失|丢|遗失|之前|前|独立|脱离|终止|删除|匿名|去标识|至多|以内|否",
    re.ASCII,
)
_STRONG = re.compile(
    r"\b(?:not|never|nobody|nothing|none|cannot|nowhere|no(?! ?\d))\b|n't\b|\bno(?= )"
    r"|不|没有|没|未|无|勿|非|莫",
    re.ASCII,
)
_STRONG_AFTER_ALL = re.compile(
    r"\bneither\b|\bnor\b|禁止|严禁|谢绝|杜绝|并非|未经|尚未|不再|不准|prohibit|forbid|forbad|\bbanned\b",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Denials:
    """Offsets of the words that deny, and how many others may stand for a denial."""

    words: tuple[tuple[int, int], ...]
    hints: int


def find_denials(text: str) -> Denials:
    """What denies in a sentence; limits of numbers ("no more than") and 不同, 不仅 do not."""
    scan = Scan(text)
    hints = sum(1 for _ in scan.take(BOUNDS))
    words = [found.span() for found in _STRONG_AFTER_ALL.finditer(scan.text)]
    hints += sum(1 for _ in scan.take(_WEAK))
    words += [found.span() for found in _STRONG.finditer(scan.text)]
    return Denials(tuple(sorted(words)), hints)
