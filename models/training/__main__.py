"""Train the language-neutral layers: `python -m models.training`.

Fetches the parallel texts, builds the pairs, trains, measures on development tasks and writes
`layers.safetensors`, `record.json`, `history.json` and `curves.png`; with `--base`, also `model/`,
the whole trained model. Everything already done is found again in the folders: an interrupted run
goes on where it was.
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
from models.training.pairs import built_pairs, read_pairs
from models.training.recipe import SHIPPED, SMOKE, Recipe


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
    parser.add_argument(
        "--first-layer",
        type=int,
        help="layers below it stay as they are (%(default)s: half of a twelve-layer model)",
        default=SHIPPED.first_layer,
    )
    parser.add_argument("--threads", type=int, help="default: one for each processor")
    return parser


def _train(options: argparse.Namespace) -> None:
    recipe: Recipe = SMOKE if options.smoke else SHIPPED
    recipe = replace(recipe, first_layer=options.first_layer)
    if options.seed is not None:
        recipe = replace(recipe, seed=options.seed)
    if options.pairs:
        pairs = read_pairs(options.pairs)
    else:
        pairs = built_pairs(options.cache, options.development, options.smoke, _say)
    if options.pairs_only:
        return
    # Imported here: torch takes seconds, and building pairs does not need it.
    from models.training.run import run, use_threads

    use_threads(options.threads)
    base = options.base or embedded_torch_folder(options.cache)
    tasks = sorted(p.parent for p in (options.development or Path()).glob("*/qrels.tsv"))
    run(base, pairs, tasks if options.development else [], options.out, recipe, _say,
        whole_model=options.base is not None)  # fmt: skip


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
