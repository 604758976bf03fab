"""Taking a language's own direction out of the vectors of a model that was not trained here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelFormatError
from models.loading import load_encoder, offsets_file
from models.offsets import OFFSETS_FILE, Offsets, read_offsets, script_language
from models.training.errors import TrainingError
from models.training.offsets import estimate, main
from models.training.records import Pair


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("How long is data kept?", "en"),
        ("注销账户后信息保存多久？", "zh"),
        ("关闭 Wi-Fi 与 BSSID 扫描", "zh"),
        ("The Chinese word 隐私 means privacy.", "en"),
        ("アカウントを削除する方法", ""),
        ("계정 삭제", ""),
        ("2025-07-01, 3.4", ""),
        ("", ""),
    ],
)
def test_language_by_script(text: str, lang: str) -> None:
    assert script_language(text) == lang


def test_the_direction_of_a_language_is_gone() -> None:
    rng = np.random.default_rng(1)
    meaning = rng.normal(size=(50, 16)).astype(np.float32)
    english, chinese = (meaning + rng.normal(size=16).astype(np.float32) * 5 for _ in range(2))
    offsets = Offsets.of({("query", "en"): english, ("query", "zh"): chinese})
    left = offsets.take_away(english, ["word"] * 50, "query")
    right = offsets.take_away(chinese, ["词"] * 50, "query")
    assert np.allclose(left, right, atol=1e-4)
    none = offsets.take_away(np.zeros((1, 16), np.float32), ["1"], "query")
    assert np.allclose(none[0], -(english.mean(0) + chinese.mean(0)) / 2, atol=1e-4)
    assert offsets.take_away(np.zeros((0, 16), np.float32), [], "query").shape == (0, 16)


def test_offsets_are_estimated_kept_and_taken_away_again(
    toy_model: Path,
    toy_pairs: Callable[[int], list[Pair]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join(json.dumps(asdict(pair)) for pair in toy_pairs(300)), "utf-8")
    kept = offsets_file(str(toy_model))
    assert kept == toy_model / OFFSETS_FILE
    plain = load_encoder(str(toy_model))
    try:
        assert main([str(toy_model), "--pairs", str(file)]) == 0
        assert "written to" in capsys.readouterr().out
        encoder = load_encoder(str(toy_model))
        assert encoder.fingerprint.offsets_sha256
        assert encoder.fingerprint.digest != plain.fingerprint.digest
        texts = ["word1 word2 word3", "词1 词2 词3"]
        before, after = plain.encode_passages(texts), encoder.encode_passages(texts)
        assert np.allclose(np.linalg.norm(after, axis=1), 1, atol=1e-5)
        assert not np.allclose(before, after, atol=0.1)
        kept.write_bytes(kept.read_bytes()[:100])
        with pytest.raises(ModelFormatError, match="delete"):
            load_encoder(str(toy_model))
        assert main([str(toy_model), "--remove"]) == 0
        assert load_encoder(str(toy_model)).fingerprint == plain.fingerprint
    finally:
        kept.unlink(missing_ok=True)


def test_offsets_that_do_not_help_are_not_kept(
    toy_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pairs.jsonl"
    rows = [{"en": f"word{i} word{i + 9}", "zh": f"word{i} word{i + 9}"} for i in range(40)]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert main([str(toy_model), "--pairs", str(file)]) == 0
    assert "do not pay" in capsys.readouterr().out
    assert not (toy_model / OFFSETS_FILE).exists()


def test_too_few_pairs_are_refused(toy_model: Path) -> None:
    encoder = load_encoder(str(toy_model))
    with pytest.raises(TrainingError, match="too few"):
        estimate(encoder, [Pair("", "", 0, "word1", "词1")] * 3, 100, print)


def test_offsets_of_another_model_are_refused(tmp_path: Path) -> None:
    rows = {(kind, lang): np.ones((3, 8), np.float32) for kind in ("query", "passage")
            for lang in ("en", "zh")}  # fmt: skip
    path = tmp_path / OFFSETS_FILE
    digest = Offsets.of(rows).write(path)  # type: ignore[arg-type]
    found = read_offsets(path, 8)
    assert found is not None
    assert found[1] == digest
    assert found[0].dimension == 8
    with pytest.raises(ModelFormatError, match="another model"):
        read_offsets(path, 16)
    assert read_offsets(tmp_path / "none", 8) is None


def test_named_models_keep_their_offsets_in_the_cache(tmp_path: Path) -> None:
    path = offsets_file("someone/some-model", tmp_path)
    assert path == tmp_path / "offsets" / "someone--some-model" / OFFSETS_FILE
