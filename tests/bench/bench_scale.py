"""How an index grows: `policy-search bench scale` with a picture and a part of RESULTS.md.

    python tests/bench/bench_scale.py [--clauses 10k,100k,1M] [--policies FOLDER] [OPTION…]

Indexes real policies to imitate, unless this was done before, and gives all other options to the
command. Writes scale.png and its part of RESULTS.md beside this file, also for a run that ended
early: the figures of the sizes that were measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from service import package_version  # noqa: E402
from service.bench.processes import load_average  # noqa: E402
from tests.bench.sections import replace_section  # noqa: E402

PICTURE = "scale.png"
_COMMAND = [sys.executable, "-m", "service.cli"]
_SHARED = ROOT.parent / "shared"
_NOTES = [
    "Made indexes: vectors are real clauses' ones, mixed with a neighbour's and perturbed so that "
    "neighbours are about as near as real ones; texts are runs of real words at their real "
    "frequencies, with ever new words among them; policies of 50 to 100 clauses, one in twenty "
    "with a superseded version.",
    "Searches: one after the other in a fresh process, with the questions' vectors given, "
    "through the same code as `/v1/search`, ten hits with snippets. Over HTTP the question is "
    "encoded as well.",
    "Recall@10: of the ten clauses nearest to the question, found by comparing it with every "
    "vector under the same filter, the part that the semantic leg has in its first ten.",
    "The exact flat index: FAISS, inner product, fp32, one thread, over the same vectors without "
    "a filter; it finds vectors alone, the hybrid search also ranks words, levels languages, and "
    "fetches ten clauses with snippets.",
    "Memory: the largest resident set (VmHWM), Python and all libraries included. Adding: from "
    "100 parsed clauses with vectors given until a search in a process that has the index open "
    "finds them, the quickest and the slowest time.",
]


def main() -> None:
    """Measures and writes the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clauses", default="10k,100k,1M")
    parser.add_argument("--policies", type=Path, default=None, help="what to imitate")
    parser.add_argument("--work", type=Path, default=ROOT / ".policy-search" / "scale")
    parser.add_argument("--out", type=Path, default=HERE)
    given, more = parser.parse_known_args()
    work: Path = given.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    found, questions = work / "scale.json", _SHARED / "eval/seed-questions/questions.jsonl"
    found.unlink(missing_ok=True)
    policies = given.policies or _first(_SHARED / "policies", ROOT / "indexer/samples")
    source = work / f"source-{policies.resolve().name}"
    subprocess.run(
        [*_COMMAND, "index", str(policies), "--index", str(source)], cwd=ROOT, check=True
    )
    asked = ["--questions", str(questions)] if questions.exists() else []
    began, load = time.time(), load_average()
    done = subprocess.run(
        [*_COMMAND, "bench", "scale", "--index", str(source), "--clauses", given.clauses,
         "--work", str(work), "--json", str(found), *asked, *more],
        cwd=ROOT, check=False,
    )  # fmt: skip
    if found.exists():
        figures = json.loads(found.read_text("utf-8"))
        about = (
            time.strftime("%d %B %Y, %H:%M UTC", time.gmtime(began))
            + f", {(time.time() - began) / 60:.0f} minutes; load before: {load or 0:.1f}; "
            + f"policy-search {package_version()}"
        )
        draw(figures["sizes"], given.out / PICTURE)
        replace_section(given.out / "RESULTS.md", "scale", section(figures, about))
    sys.exit(done.returncode)


def section(figures: dict[str, Any], about: str) -> str:
    """The part of RESULTS.md."""
    head, *lines = figures["table"]
    rows = [head, ["---", *["---:"] * (len(head) - 1)], *lines]
    grown = figures["growth"]
    parts = [
        "# How an index grows",
        "Written by `make bench-scale`; do not edit.",
        f"- {figures['machine']}\n- {about}\n- {figures['source']}; {figures['questions']} "
        "distinct questions",
        "\n".join("| " + " | ".join(row) + " |" for row in rows),
    ]
    if grown is not None:
        parts.append(
            f"From the smallest to the largest index the median hybrid search takes {grown:.1f} × "
            "as long."
        )
    parts += [f"![{PICTURE}]({PICTURE})", "\n".join(f"- {note}" for note in _NOTES)]
    return "\n\n".join(parts)


def draw(sizes: list[dict[str, Any]], path: Path) -> None:
    """Latency, recall, memory and adding over the number of clauses."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    counts = [size["clauses"] for size in sizes]
    answering = [size["answering"] for size in sizes]
    names = list(answering[0]["hybrid"])
    green, red, blue, grey = "#0b6e4f", "#b23a48", "#3a6ea5", "#8a8a8a"
    figure, panels = pyplot.subplots(2, 2, figsize=(10, 7.4), layout="constrained")
    latency, recall, memory, changing = panels.flat

    latency.plot(counts, [a["hybrid"]["all"]["p50"] for a in answering], "o-", color=green,
                 label="hybrid, p50")  # fmt: skip
    latency.plot(counts, [a["hybrid"]["all"]["p95"] for a in answering], "o--", color=green,
                 label="hybrid, p95")  # fmt: skip
    slowest = [max(a["hybrid"][name]["p95"] for name in names if name != "all") for a in answering]
    latency.plot(counts, slowest, "s:", color=blue, label="hybrid with the slowest filter, p95")
    latency.plot(counts, [size["flat_p50"] for size in sizes], "x-", color=grey,
                 label="exact flat FAISS index alone, p50")  # fmt: skip
    latency.set_yscale("log")
    latency.set_title("Search, encoding not counted: ms")

    recall.plot(counts, [size["recall"]["all"] for size in sizes], "o-", color=green,
                label="no filter")  # fmt: skip
    lowest = [
        min(value for value in size["recall"].values() if value is not None) for size in sizes
    ]
    recall.plot(counts, lowest, "s:", color=blue, label="lowest with any filter")
    recall.set_ylim(min(0.8, min(lowest) - 0.02), 1.005)
    recall.set_title("Recall@10 of exact, semantic leg")

    memory.plot(counts, [a["peak_bytes"] / 2**20 for a in answering], "o-", color=green,
                label="opened and asked")  # fmt: skip
    flat = [1536 * count / 2**20 for count in counts]
    memory.plot(counts, flat, "x-", color=grey, label="fp32 vectors alone")
    memory.set_yscale("log")
    memory.set_title("Peak memory of the process: MiB")

    if all(a["adding_seconds"] for a in answering):
        changing.plot(counts, [max(a["adding_seconds"]) for a in answering], "o-", color=green,
                      label="100 clauses added until found")  # fmt: skip
    changing.plot(counts, [a["open_seconds"] for a in answering], "s-", color=red, label="opening")
    changing.set_yscale("log")
    changing.set_title("Changing and opening: s, slowest")

    for panel in panels.flat:
        panel.set_xscale("log")
        panel.set_xticks(counts, [f"{count:,}" for count in counts])
        panel.minorticks_off()
        panel.yaxis.set_major_formatter("{x:g}")
        panel.set_xlabel("clauses")
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(alpha=0.25)
        panel.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _first(*folders: Path) -> Path:
    return next(folder for folder in folders if folder.exists())


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
