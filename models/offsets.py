"""What a multilingual encoder adds to a text for its language alone, and taking it away.

Encoders of this kind put texts of one language close together before texts of one meaning: every
vector holds a part that says no more than "this is Chinese". Estimated from parallel text, it is
the mean vector of each language, for queries and for passages. Without it, one cosine compares
what the texts say. The embedded model needs no offsets, since its trained layers leave little to
take away; for another model `python -m models.training.offsets` estimates and measures them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from models.errors import ModelFormatError

OFFSETS_FILE: Final = "language_offsets.safetensors"
LANGUAGES: Final = ("en", "zh")
Kind = Literal["query", "passage"]
Floats = NDArray[np.float32]

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7a3]")
_LETTER = re.compile(r"[^\W\d_]")
# A Chinese character says about as much as three letters.
_LETTERS_PER_HAN = 3


@dataclass(frozen=True)
class Offsets:
    """Mean vectors of each kind of text by language, and under "" the mean over the languages.

    The last serves texts in any other language. Rows are float32 of shape (dimension,).
    """

    means: Mapping[tuple[Kind, str], Floats]

    @classmethod
    def of(cls, vectors: Mapping[tuple[Kind, str], Floats]) -> Offsets:
        """Offsets from unit vectors of parallel texts, (n, dimension), by kind and language."""
        means = {key: np.asarray(rows.mean(axis=0), np.float32) for key, rows in vectors.items()}
        for kind in {kind for kind, _ in means}:
            own = [mean for (of, _), mean in means.items() if of == kind]
            means[kind, ""] = np.mean(own, axis=0, dtype=np.float32)
        return cls(means)

    @property
    def dimension(self) -> int:
        """Length of every row."""
        return len(next(iter(self.means.values())))

    def take_away(self, rows: Floats, texts: Sequence[str], kind: Kind) -> Floats:
        """Vectors less the offset of each text's language; not of unit length any more.

        Args:
            rows: unit vectors of the texts, float32 (n, dimension).
            texts: the texts, which tell their language by their script.
            kind: whether they were encoded as queries or as passages.
        """
        offsets = [self.means[kind, script_language(text)] for text in texts]
        return rows - np.stack(offsets) if offsets else rows

    def write(self, path: Path) -> str:
        """Write a safetensors file; returns its SHA-256."""
        data = save({f"{kind}.{lang or 'any'}": row for (kind, lang), row in self.means.items()})
        path.write_bytes(data)
        return hashlib.sha256(data).hexdigest()


def read_offsets(path: Path, dimension: int) -> tuple[Offsets, str] | None:
    """The offsets in a file and its SHA-256; None where there is no file.

    Raises:
        ModelFormatError: the file is damaged, or of a model with another dimension.
    """
    if not path.is_file():
        return None
    remedy = f"delete {path}, or make it again with `python -m models.training.offsets`"
    try:
        tensors = load_file(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, SafetensorError) as error:
        raise ModelFormatError(f"cannot read the language offsets ({error}): {remedy}") from error
    means: dict[tuple[Kind, str], Floats] = {}
    kinds: tuple[Kind, ...] = ("query", "passage")
    for kind in kinds:
        for lang in (*LANGUAGES, ""):
            row = tensors.get(f"{kind}.{lang or 'any'}")
            if row is None or row.shape != (dimension,):
                raise ModelFormatError(
                    f"the language offsets are of another model (dimension {dimension} "
                    f"expected): {remedy}"
                )
            means[kind, lang] = row.astype(np.float32)
    return Offsets(means), digest


def script_language(text: str) -> str:
    """ "zh" where Han characters carry most of a text, "en" where Latin letters do, else ""."""
    if _KANA_OR_HANGUL.search(text):
        return ""
    han, letters = len(_HAN.findall(text)), len(_LETTER.findall(text))
    if not letters:
        return ""
    return "zh" if _LETTERS_PER_HAN * han > letters - han else "en"
