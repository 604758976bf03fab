"""Cookie banners, which speak of privacy as the policy does."""

from __future__ import annotations

import re

from indexer.readers.html.tree import Element

_COOKIE = frozenset("cookie cookies consent gdpr ccpa".split())  # noqa: SIM905
_BANNER = frozenset(
    "banner bar notice popup modal overlay dialog alert message toast prompt layer law bubble"  # noqa: SIM905
    " manager wrapper container box strip drawer".split()
)
_CONSENT_TOOLS = re.compile(
    r"onetrust|cybot|cookiebot|\bcc-window|osano|didomi|usercentrics|truste[-_]|iubenda-cs"
    r"|cky-consent|cmplz|cmp-?(?:box|container|wrapper)|qc-cmp|klaro|termly-"
)
_ACCEPT = re.compile(
    r"(?:i )?(?:accept|agree|allow|reject|decline|ok(?:ay)?\b|got it|understood).{0,24}"
    r"|(?:全部|我)?(?:同意|接受|拒绝|允许|知道|接受所有|全部接受|全部拒绝).{0,8}",
    re.IGNORECASE,
)
_NAMES_COOKIES = re.compile(r"cookie|consent|隐私偏好", re.IGNORECASE)
_BANNER_LONGEST = 1500
_BANNER_SHORT = 600


def is_consent_banner(element: Element, *, inside: bool) -> bool:
    """Whether an element asks for consent to cookies; `inside` an article or the main part.

    By the name of a known tool, by its own name, or as a short text with a button to accept.
    """
    label = element.attrs.get("aria-label", "").lower()
    named = f"{element.attrs.get('id', '')} {element.attrs.get('class', '')}".lower()
    if _CONSENT_TOOLS.search(named):
        return True
    if element.chars > _BANNER_LONGEST:
        return False
    if element.names & _COOKIE and element.names & _BANNER and not inside:
        return True
    is_dialog = element.attrs.get("role") in ("dialog", "alertdialog") or element.tag == "dialog"
    if is_dialog and (_NAMES_COOKIES.search(label) or _NAMES_COOKIES.search(element.text())):
        return True
    if inside or not element.is_block or element.chars > _BANNER_SHORT:
        return False
    if not _NAMES_COOKIES.search(element.text()):
        return False
    pressed = (e for e in element.elements() if e.tag in ("button", "a") and e.chars <= 30)
    return any(_ACCEPT.fullmatch(button.text()) for button in pressed)
