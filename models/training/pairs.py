"""Builds the training pairs: fetch, read, clean, deduplicate, keep clear of evaluation texts."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from models.training.cleaning import acceptable, clean, fingerprint
from models.training.packages import unpacked
from models.training.records import Pair
from models.training.sources import SMOKE_SOURCES, SOURCES, Source

# Share of a text's shingles that occur in evaluation texts, from which on it is left out.
NEAR_DUPLICATE = 0.4


def build_pairs(
    cache: Path,
    evaluation: Path | None,
    sources: Iterable[Source] = SOURCES,
    report: Callable[[str], None] = print,
) -> list[Pair]:
    """Cleaned pairs of all sources, in the order of `sources` and of their documents.

    An English or Chinese text occurs once; traditional Chinese may repeat the English of a
    simplified source. Near duplicates of texts below `evaluation` are left out.
    """
    known = EvaluationTexts(evaluation)
    seen: set[str] = set()
    pairs: list[Pair] = []
    for source in sources:
        root = unpacked(source.packages, cache / "packages")
        found = Counter[str]()
        kept: list[Pair] = []
        for pair in _read(source, root):
            keys = {
                fingerprint(pair.en) + ("*" if source.traditional else ""),
                fingerprint(pair.zh),
            }
            if not acceptable(pair.en, pair.zh, pair.heading):
                found["unfit"] += 1
            elif keys & seen:
                found["repeated"] += 1
            elif known.near(pair.en) or known.near(pair.zh):
                found["in evaluation"] += 1
            else:
                seen |= keys
                kept.append(pair)
        pairs += kept[: source.limit]
        left_out = ", ".join(f"{count} {reason}" for reason, count in found.most_common())
        report(f"{source.name}: {len(kept)} pairs ({source.licence}); left out: {left_out or 0}")
    return pairs


def built_pairs(
    cache: Path,
    evaluation: Path | None = None,
    smoke: bool = False,
    report: Callable[[str], None] = print,
) -> list[Pair]:
    """The pairs kept in `cache`, built there at first use; `smoke` takes two small sources.

    Pairs checked against evaluation texts are kept apart from those that were not.
    """
    kind = ("-smoke" if smoke else "") + ("" if evaluation else "-unchecked")
    path = cache / f"pairs{kind}.jsonl"
    if not path.exists():
        sources = [s for s in SOURCES if s.name in SMOKE_SOURCES or not smoke]
        pairs = build_pairs(cache, evaluation, sources, report)
        partial = path.with_suffix(".part")
        write_pairs(pairs, partial)
        partial.replace(path)
    report(f"pairs: {path}")
    return read_pairs(path)


def _read(source: Source, root: Path) -> Iterator[Pair]:
    for position, (document, english, chinese) in enumerate(source.read(root)):
        if _unit(document) < source.share:
            yield Pair(
                source.name, document, position, clean(english.text), clean(chinese.text),
                english.heading,
            )  # fmt: skip


def _unit(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 2**32


class EvaluationTexts:
    """Tells whether a text is nearly one of those that measure the result.

    Texts are compared by shingles: four words of English, six characters of Chinese.
    """

    def __init__(self, folder: Path | None) -> None:
        self._shingles: set[int] = set()
        for file in sorted(folder.rglob("*.jsonl")) if folder else []:
            for line in file.read_text("utf-8").splitlines():
                for text in _strings(json.loads(line)):
                    self._shingles.update(_shingles(text))

    def near(self, text: str) -> bool:
        """Whether much of the text occurs in evaluation texts."""
        shingles = _shingles(text)
        return bool(shingles) and (len(shingles & self._shingles) >= NEAR_DUPLICATE * len(shingles))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _shingles(text: str) -> set[int]:
    words = re.findall(r"[a-z0-9]+|[\u3400-\u9fff]", text.casefold())
    size = 6 if any(word >= "\u3400" for word in words) else 4
    if len(words) < size:
        return {hash(tuple(words))} if len(words) > 2 else set()
    return {hash(tuple(words[i : i + size])) for i in range(len(words) - size + 1)}


def write_pairs(pairs: Iterable[Pair], path: Path) -> None:
    """Writes one pair a line."""
    with path.open("w", encoding="utf-8") as file:
        for pair in pairs:
            file.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")


def read_pairs(path: Path) -> list[Pair]:
    """Reads what `write_pairs` wrote; of a user's own file, only `en` and `zh` are needed."""
    pairs = []
    for position, line in enumerate(path.read_text("utf-8").splitlines()):
        row = json.loads(line)
        pairs.append(
            Pair(
                row.get("source", path.stem),
                row.get("document", ""),
                row.get("position", position),
                row["en"],
                row["zh"],
                row.get("heading", False),
            )
        )
    return pairs
