"""Writes small Word documents part by part, so that a test decides every element of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": W,
        "m": f"{_OFFICE}/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
        "dc": "http://purl.org/dc/elements/1.1/",
    }.items()
)
_ROOTS = {
    "styles": "w:styles",
    "numbering": "w:numbering",
    "footnotes": "w:footnotes",
    "endnotes": "w:endnotes",
    "settings": "w:settings",
}
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{id_}"{more}><w:name w:val="{name}"/>{rest}</w:style>'
    for id_, name, more, rest in (
        ("Normal", "Normal", ' w:default="1"', ""),
        ("Heading1", "heading 1", "", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        ("Heading2", "heading 2", "", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>'),
        ("Heading3", "heading 3", "", '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>'),
        ("Title", "Title", "", ""),
        ("TOC1", "toc 1", "", ""),
    )
)


def docx(
    body: str,
    *,
    core: str = "",
    company: str = "",
    main: str = "word/document.xml",
    extra: Mapping[str, bytes] | None = None,
    **parts: str,
) -> bytes:
    """A document with the given body; `parts` are the insides of styles, numbering, footnotes…"""
    relations = {f"{_OFFICE}/relationships/officeDocument": main}
    files = {main: _xml("w:document", f"<w:body>{body}</w:body>")}
    if core:
        relations[f"{_PACKAGE}/relationships/metadata/core-properties"] = "docProps/core.xml"
        files["docProps/core.xml"] = _xml("coreProperties", core, f"{_PACKAGE}/metadata")
    if company:
        relations[f"{_OFFICE}/relationships/extended-properties"] = "docProps/app.xml"
        inside = f"<Company>{escape(company)}</Company>"
        files["docProps/app.xml"] = _xml("Properties", inside, f"{_OFFICE}/extended-properties")
    folder = main.rpartition("/")[0]
    inner = {}
    for name, inside in {"styles": STYLES, **parts}.items():
        files[f"{folder}/{name}.xml"] = _xml(_ROOTS[name], inside)
        inner[f"{_OFFICE}/relationships/{name}"] = f"{name}.xml"
    files["_rels/.rels"] = _relations(relations)
    files[f"{folder}/_rels/{main.rpartition('/')[2]}.rels"] = _relations(inner)
    files["[Content_Types].xml"] = _types(main, sorted(parts))
    return zipped({**{name: text.encode() for name, text in files.items()}, **(extra or {})})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive of the given files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def p(text: str = "", num: tuple[int, int] | None = None, style: str = "", more: str = "") -> str:
    """A paragraph; `num` is its list and level, `more` further paragraph properties."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    numbers = ""
    if num:
        numbers = f'<w:numPr><w:ilvl w:val="{num[1]}"/><w:numId w:val="{num[0]}"/></w:numPr>'
    return f"<w:p><w:pPr>{named}{numbers}{more}</w:pPr>{r(text) if text else ''}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A run of text."""
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(*runs: str, properties: str = "") -> str:
    """A paragraph of runs as they are."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def level(
    ilvl: int, text: str, style: str = "decimal", start: int | None = 1, more: str = ""
) -> str:
    """A level of a list."""
    begins = f'<w:start w:val="{start}"/>' if start is not None else ""
    return (
        f'<w:lvl w:ilvl="{ilvl}">{begins}<w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{escape(text)}"/></w:lvl>'
    )


def abstract(id_: int, *levels: str, more: str = "") -> str:
    """An abstract list."""
    kind = '<w:multiLevelType w:val="multilevel"/>'
    return f'<w:abstractNum w:abstractNumId="{id_}">{kind}{more}{"".join(levels)}</w:abstractNum>'


def num(id_: int, abstract_id: int, overrides: str = "") -> str:
    """A list made from an abstract one."""
    return f'<w:num w:numId="{id_}"><w:abstractNumId w:val="{abstract_id}"/>{overrides}</w:num>'


def start_at(ilvl: int, value: int) -> str:
    """An override of a level's start."""
    return f'<w:lvlOverride w:ilvl="{ilvl}"><w:startOverride w:val="{value}"/></w:lvlOverride>'


def field(instruction: str, result: str | None) -> str:
    """A field of several runs; `result` is its runs, `None` where it has none."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    shown = "" if result is None else mark.format("separate") + result
    code = f'<w:r><w:instrText xml:space="preserve">{escape(instruction)}</w:instrText></w:r>'
    return mark.format("begin") + code + shown + mark.format("end")


def table(*rows: list[str]) -> str:
    """A table of cells; a cell is its paragraphs, or its text."""
    made = "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in rows)
    return f"<w:tbl>{made}</w:tbl>"


def cell(content: str, properties: str = "") -> str:
    """A cell; plain text becomes a paragraph."""
    if content.startswith("<w:tc>"):
        return content
    inside = content if content.startswith("<w:") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def _xml(root: str, inside: str, default: str = "") -> str:
    own = f' xmlns="{default}"' if default else ""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f"{head}<{root} {NAMES}{own}>{inside}</{root}>"


def _relations(targets: Mapping[str, str]) -> str:
    made = "".join(
        f'<Relationship Id="rId{i}" Type="{type_}" Target="{target}"/>'
        for i, (type_, target) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'


def _types(main: str, names: list[str]) -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    made = f'<Override PartName="/{main}" ContentType="{word}.document.main+xml"/>'
    folder = main.rpartition("/")[0]
    made += "".join(
        f'<Override PartName="/{folder}/{name}.xml" ContentType="{word}.{name}+xml"/>'
        for name in ["styles", *names]
    )
    types = f"{_PACKAGE}/content-types"
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    default = f'<Default Extension="rels" ContentType="{rels}"/>'
    default += '<Default Extension="xml" ContentType="application/xml"/>'
    return f'<Types xmlns="{types}">{default}{made}</Types>'
