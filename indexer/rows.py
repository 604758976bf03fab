"""Reading clauses and policies out of the store's rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache

from indexer.records import Clause, Remark

CLAUSE_COLUMNS = (
    "clauses.id, versions.policy_id, versions.version, clauses.ordinal, clauses.parent_id, "
    "clauses.labels, clauses.heading, clauses.heading_path, clauses.citation, clauses.lang, "
    'clauses.text, clauses.start, clauses."end", clauses.lead_in, clauses.anchor'
)
CLAUSES = "clauses JOIN versions ON versions.key = clauses.version_key"


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """A version of a policy as it is listed."""

    id: str
    title: str
    lang: str
    version: str
    effective_date: date | None
    updated_date: date | None
    revision: str | None
    source_path: str
    """Relative to the folder that was indexed."""
    format: str
    clause_count: int
    organisation: str | None = None
    source_url: str | None = None
    key: int = 0
    """The store's own."""
    content_sha256: str = ""
    groups: frozenset[str] = frozenset()
    """The policy's, as its current version states them: who may read it. Empty: everybody."""
    valid_from: date = date.min
    """The effective date, else the date of the update, else the day on which it was indexed."""
    indexed_at: str = ""
    """ISO 8601, UTC."""
    is_current: bool = True
    origin: str | None = None
    """The import that it came from, if any."""

    @property
    def stated_date(self) -> date | None:
        """The effective date, else that of the update."""
        return self.effective_date or self.updated_date

    @property
    def year(self) -> int | None:
        """Of `stated_date`."""
        return self.stated_date.year if self.stated_date else None

    def is_open_to(self, groups: frozenset[str]) -> bool:
        """Whether somebody of these groups may read the policy."""
        return not self.groups or not self.groups.isdisjoint(groups)


POLICY_COLUMNS = (
    "policy_id, title, lang, version, effective_date, updated_date, revision, source_name, format, "
    "(SELECT count(*) FROM clauses WHERE version_key = versions.key), organisation, source_url, "
    "key, content_sha256, groups, valid_from, indexed_at, "
    "superseded IS NULL OR superseded > :generation, origin"
)


def clause_from(row: tuple[object, ...]) -> Clause:
    """A clause from a row of `CLAUSE_COLUMNS`."""
    (id_, policy, version, ordinal, parent, labels, heading, path, citation, lang, text, start,
     end, lead_in, anchor) = row  # fmt: skip
    return Clause(
        id=str(id_),
        policy_id=str(policy),
        version=str(version),
        ordinal=int(str(ordinal)),
        parent_id=None if parent is None else str(parent),
        labels=tuple(json.loads(str(labels))),
        heading=None if heading is None else str(heading),
        heading_path=tuple(json.loads(str(path))),
        citation=str(citation),
        lang=str(lang),
        text=str(text),
        start=int(str(start)),
        end=int(str(end)),
        lead_in=str(lead_in),
        anchor=str(anchor),
    )


def policy_from(row: tuple[object, ...]) -> PolicyRecord:
    """A policy from a row of `POLICY_COLUMNS`."""
    (id_, title, lang, version, effective, updated, revision, source, format_, clauses,
     organisation, source_url, key, digest, groups, valid_from, indexed_at,
     is_current, origin) = row  # fmt: skip
    return PolicyRecord(
        id=str(id_),
        title=str(title),
        lang=str(lang),
        version=str(version),
        effective_date=_date(effective),
        updated_date=_date(updated),
        revision=None if revision is None else str(revision),
        source_path=str(source),
        format=str(format_),
        clause_count=int(str(clauses)),
        organisation=None if organisation is None else str(organisation),
        source_url=None if source_url is None else str(source_url),
        key=int(str(key)),
        content_sha256=str(digest),
        groups=_groups(str(groups)),
        valid_from=date.fromisoformat(str(valid_from)),
        indexed_at=str(indexed_at),
        is_current=bool(is_current),
        origin=None if origin is None else str(origin),
    )


def remarks_as_json(remarks: Sequence[Remark]) -> str:
    """Remarks as the store keeps them."""
    return json.dumps([asdict(remark) for remark in remarks], ensure_ascii=False)


def remarks_from(text: str) -> tuple[Remark, ...]:
    """Remarks out of the store."""
    return tuple(Remark(**fields) for fields in json.loads(text))


def clauses_of_version(db: sqlite3.Connection, version_key: int) -> list[Clause]:
    """A version's clauses in reading order."""
    rows = db.execute(
        f"SELECT {CLAUSE_COLUMNS} FROM {CLAUSES} WHERE versions.key = ? ORDER BY clauses.ordinal",
        (version_key,),
    )
    return [clause_from(row) for row in rows]


@lru_cache(maxsize=1024)
def _groups(text: str) -> frozenset[str]:
    """Out of JSON; few differ among many policies."""
    return frozenset(json.loads(text))


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
