"""What the steps of the search for a clause tree cost.

A cost says how surprising a step is in a real policy, on a scale where 1 is a new list that opens
where one may; only their order matters much.
"""

from __future__ import annotations

BEAM = 24
BEAM_WIDTH = 8.0
"""A reading that costs so much more than the best one so far is not followed."""

OPEN_FIRST = 1.0
OPEN_LATER = 7.0
SAME_STYLE_NESTED = 1.5
SAME_STYLE_AFTER_COLON = 0.5
WRONG_RANK = 4.0
JUMP = {1: 0.0, 2: 2.0, 3: 3.0}
FAR_JUMP = 5.5
REPEATED_NUMBER = 4.5
REPEATED_ITEM = 2.2
DEEPEST = 12
CONTINUED_UNIT = 0.5
CONTINUED_OTHER = 3.0
RESUMED = 2.0
UNLIKELY_PARENT = 1.0
UNFINISHED = 1.0
REJECT = 4.0
REJECT_UNFINISHED = 1.5
REJECT_BARE = 1.0
REJECT_INLINE = 0.5
REJECT_DOUBTFUL = 0.3
REJECT_HEADING = 2.0
REJECT_ISOLATED_HEADING = 3.0

LEVEL_CONTRADICTED = 3.0
"""A heading that its markup puts where its number does not belong: the number is believed."""
LEVEL_SKIPPED = 1.5
"""A heading two levels below the one above it, where a numbered clause without heading is open."""
SECTION_BONUS = 0.4
BARE_HEADING_BONUS = 0.8
OTHER_THAN_BEFORE = 1.0
"""Sections that are numbered inside a heading, where those before stood beside theirs."""
SECTION_STYLES = frozenset({"I.", "一、", "Section", "Article", "Article I", "Clause", "Chapter",
    "Chapter I", "Part", "Part I", "Part A", "第编", "第部分", "第章", "第节", "第条"})  # fmt: skip
PLAIN_SECTION_STYLES = frozenset({"1.", "1、", "1 "})
"""Numbering of whole sections; the plain ones only where the line is a heading."""

ARABIC_STYLES = PLAIN_SECTION_STYLES | {"1.1"}

APPENDED_UNITS = frozenset({"Schedule", "Appendix", "Annex", "Exhibit", "Attachment"})
"""What they number stands beside the sections of a policy, never inside one."""

RANKS = {
    "第编": 0, "第部分": 1, "第章": 2, "第节": 3, "第条": 4, "第款": 5, "第项": 6,
    "Part": 1, "Part I": 1, "Part A": 1, "Chapter": 2, "Chapter I": 2, "Chapter A": 2,
    "Article I": 3, "Section": 4, "Article": 5, "Clause": 5, "Clause I": 5,
}  # fmt: skip
"""Units of legal texts, from the widest; numbering of the deeper ones runs on across the wider."""
