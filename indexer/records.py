"""The records that flow from a policy file to the index. All are frozen: change is a new value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list_item", "table_row"]
Format = Literal["text", "markdown", "html", "docx", "pdf"]


@dataclass(frozen=True, slots=True)
class Block:
    """One line or markup block of a document.

    `start` and `end` are character offsets into `Document.source`. Where `verbatim` is true,
    `text == source[start:end]`, so an offset inside the text is an offset into the source;
    otherwise `text` is what a reader sees once the markup is removed.
    """

    kind: BlockKind
    text: str
    start: int
    end: int
    level: int | None = None
    """Heading level (1 = highest) or list nesting (1 = outermost) where the markup states it."""
    verbatim: bool = True
    isolated: bool = False
    """A blank line stands before and after it."""
    in_contents: bool = False
    """The markup itself shows that this belongs to a table of contents."""
    number: str | None = None
    """The printed number at the beginning of `text`, where the format counted it itself."""
    strong: bool = False
    """The whole block is set bold, or clearly larger than the document's body text."""
    anchor: str = ""
    """The name by which a link reaches it in the page that it was read from."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a person should know of how a policy was read.

    `code` is one of `indexer.remarks.CODES`; a repair says what was mended, a warning what may be
    wrong. `start` is a character offset into the source.
    """

    code: str
    message: str
    start: int = 0
    clause_id: str | None = None


@dataclass(frozen=True, slots=True)
class Properties:
    """What is said about a policy beside its text: file properties, front matter, a sidecar."""

    title: str | None = None
    organisation: str | None = None
    lang: str | None = None
    effective_date: date | None = None
    updated_date: date | None = None
    revision: str | None = None
    source_url: str | None = None
    groups: tuple[str, ...] | None = None
    """Who may read the policy; empty: everybody."""
    origin: str | None = None
    """The import that it came from, which alone may remove it again."""


@dataclass(frozen=True, slots=True)
class Document:
    """A policy file as read: the stored text and its blocks in reading order.

    Plain text and Markdown are stored as they are; of the other formats, the text that a reader
    sees, one block a line, with a blank line wherever the layout sets blocks apart.
    """

    source: str
    blocks: tuple[Block, ...]
    format: Format
    encoding: str = "utf-8"
    properties: Properties = Properties()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a policy; `None` where nothing is."""

    title: str
    lang: str
    effective_date: date | None = None
    updated_date: date | None = None
    revision: str | None = None
    organisation: str | None = None
    source_url: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """What people cite: a numbered or headed piece of a policy, with its place.

    The spans of a policy's clauses, in order, are its whole source text: each holds the clause's
    own words without those of its sub-clauses. `text` is the span as a reader sees it, without
    indentation, markup, and table-of-contents lines.
    """

    id: str
    policy_id: str
    version: str
    ordinal: int
    parent_id: str | None
    labels: tuple[str, ...]
    heading: str | None
    heading_path: tuple[str, ...]
    citation: str
    lang: str
    text: str
    start: int
    end: int
    lead_in: str = ""
    """The sentence ending in a colon by which the parent introduces this clause, if any."""
    anchor: str = ""
    """The name of the nearest place in the policy's page that a link can lead to; empty: none."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded: a clause, or a piece of a long one, and its context.

    `context` is the policy's title, the headings above, and the sentence by which the parent
    introduces the clause.
    """

    clause_id: str
    ordinal: int
    context: str
    text: str

    @property
    def views(self) -> tuple[str, ...]:
        """Exactly the texts that the encoder sees, without its prompt; the vector is their mean.

        The text alone says what the clause says; under its context it also says what about.
        """
        return (self.text, f"{self.context}\n{self.text}") if self.context else (self.text,)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One text of a policy: its metadata, clauses and stored source."""

    policy_id: str
    version: str
    metadata: Metadata
    source: str
    source_path: str
    format: str
    content_sha256: str
    clauses: tuple[Clause, ...] = field(default=(), repr=False)
    remarks: tuple[Remark, ...] = ()
    groups: tuple[str, ...] = ()
    """Who may read the policy, all its versions; empty: everybody."""
    origin: str | None = None
    """The import that it came from, if any."""
