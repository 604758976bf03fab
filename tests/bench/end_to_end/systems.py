"""The systems that are measured: how each is indexed, served and asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from service.bench.questions import search_target

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PYTHON = sys.executable
PLAIN_SCRIPT = str(HERE.parent / "plain_pipeline.py")
PARTS = str(HERE / "parts.py")


@dataclass(frozen=True, slots=True)
class System:
    """One system. `index` prints `clauses` and `seconds`; `None`: another's index is served.
    `out` is the index's folder.

    `missing` tells why it cannot be measured, if it cannot.
    """

    name: str
    label: str
    out: Path
    index: list[str] | None
    serve: Callable[[int], list[str]]
    target: Callable[[str], str]
    ids: Callable[[Any], list[str]]
    ready: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    missing: str | None = None
    setting: str = ""
    """How it runs torch, of the ways that are tried."""


@dataclass(frozen=True, slots=True)
class Torch:
    """How the rivals that leave it open run torch: threads, and questions encoded at once."""

    threads: int
    at_once: int

    def __str__(self) -> str:
        threads = f"{self.threads} torch threads" if self.threads != 1 else "1 torch thread"
        return f"{threads}, {self.at_once or 'any number'} encoded at once"

    @property
    def options(self) -> list[str]:
        """As both scripts take them."""
        return ["--threads", str(self.threads), "--at-once", str(self.at_once)]


def torch_choices(cores: int) -> list[Torch]:
    """What is tried for the plain pipeline; the best of them is the one measured."""
    return list(dict.fromkeys([Torch(cores, 1), Torch(1, cores), Torch(cores, 0)]))


def plain(work: Path, torch: Torch) -> System:
    """The obvious pipeline."""
    model, out = str(work / "model"), str(work / "plain")
    return System(
        name="plain",
        label="(b) plain pipeline",
        out=work / "plain",
        index=[PYTHON, PLAIN_SCRIPT, "index", model, str(work / "clauses.jsonl"), out],
        serve=lambda port: [PYTHON, PLAIN_SCRIPT, "serve", model, out, str(port), *torch.options],
        target=_plain_target,
        ids=_ids_of_hits,
        setting=str(torch),
    )


def ours(work: Path, files: tuple[Path, ...]) -> list[System]:
    """This service as it comes, and the same made to give ten clauses whatever their relevance."""
    index = str(work / "ours")

    def serve(port: int) -> list[str]:
        command = [PYTHON, "-m", "service.cli", "serve", "--index", index]
        return [*command, "--host", "127.0.0.1", "--port", str(port)]

    parsed = [PYTHON, PARTS, "index", index, *map(str, files)]
    # The vectors of questions are not kept: the others encode each anew.
    root = {"PYTHONPATH": str(ROOT), "POLICY_SEARCH_QUERY_CACHE": "0"}
    first = System(
        "ours", "(a) policy-search, ten hits always", work / "ours", parsed, serve,
        lambda q: search_target(q, min_relevance="0"), _ids_of_hits, "/readyz", root,
    )  # fmt: skip
    as_it_comes = System(
        "ours-default", "(a) policy-search, its defaults", work / "ours", None, serve,
        search_target, _ids_of_hits, "/readyz", root,
    )  # fmt: skip
    return [as_it_comes, first]


def txtai(work: Path, environments: Path, threads: int) -> list[System]:
    """txtai's API, with the texts in its database, and giving ids alone."""
    missing = _missing(environments, "txtai")
    python = str(environments / "txtai" / "bin" / "python")
    model, clauses = str(work / "model"), str(work / "clauses.jsonl")
    systems = []
    for content, label in ((1, "(c) txtai"), (0, "(c) txtai, ids without texts")):
        out = str(work / f"txtai-{content}")
        systems.append(
            System(
                name=f"txtai-{content}",
                label=label,
                out=Path(out),
                index=[python, str(HERE / "txtai_index.py"), model, clauses, out, str(content)],
                serve=lambda port: [
                    *(python, "-m", "uvicorn", "txtai.api:app", "--host", "127.0.0.1"),
                    *("--port", str(port), "--no-access-log", "--log-level", "warning"),
                ],
                target=lambda q: "/search?" + urlencode({"query": q, "limit": "10"}),
                ids=lambda answer: [hit["id"] for hit in answer],
                variables={"CONFIG": f"{out}.yml", "OMP_NUM_THREADS": str(threads)},
                missing=missing,
                setting=f"OMP_NUM_THREADS={threads}",
            )
        )
    return systems


def chroma(work: Path, environments: Path, torch: Torch) -> System:
    """Chroma's server behind an application that embeds."""
    python = str(environments / "chroma" / "bin" / "python")
    script, model = str(HERE / "chroma_front.py"), str(work / "model")
    data = str(work / "chroma")
    return System(
        name="chroma",
        label="(d) Chroma's server behind FastAPI",
        out=work / "chroma",
        index=[python, script, "index", model, str(work / "clauses.jsonl"), data],
        serve=lambda port: [python, script, "serve", model, data, str(port), *torch.options],
        target=_plain_target,
        ids=_ids_of_hits,
        missing=_missing(environments, "chroma"),
    )


def _missing(environments: Path, name: str) -> str | None:
    if (environments / name / ".installed").exists():
        return None
    log = environments / f"{name}.log"
    said = log.read_text("utf-8", "replace").strip().splitlines() if log.exists() else []
    errors = [line for line in said if "ERROR" in line] or said or ["`make bench` installs it"]
    return f"not installed: {errors[0]}"


def _plain_target(question: str) -> str:
    return "/search?" + urlencode({"q": question})


def _ids_of_hits(answer: Any) -> list[str]:
    return [hit["id"] for hit in answer["hits"]]
