"""Labels, paths and citations: how a clause is named in print and in an id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from indexer.language import is_chinese
from indexer.outline.markers import HEADING, Marker, fold

_LONGEST_PATH_LABEL = 60
_HIGHER_UNITS = ("第编", "第部分", "第章", "第节", "Part", "Chapter")
_RUN_ON_UNITS = ("第条", "Article", "Clause")
_BRACKETS = str.maketrans("", "", "[]【】（）()《》")


def label_of(marker: Marker) -> str:
    """The label as printed, without brackets and trailing dots; a heading stands as its text."""
    if marker.style != HEADING:
        return marker.label
    text = re.sub(r"\s+", " ", marker.label)
    if text[:1] in "[【《(（" and text[-1:] in "]】》)）":
        text = text.translate(_BRACKETS)
    return text.strip().rstrip(".:：。") or marker.label.strip()


def path_of(labels: Sequence[str]) -> str:
    """Normalised labels joined by dots; a decimal number that repeats its parent's stands alone.

    `("3", "3.4", "3.4.2")` gives `3.4.2`, `("I", "II", "1", "11")` gives `I.II.1.11`.
    """
    parts: list[str] = []
    for label in labels:
        part = _path_label(label)
        if (
            parts
            and part.startswith(f"{parts[-1]}.")
            and part[len(parts[-1]) + 1 :][:1].isdecimal()
        ):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def _path_label(label: str) -> str:
    folded = fold(label).strip()
    if re.fullmatch(r"[\w.•]{1,12}", folded):
        return folded.replace("•", "b")
    words = re.findall(r"[\w]+(?:\.\d+)*", folded.lower())
    return "-".join(words)[:_LONGEST_PATH_LABEL].strip("-") or "untitled"


def unique_paths(paths: Iterable[str]) -> list[str]:
    """Paths with `~2`, `~3` added to the later ones of those that are the same."""
    seen: dict[str, int] = {}
    unique = []
    for path in paths:
        seen[path] = seen.get(path, 0) + 1
        unique.append(path if seen[path] == 1 else f"{path}~{seen[path]}")
    return unique


def citation_of(title: str, markers: Sequence[Marker], run_on: bool) -> str:
    """What a person quotes: `JST Privacy Policy §3.4.2`, `《平台隐私政策》一（一）2`.

    `run_on`: the articles are numbered through the whole policy, so a chapter is not needed to
    find one.
    """
    chinese = is_chinese(title)
    if run_on:
        markers = _from_run_on_unit(markers)
    runs: list[str] = []
    numbers = ""
    for position, marker in enumerate(markers):
        if marker.style == HEADING:
            if numbers:
                runs.append(numbers)
                numbers = ""
            runs.append(f"“{label_of(marker)}”")
        elif marker.style.startswith("•"):
            if numbers:
                runs.append(numbers)
                numbers = ""
            runs.append(f"第{marker.last}点" if chinese else f"bullet {marker.last}")
        else:
            following = markers[position + 1] if position + 1 < len(markers) else None
            if following and _includes(following, marker):
                continue  # 3 › 3.4 is printed as 3.4
            numbers = _append(numbers, marker, chinese)
    if numbers:
        runs.append(numbers)
    if chinese:
        return f"《{title.strip('《》')}》" + "".join(runs)
    place = " ".join(runs)
    if not place:
        return title
    if place[0] in "“b" or re.match(r"[A-Za-z]{2,}\s", place):
        return f"{title}, {place}"
    return f"{title} §{place}"


def _from_run_on_unit(markers: Sequence[Marker]) -> Sequence[Marker]:
    for position, marker in enumerate(markers):
        if marker.style.split(" ")[0] in _RUN_ON_UNITS:
            if all(m.style.split(" ")[0] in _HIGHER_UNITS for m in markers[:position]):
                return markers[position:]
            return markers
    return markers


def _includes(longer: Marker, shorter: Marker) -> bool:
    size = len(shorter.numbers)
    return len(longer.numbers) > size and longer.numbers[:size] == shorter.numbers


def _append(numbers: str, marker: Marker, chinese: bool) -> str:
    label = marker.label
    if marker.style.startswith("("):
        label = f"（{label}）" if chinese else f"({label})"
    elif numbers and re.match(r"[A-Za-z]{2,}\s", label):
        label = f", {label}"
    elif numbers and numbers[-1] not in ")）" and label[0] != "第":
        label = f".{label}"
    return numbers + label
