"""From a wiki's pages to changes of an index: what is new, what has another text, what is gone.

Only policies whose origin says that they came from this wiki are ever replaced or removed. A page
that cannot be read now is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from indexer.errors import PolicyFileError
from indexer.files import SourceFile
from indexer.lifecycle import NONE, Delete, Put
from indexer.parsing import PolicyParser
from indexer.policy_id import policy_id_from
from indexer.records import PolicyVersion, Properties
from service.errors import WikiError, WikiPageError
from service.wiki.pull.markup import whole_page
from service.wiki.pull.plan import Options, Plan, Text
from service.wiki.pull.records import (
    BY_NAME,
    Origin,
    Page,
    Revision,
    Selected,
    Selection,
    Site,
    Wiki,
    origin_from,
)
from service.wiki.pull.targets import Known, Target

_DIGEST = 16
"""Characters of a text's hash in its tag."""
_MOST_REVISIONS = 100
"""Revisions of a page that are looked at for texts that differ."""


class Tell(Protocol):
    """Hears how many of the pages are read."""

    def __call__(self, stage: str, done: int, total: int, detail: str = "") -> None: ...


def plan_import(
    wiki: Wiki,
    selection: Selection,
    target: Target,
    options: Options,
    parser: PolicyParser,
    tell: Tell,
) -> Plan:
    """Reads the pages wanted and compares them with what is there.

    Raises `WikiError` where the wiki cannot be asked for its pages at all.
    """
    known = target.known()
    ours = {
        policy_id: origin
        for policy_id, one in known.items()
        if (origin := origin_from(one.origin))
        and (origin.kind, origin.place) == (wiki.site.kind, _joined(wiki.site.place))
    }
    selected = wiki.select(selection)
    plan = Plan(failed=list(selected.failed))
    ids = _policy_ids(selected.pages, known, ours, options, plan)
    for place, page in enumerate(selected.pages):
        tell("reading", place, len(selected.pages), page.name)
        if page.key not in ids:
            continue
        policy_id = ids[page.key]
        one = known.get(policy_id)
        tag = target.tag(policy_id) if one else None
        origin = _origin(wiki.site, page, ours.get(policy_id), selected)
        stored = _Stored(policy_id, origin, one, tag)
        try:
            _add_texts(plan, wiki, page, stored, options, parser)
        except (WikiPageError, PolicyFileError) as error:
            plan.failed.append((page.name, str(error)))
    tell("reading", len(selected.pages), len(selected.pages))
    _add_removals(plan, wiki, selected, target, ours, ids, options)
    return plan


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is stored of a page, if anything; `origin` is what is to be stored."""

    policy_id: str
    origin: Origin
    known: Known | None
    tag: str | None

    @property
    def digest(self) -> str | None:
        return self.tag.partition("-")[0] if self.tag else None

    def is_older_than(self, revision: Revision) -> bool:
        """Whether a revision came after the stored one, as far as their numbers tell."""
        before = self.known.revision if self.known else None
        if not before or not before.isdigit() or not (revision.id or "").isdigit():
            return True
        return int(revision.id or 0) > int(before)


def _policy_ids(
    pages: Sequence[Page],
    known: Mapping[str, Known],
    ours: Mapping[str, Origin],
    options: Options,
    plan: Plan,
) -> dict[str, str]:
    """The policy that each page is, by the page's key: the one it was, whatever it is called now.

    A page whose id is taken by another policy is told of, and left out.
    """
    ids = {_joined(origin.page): policy_id for policy_id, origin in ours.items()}
    keys = {page.key for page in pages}
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    for page in pages:
        policy_id = ids.get(_joined(page.key)) or policy_id_from(f"{options.prefix}{page.name}")
        policy_id = policy_id or f"page-{page.key}"
        other = names.get(policy_id)
        holder = ours.get(policy_id)
        if other is not None:
            reason = f"has the id {policy_id} like {other}: rename one of them"
        elif policy_id in known and holder is None:
            reason = (
                f"the id {policy_id} belongs to a policy that did not come from this wiki: give "
                "--prefix, or remove that policy"
            )
        elif holder is not None and holder.page != _joined(page.key) and holder.page in keys:
            reason = f"the id {policy_id} belongs to another page of this wiki: give --prefix"
        else:
            found[page.key] = policy_id
            names[policy_id] = page.name
            continue
        plan.failed.append((page.name, reason))
    return found


def _origin(site: Site, page: Page, before: Origin | None, selected: Selected) -> Origin:
    """That of a policy that another import brought stays: two imports do not take turns at it."""
    others = before is not None and before.page == _joined(page.key)
    run = {_joined(selector) for selector in selected.listed | selected.empty}
    if before is not None and others and before.selector not in run:
        return before
    return Origin(site.kind, site.place, page.selector, page.key)


def _add_texts(
    plan: Plan, wiki: Wiki, page: Page, stored: _Stored, options: Options, parser: PolicyParser
) -> None:
    """The texts of a page that are to be stored, oldest first.

    Of revisions with one text the oldest counts: it is the one that brought the text.
    """
    most = 1 if options.versions == 1 else _MOST_REVISIONS
    texts: list[Text] = []
    for place, revision in enumerate(wiki.revisions(page, most)):
        if place and not stored.is_older_than(revision):
            break
        text = _read(wiki, page, revision, stored, options, parser)
        if texts and texts[-1].digest == text.digest:
            texts[-1] = text
        elif len(texts) == options.versions:
            break
        else:
            texts.append(text)
    texts.reverse()
    if texts and stored.known and texts[0].digest == stored.digest:
        plan.same.add(stored.policy_id) if len(texts) == 1 else None
        texts[0] = _as_stored(texts[0], stored.known)
    expected = stored.tag if stored.known else NONE
    for place, text in enumerate(texts):
        first = replace(text.put, expected=expected) if not place else text.put
        plan.texts.append(replace(text, put=first))


def _as_stored(text: Text, known: Known) -> Text:
    """The same text under the revision that it was stored as: its clauses keep their ids."""
    said = replace(text.put.properties, revision=known.revision, updated_date=known.updated_date)
    return replace(text, put=replace(text.put, properties=said))


def _read(
    wiki: Wiki,
    page: Page,
    revision: Revision,
    stored: _Stored,
    options: Options,
    parser: PolicyParser,
) -> Text:
    rendering = wiki.render(page, revision)
    policy_id = stored.policy_id
    properties = Properties(
        title=rendering.title,
        organisation=options.organisation,
        lang=page.lang,
        updated_date=revision.made,
        revision=revision.id,
        source_url=page.url,
        groups=options.groups,
        origin=str(stored.origin),
    )
    data = whole_page(rendering.html, page, wiki.site, rendering.title)
    name = f"{policy_id}.html"
    policy: PolicyVersion = parser.parse_bytes(
        SourceFile(Path(name), policy_id, name, properties), data
    )
    return Text(
        Put(policy_id, data, ".html", properties),
        policy.content_sha256[:_DIGEST],
        len(policy.clauses),
        policy.metadata.title,
    )


def _add_removals(
    plan: Plan,
    wiki: Wiki,
    selected: Selected,
    target: Target,
    ours: Mapping[str, Origin],
    ids: Mapping[str, str],
    options: Options,
) -> None:
    """The policies of this wiki whose page is no longer what brought them."""
    seen = {_joined(page.key) for page in selected.pages} | {
        ours[policy_id].page for policy_id in ids.values() if policy_id in ours
    }
    for selector in sorted(selected.listed | selected.empty):
        missing = {
            origin.page: policy_id
            for policy_id, origin in ours.items()
            if origin.selector == _joined(selector) and origin.page not in seen
        }
        if not missing:
            continue
        if selector in selected.empty and not options.allow_empty:
            why = f"{selector} lists no pages at all; --allow-empty removes what came from it"
            plan.kept += [(policy_id, why) for policy_id in missing.values()]
            continue
        gone = _gone(wiki, list(missing), selector, plan)
        for key, policy_id in sorted(missing.items()):
            if key in gone:
                plan.removed.append(Delete(policy_id, target.tag(policy_id)))
            elif selector != BY_NAME:
                plan.kept.append((policy_id, "its page is not listed, but may not be read either"))


def _gone(wiki: Wiki, keys: Sequence[str], selector: str, plan: Plan) -> frozenset[str]:
    try:
        return wiki.gone(keys, selector)
    except WikiError as error:
        plan.failed.append((selector, f"what is gone cannot be told: {error}"))
        return frozenset()


def _joined(text: str) -> str:
    """As an origin holds it."""
    return text.replace(" ", "_")
