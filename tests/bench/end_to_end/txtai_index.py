"""An index for txtai's API, made in txtai's own environment.

python txtai_index.py MODEL CLAUSES OUT CONTENT: CONTENT is 1 for an index with texts, 0 for one of
ids alone. Writes OUT, and OUT.yml, which `CONFIG=OUT.yml uvicorn txtai.api:app` serves.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Encodes, indexes, saves; tells how many, and how long it took."""
    from txtai import Embeddings

    model, clauses, out, content = sys.argv[1:]
    settings = {
        "path": model,
        "content": content == "1",
        "backend": "faiss",
        "faiss": {"components": "IDMap,Flat"},
        "instructions": {"query": "query: ", "data": "passage: "},
        "gpu": False,
    }
    embeddings = Embeddings(settings)
    embeddings.batchtransform(["warm"])  # loads the model
    records = [json.loads(line) for line in Path(clauses).read_text("utf-8").splitlines()]
    began = time.perf_counter()
    embeddings.index([(record["id"], record["text"], None) for record in records])
    embeddings.save(out)
    seconds = time.perf_counter() - began
    # JSON is YAML.
    served = {"path": out, "writable": False, "embeddings": settings}
    Path(f"{out}.yml").write_text(json.dumps(served), "utf-8")
    print(json.dumps({"clauses": len(records), "seconds": seconds}))


if __name__ == "__main__":
    main()
