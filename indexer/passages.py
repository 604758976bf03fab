"""From clauses to passages: what the encoder sees of each clause, nothing cut silently."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from indexer.records import Clause, Passage

_LONGEST_PIECE = 320
"""Tokens of one piece of a long clause: a longer text blurs what it is about."""
SENTENCE = re.compile(r".*?(?:[.!?;](?=\s)|[。！？；]|\n|\Z)\s*", re.DOTALL)


class TokenCounter(Protocol):
    """The part of an encoder that passages need."""

    @property
    def passage_token_budget(self) -> int: ...
    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...
    def token_offsets(self, text: str) -> list[tuple[int, int]]: ...


def make_passages(
    title: str, clauses: Sequence[Clause], encoder: TokenCounter
) -> dict[str, list[Passage]]:
    """The passages of each clause of one policy, by clause id.

    A clause that is only a heading with sub-clauses under it has none: the heading stands in their
    context. The pieces of a long clause, joined, are its text.
    """
    with_children = {clause.parent_id for clause in clauses if clause.parent_id}
    embedded = [
        clause
        for clause in clauses
        if clause.text and not (clause.id in with_children and _is_only_heading(clause))
    ]
    # A third of the window for the context, the rest for the clause's own words.
    third = encoder.passage_token_budget // 3
    longest = min(_LONGEST_PIECE, encoder.passage_token_budget - third - 2)
    contexts = _shortened([_context(title, clause) for clause in embedded], third, encoder)
    lengths = encoder.count_tokens([clause.text for clause in embedded])
    passages: dict[str, list[Passage]] = {clause.id: [] for clause in clauses}
    for clause, context, length in zip(embedded, contexts, lengths, strict=True):
        pieces = [clause.text] if length <= longest else split_text(clause.text, longest, encoder)
        passages[clause.id] = [
            Passage(clause.id, ordinal, context, piece) for ordinal, piece in enumerate(pieces)
        ]
    return passages


def split_text(text: str, limit: int, encoder: TokenCounter) -> list[str]:
    """Cuts a text at sentence ends into pieces of at most `limit` tokens.

    The pieces, joined, are the text. A sentence over the limit is cut between tokens.
    """
    sentences: list[str] = []
    for found in SENTENCE.finditer(text):
        if found[0]:
            sentences.extend(_cut(found[0], limit, encoder))
    counts = encoder.count_tokens(sentences)
    total = sum(counts)
    # Pieces of about equal length: a last piece of three words would be found for the wrong reason.
    wanted = total / -(-total // limit) if total else limit
    pieces: list[str] = []
    current, used = "", 0
    for sentence, count in zip(sentences, counts, strict=True):
        if current and (used + count > limit or used >= wanted):
            pieces.append(current)
            current, used = "", 0
        current += sentence
        used += count
    return [*pieces, current] if current else pieces


def _cut(sentence: str, limit: int, encoder: TokenCounter) -> list[str]:
    offsets = encoder.token_offsets(sentence)
    if len(offsets) <= limit:
        return [sentence]
    starts = [offsets[i][0] for i in range(0, len(offsets), limit)]
    starts[0] = 0
    ends = [*starts[1:], len(sentence)]
    return [sentence[start:end] for start, end in zip(starts, ends, strict=True) if end > start]


def _context(title: str, clause: Clause) -> str:
    above = clause.heading_path[:-1] if clause.heading else clause.heading_path
    headings = " > ".join(part for part in (title, *above) if part)
    return "\n".join(part for part in (headings, clause.lead_in) if part)


def _shortened(texts: Sequence[str], limit: int, encoder: TokenCounter) -> list[str]:
    """The ends of the texts that are too long: what stands nearest says most."""
    kept = []
    for text, length in zip(texts, encoder.count_tokens(texts), strict=True):
        if length > limit:
            kept.append(text[encoder.token_offsets(text)[-limit][0] :])
        else:
            kept.append(text)
    return kept


def _is_only_heading(clause: Clause) -> bool:
    return clause.heading is not None and len(clause.text) <= len(clause.heading) + 16
