"""Word documents (.docx, .docm): the text with the numbers that Word prints, as blocks.

package → styles, numbering → body (inline, tables, notes) → layout → pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.errors import LimitError
from indexer.limits import Limits
from indexer.readers.assemble import assemble
from indexer.readers.docx.body import read_body
from indexer.readers.docx.layout import to_pieces
from indexer.readers.docx.package import open_package
from indexer.readers.docx.properties import read_properties
from indexer.records import Document

if TYPE_CHECKING:
    from indexer.readers import Tell


def read_docx(data: bytes, limits: Limits, tell: Tell) -> Document:
    """A Word document as Word prints it, page headers and footers left out.

    Automatic numbers are counted and stand in the text; deleted and hidden text does not. Raises
    `PolicyFileError` for what is no Word document (or an encrypted or damaged one), and
    `LimitError`. Macros, embedded files and external links are never opened.
    """
    package = open_package(data, limits)
    try:
        found = read_body(package, limits, tell)
    except RecursionError as error:
        message = limits.message("max_nesting", "elements nested too deeply")
        raise LimitError(message) from error
    pieces = to_pieces(found)
    return assemble(pieces, "docx", read_properties(package, pieces))
