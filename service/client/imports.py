"""From a folder of policies, a ZIP file or a list to the body of `POST /v1/import`."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import to_json

Policies = str | os.PathLike[str] | bytes | Iterable[Mapping[str, Any]]
"""A folder, a ZIP file (its path or its bytes), or policies as `{"id": …, "text": …}`."""
ZIP = "application/zip"
JSON = "application/json"


def import_body(policies: Policies) -> tuple[str, bytes]:
    """The Content-Type and the body that store these policies.

    Raises `ValueError` for a folder that cannot be sent whole, `OSError` for what cannot be read.
    """
    if isinstance(policies, bytes):
        return ZIP, policies
    if isinstance(policies, str | os.PathLike):
        path = Path(policies)
        return ZIP, _zipped(path) if path.is_dir() else path.read_bytes()
    return JSON, to_json({"policies": list(policies)})


def _zipped(folder: Path) -> bytes:
    """The folder's policy files. What `policy-search index` would complain of stops it.

    A ZIP file carries no sidecars, and what one says must not get lost: it may say who may read.
    """
    from indexer.files import find_files  # loads the readers, which other calls do without

    found = find_files([folder])
    if found.failed:
        raise ValueError("; ".join(f"{file}: {reason}" for file, reason in found.failed))
    if not found.files:
        raise ValueError(f"{folder} holds no policy files.")
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for file in found.files:
            if file.sidecar_bytes:
                raise ValueError(
                    f"{file.path} has a sidecar, which an import does not carry: store it with "
                    "`put`, giving what the sidecar says, or use `policy-search index`."
                )
            archive.write(file.path, file.name)
    return body.getvalue()
