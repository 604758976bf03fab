"""What finding a cited clause takes and gives. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from indexer.records import Clause
    from indexer.references.steps import Step
    from indexer.rows import PolicyRecord

NearestKind = Literal["above", "label", "heading", "title", "version"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a citation: the policy's name, and a place or a heading in it or both.

    `printed`: the place as it stands in the citation. All are empty where nothing is said.
    """

    name: str = ""
    printed: str = ""
    steps: tuple[Step, ...] = ()
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Nearest:
    """What comes closest where no clause is named: a clause, or a policy as a whole.

    `above`: the clause in which the cited one would stand; `label`: one numbered nearly so;
    `heading`: one headed nearly so; `title`: a policy of nearly that name, or all of what was
    cited; `version`: the clause in another version.
    """

    kind: NearestKind
    policy: PolicyRecord
    citation: str
    clause_id: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The clauses that a citation names, best first; `nearest` where there are none."""

    citation: str
    matches: tuple[tuple[Clause, PolicyRecord], ...] = ()
    total: int = 0
    nearest: tuple[Nearest, ...] = ()
