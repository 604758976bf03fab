"""The parts of a DOCX file: a zip whose sizes are not believed and whose XML may not refer."""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from lxml import etree

from indexer.errors import LimitError, PolicyFileError
from indexer.limits import MIB, Limits
from indexer.readers.docx.names import MC, PACKAGE_RELATIONS, STRICT, W

_MOST_ENTRIES = 10_000
_STEP = MIB // 4
_SMALL = MIB
"""A part below this size may compress as well as it likes."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DOCTYPES = [
    "<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le")
]
_OTHER_FORMATS = (
    ("xl/workbook.xml", "an Excel workbook; save the policy as .docx"),
    ("ppt/presentation.xml", "a PowerPoint presentation; save the policy as .docx"),
    ("mimetype", "an OpenDocument or e-book file, not a Word document; save it as .docx"),
)
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError,
    NotImplementedError,
)  # fmt: skip
"""What the standard library raises for archives with flipped bytes."""
_DAMAGED = "the zip archive inside the DOCX is damaged; open it in Word and save it again as .docx"


@dataclass(frozen=True)
class Package:
    """The parts that are read: `document` is always there."""

    document: etree._Element
    styles: etree._Element | None
    numbering: etree._Element | None
    footnotes: etree._Element | None
    endnotes: etree._Element | None
    settings: etree._Element | None
    core: etree._Element | None
    app: etree._Element | None


def open_package(data: bytes, limits: Limits) -> Package:
    """Reads and parses the parts of a DOCX file.

    Raises `PolicyFileError` that says what the bytes are, where they are no DOCX, and `LimitError`.
    """
    _refuse_other_formats(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Reader(archive, limits).package()
    except _ZIP_ERRORS as error:
        raise PolicyFileError(_DAMAGED) from error
    except RuntimeError as error:  # how zipfile says that an entry is encrypted
        raise PolicyFileError(
            "the DOCX is protected with a password; save it as .docx without a password"
        ) from error


def _refuse_other_formats(data: bytes) -> None:
    head = data[:512].lstrip().lower()
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise PolicyFileError(
                "the document is encrypted with a password; save it as .docx without a password"
            )
        raise PolicyFileError(
            "the file is in the old Word format (.doc); open it in Word and save it as .docx"
        )
    if head.startswith(b"{\\rtf"):
        raise PolicyFileError("the file is RTF; open it in Word and save it as .docx")
    if head.startswith((b"<html", b"<!doctype html", b"mime-version")):
        raise PolicyFileError("the file is a web page; save it as .docx, or name it .html")
    if head.startswith(b"%pdf-"):
        raise PolicyFileError("the file is a PDF; name it .pdf")
    if not data.startswith(b"PK"):
        raise PolicyFileError("the file is not a Word document; save the policy as .docx")


class _Reader:
    """Reads parts of one archive, counting what they unpack to."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._expanded = 0
        entries = archive.infolist()
        if len(entries) > _MOST_ENTRIES:
            raise LimitError(
                f"{len(entries):,} files in the DOCX, over the limit of {_MOST_ENTRIES:,}; "
                "open it in Word and save it again"
            )
        self._names = {entry.filename.lower().lstrip("/"): entry for entry in entries}
        limits.check("max_expanded_bytes", sum(e.file_size for e in entries), "bytes unpacked")
        for entry in entries:
            self._check_expansion(entry, entry.file_size)

    def package(self) -> Package:
        main = self._related("", "officeDocument") or "word/document.xml"
        document = self._part(main)
        if document is None or document.tag != W + "document":
            raise PolicyFileError(f"the file is {self._what_else()}")
        names = ("styles", "numbering", "footnotes", "endnotes", "settings")
        parts = {name: self._part(self._related(main, name)) for name in names}
        return Package(
            document,
            **parts,
            core=self._part(self._related("", "coreproperties")),
            app=self._part(self._related("", "extendedproperties")),
        )

    def _what_else(self) -> str:
        for name, what in _OTHER_FORMATS:
            if name in self._names:
                return what
        return "a zip archive that holds no Word document; unpack it and index the files inside"

    def _related(self, source: str, kind: str) -> str | None:
        """The name of the part that another one (the package itself: "") relates to as `kind`."""
        folder, name = posixpath.split(source)
        relations = self._part(posixpath.join(folder, "_rels", name + ".rels"))
        for relation in relations if relations is not None else ():
            external = relation.get("TargetMode") == "External"
            if relation.tag == PACKAGE_RELATIONS + "Relationship" and not external:
                type_ = relation.get("Type", "").rpartition("/")[2]
                if type_.lower().replace("-", "") == kind.lower():
                    target = posixpath.join("/", folder, relation.get("Target", ""))
                    return posixpath.normpath(target)
        return None

    def _part(self, name: str | None) -> etree._Element | None:
        entry = self._names.get(name.lower().lstrip("/")) if name else None
        return parse_xml(self._read(entry), entry.filename, self._limits) if entry else None

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        parts = []
        size = 0
        with self._archive.open(entry) as stream:
            while step := stream.read(_STEP):
                parts.append(step)
                size += len(step)
                self._expanded += len(step)
                self._limits.check("max_expanded_bytes", self._expanded, "bytes unpacked")
                self._check_expansion(entry, size)
        return b"".join(parts)

    def _check_expansion(self, entry: zipfile.ZipInfo, size: int) -> None:
        if size > _SMALL:
            times = size / max(entry.compress_size, 1)
            self._limits.check("max_expansion", times, f"times its packed size: {entry.filename}")


def parse_xml(data: bytes, name: str, limits: Limits) -> etree._Element:
    """The root of a part, strict OOXML read as transitional, one branch of every alternative.

    A document type is refused before it is parsed, so no entity is ever expanded.
    """
    if any(mark in data for mark in _DOCTYPES):
        raise PolicyFileError(
            f"{name} declares a document type, which no Word document does; "
            "open it in Word and save it again as .docx"
        )
    try:
        root = _parsed(data)
        if STRICT in str(root.nsmap.values()) or STRICT in root.tag:
            root = _parsed(_transitional(etree.tostring(root, encoding="utf-8")))
    except etree.XMLSyntaxError as error:
        if "xcessive depth" in str(error):
            raise LimitError(limits.message("max_nesting", "elements nested too deeply")) from error
        raise PolicyFileError(
            f"{name} is not well-formed XML ({error}); open it in Word and save it again as .docx"
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise PolicyFileError(f"{name} declares a document type; save it again as .docx")
    _choose_alternatives(root)
    return root


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    return etree.fromstring(data, parser)


def _transitional(data: bytes) -> bytes:
    """Strict namespaces (ISO 29500 Strict) as the ones that Word writes by default."""
    transitional = b"http://schemas.openxmlformats.org/"
    data = re.sub(
        rb"http://purl\.oclc\.org/ooxml/(wordprocessingml|drawingml)/(\w+)",
        transitional + rb"\1/2006/\2", data,
    )  # fmt: skip
    data = data.replace(
        b"http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
        transitional + b"officeDocument/2006/extended-properties",
    )
    return re.sub(
        rb"http://purl\.oclc\.org/ooxml/officeDocument/(\w+)",
        transitional + rb"officeDocument/2006/\1", data,
    )  # fmt: skip


def _choose_alternatives(root: etree._Element) -> None:
    """Keeps one branch of each `mc:AlternateContent`: the first that holds text, else the first."""
    for alternatives in list(root.iter(MC + "AlternateContent")):
        parent = alternatives.getparent()
        if parent is None:
            continue
        branches = [b for b in alternatives if b.tag in (MC + "Choice", MC + "Fallback")]
        with_text = (b for b in branches if next(b.iter(W + "t"), None) is not None)
        chosen = next(with_text, branches[0] if branches else None)
        place = parent.index(alternatives)
        parent[place : place + 1] = list(chosen) if chosen is not None else []
