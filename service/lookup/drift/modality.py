"""What a sentence makes of what it speaks of: a duty, a permission, a prohibition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from service.lookup.drift.negation import BOUNDS
from service.lookup.drift.scanning import Scan

Force = Literal[
    "duty", "permission", "ability", "prohibition", "no duty", "advice", "need", "only", "inability"
]
"""`only`: a permission under a condition (only with, 方可), which says as much as a prohibition
with an exception. `ability`: what can be, which a translator may render by a duty."""

_NOT = r"(?: ?not|n't)"
_SURE = r"(?:strictly |expressly |generally |therefore |also |under no circumstances |always )?"
_SUBJECT = (
    r"(?:\bno (?!later|more|less|longer|fewer)[a-z]|\bnobody\b|\bno one\b|\bnone\b|\bneither\b"
    r"|\bnothing\b|\bnor\b)"
)
_WITHIN = r"[^.;:,]{0,60}?"

_RULES: tuple[tuple[Force | None, str], ...] = (
    # Words that look like modal verbs.
    (
        None,
        r"供应|反应|响应|相应|对应|适应|效应|感应|回应|应(?=用|对|急|聘|答|届|邀|收|付账|变|允"
        r"|激|力|税|计)"
        r"|应[^，。；]{0,12}?(?:要求|请求)(?:[，,而]|提供)|需求|所需|急需|如需|若需|按需|需要时"
        r"|必需|必要"
        r"|可靠|可行|可疑|可持续|可信|可识别|可追溯|可见|可控|可比|许可|认可|可谓|可观|可读"
        r"|可转让|可移动|可撤销|可执行"
        r"|可用性|可访问性|尽可能|可能(?=性)|适宜|便宜|事宜|制宜|请求|申请|邀请|聘请|请假|请示"
        r"|请教|请款|请客|报请|提请|请购"
        r"|职能|性能|功能|技能|智能|能力|能源|能耗|能量|效能|节能|产能|才能(?=[的和])"
        r"|建议(?=[、，。；或和等箱书])|(?<=[、和或])建议|\bshould (?=you|we|they|he|she|it|the"
        r"|a|an|any|there)|公允|允诺|不可抗力"
        r"|\b(?:by|in|of|until|since|early|late|mid) may\b|\bmay (?=\d)"
        r"|\b\d\d?(?:st|nd|rd|th)? may\b(?=,? \d|[.;,)]|$| (?:and|to|or|at)\b)"
        r"|\bcans?\b(?= (?:of|be opened))"
        r"|\b(?:an?|the|valid|work|residence|parking|entry|this|each|every|written) permits?\b"
        r"|\b(?:(?:shall|will|may|must) )?(?:not|neither|nor|no)\b[^.;,]{0,30}?\b(?:liable"
        r"|responsible)\b"
        r"|\b(?:shall|will|may|must|has|have) (?:have |bear |accept |assume )?no (?:liability"
        r"|responsibility)|不(?:应)?(?:承担|负有?)[^，。；]{0,8}?责任|不负责|概不负责"
        r"|拿不准|说不准"
        r"|\blaws?(?: \w+)? (?:allow|permit|prohibit|forbid|require)s?\b"
        r"|\b(?:permitted|allowed|prohibited|required) (?:by|under)\b[^.;,]{0,30}?\blaws?\b"
        r"|\bextent (?:permitted|allowed)\b"
        r"|法律(?:法规)?[^，。；]{0,6}?(?:允许|许可|禁止|要求)"
        r"|\b(?:legal|data) requirements\b|应当心|授权|特许",
    ),
    (
        "no duty",
        r"\bneed(?:n't| not)\b|\b(?:does|do|did|is|are|was|were|shall|will|would|may"
        r"|might)(?: not|n't) "
        r"(?:need|have to|require|oblige|(?:be )?(?:required|obliged|obligated|bound|compelled"
        r"|expected|mandatory|necessary))"
        r"|\b(?:is|are|be|has|have|had) (?:under )?(?:no|not any) (?:obligation|duty|need"
        r"|requirement)|\bno (?:need|obligation|duty) to"
        r"|\bnot (?:required|obliged|obligated|necessary|mandatory|compulsory)\b"
        r"|\bwithout (?:having|needing) to\b"
        rf"|{_SUBJECT}{_WITHIN}\b(?:obliged|required|have to|has to|needs? to|needed|necessary)\b"
        r"|\b(?:(?:shall|will|may|must) )?(?:not|neither|nor|no)\b[^.;,]{0,30}?\bobliged\b"
        r"|\b(?:shall|will|may|must) (?:have|bear|accept|assume) no (?:obligation|duty)"
        r"|\bexempt(?:ed)? from\b"
        r"|无需|无须|毋须|毋需|不必(?!要)|不须|不需要?|不用(?!于)|无义务"
        r"|没有[^，。；]{0,8}?义务|无[^，。；]{0,6}?义务|不(?:应)?(?:承担"
        r"|负有?)[^，。；]{0,8}?义务|不要求"
        r"|免于|免予|可以不|可不(?=[用必加提参佩经须需])|也可不|不强制|并非必须|不是必须"
        r"|没有必要|无必要|不强求|自愿|自行决定|\boptional(?:ly)?\b|\bvoluntar|\bdiscretion\b",
    ),
    (
        "prohibition",
        rf"\b(?:may|must|shall|should|can|could|ought){_NOT}\b|\b(?:may|must|shall|can|should"
        rf"|will) (?:under no circumstances|never|in no case|neither)\b"
        rf"|\b(?:is|are|be|was|were|being) {_SURE}(?:prohibited|forbidden|banned|barred)\b"
        rf"|\bprohibit(?:s|ed|ion)?\b|\bforbids?\b|\bforbidden\b"
        r"|\bnot (?:be )?(?:permitted|allowed|authori[sz]ed|entitled|acceptable|admissible"
        r"|permissible|to be)\b|\b(?:do|does) not (?:allow|permit)\b"
        rf"|{_SUBJECT}{_WITHIN}\b(?:may|shall|must|can|should|be permitted|be allowed|is to be"
        rf"|are to be|permitted|allowed|entitled)\b"
        r"|\bunder no circumstances (?:may|shall|must|can|should|is|are)\b"
        r"|\bnot until\b[^.;]{0,80}?\b(?:may|can|shall)\b"
        r"|\boff[- ]limits\b|\bout of the question\b"
        r"|不得|不可以?|不能|不应当?|不应该|不许|不准(?!确)|不允许|不被允许|禁止|严禁|切勿|请勿"
        r"|勿|禁用|无权|不要|严厉禁止|杜绝|谢绝|不宜",
    ),
    (
        "inability",
        r"\b(?:unable|impossible|not (?:be )?(?:able|possible)|no longer able) to\b|无法|无从",
    ),
    (
        "only",
        r"\bonly\b[^.;,]{0,80}?\b(?:may|can|permitted|allowed|be)\b|\b(?:may|can|shall|must|is"
        r"|are|be|permitted|allowed)\b[^.;]{0,60}?\bonly\b|\bnobody but\b"
        r"|(?<![托双各三对我一乙甲他供买卖本贵该多四作租保运授受付收\x00])方可(?!以)"
        r"|(?<![托双各三对我一乙甲他供买卖本贵该多四作租保运授受付收\x00])方能|才可以?|才能|才会|方为|始得|只能|只可|仅可"
        r"|仅能|仅限|只有|只允许|仅允许|仅[^，。；]{0,16}?可以?|只[^，。；]{0,10}?可以",
    ),
    (
        "permission",
        r"\bmay\b|\b(?:is|are|be|was|were|being) (?:\w+ )?(?:permitted"
        r"|allowed|free|authori[sz]ed) to\b"
        r"|\bpermit(?:s|ted)?\b|\ballowed\b|\bwelcome to\b"
        r"|可以|准许|允许|得以|可(?!能)",
    ),
    (
        "ability",
        r"\bcan\b|\bcould\b|\bmight\b|\b(?:is|are|be|was|were|being) able to\b|\bpossible\b"
        r"|\bentitled\b|\b(?:has|have) (?:the|a) right\b|可能|能够|能(?!否)|有权",
    ),
    (
        "advice",
        r"\brecommend(?:s|ed|able)?\b|\bencourag\w*|\badvis(?:e|es|ed"
        r"|able)\b|\bideally\b|\basked to\b"
        r"|\bsuggest(?:s|ed)?\b|建议|推荐|鼓励|最好|尽量|宜|提倡|倡导",
    ),
    (
        "duty",
        r"\bmust\b|\bshall\b|\bshould\b|\bought to\b|\b(?:has|have|had|having) to\b"
        r"|\b(?:required|obliged|obligated"
        r"|bound) to\b|\brequired\b|\brequir(?:es?|ing)\b|\bmandatory\b"
        r"|\bcompulsory\b|\bobligatory\b|\b(?:is|are) to\b|\b(?:has"
        r"|have|is) (?:a |the |an )?(?:duty|obligation)\b|\bobliged\b"
        r"|必须|应当|务必|有[^，。；]{0,6}?义务|有责任|应该?|须|需(?!要)|均要|都要|一定要|必得",
    ),
    ("need", r"\bneed(?:s|ed)?(?: to)?\b|需要"),
)
_PATTERNS = tuple((force, re.compile(pattern, re.ASCII)) for force, pattern in _RULES)
_STRICT = re.compile(
    r"\bmust\b|\b(?:has|have) to\b|\bmandatory\b|\brequired\b|必须|\bshall\b", re.ASCII
)
_MUST_ZH = re.compile(r"必须")
_SHOULD = re.compile(r"\bshould\b|\bought to\b", re.ASCII)
_URGED = re.compile(
    r"\brecommend\w*|\bencourag\w*|\badvis\w+|建议|鼓励|最好|尽量|宜|提倡|倡导", re.ASCII
)
_EXCEPTION = re.compile(
    r"\b(?:unless|until|before|except(?:ing)?|other than|but(?= the| for| a)|save"
    r"|without(?=(?: [\w']+){0,6} (?:consent|approval"
    r"|permission|authori[sz]ation|permits?|licen[cs]es?|agreement|supervision|harness|training"
    r"|instructions?|clearance)\b"
    r"|(?: first| previously)? (?:having|obtaining|being)))\b"
    r"|未经|尚未|未(?![满成来])(?=[^，。；]{0,12}[，,]?[^，。；]{0,6}(?:不得|可|前))|除非"
    r"|除[^，。；]{1,40}?(?:之外|以外|外)"
    r"|没有(?=[^，。；]{1,20}[，,])|无(?=[^，。；论需须关权法故]{1,16}[，,])|之前(?!的)"
    r"|前(?=[，,不均都])"
    r"|不(?=[^，。；]{1,14}[，,]?(?:一律|均)?不得)",
    re.ASCII,
)


_DENIED = re.compile(r"\bunless\b|\bwithout\b|未经|没有|除非", re.ASCII)


@dataclass(frozen=True, slots=True)
class Modal:
    """A word with its force, and its offsets in the sentence."""

    force: Force
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Modality:
    """The modal words of a sentence in order."""

    modals: tuple[Modal, ...]
    excepted: bool
    """Whether an exception with a denial stands in it: unless, without, 未经, 除…外."""
    denied: bool
    """Whether it is one that no condition in time makes: unless and without, not before."""
    must: bool
    """Whether it says 必须, which no "should" translates."""
    strict: bool
    should: bool
    urged: bool
    """Whether it recommends rather than orders."""

    def spans(self, *forces: Force) -> tuple[tuple[int, int], ...]:
        """Where words of these forces stand."""
        return tuple((m.start, m.end) for m in self.modals if m.force in forces)

    def count(self, *forces: Force) -> int:
        """How many words have one of these forces."""
        return len(self.spans(*forces))


def find_modality(text: str) -> Modality:
    """The modal words of a sentence; limits of numbers, 不得超过, are none."""
    scan = Scan(text)
    whole = scan.text
    for _ in scan.take(BOUNDS):
        pass
    modals = []
    for force, pattern in _PATTERNS:
        for found in scan.take(pattern):
            if force is not None:
                modals.append(Modal(force, *found.span()))
    return Modality(
        modals=tuple(sorted(modals, key=lambda modal: modal.start)),
        excepted=_EXCEPTION.search(whole) is not None,
        denied=_DENIED.search(whole) is not None,
        must=_MUST_ZH.search(whole) is not None,
        strict=_STRICT.search(whole) is not None,
        should=_SHOULD.search(whole) is not None,
        urged=any(m.force == "advice" and _URGED.match(whole, m.start) for m in modals),
    )
