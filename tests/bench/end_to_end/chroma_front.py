"""Chroma as people serve it: its server, and an application in front of it that embeds.

    python chroma_front.py index MODEL CLAUSES DATA
    python chroma_front.py serve MODEL DATA PORT [--threads N] [--at-once M]

Chroma's server stores and compares vectors; text becomes a vector in its client. So an HTTP search
from a question to texts is an application that embeds by Chroma's own embedding function for
sentence-transformers and asks the server. Runs in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COLLECTION = "clauses"
TOP = 10


def main() -> None:
    """Fills a collection, or serves it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("command", choices=("index", "serve"))
    parser.add_argument("model", type=Path)
    parser.add_argument("rest", type=Path, nargs=2)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=0)
    given = parser.parse_args()
    if given.command == "index":
        clauses, data = given.rest
        with chroma(data) as client:
            print(json.dumps(build(client, given.model, clauses)))
        return
    import torch
    import uvicorn

    if given.threads:
        torch.set_num_threads(given.threads)
    data, port = given.rest
    with chroma(data) as client:
        app = create_app(client, given.model, given.at_once)
        uvicorn.run(
            app, host="127.0.0.1", port=int(str(port)), access_log=False, log_level="warning"
        )


def build(client: Any, model: Path, clauses: Path) -> dict[str, Any]:
    """Embed the clauses and store them; tells how many, and how long it took."""
    embed = embedding(model)
    records = [json.loads(line) for line in clauses.read_text("utf-8").splitlines()]
    began = time.perf_counter()
    collection = client.create_collection(
        COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    # The prompt belongs into the vector, not into the stored text.
    vectors = embed([f"passage: {record['text']}" for record in records])
    collection.add(
        ids=[record["id"] for record in records],
        documents=[record["text"] for record in records],
        embeddings=vectors,
    )
    return {"clauses": len(records), "seconds": time.perf_counter() - began}


def create_app(client: Any, model: Path, at_once: int) -> Any:
    """`GET /search?q=…` gives the ten closest clauses with their texts."""
    from fastapi import FastAPI

    embed = embedding(model)
    collection = client.get_collection(COLLECTION, embedding_function=None)
    turn = threading.BoundedSemaphore(at_once or 1000)
    app = FastAPI()

    @app.get("/search")
    def search(q: str, limit: int = TOP) -> dict[str, Any]:
        with turn:
            vectors = embed([f"query: {q}"])
        found = collection.query(
            query_embeddings=vectors, n_results=limit, include=["documents", "distances"]
        )
        columns = (found["ids"][0], found["distances"][0], found["documents"][0])
        hits = [
            {"rank": rank, "id": id_, "score": 1 - distance, "text": text}
            for rank, (id_, distance, text) in enumerate(zip(*columns, strict=True), 1)
        ]
        return {"query": q, "hits": hits}

    return app


def embedding(model: Path) -> Any:
    """Chroma's embedding function for a sentence-transformers folder."""
    from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

    return SentenceTransformerEmbeddingFunction(model_name=str(model), device="cpu")


@contextmanager
def chroma(data: Path) -> Iterator[Any]:
    """Chroma's server over a folder, as a child, and a client of it."""
    import chromadb

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    command = Path(sys.executable).with_name("chroma")
    server = subprocess.Popen(
        [command, "run", "--path", str(data), "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )
    settings = chromadb.config.Settings(anonymized_telemetry=False)
    try:
        yield _client(chromadb, server, port, settings)
    finally:
        server.terminate()
        server.wait(20)


def _client(chromadb: Any, server: subprocess.Popen[bytes], port: int, settings: Any) -> Any:
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit(f"Chroma's server ended with code {server.returncode}")
        try:
            return chromadb.HttpClient("127.0.0.1", port, settings=settings)
        except Exception:  # whatever its client raises while nobody listens
            time.sleep(0.1)
    raise SystemExit("Chroma's server did not answer within a minute")


if __name__ == "__main__":
    main()
