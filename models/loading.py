"""One way to load any encoder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.backends import Backend, OnnxBackend, SentenceTransformerBackend
from models.cache import default_cache_dir, read_manifest
from models.embedded import embedded_folder
from models.encoder import Encoder
from models.errors import ModelFormatError, ModelNotFoundError
from models.fingerprint import Fingerprint
from models.folder import PASSAGE_PROMPT, QUERY_PROMPT
from models.offsets import OFFSETS_FILE, read_offsets

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# "embedded" is the default, with the trained layers; "embedded-base" is the undisturbed
# multilingual-e5-small.
EMBEDDED: Final = "embedded"
EMBEDDED_BASE: Final = "embedded-base"


def load_encoder(
    model: str = "embedded",
    *,
    cache_dir: Path | None = None,
    offline: bool = True,
    threads: int | None = None,
    query_prompt: str | None = None,
    passage_prompt: str | None = None,
    on_message: Callable[[str], None] | None = None,
    with_offsets: bool = True,
) -> Encoder:
    """Load an encoder.

    Args:
        model: "embedded" (the default, converted at first use), "embedded-base", or the name or
            folder of any sentence-transformers model. Code in a model's repository is not run.
        cache_dir: where the embedded model is kept; None takes `$POLICY_SEARCH_CACHE` or the
            user's cache folder.
        offline: look for named models on this machine only.
        threads: of the computation; None leaves it to the library (one per core).
        query_prompt: text put before every query. None takes the model's own prompt, else that
            of the e5 family where the name says so, else nothing.
        passage_prompt: the same for passages.
        on_message: called with a line of news when something takes long.
        with_offsets: take the language offsets away that are kept for the model (see
            `offsets_file`); False gives its plain vectors.

    Raises:
        WeightsError: the embedded weights file is missing, damaged or another one.
        ModelNotFoundError: no such folder, or the name is not on this machine while offline.
        ModelFormatError: the model cannot be used as an encoder.
        CacheError: the cache folder cannot be written.
    """
    offsets = offsets_file(model, cache_dir) if with_offsets else None
    if model in (EMBEDDED, EMBEDDED_BASE):
        converted = embedded_folder(cache_dir, on_message, trained=model == EMBEDDED)
        return _load_onnx(converted, threads, query_prompt, passage_prompt, offsets)
    folder = Path(model).expanduser()
    if folder.is_dir() and OnnxBackend.can_open(folder):
        return _load_onnx(folder, threads, query_prompt, passage_prompt, offsets)
    return _load_sentence_transformer(
        model, offline, threads, query_prompt, passage_prompt, offsets
    )


def _load_onnx(
    folder: Path,
    threads: int | None,
    query_prompt: str | None,
    passage_prompt: str | None,
    offsets_path: Path | None,
) -> Encoder:
    try:
        facts = read_manifest(folder)
        name, quantization = f"embedded {facts['name']}", facts["quantization"]
        weights_sha256, tokenizer_sha256 = facts["weights_sha256"], facts["tokenizer_sha256"]
    except (OSError, ValueError, KeyError) as error:
        raise ModelFormatError(f"{folder} has no usable manifest: {error}") from error
    backend = OnnxBackend(folder, threads=threads)
    queries, passages = _prompts(backend.prompts, name, query_prompt, passage_prompt)
    fingerprint = Fingerprint(
        model=f"{name} {quantization}",
        dimension=backend.dimension,
        quantization=quantization,
        pooling=backend.pooling,
        query_prompt=queries,
        passage_prompt=passages,
        weights_sha256=weights_sha256,
        tokenizer_sha256=tokenizer_sha256,
    )
    return _with_offsets(backend, fingerprint, offsets_path)


def _load_sentence_transformer(
    model: str,
    offline: bool,
    threads: int | None,
    query_prompt: str | None,
    passage_prompt: str | None,
    offsets_path: Path | None,
) -> Encoder:
    # Imported here: it brings torch, which takes seconds and the embedded model does not need.
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ModuleNotFoundError as error:
        raise ModelNotFoundError(
            f"the model {model!r} needs the package {error.name}, which is not installed here: "
            "install sentence-transformers, build the container image with "
            "`--build-arg ENCODERS=any`, or use the embedded default"
        ) from error

    if threads:
        torch.set_num_threads(threads)
    try:
        loaded = SentenceTransformer(
            model, trust_remote_code=False, local_files_only=offline, device="cpu"
        )
    except ValueError as error:
        raise ModelFormatError(f"cannot load the model {model!r}: {error}") from error
    except OSError as error:  # the hub's errors are OSErrors as well
        where = "on this machine (offline)" if offline else "on this machine or the hub"
        raise ModelNotFoundError(
            f"no model {model!r} {where}: name a sentence-transformers folder, "
            "or use the embedded default"
        ) from error
    backend = SentenceTransformerBackend(loaded)
    queries, passages = _prompts(backend.prompts, model, query_prompt, passage_prompt)
    weights_sha256, quantization = _hash_parameters(loaded)
    fingerprint = Fingerprint(
        model=f"{Path(model).name} {quantization}",
        dimension=backend.dimension,
        quantization=quantization,
        pooling=backend.pooling,
        query_prompt=queries,
        passage_prompt=passages,
        weights_sha256=weights_sha256,
        tokenizer_sha256=hashlib.sha256(backend.tokenizer.to_str().encode()).hexdigest(),
    )
    return _with_offsets(backend, fingerprint, offsets_path)


def offsets_file(model: str, cache_dir: Path | None = None) -> Path:
    """Where the language offsets of a model are kept.

    In its folder; for the embedded ones and for models given by name, in the cache folder.
    """
    folder = Path(model).expanduser()
    if model not in (EMBEDDED, EMBEDDED_BASE) and folder.is_dir():
        return folder / OFFSETS_FILE
    slug = re.sub(r"[^A-Za-z0-9.-]+", "--", model)
    return (cache_dir or default_cache_dir()) / "offsets" / slug / OFFSETS_FILE


def _with_offsets(backend: Backend, fingerprint: Fingerprint, path: Path | None) -> Encoder:
    found = read_offsets(path, backend.dimension) if path else None
    if found is None:
        return Encoder(backend, fingerprint)
    offsets, digest = found
    return Encoder(backend, replace(fingerprint, offsets_sha256=digest), offsets=offsets)


def _prompts(
    own: Mapping[str, str], name: str, query: str | None, passage: str | None
) -> tuple[str, str]:
    """Query and passage prompt: as given, else the model's own, else by its family."""
    is_e5 = "e5" in re.split(r"[^a-z0-9]+", Path(name).name.lower())
    if query is None:
        query = own.get("query") or (QUERY_PROMPT if is_e5 else "")
    if passage is None:
        passage = own.get("passage") or own.get("document") or (PASSAGE_PROMPT if is_e5 else "")
    return query, passage


def _hash_parameters(model: SentenceTransformer) -> tuple[str, str]:
    """SHA-256 over a model's parameters, and the kind of number most of them are."""
    import torch

    kinds = {torch.float32: "fp32", torch.float16: "fp16", torch.bfloat16: "bf16"}
    digest = hashlib.sha256()
    sizes: dict[str, int] = {}
    for name, tensor in sorted(model.state_dict().items()):
        if ".pooler." in name:  # unused by sentence-transformers, random where a model lacks it
            continue
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes())
        kind = kinds.get(tensor.dtype, str(tensor.dtype).removeprefix("torch."))
        sizes[kind] = sizes.get(kind, 0) + tensor.numel()
    return digest.hexdigest(), max(sizes, key=lambda kind: sizes[kind], default="fp32")
