"""Small parts of the models package: batches, fingerprints, text, cache folders, unit rows."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers.normalizers import Precompiled

from models.batching import token_batches
from models.cache import default_cache_dir, is_whole, publish_folder, read_manifest
from models.charsmap import precompiled_charsmap
from models.encoder import unit_rows
from models.errors import CacheError, ModelFormatError
from models.fingerprint import Fingerprint
from models.onnx_session import Runs, has_vnni
from models.text import clean

FINGERPRINT = Fingerprint(
    model="embedded multilingual-e5-small int4",
    dimension=384,
    quantization="int4",
    pooling="mean",
    query_prompt="query: ",
    passage_prompt="passage: ",
    weights_sha256="a" * 64,
    tokenizer_sha256="b" * 64,
    offsets_sha256="",
)


def quiet(_: str) -> None:
    """Drop a message."""


def test_batches_hold_every_text_once_under_the_budget() -> None:
    lengths = np.random.default_rng(0).integers(1, 512, 500).tolist()
    batches = token_batches(lengths, 2048)
    assert sorted(i for batch in batches for i in batch) == list(range(500))
    assert all(len(batch) * max(lengths[i] for i in batch) <= 2048 for batch in batches)


def test_batches_pad_little() -> None:
    lengths = np.random.default_rng(0).integers(1, 512, 500).tolist()
    padded = sum(len(b) * max(lengths[i] for i in b) for b in token_batches(lengths, 2048))
    assert padded < 1.05 * sum(lengths)


def test_text_longer_than_the_budget_goes_alone() -> None:
    assert token_batches([5, 900, 3], 100) == [[1], [0, 2]]
    assert token_batches([5, 12, 6, 3], 100) == [[1, 2], [0, 3]]  # 5 would be mostly padding
    assert token_batches([], 100) == []


def test_fingerprint_digest_never_changes() -> None:
    # Stored in every index: another digest for the same encoder would orphan them all.
    digest = "6201399af026d196c7c836d74f72d6630ded5963fe22c30b95ff0279318da2c6"
    assert FINGERPRINT.digest == digest
    assert FINGERPRINT.short == digest[:12]


@pytest.mark.parametrize("field", list(FINGERPRINT.as_dict()))
def test_fingerprint_digest_covers_every_field(field: str) -> None:
    values: dict[str, Any] = FINGERPRINT.as_dict()
    values[field] = values[field] + 1 if field == "dimension" else values[field] + "x"
    assert Fingerprint.from_dict(values).digest != FINGERPRINT.digest


def test_fingerprint_survives_a_round_trip() -> None:
    assert Fingerprint.from_dict(FINGERPRINT.as_dict()) == FINGERPRINT


@pytest.mark.parametrize(
    "change", [{"dimension": "384"}, {"dimension": True}, {"pooling": None}, {"extra": "x"}]
)
def test_malformed_fingerprint_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ModelFormatError, match="fingerprint"):
        Fingerprint.from_dict({**FINGERPRINT.as_dict(), **change})


def test_clean_keeps_every_character_in_its_place() -> None:
    text = "a\0b\ud800c\udfff好😀"
    assert clean(text) == "a\ufffdb\ufffdc\ufffd好😀"
    assert len(clean(text)) == len(text)


def test_rows_are_unit_rows_whatever_the_model_gave(caplog: pytest.LogCaptureFixture) -> None:
    rows = np.array(
        [[3, 4], [0, 0], [np.nan, np.nan], [np.inf, 0], [1e-30, 0], [np.nan, 2]], np.float32
    )
    with caplog.at_level(logging.WARNING):
        units = unit_rows(rows)
    assert units.dtype == np.float32
    assert np.allclose(np.linalg.norm(units, axis=1), 1)
    assert np.allclose(units[0], [0.6, 0.8])
    assert "no usable vector" in caplog.text


def test_character_map_replaces_expands_and_drops() -> None:
    characters = {ord("Ａ"): (ord("A"),), ord("㈱"): tuple(map(ord, "(株)")), 0x7F: ()}
    characters |= {code: (ord("x"),) for code in range(0x1F100, 0x1F400)}
    normalizer = Precompiled(precompiled_charsmap(characters))
    assert normalizer.normalize_str("Ａ\x7f㈱é字\U0001f200") == "A(株)é字x"


def test_character_map_refuses_code_point_zero() -> None:
    with pytest.raises(ValueError, match="code point 0"):
        precompiled_charsmap({0: (65,)})


def write_two_files(folder: Path) -> dict[str, Any]:
    (folder / "a.bin").write_bytes(b"12345")
    (folder / "sub").mkdir()
    (folder / "sub" / "b.bin").write_bytes(b"123")
    return {"name": "tiny"}


def test_folder_is_written_once(tmp_path: Path) -> None:
    calls: list[Path] = []

    def write(folder: Path) -> dict[str, Any]:
        calls.append(folder)
        return write_two_files(folder)

    folder = tmp_path / "new" / "model"
    assert publish_folder(folder, write, quiet) == folder
    assert publish_folder(folder, write, quiet) == folder
    assert len(calls) == 1
    manifest = read_manifest(folder)
    assert manifest["name"] == "tiny"
    assert manifest["files"] == {"a.bin": 5, "sub/b.bin": 3}


@pytest.mark.parametrize("damage", ["shorter", "missing", "no manifest", "bad manifest"])
def test_damaged_folder_is_written_again(tmp_path: Path, damage: str) -> None:
    folder = publish_folder(tmp_path / "model", write_two_files, quiet)
    manifest = folder / "policy_search.json"
    if damage == "shorter":
        (folder / "a.bin").write_bytes(b"1")
    elif damage == "missing":
        (folder / "sub" / "b.bin").unlink()
    elif damage == "no manifest":
        manifest.unlink()
    else:
        manifest.write_text("[1")
    assert not is_whole(folder)
    said: list[str] = []
    publish_folder(folder, write_two_files, said.append)
    assert is_whole(folder)
    assert "writing it again" in said[0]


def test_failed_writer_leaves_nothing_behind(tmp_path: Path) -> None:
    def write(folder: Path) -> dict[str, Any]:
        (folder / "half.bin").write_bytes(b"1")
        raise ModelFormatError("stop")

    with pytest.raises(ModelFormatError):
        publish_folder(tmp_path / "model", write, quiet)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == []


def test_unwritable_cache_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CacheError, match="POLICY_SEARCH_CACHE"):
        publish_folder(tmp_path / "file" / "model", write_two_files, quiet)


def test_cache_folder_can_be_named_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("POLICY_SEARCH_CACHE", str(tmp_path))
    assert default_cache_dir() == tmp_path
    monkeypatch.delenv("POLICY_SEARCH_CACHE")
    assert default_cache_dir().name == "policy-search"


def test_a_run_alone_has_all_threads_and_several_share_them() -> None:
    now = 10.0
    runs = Runs(lambda: now)
    assert runs.begin(20)
    runs.end()
    assert runs.begin(20)  # right after another one, too
    assert not runs.begin(20)
    assert not runs.begin(2000)
    for _ in range(3):
        runs.end()
    assert not runs.begin(20)  # more are to be expected
    runs.end()
    assert runs.begin(2000)  # much is worth them all
    runs.end()
    now += 0.2
    assert runs.begin(20)


def test_processors_that_add_products_exactly_are_known(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    assert not has_vnni(cpuinfo)
    cpuinfo.write_text("flags\t\t: fpu sse4_2 avx2 avx512f\n")
    assert not has_vnni(cpuinfo)
    cpuinfo.write_text("flags\t\t: fpu avx2 avx512_vnni\n")
    assert has_vnni(cpuinfo)
