"""Indexing what is large: a document of 2,000 pages, and 1,000 policies.

    python tests/bench/bench_large.py pages [--pages 2000]
    python tests/bench/bench_large.py policies [--count 1000]

`pages` writes a DOCX and a PDF (through LibreOffice) and parses both within the default limits,
with progress. `policies` indexes generated policies and tells how fast they are parsed and encoded.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from generated import generated_policies

from indexer.build import build_index
from indexer.files import SourceFile
from indexer.parsing import PolicyParser
from models import load_encoder
from service.printing import print_report
from service.progress import progress_reporter

_CLAUSES_A_PAGE = 24
_PAGES_A_CHAPTER = 40


def main() -> None:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("pages", "policies"))
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--count", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.what == "pages":
            large_documents(Path(folder), chosen.pages)
        else:
            many_policies(Path(folder), chosen.count)


def large_documents(folder: Path, pages: int) -> None:
    """Parses a DOCX and a PDF of so many pages."""
    from docx import Document
    from docx.shared import Pt

    document = Document()
    document.add_heading("Handbook of Everything", 0)
    chapters = list(
        generated_policies(pages // _PAGES_A_CHAPTER, _PAGES_A_CHAPTER * _CLAUSES_A_PAGE)
    )
    for number, policy in enumerate(chapters, 1):
        document.add_heading(f"Chapter {number}", 1)
        for line in policy.text.split("\n")[1:]:
            if line:
                document.add_paragraph(line).paragraph_format.space_after = Pt(6)
    clauses = sum(policy.clauses + 1 for policy in chapters)
    files = [folder / "handbook.docx"]
    document.save(str(files[0]))
    if shutil.which("soffice"):
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile",
             "--convert-to", "pdf", "--outdir", str(folder), str(files[0])],
            check=True, capture_output=True,
        )  # fmt: skip
        files.append(folder / "handbook.pdf")
    else:
        print("LibreOffice is not installed: no PDF")
    for path in files:
        told: list[tuple[int, int]] = []
        started = time.perf_counter()
        with PolicyParser() as parser:
            parsed = parser.parse(
                SourceFile(path, "handbook", path.name),
                tell=lambda done, total, told=told: told.append((done, total)),  # type: ignore[misc]
            )
        seconds = time.perf_counter() - started
        print(
            f"{path.name}: {path.stat().st_size / 2**20:.1f} MiB, {len(parsed.clauses):,} clauses "
            f"of {clauses:,} in {seconds:.0f} s; {len(told)} times progress was told, "
            f"last {told[-1] if told else None}"
        )


def many_policies(folder: Path, count: int) -> None:
    """Indexes so many generated policies."""
    sources = folder / "policies"
    sources.mkdir()
    made = 0
    for policy in generated_policies(count):
        (sources / policy.name).write_text(policy.text, "utf-8")
        made += policy.clauses
    print(f"{count:,} policies, {made:,} clauses")
    with progress_reporter() as progress:
        report = build_index([sources], folder / "index", load_encoder("embedded"), progress)
    print_report(report, folder / "index")
    total = report.reading_seconds + report.embedding_seconds
    print(
        f"parsing {report.clauses / report.reading_seconds:,.0f} clauses/s, encoding "
        f"{report.clauses / report.embedding_seconds:,.0f} clauses/s; parsing is "
        f"{report.reading_seconds / total:.1%} of both"
    )


if __name__ == "__main__":
    main()
