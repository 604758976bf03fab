"""`policy-search evaluate` and `calibrate`: how good the answers are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from service.commands import common
from service.progress import progress_reporter
from service.settings import load_settings


def calibrate(
    questions: Annotated[
        list[Path],
        typer.Argument(help="Question files with gold snippets, some without an answer."),
    ],
    policies: Annotated[Path, typer.Option(help="The folder of policies that they ask about.")],
    model: common.ModelOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Write here instead of beside the model in the cache.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Also draw the reliability diagram (needs matplotlib).")
    ] = None,
) -> None:
    """Fit what the relevance of a hit is for an encoder, on questions whose answers are known."""
    # Before the questions are asked, which takes minutes.
    _need_scikit_learn()
    from models.calibration import calibration_file
    from service.evaluation.calibrating import draw, fit
    from service.evaluation.tasks import load_questions

    settings = load_settings(model=model)
    encoder = common.load_encoder(settings)
    asked = [question for file in questions for question in load_questions(file)]
    with progress_reporter() as progress:
        fitted = fit(asked, policies, encoder, progress)
    path = out or calibration_file(encoder.fingerprint, settings.cache)
    fitted.calibration.write(path)
    for name, value in fitted.calibration.record.items():
        print(f"{name}: {value}")
    print(f"least relevance of a hit: {fitted.calibration.min_relevance}")
    print(f"written to {path}")
    if picture is not None:
        draw(fitted, picture)


def calibrate_equivalents(
    pairs: Annotated[
        Path, typer.Argument(help="Pairs in both languages, as `make train-encoder` gathers them.")
    ],
    model: common.ModelOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Write here instead of beside the model in the cache.")
    ] = None,
) -> None:
    """Fit how probable it is that two clauses say the same, on texts in two languages."""
    _need_scikit_learn()
    from models.calibration import calibration_file
    from service.evaluation.equivalence import fit, read_pairs

    settings = load_settings(model=model)
    read = read_pairs(pairs)
    encoder = common.load_encoder(settings)
    fitted = fit(read, encoder)
    path = out or calibration_file(encoder.fingerprint, settings.cache, "equivalence")
    fitted.write(path)
    for name, value in fitted.record.items():
        print(f"{name}: {value}")
    print(f"written to {path}")


def _need_scikit_learn() -> None:
    try:
        import sklearn.linear_model  # noqa: F401
    except ModuleNotFoundError as error:
        common.fail(
            f"calibrating needs the package {error.name}, which is not installed here: install "
            "scikit-learn, or build the container image with `--build-arg ENCODERS=any`"
        )


def evaluate(
    tasks: Annotated[
        list[Path] | None,
        typer.Argument(help="Task folders in BEIR layout, or folders that hold such folders."),
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help="A question file with gold snippets; needs --policies.")
    ] = None,
    policies: Annotated[
        Path | None, typer.Option(help="The folder of policies that --questions asks about.")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Add plain cosine beside the search.")
    ] = False,
    restrict: Annotated[
        str | None,
        typer.Option(help="Each query sees only rows with its own value of this field."),
    ] = None,
    other_language: Annotated[
        bool,
        typer.Option("--other-language", help="Each query sees only rows in another language."),
    ] = False,
    exclude_self: Annotated[
        bool, typer.Option("--exclude-self", help="Query q-X never gets row X.")
    ] = False,
    equivalents: Annotated[
        bool,
        typer.Option(
            "--equivalents", help="Look each query up as a clause, instead of searching with it."
        ),
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.")
    ] = None,
    model: common.ModelOption = None,
) -> None:
    """Measure answers: nDCG@10, Recall@10, MRR@10, mAP, by language relation and pair."""
    from service.evaluation.report import as_json, print_outcome
    from service.evaluation.runner import run_questions, run_task
    from service.evaluation.tasks import find_tasks, load_questions, load_task

    if (questions is None) != (policies is None):
        common.fail("--questions and --policies go together")
    folders = find_tasks(tasks or [])
    if not folders and questions is None:
        common.fail("nothing to evaluate: give task folders, or --questions with --policies")
    encoder = common.load_encoder(load_settings(model=model))
    outcomes = []
    for folder in folders:
        with progress_reporter() as progress:
            outcome = run_task(
                load_task(folder),
                encoder,
                baseline=baseline,
                restrict=restrict,
                other_language=other_language,
                exclude_self=exclude_self,
                equivalents=equivalents,
                progress=progress,
            )
        print_outcome(outcome)
        outcomes.append(outcome)
    if questions is not None and policies is not None:
        with progress_reporter() as progress:
            outcome = run_questions(
                load_questions(questions),
                policies,
                encoder,
                name=questions.parent.name or questions.stem,
                baseline=baseline,
                progress=progress,
            )
        print_outcome(outcome)
        outcomes.append(outcome)
    if json_file is not None:
        text = json.dumps(as_json(outcomes), ensure_ascii=False, indent=2)
        try:
            json_file.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            common.fail(f"{json_file}: cannot be written: {error.strerror}")
