"""The container image goes without some of the locked packages; nothing it does may need them."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from models.embedded import embedded_folder

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = [
    line
    for line in (ROOT / "docker" / "leave-out.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]

WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
sys.argv[0] = "policy-search"
"""
COMMAND = "from service.cli import main\nmain()\n"


def run_without(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs code in a process in which the packages that are left out cannot be imported."""
    absent = {
        module
        for module, owners in packages_distributions().items()
        if {owner.replace("_", "-").lower() for owner in owners}
        <= {name.replace("_", "-").lower() for name in LEFT_OUT}
    }
    assert {"torch", "onnx", "sklearn"} <= absent
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(absent=absent) + code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_packages_left_out_are_named_as_in_the_lock() -> None:
    locked = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    names = {line.partition("==")[0] for line in locked}
    assert [name for name in LEFT_OUT if name not in names] == []


def test_every_module_of_the_service_imports_without_them() -> None:
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for package in ("service", "indexer")
        for file in sorted((ROOT / package).rglob("*.py"))
        if file.name != "__init__.py"
    ]
    assert len(modules) > 50
    done = run_without(f"import {', '.join(modules)}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, indexed by a command that has none of the packages."""
    embedded_folder()  # converted beforehand, as in the image
    root = tmp_path_factory.mktemp("image") / "index"
    done = run_without(COMMAND, "index", ROOT / "indexer" / "samples", "--index", root)
    assert done.returncode == 0, done.stderr
    return root


def test_search_works_without_them(index: Path) -> None:
    done = run_without(COMMAND, "search", "How do I cancel my account?", "--index", index)
    assert done.returncode == 0, done.stderr
    assert "《员工与客户隐私政策》" in done.stdout


def test_versions_are_compared_without_them() -> None:
    # Matching clauses takes scipy, which stays although packages that need it are left out.
    done = run_without("import scipy.optimize, scipy.sparse.csgraph")
    assert (done.returncode, done.stderr) == (0, "")


def test_another_encoder_says_which_image_has_it(index: Path) -> None:
    done = run_without(COMMAND, "search", "leave", "--index", index, "--model", "some-other-model")
    assert done.returncode == 2
    assert "needs the package torch" in done.stderr
    assert "--build-arg ENCODERS=any" in done.stderr
    assert "Traceback" not in done.stderr


def test_calibrate_says_at_once_what_it_lacks(tmp_path: Path) -> None:
    done = run_without(COMMAND, "calibrate", tmp_path / "questions.jsonl", "--policies", tmp_path)
    assert done.returncode == 2
    assert "calibrating needs the package sklearn" in done.stderr
