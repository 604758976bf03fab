"""Estimate the language offsets of a model: `python -m models.training.offsets MODEL`.

MODEL is a sentence-transformers name or folder, or `embedded-base`. The mean query and passage
vector of each language is taken over parallel text. On pairs held aside, each text then looks for
its translation among all texts of both languages, with the offsets and without; they are kept with
the model only where they help. An index built before is of another encoder afterwards, and says so.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from models.cache import default_cache_dir
from models.encoder import Encoder, unit_rows
from models.errors import ModelError
from models.loading import load_encoder, offsets_file
from models.offsets import LANGUAGES, Floats, Kind, Offsets
from models.training.development import Task, figures, pairs_task
from models.training.errors import TrainingError
from models.training.examples import Example
from models.training.pairs import built_pairs, read_pairs
from models.training.records import Pair

# Least gain in pooled nDCG@10 on held-aside pairs for which a model is made less simple.
LEAST_GAIN = 0.005
SEED = 7


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    path = offsets_file(options.model, options.cache)
    if options.remove:
        path.unlink(missing_ok=True)
        print(f"{options.model}: no language offsets any more")
        return 0
    try:
        pairs = read_pairs(options.pairs) if options.pairs else built_pairs(options.cache_training)
        encoder = load_encoder(
            options.model, cache_dir=options.cache, offline=not options.online, with_offsets=False
        )
        offsets, before, after = estimate(encoder, pairs, options.count, print)
    except (TrainingError, ModelError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"held-aside pairs, nDCG@10 over both languages: {before:.3f} without, {after:.3f} with")
    if after < before + LEAST_GAIN:
        print(f"The offsets do not pay for {options.model}: nothing written.")
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = offsets.write(path)
    print(f"written to {path} (SHA-256 {digest[:12]}…); index again to use them")
    return 0


def estimate(
    encoder: Encoder, pairs: Sequence[Pair], count: int, report: Callable[[str], None]
) -> tuple[Offsets, float, float]:
    """Offsets of an encoder, and its figure on held-aside pairs without and with them.

    Args:
        encoder: without offsets of its own.
        pairs: parallel text; at least 20, of which a fifth (500 at most) is held aside.
        count: most pairs to estimate from.
        report: told about progress.

    Raises:
        TrainingError: there are too few pairs.
    """
    if len(pairs) < 20:
        raise TrainingError(f"{len(pairs)} pairs are too few to estimate offsets: give 20 or more")
    drawn = random.Random(SEED).sample(list(pairs), min(len(pairs), count + min(500, count // 4)))
    held = min(500, len(drawn) // 5)
    aside, used = drawn[:held], drawn[held:]
    report(f"{encoder.name}: {len(used)} pairs to estimate from, {held} held aside")
    kinds: tuple[Kind, ...] = ("query", "passage")
    offsets = Offsets.of(
        {
            (kind, lang): _encode(encoder, [getattr(pair, lang) for pair in used], kind)
            for kind in kinds
            for lang in LANGUAGES
        }
    )
    task = pairs_task("held-aside", [Example("", pair.en, pair.zh, query=False) for pair in aside])
    queries, corpus = (
        _encode(encoder, task.queries, "query"),
        _encode(encoder, task.corpus, "passage"),
    )
    with_offsets = (
        unit_rows(offsets.take_away(queries, task.queries, "query")),
        unit_rows(offsets.take_away(corpus, task.corpus, "passage")),
    )
    return offsets, _pooled(task, queries, corpus), _pooled(task, *with_offsets)


def _pooled(task: Task, queries: Floats, corpus: Floats) -> float:
    return figures(task, queries, corpus)["ndcg@10"]


def _encode(encoder: Encoder, texts: Sequence[str], kind: Kind) -> Floats:
    return encoder.encode_queries(texts) if kind == "query" else encoder.encode_passages(texts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m models.training.offsets",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cache = default_cache_dir()
    parser.add_argument("model", help="sentence-transformers name or folder, or embedded-base")
    parser.add_argument(
        "--pairs",
        type=Path,
        help="your own pairs, one JSON object a line with `en` and `zh` "
        "(default: those that `make train-encoder` builds from Debian packages)",
    )
    parser.add_argument(
        "--count", type=int, default=3000, help="most pairs to estimate from (%(default)s)"
    )
    parser.add_argument("--online", action="store_true", help="let a model name be downloaded")
    parser.add_argument("--remove", action="store_true", help="remove the model's offsets")
    parser.add_argument("--cache", type=Path, default=cache, help="of models (%(default)s)")
    parser.add_argument(
        "--cache-training",
        type=Path,
        default=cache / "training",
        help="of parallel text (%(default)s)",
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
