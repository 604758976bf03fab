"""A policy keeps its clauses when LibreOffice or Chromium writes it as DOCX, PDF or HTML.

Each policy's text is written as HTML in two ways, plain (a paragraph a line) and styled (heading
elements and bold where its clauses have headings); LibreOffice makes DOCX and PDF of both, Chromium
a PDF with running header and page numbers. What the readers get back is compared with the text
form, clause by clause. `make test-formats` installs the two programs and runs this.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import pytest

from indexer.files import SourceFile
from indexer.parse import parse_policy
from indexer.readers import read_document
from indexer.records import Clause, PolicyVersion

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("POLICY_SEARCH_SHARED", ROOT.parent / "shared")) / "policies"
POLICIES = sorted([*SHARED.glob("*.txt"), *(ROOT / "indexer" / "samples").glob("*.txt")])
LEAST = 0.98
CHROMIUM = [
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = pytest.mark.slow
if not os.environ.get("POLICY_SEARCH_LONG"):
    pytest.skip("runs with `make test-formats`", allow_module_level=True)
if not (shutil.which("soffice") and shutil.which("chromium")):
    pytest.skip("LibreOffice and Chromium are not installed", allow_module_level=True)


def parse(path: Path) -> PolicyVersion:
    return parse_policy(SourceFile(path, path.stem, path.name), read_document(path))


def plain_html(policy: PolicyVersion) -> str:
    """A paragraph a line; an empty one for each blank line."""
    lines = [f"<p>{html.escape(line) or '&nbsp;'}</p>" for line in policy.source.split("\n")]
    return page(policy, lines)


def styled_html(policy: PolicyVersion) -> str:
    """Heading elements by depth where a clause begins with its heading, on lines of their own."""
    source = policy.source
    heads: dict[int, tuple[int, int]] = {}
    for clause, depth in zip(policy.clauses, depths(policy.clauses), strict=True):
        lines = clause.text.split("\n")
        for count in (1, 2):  # a heading may run on into a second line
            printed = " ".join(lines[:count]).strip("：:[]【】 ")
            start = source.find(lines[0], clause.start)
            if clause.heading and start >= 0 and printed.endswith(clause.heading):
                last = lines[count - 1]
                heads[start] = (depth, source.index(last, start) + len(last))
                break
    inside = {i for start, (_, end) in heads.items() for i in range(start + 1, end)}
    ends = {end for _, end in heads.values()}
    breaks = {i + 1 for i, c in enumerate(source) if c == "\n"} - inside
    elements = []
    for start, end in pairwise(sorted({0, len(source), *heads, *ends, *breaks})):
        text = " ".join(source[start:end].split("\n")).strip()
        tag = f"h{min(heads[start][0] + 2, 6)}" if start in heads else "p"
        if text:
            elements.append(f"<{tag}>{html.escape(text)}</{tag}>")
    return page(policy, elements)


def depths(clauses: tuple[Clause, ...]) -> Iterator[int]:
    known: dict[str | None, int] = {None: -1}
    for clause in clauses:
        known[clause.id] = known[clause.parent_id] + 1
        yield known[clause.id]


def page(policy: PolicyVersion, lines: list[str]) -> str:
    style = "p { margin: 0 0 2pt 0 } body { font-family: 'Liberation Sans', sans-serif }"
    return (
        f"<!doctype html><html lang='{policy.metadata.lang}'><meta charset='utf-8'>"
        f"<title>{html.escape(policy.metadata.title)}</title><style>{style}</style><body>\n"
        + "\n".join(lines)
        + "\n</body></html>\n"
    )


def office(source: Path, suffix: str, out: Path) -> Path:
    """What LibreOffice makes of a file."""
    chosen = {"docx": "docx:MS Word 2007 XML", "pdf": "pdf:writer_pdf_Export"}[suffix]
    command = [
        "soffice", "--headless", f"-env:UserInstallation=file://{out}/profile",
        *(["--infilter=HTML (StarWriter)"] if source.suffix == ".html" else []),
        "--convert-to", chosen, "--outdir", str(out), str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return out / f"{source.stem}.{suffix}"


def printed(source: Path, out: Path) -> Path:
    """What Chromium prints of a page, with its own header and footer."""
    target = out / f"{source.stem}-chromium.pdf"
    command = [
        *CHROMIUM, f"--user-data-dir={out}/chromium", f"--print-to-pdf={target}", source.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return target


def compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def share_kept(expected: PolicyVersion, found: PolicyVersion) -> tuple[float, list[str]]:
    """The share of clauses that have the same chain and begin alike, and those that do not."""
    ours = [("›".join(map(compact, c.labels)), compact(c.text)[:40]) for c in expected.clauses]
    theirs = [("›".join(map(compact, c.labels)), compact(c.text)[:40]) for c in found.clauses]
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    kept = {i for block in blocks for i in range(block.a, block.a + block.size)}
    lost = [f"{chain}: {text}" for i, (chain, text) in enumerate(ours) if i not in kept]
    extra = max(0, len(theirs) - len(ours))
    return len(kept) / (len(ours) + extra), lost


FORMS = [
    "html-plain", "html-styled", "docx-text", "docx-plain", "docx-styled",
    "pdf-text", "pdf-plain", "pdf-styled", "chromium-plain", "chromium-styled",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("source", POLICIES, ids=[path.stem for path in POLICIES])
def test_clauses_are_the_same_in_every_format(source: Path, form: str, tmp_path: Path) -> None:
    expected = parse(source)
    tool, _, way = form.partition("-")
    if way == "text":
        made = tmp_path / source.name
        made.write_text(expected.source, "utf-8")
    else:
        made = tmp_path / f"{source.stem}.html"
        made.write_text((plain_html if way == "plain" else styled_html)(expected), "utf-8")
    if tool == "chromium":
        made = printed(made, tmp_path)
    elif tool != "html":
        made = office(made, tool, tmp_path)
    share, lost = share_kept(expected, parse(made))
    print(f"{source.stem} {form}: {share:.3f}")
    assert share >= LEAST, lost
