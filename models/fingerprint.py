"""What an index must know of the encoder that made it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

from models.errors import ModelFormatError


@dataclass(frozen=True)
class Fingerprint:
    """Everything that decides a text's vector. Equal fingerprints: comparable vectors."""

    model: str  # for people, such as "embedded multilingual-e5-small int8"
    dimension: int
    quantization: str  # "int8", "fp32"
    pooling: str  # "mean", "cls", …
    query_prompt: str
    passage_prompt: str
    weights_sha256: str  # whole hex digests
    tokenizer_sha256: str
    offsets_sha256: str = ""  # of the language offsets; "" without any

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex over all fields: JSON, keys sorted, no spaces, UTF-8."""
        canonical = json.dumps(
            self.as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def short(self) -> str:
        """The first 12 characters of the digest, for messages."""
        return self.digest[:12]

    def as_dict(self) -> dict[str, str | int]:
        """The fields, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Fingerprint:
        """The inverse of `as_dict`.

        Raises:
            ModelFormatError: a field is missing, unknown or of the wrong type.
        """
        known = {field.name for field in fields(cls)}
        if set(values) != known:
            odd = ", ".join(sorted(set(values) ^ known))
            raise ModelFormatError(f"not an encoder fingerprint: fields missing or unknown: {odd}")
        for name, value in values.items():
            wanted = int if name == "dimension" else str
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise ModelFormatError(f"not an encoder fingerprint: {name} is {value!r}")
        return cls(**values)

    def __str__(self) -> str:
        """`embedded multilingual-e5-small int8 (9f3c12ab34cd)`."""
        return f"{self.model} ({self.short})"
