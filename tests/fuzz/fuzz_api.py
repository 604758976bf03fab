"""Made-up requests to every route, as the OpenAPI document describes them and as it does not.

    python tests/fuzz/fuzz_api.py --examples 200 --seed 1

A service over two small policies, with a small stand-in for the encoder, is asked by schemathesis:
without any keys, with an admin's key, and without the key that it wants. A failure is a 5xx other
than 503, a status, type or header that is not documented, or a body of another shape than the
document says; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from indexer.lifecycle import Put, apply_changes  # noqa: E402
from service.app import create_app  # noqa: E402
from service.settings import Settings  # noqa: E402
from tests.support.server import serving  # noqa: E402
from tests.support.small import LEAVE, PRIVACY, CountingEncoder  # noqa: E402

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance"
)
CONFIG = """\
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503]
"""
KEYS = ("no keys", "a good key", "no key sent")


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found: `cases` requests, and what schemathesis says of those that failed."""

    cases: int
    failed: bool
    output: str


@contextmanager
def served(folder: Path, *, keys: bool) -> Iterator[tuple[str, str]]:
    """The address of a service over two policies, and an admin's key."""
    encoder = CountingEncoder()
    root = folder / "index"
    for text in (LEAVE, LEAVE.replace("six weeks", "eight weeks")):
        puts = [Put("leave", text.encode(), ".txt"), Put("privacy", PRIVACY.encode(), ".txt")]
        apply_changes(puts, root, encoder)
    settings = Settings(
        index=root, rate_per_key="off", rate_per_address="off", rate_of_failures="off"
    )
    app = create_app(settings, encoder=encoder)
    key = app.state.access.keys.create("fuzz", ["admin"])[1] if keys else ""
    with serving(app) as address:
        _wait(address)
        yield address, key


def _wait(address: str) -> None:
    for _ in range(500):
        try:
            with urllib.request.urlopen(address + "/readyz"):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the service did not become ready")


def fuzz(examples: int, seed: int, keys: str, phases: str, seconds: int | None) -> Result:
    """Ask every route; `examples` random requests for each, beside those that the phases make."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "schemathesis.toml").write_text(CONFIG)
        report = folder / "run.json"
        with served(folder, keys=keys != "no keys") as (address, key):
            command = [
                sys.executable, "-m", "schemathesis.cli",
                "--config-file", str(folder / "schemathesis.toml"),
                "run", address + "/openapi.json",
                "--phases", phases, "--checks", CHECKS, "--max-examples", str(examples),
                "--seed", str(seed), "--warnings", "off", "--continue-on-failure", "--no-color",
                "--generation-database", "none", "--report-json-path", str(report), "--no-shrink",
                "--suppress-health-check", "all",
            ]  # fmt: skip
            if keys == "a good key":
                command += ["-H", f"X-API-Key: {key}"]
            if seconds:
                command += ["--max-time", str(seconds)]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=3600
            )
    return Result(_cases(done.stdout), done.returncode != 0, done.stdout + done.stderr)


def _cases(output: str) -> int:
    found = re.search(r"(\d+) generated", output)
    return int(found[1]) if found else 0


def main() -> int:
    """Run it for each way to send keys; print what failed, and how many were asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    parser.add_argument("--keys", choices=KEYS, action="append")
    parser.add_argument("--seconds", type=int, help="most for each way to send keys")
    asked = parser.parse_args()
    total, failed = 0, False
    for keys in asked.keys or KEYS:
        result = fuzz(asked.examples, asked.seed, keys, asked.phases, asked.seconds)
        total, failed = total + result.cases, failed or result.failed
        if result.failed:
            print(result.output)
        print(f"{keys}: {result.cases} requests{', failed' if result.failed else ''}", flush=True)
    print(f"{total} requests in all")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
