"""The packages stand in one order: service uses indexer, indexer uses models, never back."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {
    "service": {"service", "indexer", "models"},
    "indexer": {"indexer", "models"},
    "models": {"models"},
}


def imported_packages(source: str, package: str) -> Iterator[tuple[int, str]]:
    """Line and top-level name of every import, those inside functions and conditions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            # A relative import stays in its own package.
            yield node.lineno, package if node.level else (node.module or "").partition(".")[0]


def wrong_imports(source: str, package: str, place: str) -> list[str]:
    return [
        f"{place}:{line} imports {name}"
        for line, name in imported_packages(source, package)
        if name in ALLOWED and name not in ALLOWED[package]
    ]


@pytest.mark.parametrize("package", list(ALLOWED))
def test_imports_run_one_way(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert len(files) > 5
    found = [
        wrong
        for file in files
        for wrong in wrong_imports(file.read_text("utf-8"), package, str(file.relative_to(ROOT)))
    ]
    assert found == []


def test_an_import_inside_a_function_counts() -> None:
    source = "def f():\n    if True:\n        from service.app import create_app\n"
    assert wrong_imports(source, "indexer", "x.py") == ["x.py:3 imports service"]
    assert wrong_imports("import indexer.build as b", "models", "y.py") == [
        "y.py:1 imports indexer"
    ]


def test_products_do_not_import_the_tests() -> None:
    for package in ALLOWED:
        for file in (ROOT / package).rglob("*.py"):
            names = {name for _, name in imported_packages(file.read_text("utf-8"), package)}
            assert not names & {"tests", "pytest", "hypothesis"}, file


def test_importing_does_nothing_visible(tmp_path: Path) -> None:
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for package in ("service", "indexer")
        for file in sorted((ROOT / package).rglob("*.py"))
        if file.name != "__init__.py"
    ]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {', '.join(modules)}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
