"""What each part of the ranking is worth: the README's table, each part on and off.

    python tests/bench/bench_parts.py TASK_DIR... [--questions FILE --policies FOLDER]...

Prints a Markdown table of pooled nDCG@10, of that on the answers in the question's language and in
the other, and of the other language's Recall@10. Indexes each corpus once; the parts change how it
is asked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from indexer.lexical.glossary import Glossary, default_glossary  # noqa: E402
from models import load_encoder  # noqa: E402
from service.evaluation.corpus import Candidates  # noqa: E402
from service.evaluation.metrics import Scores, score  # noqa: E402
from service.evaluation.runner import asked_policies, asked_task  # noqa: E402
from service.evaluation.tasks import find_tasks, load_questions, load_task  # noqa: E402
from service.search.ranking import WEIGHTS, Weights  # noqa: E402
from service.search.records import SearchQuery  # noqa: E402
from service.search.searcher import Searcher  # noqa: E402

HYBRID = SearchQuery("")
SEMANTIC = replace(HYBRID, mode="semantic")
NO_GLOSSARY = Glossary([])
VARIANTS: dict[str, tuple[SearchQuery, Weights, Glossary]] = {
    "plain cosine": (
        replace(SEMANTIC, language_balance="off"), WEIGHTS, default_glossary()
    ),
    "everything": (HYBRID, WEIGHTS, default_glossary()),
    "without words": (SEMANTIC, WEIGHTS, default_glossary()),
    "without the glossary": (HYBRID, WEIGHTS, NO_GLOSSARY),
    "without feedback": (HYBRID, replace(WEIGHTS, feedback=0.0), default_glossary()),
    "without fairness": (HYBRID, replace(WEIGHTS, widest=0.0), default_glossary()),
    "words alone": (replace(HYBRID, mode="keyword"), WEIGHTS, default_glossary()),
}  # fmt: skip
Table = dict[str, dict[str, dict[str, Scores]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("tasks", nargs="*", type=Path)
    parser.add_argument("--questions", type=Path, action="append", default=[])
    parser.add_argument("--policies", type=Path, action="append", default=[])
    options = parser.parse_args()
    encoder = load_encoder()
    table: Table = {}
    for folder in find_tasks(options.tasks):
        task = load_task(folder)
        langs = {row.id: row.lang for row in task.corpus}
        with asked_task(task, encoder, Candidates()) as asked:
            qrels = {query.id: task.qrels[query.id] for query in asked.queries}
            asked_in = {query.id: query.lang for query in asked.queries}
            for name, (query, weights, glossary) in VARIANTS.items():
                searcher = Searcher(asked.live, encoder, 1_000_000, glossary)
                found = replace(asked, searcher=searcher).rankings(lambda *_: None, weights, query)
                found = {q: [i for i in rows if f"q-{i}" != q] for q, rows in found.items()}
                table.setdefault(task.name, {})[name] = score(found, qrels, asked_in, langs)
        show(table, task.name)
    for questions, policies in zip(options.questions, options.policies, strict=True):
        with asked_policies(load_questions(questions), policies, encoder) as opened:
            for name, (query, weights, glossary) in VARIANTS.items():
                searcher = Searcher(opened.live, encoder, glossary=glossary)
                search = searching(searcher, replace(query, filter=opened.restriction), weights)
                table.setdefault(questions.stem, {})[name] = opened.matcher.score(search)
        show(table, questions.stem)


def searching(
    searcher: Searcher, query: SearchQuery, weights: Weights
) -> Callable[[str], list[str]]:
    """The search of one variant."""
    return lambda text: searcher.rank(replace(query, q=text), weights)


def show(table: Table, name: str) -> None:
    """The rows of one corpus."""
    print(f"\n| {name} | nDCG@10 | same language | other language | Recall@10, other |")
    print("|---|---|---|---|---|")
    for variant, parts in table[name].items():
        figures = [parts["pooled"]["ndcg@10"]]
        figures += [parts[p]["ndcg@10"] if p in parts else float("nan") for p in ("same", "cross")]
        figures.append(parts["cross"]["recall@10"] if "cross" in parts else float("nan"))
        print(f"| {variant} | " + " | ".join(f"{value:.3f}" for value in figures) + " |")


if __name__ == "__main__":
    main()
