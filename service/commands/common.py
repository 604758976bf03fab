"""What the subcommands share: options, the encoder, and leaving with a message."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from models import Encoder
    from service.settings import Settings

IndexOption = Annotated[
    Path | None,
    typer.Option("--index", help="Index directory (POLICY_SEARCH_INDEX).", show_default=False),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="Encoder: embedded, or a sentence-transformers name or folder (POLICY_SEARCH_MODEL).",
        show_default=False,
    ),
]
QuestionsOption = Annotated[
    Path | None,
    typer.Option(
        help="Questions, one a line, or a .jsonl file as `evaluate` takes it; headings of the "
        "index unless given.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def load_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name; what is told meanwhile goes to standard error."""
    from models import load_encoder

    return load_encoder(
        settings.model,
        cache_dir=settings.cache,
        offline=settings.offline,
        threads=settings.threads,
        on_message=lambda message: print(message, file=sys.stderr),
    )


def fail(message: str) -> NoReturn:
    """Leaves with exit code 2 and one message."""
    print(f"policy-search: {message}", file=sys.stderr)
    sys.exit(2)
