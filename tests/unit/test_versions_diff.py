"""What counts as the same clause, as moved, as renumbered; with and without vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from indexer.records import Clause
from indexer.versions.diff import diff_versions
from indexer.versions.records import Change, VersionDiff

Parse = Callable[..., list[Clause]]

RULES = """Canteen Rules

1. Opening
1.1 The canteen opens at 7:30 and closes at 16:00.
1.2 On Fridays it closes at 14:00.

2. Paying
2.1 Meals are paid with the staff badge.
2.2 Guests pay in cash at the till by the door.

3. Manners
3.1 Trays go back to the rack.
3.2 Nobody saves seats with jackets.
"""


@pytest.fixture
def compare(parse: Parse) -> Callable[[str, str], VersionDiff]:
    return lambda old, new: diff_versions(parse(old), parse(new))


Compare = Callable[[str, str], VersionDiff]


def found(diff: VersionDiff, kind: str) -> list[Change]:
    return [change for change in diff.changes if change.kind == kind]


def test_the_same_version_is_unchanged(compare: Compare) -> None:
    diff = compare(RULES, RULES)
    assert diff.is_empty
    assert diff.counts["unchanged"] == len(diff.changes) == 9
    assert list(diff.counts)[:3] == ["unchanged", "reworded", "renumbered"]


def test_nothing_against_something(parse: Parse) -> None:
    clauses = parse(RULES)
    assert diff_versions([], []).changes == ()
    assert diff_versions([], clauses).counts["added"] == 9
    assert diff_versions(clauses, []).counts["removed"] == 9


def test_another_number_alone_is_renumbered_and_a_reference_is_reworded(compare: Compare) -> None:
    old = RULES.replace("Trays go", "As 2.2 says, trays go")
    new = old.replace("3.1 As 2.2", "3.3 As 2.1").replace("3.2 Nobody", "3.4 Nobody")
    diff = compare(old, new)
    (reworded,) = found(diff, "reworded")
    assert reworded.renumbered
    (edit,) = reworded.edits
    text = reworded.new[0].text
    assert (text[edit.new.start : edit.new.end], edit.new.start) == ("2.1", len("3.3 As "))
    assert [c.old_places for c in found(diff, "renumbered")] == [("§3.2",)]


def test_removed_clauses_stand_where_they_stood(compare: Compare) -> None:
    new = RULES.replace("1.1 The canteen opens at 7:30 and closes at 16:00.\n1.2 On", "1.1 On")
    new = new.replace("2.2 Guests pay in cash at the till by the door.\n", "")
    places = [(c.old_places or c.new_places)[0] for c in compare(RULES, new).changes]
    assert places == ["§1", "§1.1", "§1.2", "§2", "§2.1", "§2.2", "§3", "§3.1", "§3.2"]


def test_a_level_put_in_above_clauses_does_not_move_them(parse: Parse) -> None:
    old = parse("制度\n\n第一条 甲方提供场地。\n第二条 乙方负责清洁。\n第三条 每年结算一次。\n")
    new = parse(
        "制度\n\n第一章 分工\n第一条 甲方提供场地。\n第二条 乙方负责清洁。\n"
        "第二章 结算\n第三条 每年结算一次。\n"
    )
    diff = diff_versions(old, new)
    assert diff.counts["added"] == 2
    assert diff.counts["unchanged"] == 3


def test_an_article_keeps_its_number_where_its_chapter_gets_another(parse: Parse) -> None:
    def text(chapter: str, more: str) -> str:
        return f"制度\n\n第一章 总则\n第一条 甲。\n第二条 乙。\n{more}{chapter} 附则\n第三条 丙。\n"

    diff = diff_versions(parse(text("第二章", "")), parse(text("第三章", "第二章 罚则\n")))
    assert [c.new_places for c in found(diff, "renumbered")] == [("第三章",)]
    assert found(diff, "unchanged")[-1].new_places == ("第三条",)


def test_bullets_and_plain_headings_have_no_number_to_change(parse: Parse) -> None:
    old = "# Rules\n\n## Tools\n\n- Clean them.\n- Return them.\n\n## End\n\nGo home.\n"
    new = old.replace("- Clean", "- Oil the drills.\n- Clean")
    diff = diff_versions(parse(old, markdown=True), parse(new, markdown=True))
    assert (diff.counts["added"], diff.counts["unchanged"]) == (1, 4)


def test_a_section_moved_to_another_place_takes_its_clauses_along(compare: Compare) -> None:
    a, b, c = (RULES.index(f"{n}. ") for n in "123")
    new = (
        RULES[:a]
        + RULES[c:].replace("3.", "1.")
        + "\n"
        + RULES[a:b].replace("1.", "2.", 1).replace("\n1.", "\n2.")
        + RULES[b:c].replace("2.", "3.")
    )
    diff = compare(RULES, new)
    moved = found(diff, "moved")
    assert [c.old_places[0] for c in moved] == ["§3", "§3.1", "§3.2"]
    assert [c.section for c in moved] == [None, moved[0].new[0].id, moved[0].new[0].id]
    assert {c.old_places[0] for c in found(diff, "renumbered")} >= {"§1", "§2", "§2.1"}


def test_repeated_text_is_matched_by_its_neighbours(parse: Parse) -> None:
    sections = {
        "Roads": "Carts keep to the left between the gate and the mill.",
        "Hedges": "No hedge is cut while birds are nesting.",
        "Ponds": "Swimming is allowed from May to September.",
        "Barns": "Straw bales are stacked five high at most.",
        "Orchards": "Windfall apples belong to whoever picks them up.",
    }

    def policy(*names: str) -> str:
        parts = [
            f"{n}. {name}\n{n}.1 {sections[name]}\n{n}.2 The law of the land prevails.\n"
            for n, name in enumerate(names, 1)
        ]
        return "Estate Rules\n\n" + "\n".join(parts)

    diff = diff_versions(
        parse(policy("Roads", "Hedges", "Ponds", "Barns")),
        parse(policy("Hedges", "Orchards", "Barns", "Ponds")),
    )
    for change in diff.changes:
        # Each stays with the section it stood in.
        if change.old and change.new:
            assert change.old[0].heading_path == change.new[0].heading_path
    assert diff.counts["removed"] == diff.counts["added"] == 3
    assert len({c.section for c in diff.changes if c.kind == "moved"} - {None}) == 1


def test_headings_swapped_over_their_clauses_are_reworded(compare: Compare) -> None:
    new = RULES.replace("1. Opening", "1. X").replace("2. Paying", "2. Opening")
    diff = compare(RULES, new.replace("1. X", "1. Paying"))
    assert [c.old_places[0] for c in found(diff, "reworded")] == ["§1", "§2"]
    assert all(c.heading_changed for c in found(diff, "reworded"))
    assert diff.counts["unchanged"] == 7


def test_a_clause_made_into_a_list_is_split(compare: Compare) -> None:
    old = RULES.replace(
        "Meals are paid with the staff badge.",
        "Meals are paid with the staff badge, drinks with coins, and cakes at the bakery's stall.",
    )
    new = RULES.replace(
        "Meals are paid with the staff badge.",
        "Meals are paid with the staff badge, and:\n(a) drinks with coins;\n"
        "(b) cakes at the bakery's stall.",
    )
    (split,) = found(compare(old, new), "split")
    assert split.new_places == ("§2.1", "§2.1(a)", "§2.1(b)")
    (merged,) = found(compare(new, old), "merged")
    assert merged.old_places == split.new_places


def test_another_clause_in_the_same_place_is_removed_and_added(compare: Compare) -> None:
    new = RULES.replace(
        "Guests pay in cash at the till by the door.", "Dogs wait outside, on a short lead."
    )
    diff = compare(RULES, new)
    assert [c.kind for c in diff.changes if c.kind != "unchanged"] == ["removed", "added"]


def vectors(clauses: list[Clause], meanings: dict[str, int]) -> np.ndarray:
    """Vectors with much in common, as encoders give them; the same direction for one meaning."""
    rng = np.random.default_rng(7)
    common, own = rng.normal(size=64), rng.normal(size=(40, 64))
    rows = []
    for position, clause in enumerate(clauses):
        known = [n for words, n in meanings.items() if words in clause.text]
        rows.append(2 * common + own[known[0] if known else 10 + position])
    return np.array(rows, np.float32) / 20


def test_vectors_recognise_a_clause_said_in_other_words(parse: Parse) -> None:
    old = parse(RULES)
    said = "Visitors settle their bill with coins or notes before leaving."
    new = parse(RULES.replace("Guests pay in cash at the till by the door.", said))
    without = diff_versions(old, new)
    assert (without.counts["removed"], without.counts["added"]) == (1, 1)
    meanings = {"Guests pay": 0, "Visitors settle": 0}
    diff = diff_versions(old, new, vectors(old, meanings), vectors(new, meanings))
    assert [c.old_places for c in found(diff, "reworded")] == [("§2.2",)]


def test_a_translation_of_a_removed_clause_is_not_its_successor(parse: Parse) -> None:
    old = parse(RULES)
    new = parse(RULES.replace("Guests pay in cash at the till by the door.", "访客在门口付现金。"))
    meanings = {"Guests pay": 0, "访客": 0}
    diff = diff_versions(old, new, vectors(old, meanings), vectors(new, meanings))
    assert (diff.counts["removed"], diff.counts["added"]) == (1, 1)


def test_clauses_without_a_vector_are_compared_by_words(parse: Parse) -> None:
    old, new = parse(RULES), parse(RULES.replace("closes at 14:00", "shuts at 14:00"))
    zeros = np.zeros((9, 8), np.float32)
    assert diff_versions(old, new, zeros, zeros) == diff_versions(old, new)


def test_vectors_that_do_not_fit_are_refused(parse: Parse) -> None:
    clauses = parse(RULES)
    with pytest.raises(ValueError, match=r"new_vectors has shape \(8, 4\).*\(9, dimension\)"):
        diff_versions(clauses, clauses, np.ones((9, 4), np.float32), np.ones((8, 4), np.float32))
    with pytest.raises(ValueError, match="same encoder"):
        diff_versions(clauses, clauses, np.ones((9, 4), np.float32), np.ones((9, 5), np.float32))
