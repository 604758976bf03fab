"""Time the embedded encoder against sentence-transformers on the fp32 torch form of its weights.

    python tests/bench/bench_encoder.py [--rounds N] [--texts FOLDER]

Prints two ratios, ours to theirs: encoding one query (at most 1/3 is wanted) and indexing the
policies' paragraphs (at most 0.7). The two sides take turns within one run, so that other load
on the machine falls on both.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

import numpy as np  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402

from models import load_encoder  # noqa: E402
from models.torch_export import export_torch  # noqa: E402
from models.trained import read_trained_layers  # noqa: E402
from models.weights import find_weights_file, read_weights  # noqa: E402

QUERY_TARGET, BULK_TARGET = 1 / 3, 0.7
QUERIES = [
    "How do I cancel my account?",
    "Who is my personal data shared with?",
    "refund period",
    "How long are cookies kept, and how can I turn them off?",
    "如何注销账户？",
    "注销账户后信息保存多久？",
    "未成年人的个人信息如何保护",
    "你们会把我的位置信息提供给第三方吗？",
]


def main() -> int:
    """Run the benchmark; the exit code is 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=30, help="passes over the queries")
    parser.add_argument("--bulk-rounds", type=int, default=3, help="passes over the policies")
    shared = Path(os.environ.get("POLICY_SEARCH_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--texts", type=Path, default=shared / "policies", help="*.txt to index")
    options = parser.parse_args()

    texts = read_paragraphs(options.texts)
    ours = load_encoder(on_message=print)
    with tempfile.TemporaryDirectory() as folder:
        weights = read_weights(find_weights_file())
        export_torch(Path(folder), weights, read_trained_layers(weights.shape))
        theirs = SentenceTransformer(folder, device="cpu", local_files_only=True)

    print_machine()
    print(f"texts: {len(texts)} paragraphs, {sum(ours.count_tokens(texts))} tokens")
    query = compare(
        [partial(ours.encode_queries, [q]) for q in QUERIES],
        [partial(theirs.encode, [q], prompt_name="query") for q in QUERIES],
        options.rounds,
    )
    ok = report("one query, median", query, QUERY_TARGET, "ms", 1000)
    bulk = compare(
        [lambda: ours.encode_passages(texts)],
        [lambda: theirs.encode(texts, prompt_name="passage", show_progress_bar=False)],
        options.bulk_rounds,
    )
    ok &= report("indexing the texts", bulk, BULK_TARGET, "s", 1)
    cosines = (ours.encode_passages(texts) * theirs.encode(texts, prompt_name="passage")).sum(1)
    print(f"cosine to fp32 torch: mean {cosines.mean():.5f}, worst {cosines.min():.5f}")
    print(f"load now: {load()}")
    return 0 if ok else 1


def read_paragraphs(folder: Path) -> list[str]:
    """The non-empty lines of every text in a folder, or made-up clauses where there is none."""
    files = sorted(folder.glob("*.txt"))
    lines = [line.strip() for file in files for line in file.read_text("utf-8").splitlines()]
    if found := [line for line in lines if line]:
        return found
    print(f"no texts in {folder}: timing made-up clauses instead")
    rng = np.random.default_rng(0)
    text = "account holder may request deletion of personal data within days notice 用户 信息"
    words = np.array(text.split())
    return [" ".join(rng.choice(words, size=n)) for n in rng.integers(5, 120, 400)]


def compare(
    ours: list[Callable[[], object]], theirs: list[Callable[[], object]], rounds: int
) -> tuple[float, float]:
    """Median seconds of a call, ours and theirs, taking turns; the first round only warms up."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for pair in zip(ours, theirs, strict=True):
            for times, call in zip(seconds, pair, strict=True):
                started = time.perf_counter()
                call()
                if turn:
                    times.append(time.perf_counter() - started)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def report(what: str, pair: tuple[float, float], target: float, unit: str, scale: int) -> bool:
    """Print one comparison; returns whether the target is met."""
    ours, theirs = pair
    ratio = ours / theirs
    verdict = "ok" if ratio <= target else "MISSED"
    print(
        f"{what}: ours {ours * scale:.2f} {unit}, sentence-transformers {theirs * scale:.2f} "
        f"{unit}, ratio {ratio:.2f} (at most {target:.2f}: {verdict})"
    )
    return ratio <= target


def print_machine() -> None:
    """Processor, cores, versions and load: figures mean nothing without them."""
    names = ("sentence-transformers", "torch", "onnxruntime", "tokenizers", "numpy")
    print(f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in names))
    print(f"load before: {load()}")


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(x.split(":", 1)[1].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def load() -> str:
    """Average number of runnable processes over 1, 5 and 15 minutes."""
    return " ".join(f"{x:.2f}" for x in os.getloadavg()) if hasattr(os, "getloadavg") else "?"


if __name__ == "__main__":
    raise SystemExit(main())
