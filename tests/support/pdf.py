"""A PDF of a few lines, written by hand: text at places, rules, and nothing else."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

WIDTH, HEIGHT = 595, 842
ADVANCE = 0.6
"""Every character of Courier is so wide, of the font size; Han characters are 1."""


@dataclass(frozen=True)
class Text:
    """Words at a place. Text that is not Latin-1 is set in a font without outlines."""

    x: float
    y: float
    words: str
    size: float = 10
    bold: bool = False
    angle: float = 0
    spread: float = 0
    """Extra space after each character."""
    font: str | None = None


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float


Page = Sequence[Text | Rule]


def set_lines(
    lines: Iterable[str], *, y: float = 740, x: float = 72, size: float = 10, step: float = 12,
    bold: bool = False,
) -> list[Text]:  # fmt: skip
    """Lines below each other; an empty one leaves its space."""
    return [Text(x, y - step * n, line, size, bold) for n, line in enumerate(lines) if line.strip()]


def set_paragraphs(
    paragraphs: Iterable[str], *, columns: int = 60, y: float = 740, x: float = 72,
    size: float = 10, step: float = 12, space: float = 0, hang: int = 0, first: int = 0,
) -> list[Text]:  # fmt: skip
    """Paragraphs broken after so many characters. `hang` and `first` are indents in characters."""
    placed = []
    for paragraph in paragraphs:
        lines = textwrap.wrap(
            paragraph, columns, initial_indent=" " * first, subsequent_indent=" " * hang,
            break_on_hyphens=False,
        )  # fmt: skip
        for line in lines:
            indent = len(line) - len(line.lstrip())
            placed.append(Text(x + indent * ADVANCE * size, y, line.strip(), size))
            y -= step
        y -= space
    return placed


def set_han(
    paragraphs: Iterable[str], *, columns: int = 30, y: float = 740, x: float = 72,
    size: float = 10, step: float = 15, first: int = 2,
) -> list[Text]:  # fmt: skip
    """Chinese paragraphs, their first line indented by two characters."""
    placed = []
    for paragraph in paragraphs:
        rest, indent = paragraph, first
        while rest:
            line, rest = rest[: columns - indent], rest[columns - indent :]
            placed.append(Text(x + indent * size, y, line, size))
            indent, y = 0, y - step
    return placed


def write_pdf(
    pages: Sequence[Page], *, info: Mapping[str, str] | None = None, turned: int = 0,
    encrypted: bool = False,
) -> bytes:  # fmt: skip
    """The bytes of a PDF. `turned` is each page's /Rotate; `encrypted` asks for a password."""
    used = {c for page in pages for item in page if isinstance(item, Text) for c in item.words}
    fonts = (
        "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >> "
        "/F2 << /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold /Encoding /WinAnsiEncoding >> "
        "/F3 3 0 R /F4 << /Type /Font /Subtype /Type1 /BaseFont /Wingdings "
        "/Encoding /WinAnsiEncoding >>"
    )
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /DW 1000 /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        _stream(_to_unicode(used)),
    ]
    kids = []
    for page in pages:
        content = "\n".join(_drawn(item) for item in page)
        objects.append(_stream(content.encode("latin-1")))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {turned} "
            f"/Resources << /Font << {fonts} >> >> /Contents {len(objects)} 0 R >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    entries = "".join(f"/{key} <{_hex(value)}> " for key, value in (info or {}).items())
    objects.append(f"<< {entries}>>".encode())
    trailer = f"/Root 1 0 R /Info {len(objects)} 0 R /Size {len(objects) + 1}"
    if encrypted:
        word = "41" * 32
        trailer += (
            f" /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{word}> /U <{word}> >>"
            f" /ID [<{word}> <{word}>]"
        )
    return _file(objects, trailer)


def _file(objects: Sequence[bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<< {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _drawn(item: Text | Rule) -> str:
    if isinstance(item, Rule):
        return f"1 w {item.x0} {item.y0} m {item.x1} {item.y1} l S"
    a, b = cos(radians(item.angle)), sin(radians(item.angle))
    try:
        raw = item.words.encode("cp1252").hex()
        font = item.font or ("F2" if item.bold else "F1")
    except UnicodeEncodeError:
        raw = item.words.encode("utf-16-be").hex()
        font = "F3"
    stroked = "2 Tr 0.3 w " if item.bold and font == "F3" else "0 Tr "
    return (
        f"BT /{font} {item.size} Tf {item.spread} Tc {stroked}"
        f"{a:.4f} {b:.4f} {-b:.4f} {a:.4f} {item.x} {item.y} Tm <{raw}> Tj ET"
    )


def _hex(text: str) -> str:
    return (b"\xfe\xff" + text.encode("utf-16-be")).hex()


def _to_unicode(used: Iterable[str]) -> bytes:
    codes = sorted({c.encode("utf-16-be").hex() for c in used})
    blocks = [codes[n : n + 100] for n in range(0, len(codes), 100)]
    maps = "".join(
        f"{len(block)} beginbfchar\n"
        + "".join(f"<{code}> <{code}>\n" for code in block)
        + "endbfchar\n"
        for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def "
        "/CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{maps}endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode()
