"""Parts that are measured in a process of their own; each prints its figures as JSON.

parts.py export MODEL            the embedded weights, as a folder for sentence-transformers
parts.py index OUT FILE...       indexing by this project
parts.py encode ours|MODEL QUESTIONS ROUNDS [THREADS]   one question at a time
parts.py ask URL QUESTION        a search through a running service
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))


def export(model: str) -> dict[str, Any]:
    """Writes the folder unless it is there from the same weights."""
    from models.torch_export import export_torch
    from models.trained import LAYERS_SHA256, read_trained_layers
    from models.weights import find_weights_file, read_weights

    folder = Path(model)
    done = folder / "exported-from"
    weights = read_weights(find_weights_file())
    source = f"{weights.sha256} {LAYERS_SHA256}"
    if not done.exists() or done.read_text("utf-8") != source:
        export_torch(folder, weights, read_trained_layers(weights.shape))
        done.write_text(source, "utf-8")
    return {"folder": model}


def index(out: str, *files: str) -> dict[str, Any]:
    """Reads, parses, embeds and publishes, as `policy-search index` does."""
    from indexer.build import build_index
    from models import load_encoder

    encoder = load_encoder()
    began = time.perf_counter()
    report = build_index([Path(file) for file in files], Path(out), encoder)
    return {
        "clauses": report.clauses,
        "seconds": time.perf_counter() - began,
        "reading_seconds": report.reading_seconds,
        "embedding_seconds": report.embedding_seconds,
        "failed": report.failed,
    }


def encode(model: str, questions: str, rounds: str, threads: str = "0") -> dict[str, Any]:
    """Milliseconds to encode one question: median, and what 95 of 100 do not exceed."""
    call: Callable[[str], object]
    if model == "ours":
        from models import load_encoder

        ours = load_encoder()
        call = lambda text: ours.encode_queries([text])  # noqa: E731
    else:
        from sentence_transformers import SentenceTransformer

        if threads != "0":
            import torch

            torch.set_num_threads(int(threads))
        theirs = SentenceTransformer(model, device="cpu", local_files_only=True)
        call = lambda text: theirs.encode([text], prompt_name="query")  # noqa: E731
    texts = json.loads(Path(questions).read_text("utf-8"))
    for text in texts[:20]:
        call(text)
    taken = []
    for text in texts * int(rounds):
        began = time.perf_counter()
        call(text)
        taken.append(1000 * (time.perf_counter() - began))
    return {"p50": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[-1]}


def ask(url: str, question: str) -> dict[str, Any]:
    """The first hit that the Python client gets."""
    from service.client import PolicySearch

    hits = PolicySearch(url).search(question).hits
    return {"hits": len(hits)}


if __name__ == "__main__":
    ways: dict[str, Callable[..., dict[str, Any]]] = {
        "export": export,
        "index": index,
        "encode": encode,
        "ask": ask,
    }
    print(json.dumps(ways[sys.argv[1]](*sys.argv[2:]), ensure_ascii=False))
