"""What the command prints of an import."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from indexer.lifecycle import Put
from service.printing import one_line
from service.wiki.pull.plan import Plan
from service.wiki.pull.targets import Done


def print_import(plan: Plan, done: Sequence[Done], *, dry_run: bool) -> bool:
    """Prints what was done, or would be; whether something could not."""
    failed = list(plan.failed)
    if dry_run:
        for text in plan.texts:
            state = "has the same text" if text.put.policy_id in plan.same else "would be stored"
            stated = text.put.properties.revision
            revision = f", revision {stated}" if stated else ""
            title = one_line(text.title)
            print(f"{text.put.policy_id}: {title}, {text.clauses} clauses{revision}: {state}")
        for change in plan.removed:
            print(f"{change.policy_id}: would be removed")
    counts: dict[str, int] = {}
    for one in done:
        name = one.change.policy_id
        if one.reason and one.state != "absent":
            failed.append((name, one.reason))
            continue
        counts[one.state] = counts.get(one.state, 0) + 1
        if one.state != "unchanged":
            print(f"{name}: {one.state}{_revision(one)}")
    for name, reason in plan.kept:
        print(one_line(f"{name}: kept: {reason}"), file=sys.stderr)
    for name, reason in failed:
        told = reason if reason.startswith(name) else f"{name}: {reason}"
        print(one_line(f"not imported: {told}"), file=sys.stderr)
    if not dry_run:
        made = ", ".join(f"{count} {state}" for state, count in counts.items())
        print(f"Policies from the wiki: {made or 'no changes'}; {len(failed)} not imported.")
    return bool(failed)


def _revision(done: Done) -> str:
    stated = done.change.properties.revision if isinstance(done.change, Put) else None
    return f", revision {stated}" if stated else ""
