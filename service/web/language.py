"""Which of the two languages a browser is answered in."""

from __future__ import annotations

from typing import Literal, cast

Language = Literal["en", "zh"]


def chosen_language(asked: str | None, accepted: str | None) -> Language:
    """`asked` (a parameter) if it is one, else the first of `Accept-Language` that is, else en."""
    ranked = sorted(_ranges(accepted or ""), key=lambda found: -found[1])
    for tag in (asked or "", *(tag for tag, weight in ranked if weight > 0)):
        primary = tag.strip().lower().partition("-")[0]
        if primary in ("en", "zh"):
            return cast(Language, primary)
    return "en"


def _ranges(accepted: str) -> list[tuple[str, float]]:
    found = []
    for part in accepted.split(","):
        tag, _, parameter = part.partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            weight = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weight = 0.0
        found.append((tag, weight))
    return found
