"""RESULTS.md has a part of each benchmark, between marks: one can be written anew by itself."""

from __future__ import annotations

from pathlib import Path


def replace_section(path: Path, name: str, text: str) -> None:
    """Writes a part of a file, in its place or at the end; the file is made where it is missing."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before = path.read_text("utf-8") if path.exists() else ""
    part = f"{begin}\n{text.strip()}\n{end}\n"
    start = before.find(begin)
    if start < 0:
        path.write_text(before.rstrip("\n") + "\n\n" * bool(before.strip()) + part, "utf-8")
        return
    stop = before.find(end, start)
    if stop < 0:
        raise ValueError(f"{path}: {begin!r} has no {end!r} after it: mend the file")
    rest = before[stop + len(end) :].lstrip("\n")
    path.write_text(before[:start] + part + "\n" * bool(rest) + rest, "utf-8")
