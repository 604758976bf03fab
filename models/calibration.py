"""From what is known of a clause to the probability that it is right: logistic, per language pair.

There is one for hits, whether they answer, and one for counterparts, whether they say the same. A
calibration belongs to one encoder, like an index: scores of another mean something else. That of
the embedded model comes with the package; for another one `policy-search calibrate` fits it on
questions whose answers are known, and keeps it in the cache folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.cache import default_cache_dir
from models.errors import ModelFormatError
from models.fingerprint import Fingerprint

PACKAGED: Final = Path(__file__).parent / "data"
Kind = Literal["calibration", "equivalence"]
"""Of hits that answer, of counterparts that say the same."""
ANY_PAIR: Final = "any"


@dataclass(frozen=True)
class Calibration:
    """Weights of features, by language pair (`en-zh`: asked in English, clause in Chinese).

    `weights[pair]` holds an intercept and one weight for each of `features`; the pair `any` serves
    those that are not named. `record` tells how it came about and how well it does.
    Where no hit of a question has `min_relevance`, nothing answers it.
    """

    fingerprint: str
    features: tuple[str, ...]
    weights: Mapping[str, tuple[float, ...]]
    min_relevance: float
    record: Mapping[str, Any] = field(default_factory=dict)

    def probabilities(
        self, features: NDArray[np.float32], pairs: Sequence[str]
    ) -> NDArray[np.float32]:
        """Probabilities, shape (n,), of hits with features of shape (n, len(self.features)).

        `pairs`: of languages, the question's and the hit's (`en-zh`), one a hit or one for all.
        """
        other = self.weights[ANY_PAIR]
        rows = np.array([self.weights.get(pair, other) for pair in pairs], np.float64)
        rows = rows.reshape(-1, len(self.features) + 1)
        logits = rows[:, 0] + (rows[:, 1:] * features).sum(axis=1)
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)

    def write(self, path: Path) -> None:
        """Write it as JSON for people to read as well."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", "utf-8")


def calibration_file(
    fingerprint: Fingerprint, cache_dir: Path | None = None, kind: Kind = "calibration"
) -> Path:
    """Where the calibration of an encoder that is not the packaged one is kept."""
    folder = (cache_dir or default_cache_dir()) / "calibrations"
    suffix = "" if kind == "calibration" else f"-{kind}"
    return folder / f"{fingerprint.digest[:24]}{suffix}.json"


def find_calibration(
    fingerprint: Fingerprint, cache_dir: Path | None = None, kind: Kind = "calibration"
) -> Calibration | None:
    """The calibration of an encoder: one fitted on this machine, else the packaged one, else none.

    Raises:
        ModelFormatError: a file of the cache cannot be understood.
    """
    for path in (calibration_file(fingerprint, cache_dir, kind), PACKAGED / f"{kind}.json"):
        if path.is_file():
            found = read_calibration(path)
            if found.fingerprint == fingerprint.digest:
                return found
    return None


def read_calibration(path: Path) -> Calibration:
    """The inverse of `Calibration.write`.

    Raises:
        ModelFormatError: it cannot be read, or lacks something.
    """
    try:
        values = json.loads(path.read_text("utf-8"))
        features = tuple(map(str, values["features"]))
        weights = {pair: tuple(map(float, row)) for pair, row in values["weights"].items()}
        if ANY_PAIR not in weights or any(len(r) != len(features) + 1 for r in weights.values()):
            raise ValueError(f"the weights do not fit {len(features)} features")
        return Calibration(
            str(values["fingerprint"]),
            features,
            weights,
            float(values["min_relevance"]),
            dict(values["record"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFormatError(
            f"{path}: not a calibration ({error}); delete it, or make it again with "
            "`policy-search calibrate`"
        ) from error
