"""An import changes what it brought itself, where a page changed or is gone, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from indexer.lifecycle import Change, Put
from indexer.parsing import PolicyParser
from service.errors import WikiPageError
from service.wiki.pull.plan import Options, Plan
from service.wiki.pull.pulling import plan_import
from service.wiki.pull.records import Page, Rendering, Revision, Selected, Selection, Site
from service.wiki.pull.targets import Done, Known

SITE = Site("mediawiki", "wiki.example/w", "Lanternworks")
CATEGORY = "category:Policies"


@dataclass
class StandInWiki:
    """Pages by key: the texts that each had, newest first, by revision."""

    pages: dict[str, dict[int, str]]
    names: dict[str, str] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    selector: str = CATEGORY
    rendered: list[tuple[str, str]] = field(default_factory=list)
    site: Site = SITE

    def select(self, selection: Selection) -> Selected:
        pages = tuple(
            Page(key, self.names.get(key, f"P{key}"), f"https://wiki.example/{key}", self.selector)
            for key in self.pages
        )
        one = frozenset({self.selector})
        return Selected(pages, (), *((one, frozenset()) if pages else (frozenset(), one)))

    def revisions(self, page: Page, most: int) -> list[Revision]:
        return [Revision(str(r), date(2026, 1, r)) for r in self.pages[page.key]][:most]

    def render(self, page: Page, revision: Revision) -> Rendering:
        if page.key in self.broken:
            raise WikiPageError("the wiki is tired")
        self.rendered.append((page.key, str(revision.id)))
        text = self.pages[page.key][int(revision.id or 0)]
        return Rendering(f'<h2 id="s">Scope</h2><p>{text}</p>', page.name)

    def gone(self, keys: Sequence[str], selector: str) -> frozenset[str]:
        return frozenset(keys)


@dataclass
class StandInTarget:
    """Policies that are stored, with the tags of their texts."""

    stored: dict[str, Known] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def known(self) -> Mapping[str, Known]:
        return self.stored

    def tag(self, policy_id: str) -> str:
        return self.tags[policy_id]

    def apply(self, changes: Sequence[Change]) -> list[Done]:
        raise AssertionError("a plan changes nothing")

    def store(self, plan: Plan) -> None:
        """As after the plan was carried out."""
        for text in plan.texts:
            said = text.put.properties
            self.stored[text.put.policy_id] = Known(said.origin, said.revision, said.updated_date)
            self.tags[text.put.policy_id] = f"{text.digest}-{len(self.tags)}"


def plan(wiki: StandInWiki, target: StandInTarget, **options: Any) -> Plan:
    selection = Selection(parts=("Policies",))
    with PolicyParser() as parser:
        return plan_import(wiki, selection, target, Options(**options), parser, lambda *_: None)


def puts(made: Plan) -> list[tuple[str, str | None]]:
    return [(text.put.policy_id, text.put.properties.revision) for text in made.texts]


@pytest.fixture
def wiki() -> StandInWiki:
    return StandInWiki({"1": {5: "Twenty days of leave."}, "2": {6: "Trains go first."}})


@pytest.fixture
def target(wiki: StandInWiki) -> StandInTarget:
    """What a first import left."""
    stored = StandInTarget()
    stored.store(plan(wiki, stored))
    return stored


def test_a_first_import_takes_the_newest_text_of_each_page(wiki: StandInWiki) -> None:
    made = plan(wiki, StandInTarget(), groups=("staff",), prefix="wiki-")
    assert puts(made) == [("wiki-p1", "5"), ("wiki-p2", "6")]
    said = made.texts[0].put.properties
    assert (said.source_url, said.updated_date, said.groups) == (
        "https://wiki.example/1", date(2026, 1, 5), ("staff",),
    )  # fmt: skip
    assert said.origin == "mediawiki wiki.example/w category:Policies 1"
    assert made.texts[0].put.expected == ""


def test_a_page_under_another_revision_with_the_same_text_stays_the_same_version(
    wiki: StandInWiki, target: StandInTarget
) -> None:
    again = replace(wiki, pages={"1": {9: "Twenty days of leave."}, "2": {10: "Buses go first."}})
    made = plan(again, target)
    assert puts(made) == [("p1", "5"), ("p2", "10")]
    assert made.same == {"p1"}
    assert made.texts[1].put.expected == target.tags["p2"]


def test_a_page_that_is_gone_is_removed(wiki: StandInWiki, target: StandInTarget) -> None:
    made = plan(replace(wiki, pages={"1": wiki.pages["1"]}), target)
    assert [(one.policy_id, one.expected) for one in made.removed] == [("p2", target.tags["p2"])]


def test_a_page_that_cannot_be_read_is_not_removed(
    wiki: StandInWiki, target: StandInTarget
) -> None:
    made = plan(replace(wiki, broken=frozenset({"2"})), target)
    assert made.removed == []
    assert made.failed == [("P2", "the wiki is tired")]
    assert puts(made) == [("p1", "5")]


def test_a_selection_that_lists_nothing_removes_nothing_unless_told(
    wiki: StandInWiki, target: StandInTarget
) -> None:
    empty = replace(wiki, pages={})
    made = plan(empty, target)
    assert (made.removed, [name for name, _ in made.kept]) == ([], ["p1", "p2"])
    removed = plan(empty, target, allow_empty=True).removed
    assert [one.policy_id for one in removed] == ["p1", "p2"]


@pytest.mark.parametrize(
    "origin",
    [None, "by hand", "mediawiki other.example/w category:Policies 3",
     "dokuwiki wiki.example/w category:Policies 3", "mediawiki wiki.example/w category:Others 3"],
)  # fmt: skip
def test_policies_that_this_import_did_not_make_stay(
    wiki: StandInWiki, target: StandInTarget, origin: str | None
) -> None:
    target.stored["p3"] = Known(origin, None, None)
    made = plan(replace(wiki, pages={"1": wiki.pages["1"]}), target, allow_empty=True)
    assert [one.policy_id for one in made.removed] == ["p2"]


def test_a_page_whose_id_another_policy_has_is_left_out(
    wiki: StandInWiki, target: StandInTarget
) -> None:
    target.stored["p1"] = Known(None, None, None)  # somebody stored it by hand meanwhile
    made = plan(wiki, target)
    assert puts(made) == [("p2", "6")]
    assert made.failed[0][0] == "P1"
    assert "did not come from this wiki" in made.failed[0][1]


def test_two_pages_of_one_id_are_told_of(wiki: StandInWiki) -> None:
    made = plan(replace(wiki, names={"1": "Leave: policy", "2": "Leave policy"}), StandInTarget())
    assert puts(made) == [("leave-policy", "5")]
    assert "like Leave: policy" in made.failed[0][1]


def test_a_renamed_page_keeps_its_id(wiki: StandInWiki, target: StandInTarget) -> None:
    made = plan(replace(wiki, names={"1": "Leave"}), target)
    assert puts(made) == [("p1", "5"), ("p2", "6")]
    assert made.removed == []


def test_a_name_never_becomes_a_path() -> None:
    names = {"1": "../../etc/passwd", "2": "…"}
    made = plan(StandInWiki({"1": {5: "A."}, "2": {6: "B."}}, names), StandInTarget())
    assert puts(made) == [("etc-passwd", "5"), ("page-2", "6")]


def test_two_imports_that_share_a_page_do_not_take_turns_at_it(
    wiki: StandInWiki, target: StandInTarget
) -> None:
    other = replace(wiki, selector="category:Travel")
    made = plan(other, target)
    assert {text.put.properties.origin for text in made.texts} == {
        "mediawiki wiki.example/w category:Policies 1",
        "mediawiki wiki.example/w category:Policies 2",
    }
    assert made.removed == []


def test_texts_of_the_past_come_oldest_first_each_once(wiki: StandInWiki) -> None:
    past = {9: "Four.", 8: "Three.", 7: "Three.", 6: "Two.", 5: "One."}
    history = replace(wiki, pages={"1": past})
    made = plan(history, StandInTarget(), versions=3)
    assert puts(made) == [("p1", "6"), ("p1", "7"), ("p1", "9")]
    assert [text.put.expected for text in made.texts] == ["", None, None]


def test_of_the_past_only_what_came_after_the_stored_text_is_added(wiki: StandInWiki) -> None:
    stored = StandInTarget()
    stored.store(plan(replace(wiki, pages={"1": {6: "Two.", 5: "One."}}), stored))
    later = replace(wiki, pages={"1": {8: "Four.", 7: "Three.", 6: "Two.", 5: "One."}})
    later.rendered = []
    assert puts(plan(later, stored, versions=5)) == [("p1", "7"), ("p1", "8")]
    assert later.rendered == [("1", "8"), ("1", "7")]


def test_what_a_page_holds_cannot_leave_its_page() -> None:
    hostile = "</main></body></html><script>x</script><title>Other</title> Twenty days."
    made = plan(StandInWiki({"1": {5: hostile}}, {"1": '"><script>'}), StandInTarget())
    put = made.texts[0].put
    assert isinstance(put, Put)
    assert b'<title>"><script>' not in put.data
    assert put.properties.title == '"><script>'
