"""Time a whole search against encoding its question alone.

    python tests/bench/bench_search.py [--policies FOLDER] [--rounds N]

Prints the medians and their ratio (at most 3 is wanted). The two take turns within one run, so that
other load on the machine falls on both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from indexer.build import build_index  # noqa: E402
from models import load_encoder  # noqa: E402
from models.calibration import find_calibration  # noqa: E402
from service.search.live import LiveIndex  # noqa: E402
from service.search.records import SearchQuery  # noqa: E402
from service.search.searcher import Searcher  # noqa: E402

TARGET = 3.0
QUESTIONS = [
    "How do I cancel my account?",
    "Who is my personal data shared with?",
    "How long are cookies kept, and how can I turn them off?",
    "注销账户后信息保存多久？",
    "未成年人的个人信息如何保护",
    "你们会把我的位置信息提供给第三方吗？",
]


def main() -> int:
    """Run the benchmark; the exit code is 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    shared = Path(os.environ.get("POLICY_SEARCH_SHARED", ROOT.parent / "shared")) / "policies"
    default = shared if shared.is_dir() else ROOT / "indexer" / "samples"
    parser.add_argument("--policies", type=Path, default=default, help="folder to index")
    parser.add_argument("--rounds", type=int, default=30, help="passes over the questions")
    options = parser.parse_args()
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        report = build_index([options.policies], Path(folder), encoder)
        live = LiveIndex(Path(folder), encoder)
        searcher = Searcher(live, encoder, calibration=find_calibration(encoder.fingerprint))
        ways: dict[str, Callable[[str], object]] = {
            "encoding the question": lambda text: encoder.encode_queries([text]),
            "the whole search": lambda text: searcher.search(SearchQuery(text)),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for round_number in range(options.rounds + 2):
            for question in QUESTIONS:
                for name, way in ways.items():
                    started = time.perf_counter()
                    way(question)
                    if round_number > 1:  # the first two warm up
                        seconds[name].append(time.perf_counter() - started)
        live.close()
    load = os.getloadavg()[0]
    print(f"{report.clauses} clauses of {report.policies} policies, load {load:.1f}")
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    for name, median in medians.items():
        print(f"{name}: median {median * 1000:.2f} ms")
    ratio = medians["the whole search"] / medians["encoding the question"]
    print(f"ratio {ratio:.2f}, at most {TARGET} wanted")
    return 0 if ratio <= TARGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
