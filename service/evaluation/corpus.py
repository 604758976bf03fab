"""A task's corpus as policies, and which of its rows a query may find."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.records import Clause, Metadata, PolicyVersion
from service.errors import EvaluationError
from service.evaluation.tasks import Row, Task


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which rows a query sees: all, or those with its own value of a field, or in another language.

    Both conditions hold where both are set.
    """

    restrict: str | None = None
    other_language: bool = False

    def include(self, query: Row, row: Row) -> bool:
        """Whether a query sees a row. Raises `EvaluationError` for a query without the field."""
        if self.other_language and query.lang == row.lang:
            return False
        if self.restrict is None:
            return True
        if self.restrict not in query.fields:
            raise EvaluationError(f"query {query.id} has no field {self.restrict!r} to restrict by")
        return str(query.fields[self.restrict]) == str(row.fields.get(self.restrict))


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one document, language and value of the restricting field, as one policy.

    `row` is any of them: candidates are chosen by what the rows of a group have in common.
    """

    policy: PolicyVersion
    row: Row


def group_rows(task: Task, restrict: str | None) -> list[Group]:
    """A corpus as policies whose clauses are labelled with the rows' ids."""
    rows_of: dict[tuple[str, ...], list[Row]] = {}
    for row in task.corpus:
        value = str(row.fields.get(restrict)) if restrict else ""
        key = (str(row.fields.get("doc", task.name)), row.lang, value)
        rows_of.setdefault(key, []).append(row)
    groups = []
    for number, rows in enumerate(rows_of.values()):
        policy_id = f"policy-{number}"
        metadata = Metadata(str(rows[0].fields.get("doc_title", "")), rows[0].lang)
        clauses = tuple(_as_clause(row, policy_id, i) for i, row in enumerate(rows))
        policy = PolicyVersion(policy_id, "1", metadata, "", policy_id, "task", "", clauses)
        groups.append(Group(policy, rows[0]))
    return groups


def _as_clause(row: Row, policy_id: str, ordinal: int) -> Clause:
    heading = row.fields.get("title")
    return Clause(
        id=f"{policy_id}@1#{row.id}", policy_id=policy_id, version="1", ordinal=ordinal,
        parent_id=None, labels=(row.id,), heading=None,
        heading_path=(str(heading),) if heading else (), citation=row.id, lang=row.lang,
        text=row.text, start=0, end=0,
    )  # fmt: skip
