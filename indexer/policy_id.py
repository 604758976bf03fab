"""What a policy is called in citations, links and the index: its id."""

from __future__ import annotations

import re
from pathlib import PurePath

from indexer.outline.markers import fold

LONGEST = 200


def policy_id_of(relative: PurePath) -> str:
    """The id of a policy from its file's place: `legal/Terms of Use.md` gives `legal-terms-of-use`.

    Letters of any script are kept; everything else becomes a hyphen.
    """
    return _normal("/".join((*relative.parts[:-1], relative.stem))) or "policy"


def policy_id_from(name: str) -> str:
    """The id that a name gives: `HR:Leave policy/zh` gives `hr-leave-policy-zh`; may be empty."""
    return _normal(name)[:LONGEST].strip("-")


def check_policy_id(text: str) -> str:
    """An id that a person chose, as it is. Raises `ValueError` where it holds other characters."""
    expected = _normal(text)
    if text != expected or len(text) > LONGEST:
        example = expected[:LONGEST].strip("-") or "leave-policy"
        raise ValueError(
            f"{text!r} is no id; expected small letters, digits and single hyphens, such as "
            f"{example}"
        )
    return text


def _normal(text: str) -> str:
    return re.sub(r"[\W_]+", "-", fold(text).lower()).strip("-")
