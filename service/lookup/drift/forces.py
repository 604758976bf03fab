"""Whether two sentences make different things of what they speak of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from service.lookup.drift.modality import Force, Modality, find_modality
from service.lookup.drift.negation import KEPT, find_denials

Spans = Sequence[tuple[int, int]]

_CONFLICTS: tuple[tuple[Force, Force], ...] = (
    ("duty", "permission"),
    ("duty", "no duty"),
    ("prohibition", "permission"),
    ("prohibition", "duty"),
    ("prohibition", "no duty"),
    ("only", "permission"),
)
_COUNTED_AS: dict[Force, Force] = {
    "advice": "duty",
    "need": "duty",
    "ability": "permission",
    "inability": "prohibition",
}
_NEARLY_NOT = re.compile(
    r"\b(?:exclud|exempt|waiv|refrain|avoid|prevent|confidential|secret|stop|ceas|only|sole"
    r"|without)"
    r"|免|除外|避免|防止|保密|拒绝|停止|仅|只"
)
"""What denies and is no modal verb: "must refrain from"."""

_CONDITION = re.compile(
    r"\b(?:with|upon|after|subject to|provided|once|only|if|when)\b|经|后|同意|批准|许可|凭"
)
"""What stands with a permission where the other side prohibits but for an exception."""

_SHORT_OF = re.compile(
    r"\bunder (?:the age|\d)|\b(?:less|fewer|younger) than\b|未满|不满|不足|未达"
)
"""What says by a prohibition that so much is needed: 未满18周岁不得."""

_KEPT = re.compile(KEPT)

_ANSWERS_ONLY: tuple[Force, ...] = ("prohibition", "permission", "duty")
"""What may stand on the other side for "only with consent", in this order."""


def modality_differs(left: str, right: str) -> tuple[Spans, Spans] | None:
    """The words by which two sentences differ in force; none where they do not.

    A duty without a modal verb ("Report losses") and a permission that goes without saying are no
    difference: each side must have a force that contradicts one which the other has beyond it.
    """
    one, other = find_modality(left), find_modality(right)
    beyond = _beyond(one, other)
    for first, second in _CONFLICTS:
        if (
            beyond[0][first]
            and beyond[1][second]
            and _clash(one, other, first, second, left, right)
        ):
            return _marks(one, first), _marks(other, second)
        if (
            beyond[0][second]
            and beyond[1][first]
            and _clash(other, one, first, second, right, left)
        ):
            return _marks(one, second), _marks(other, first)
    if _weakened(one, other) or _weakened(other, one):
        return _marks(one, "duty"), _marks(other, "duty")
    return None


def _beyond(one: Modality, other: Modality) -> tuple[Counter[Force], Counter[Force]]:
    """The forces that each side has more often than the other; advice counts as a duty."""
    counts = [
        Counter[Force](_COUNTED_AS.get(m.force, m.force) for m in s.modals) for s in (one, other)
    ]
    rest = counts[0] - counts[1], counts[1] - counts[0]
    for side, opposite in (rest, rest[::-1]):
        for force in _ANSWERS_ONLY:
            if force == "prohibition" and side["permission"]:
                continue
            if force == "permission" and (other if side is rest[0] else one).denied:
                continue
            answered = min(side["only"], opposite[force])
            side["only"] -= answered
            if force != "duty":  # "must ... only if", 须…方可: one force of two words
                side["duty"] -= min(side["duty"], answered)
            opposite[force] -= answered
    return rest


def _clash(
    one: Modality, other: Modality, first: Force, second: Force, text: str, second_text: str
) -> bool:
    """Whether two forces contradict each other, given what else the sentences say."""
    if (first, second) == ("prohibition", "permission"):
        # "must not without consent" is "may with consent": two denials against none.
        if one.excepted and not other.excepted and _CONDITION.search(second_text.lower()):
            return False
        denied, granted = find_denials(text), find_denials(second_text)
        fewer = len(granted.words) < len(denied.words) + denied.only
        return fewer or granted.certain < denied.certain + denied.only
    if first == "prohibition" and not one.count("prohibition"):
        return False
    if (first, second) == ("prohibition", "no duty"):
        return len(find_denials(text).words) == len(find_denials(second_text).words)
    if "duty" in (first, second) and "permission" not in (first, second):
        duty, denial = (text, second_text) if first == "duty" else (second_text, text)
        if first == "prohibition" and (
            (one.excepted and not other.excepted)
            or _SHORT_OF.search(denial.lower())
            or _KEPT.search(duty.lower())
        ):
            return False  # "must not without a permit" is "needs a permit"
        denials = find_denials(duty)
        if not denials.words and not _NEARLY_NOT.search(duty.lower()):
            return True
        return denials.total < find_denials(denial).total
    if (first, second) == ("duty", "permission"):
        return one.count("duty") > 0 and other.count("permission") > 0
    if (first, second) == ("only", "permission"):
        return other.denied
    return True


def _weakened(one: Modality, other: Modality) -> bool:
    """Whether one orders and the other only recommends."""
    if one.must and other.should and not other.strict:
        return True
    return (
        one.strict
        and not one.urged
        and other.urged
        and not other.count("duty", "prohibition", "only")
    )


def _marks(side: Modality, force: Force) -> Spans:
    return side.spans(force, *(named for named, counted in _COUNTED_AS.items() if counted == force))
