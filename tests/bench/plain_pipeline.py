"""The obvious pipeline, to measure against: sentence-transformers, one flat FAISS index, FastAPI.

    python tests/bench/plain_pipeline.py index MODEL CLAUSES OUT
    python tests/bench/plain_pipeline.py serve MODEL OUT PORT [--threads N] [--at-once M]

MODEL is a sentence-transformers folder, CLAUSES a file of JSON lines with `id` and `text`. Written
as well as a few lines allow: vectors are stored once, nothing is computed twice, questions are
encoded in the thread pool, and no more of them at once than the processors can use.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from pathlib import Path
from typing import Any

TOP = 10


def main() -> None:
    """Builds the index, or serves it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    index = commands.add_parser("index")
    for name in ("model", "clauses", "out"):
        index.add_argument(name, type=Path)
    serve = commands.add_parser("serve")
    for name in ("model", "out"):
        serve.add_argument(name, type=Path)
    serve.add_argument("port", type=int)
    serve.add_argument("--threads", type=int, default=0, help="of torch; 0: as torch decides")
    serve.add_argument("--at-once", type=int, default=0, help="questions encoded; 0: any number")
    given = parser.parse_args()
    if given.command == "index":
        print(json.dumps(build(given.model, given.clauses, given.out)))
        return
    import uvicorn

    app = create_app(given.model, given.out, given.threads, given.at_once)
    uvicorn.run(app, host="127.0.0.1", port=given.port, access_log=False, log_level="warning")


def build(model: Path, clauses: Path, out: Path) -> dict[str, Any]:
    """Encode the clauses and write the index; tells how many, and how long it took."""
    import faiss
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(model), device="cpu", local_files_only=True)
    records = [json.loads(line) for line in clauses.read_text("utf-8").splitlines()]
    began = time.perf_counter()
    texts = [record["text"] for record in records]
    vectors = encoder.encode(texts, prompt_name="passage", show_progress_bar=False)
    index = faiss.IndexFlatIP(vectors.shape[1])  # unit vectors: the inner product is the cosine
    index.add(vectors)
    out.mkdir(parents=True, exist_ok=True)
    faiss.write_index(index, str(out / "vectors.faiss"))
    (out / "clauses.json").write_text(json.dumps(records, ensure_ascii=False), "utf-8")
    return {"clauses": len(records), "seconds": time.perf_counter() - began}


def create_app(model: Path, out: Path, threads: int, at_once: int) -> Any:
    """`GET /search?q=…` gives the ten closest clauses with their texts."""
    import faiss
    import torch
    from fastapi import FastAPI
    from sentence_transformers import SentenceTransformer

    if threads:
        torch.set_num_threads(threads)
    faiss.omp_set_num_threads(1)  # a few thousand vectors take less time than waking a thread
    encoder = SentenceTransformer(str(model), device="cpu", local_files_only=True)
    index = faiss.read_index(str(out / "vectors.faiss"))
    records = json.loads((out / "clauses.json").read_text("utf-8"))
    turn = threading.BoundedSemaphore(at_once or 1000)
    app = FastAPI()

    @app.get("/search")
    def search(q: str, limit: int = TOP) -> dict[str, Any]:
        with turn:
            vector = encoder.encode([q], prompt_name="query", show_progress_bar=False)
        scores, rows = index.search(vector, limit)
        hits = [
            {"rank": rank, "score": float(score), **records[row]}
            for rank, (score, row) in enumerate(zip(scores[0], rows[0], strict=True), 1)
            if row >= 0
        ]
        return {"query": q, "hits": hits}

    return app


if __name__ == "__main__":
    main()
