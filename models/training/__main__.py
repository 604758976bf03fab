"""Train the language-neutral layers: `python -m models.training`.

Fetches the parallel texts, builds the pairs, trains, measures on development tasks and writes
`layers.safetensors`, `record.json`, `history.json` and `curves.png`. Everything already done is
found again in the folders: an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from models.cache import default_cache_dir
from models.errors import ModelError
from models.training.errors import TrainingError
from models.training.pairs import build_pairs, read_pairs, write_pairs
from models.training.recipe import SHIPPED, SMOKE, Recipe
from models.training.sources import SOURCES

SMOKE_SOURCES = ("debian-faq", "maint-guide")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        _train(options)
    except (TrainingError, ModelError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    cache = default_cache_dir() / "training"
    parser.add_argument("--out", type=Path, default=cache / "run", help="default: %(default)s")
    parser.add_argument("--cache", type=Path, default=cache, help="default: %(default)s")
    parser.add_argument(
        "--development",
        type=Path,
        help="folder of development tasks in BEIR layout; training pairs near their texts are "
        "left out (default: held-aside pairs alone choose)",
    )
    parser.add_argument(
        "--pairs", type=Path, help="your own pairs, one JSON object a line with `en` and `zh`"
    )
    parser.add_argument(
        "--base", type=Path, help="a sentence-transformers folder (default: the embedded model)"
    )
    parser.add_argument("--pairs-only", action="store_true", help="build the pairs and stop")
    parser.add_argument("--smoke", action="store_true", help="a two-minute run on little text")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--threads", type=int, help="default: one for each processor")
    return parser


def _train(options: argparse.Namespace) -> None:
    recipe: Recipe = SMOKE if options.smoke else SHIPPED
    if options.seed is not None:
        recipe = replace(recipe, seed=options.seed)
    pairs_file: Path | None = options.pairs
    if pairs_file is None:
        pairs_file = options.cache / ("pairs-smoke.jsonl" if options.smoke else "pairs.jsonl")
        if not pairs_file.exists():
            names = SMOKE_SOURCES if options.smoke else [s.name for s in SOURCES]
            sources = [s for s in SOURCES if s.name in names]
            pairs = build_pairs(options.cache, options.development, sources, _say)
            write_pairs(pairs, pairs_file)
    if options.pairs_only:
        _say(f"pairs: {pairs_file}")
        return
    # Imported here: torch takes seconds, and building pairs does not need it.
    from models.training.run import run, use_threads

    use_threads(options.threads)
    base = options.base or embedded_torch_folder(options.cache)
    tasks = sorted(p.parent for p in (options.development or Path()).glob("*/qrels.tsv"))
    run(base, read_pairs(pairs_file), tasks if options.development else [], options.out, recipe,
        _say)  # fmt: skip


def embedded_torch_folder(cache: Path) -> Path:
    """The embedded model in fp32 as a sentence-transformers folder, written at first use."""
    from models.torch_export import export_torch
    from models.weights import find_weights_file, read_weights

    folder = cache / "base"
    if not (folder / "modules.json").exists():
        export_torch(folder, read_weights(find_weights_file()))
    return folder


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
