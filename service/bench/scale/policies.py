"""Made policies of any number: the same seed and number give the same policy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from indexer.records import Clause, Metadata, Passage, PolicyVersion
from service.bench.scale.source import Source, is_unspaced
from service.bench.scale.texts import Writer
from service.bench.scale.vectors import Blend, Vectors

LEAST_CLAUSES, MOST_CLAUSES = 50, 100
RARE = "Rarebell"
"""The organisation of one policy in a hundred: what a filter leaves 1% or 99% by."""
EVERY = 101
"""A prime, so that it happens in each language in turn."""
RARE_PLACE, CHOSEN_PLACE = 13, 25
"""Of `EVERY` policies, that of the rare organisation, and the one that a filter names by its id."""
ORGANISATIONS = (
    "Lanternworks", "Harbour Mill", "Ninefold", "Copperleaf", "Bluegate", "Eastwharf", "Oldbridge",
    "Silverfern", "Tallow & Sons", "Quayside", "Whitestone", "Greyheron",
)  # fmt: skip
_TOPICS = (
    ("Privacy", "隐私"), ("Leave", "休假"), ("Travel", "差旅"), ("Expenses", "报销"),
    ("Account", "账户"), ("Data retention", "数据保存"), ("Security", "安全"), ("Conduct", "行为"),
    ("Remote work", "远程办公"), ("Suppliers", "供应商"), ("Cookies", "缓存文件"),
    ("Complaints", "投诉"), ("Equipment", "设备"), ("Children", "未成年人"), ("Gifts", "礼品"),
    ("Payments", "支付"), ("Training", "培训"), ("Insurance", "保险"), ("Records", "档案"),
    ("Advertising", "广告"),
)  # fmt: skip
_KINDS = ("Policy", "政策")
_SUPERSEDED = 0.05
"""How many of the policies have an older version."""
_KEPT = 0.7
"""Of an older version's clauses, how many the newer one kept."""
_FIRST_DAY = date(2015, 1, 1)
_DAYS = 4000
_SECTION = 9
"""Clauses under one heading."""


@dataclass(frozen=True, slots=True)
class MadePolicy:
    """A version with its passages, one of each clause that has any, and their vectors."""

    version: PolicyVersion
    passages: tuple[Passage, ...]
    vectors: Vectors


class Maker:
    """Makes policies in the languages of a source in turn."""

    def __init__(self, source: Source, seed: int) -> None:
        self._seed = seed
        self._languages = [
            (passages.lang, Blend(passages.vectors, seed), Writer(passages))
            for passages in source.languages
        ]

    @property
    def widths(self) -> dict[str, float]:
        """The noise that was fitted for each language."""
        return {lang: round(blend.width, 3) for lang, blend, _ in self._languages}

    def policies(self, clauses: int) -> Iterator[list[MadePolicy]]:
        """Policies of so many clauses with text in all, each with its versions, oldest first.

        The clauses of superseded versions are not counted.
        """
        made = number = 0
        while made < clauses:
            versions = self.policy(number, most=clauses - made)
            made += len(versions[-1].passages)
            number += 1
            yield versions

    def policy(
        self, number: int, most: int = MOST_CLAUSES, count: int | None = None
    ) -> list[MadePolicy]:
        """The policy of a number, oldest version first; of `count` clauses where that is given."""
        rng = np.random.default_rng([self._seed, number])
        lang, blend, writer = self._languages[number % len(self._languages)]
        wanted = min(count or int(rng.integers(LEAST_CLAUSES, MOST_CLAUSES + 1)), most)
        subject = _subject(rng, number, lang)
        effective = _FIRST_DAY + timedelta(days=int(rng.integers(_DAYS)))
        vectors, parents, neighbours = blend.draw(rng, wanted)
        texts = [
            writer.clause(rng, int(p), int(n)) for p, n in zip(parents, neighbours, strict=True)
        ]
        newest = _made(subject, effective, texts, vectors)
        if count is not None or rng.random() >= _SUPERSEDED:
            return [newest]
        old_vectors, parents, neighbours = blend.draw(rng, wanted)
        kept = rng.random(wanted) < _KEPT
        older = [
            text if keep else writer.clause(rng, int(p), int(n))
            for text, keep, p, n in zip(texts, kept, parents, neighbours, strict=True)
        ]
        old_vectors[kept] = vectors[kept]
        return [_made(subject, effective - timedelta(days=365), older, old_vectors), newest]


def policy_id(number: int) -> str:
    """The id of a made policy."""
    return f"made-{number:07}"


@dataclass(frozen=True, slots=True)
class _Subject:
    policy_id: str
    lang: str
    organisation: str
    title: str
    topics: tuple[str, ...]


def _subject(rng: np.random.Generator, number: int, lang: str) -> _Subject:
    place = int(is_unspaced(lang))
    rare = number % EVERY == RARE_PLACE
    organisation = RARE if rare else ORGANISATIONS[int(rng.integers(len(ORGANISATIONS)))]
    topics = tuple(_TOPICS[i][place] for i in rng.permutation(len(_TOPICS)))
    joint = "" if place else " "
    title = joint.join((organisation, topics[0], _KINDS[place])) + f" {number}"
    return _Subject(policy_id(number), lang, organisation, title, topics)


def _made(subject: _Subject, effective: date, texts: list[str], vectors: Vectors) -> MadePolicy:
    version = effective.isoformat()
    clauses: list[Clause] = []
    passages: list[Passage] = []
    source: list[str] = [subject.title + "\n\n"]
    offset = len(source[0])

    def add(path: str, text: str, heading: str | None, above: Clause | None) -> Clause:
        nonlocal offset
        printed = f"{path} {text}\n"
        clause = Clause(
            id=f"{subject.policy_id}@{version}#{path}",
            policy_id=subject.policy_id,
            version=version,
            ordinal=len(clauses),
            parent_id=above.id if above else None,
            labels=(*above.labels, path) if above else (path,),
            heading=heading,
            heading_path=(above.heading or "",) if above else (heading or "",),
            citation=f"{subject.title} §{path}",
            lang=subject.lang,
            text=printed.rstrip(),
            start=offset if clauses else 0,  # the title belongs to the first
            end=offset + len(printed),
        )
        source.append(printed)
        offset += len(printed)
        clauses.append(clause)
        return clause

    above: Clause | None = None
    for place, text in enumerate(texts):
        section, item = divmod(place, _SECTION)
        if not item or above is None:
            heading = subject.topics[section % len(subject.topics)]
            above = add(str(section + 1), heading, heading, None)
        clause = add(f"{section + 1}.{item + 1}", text, None, above)
        context = f"{subject.title} > {above.heading}"
        passages.append(Passage(clause.id, 0, context, clause.text))
    whole = "".join(source)
    policy = PolicyVersion(
        policy_id=subject.policy_id,
        version=version,
        metadata=Metadata(
            subject.title, subject.lang, effective, organisation=subject.organisation
        ),
        source=whole,
        source_path=f"{subject.policy_id}.txt",
        format="text",
        content_sha256=hashlib.sha256(whole.encode()).hexdigest(),
        clauses=tuple(clauses),
    )
    return MadePolicy(policy, tuple(passages), vectors)
