"""Training itself, with an encoder of a few thousand weights and a made-up pair of languages."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.loading import load_encoder
from models.trained import DENSE_TENSOR
from models.training.__main__ import main
from models.training.damping import damping
from models.training.development import figures, pairs_task, read_task
from models.training.errors import TrainingError
from models.training.examples import make_examples
from models.training.export import LAYERS_FILE, read_layers
from models.training.loop import batches, learning_rate
from models.training.network import Network
from models.training.objective import Targets, loss
from models.training.recipe import Recipe
from models.training.records import Pair
from models.training.run import run

ToyPairs = Callable[[int], list[Pair]]

TINY = Recipe(
    first_layer=1,
    examples=300,
    joined=0.0,
    held_aside=40,
    max_tokens=16,
    tokens=100_000,
    batch_tokens=600,
    learning_rate=3e-3,
    warmup_steps=5,
    evaluations=2,
    bfloat16=False,
)


def test_training_brings_the_languages_together(
    toy_model: Path, toy_pairs: ToyPairs, tmp_path: Path
) -> None:
    lines: list[str] = []
    both = run(toy_model, toy_pairs(400), [], tmp_path, TINY, lines.append)
    before, after = (both[when]["held-aside"]["hit@1"] for when in ("before", "after"))
    assert after > before + 0.3, f"{before:.2f} before, {after:.2f} after"
    assert any("tokens/s" in line for line in lines)
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["figures"]["after"]["held-aside"]["hit@1"] == after
    assert record["data"]["made"] == {"examples": 300, "licence": "not stated"}
    assert not (tmp_path / "model").exists()
    layers = read_layers(tmp_path / LAYERS_FILE)
    dense = layers.pop(DENSE_TENSOR)
    assert dense.shape == (32, 32)
    assert torch.allclose(dense, dense.T)
    assert {int(name.split(".")[2]) for name in layers} == {1, 2}
    assert all(bool(torch.isfinite(value).all()) for value in layers.values())


def test_a_model_of_ones_own_comes_out_whole(
    toy_model: Path, toy_pairs: ToyPairs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pairs.jsonl"
    rows = [{"en": pair.en, "zh": pair.zh} for pair in toy_pairs(60)]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    out = tmp_path / "out"
    options = ["--base", str(toy_model), "--pairs", str(file), "--out", str(out)]
    assert main([*options, "--smoke", "--first-layer", "2"]) == 0
    assert "after training" in capsys.readouterr().out
    encoder = load_encoder(str(out / "model"))
    assert encoder.dimension == 32
    assert encoder.fingerprint.query_prompt == "query: "
    before = load_encoder(str(toy_model)).encode_passages(["word1"])
    assert not np.allclose(encoder.encode_passages(["word1"]), before, atol=1e-3)


def test_the_whole_model_gives_what_was_measured(
    toy_model: Path, toy_pairs: ToyPairs, tmp_path: Path
) -> None:
    pairs = toy_pairs(60)
    run(toy_model, pairs, [], tmp_path, replace(TINY, tokens=2_000), lambda _: None, True)
    network = Network(toy_model, 1, bfloat16=False)
    layers = read_layers(tmp_path / LAYERS_FILE)
    network.dense = layers.pop(DENSE_TENSOR)
    network.load(layers)
    text = f"passage: {pairs[0].en}"
    measured = network.encode_all(network.frozen([text], 16, lambda _: None))
    written = load_encoder(str(tmp_path / "model")).encode_passages([pairs[0].en])
    assert np.allclose(measured, written, atol=2e-2)  # layers are kept in float16
    network.dense = None
    undamped = network.encode_all(network.frozen([text], 16, lambda _: None))
    assert float((written @ measured.T).item()) > float((written @ undamped.T).item())


def test_damping_takes_from_a_direction_what_noise_has_in_it() -> None:
    rng = np.random.default_rng(5)
    spread = np.array([0.0, 3.0, 1.0, 0.1])
    rows = (np.array([9.0, 0, 0, 0]) + rng.normal(size=(4000, 4)) * spread).astype(np.float32)
    noise = 0.2 * float((spread**2).mean())
    kept = damping(rows, 0.2)
    assert np.allclose(kept, kept.T)
    wanted = [81 / (81 + noise), *(spread[1:] ** 2 / (spread[1:] ** 2 + noise))]
    assert np.allclose(np.diag(kept), wanted, atol=0.02)
    assert np.allclose(damping(rows, 0.0), np.eye(4), atol=1e-6)


def test_an_interrupted_run_ends_like_a_whole_one(
    toy_model: Path, toy_pairs: ToyPairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs, recipe = toy_pairs(400), replace(TINY, tokens=12_000)
    run(toy_model, pairs, [], tmp_path / "whole", recipe, lambda _: None)

    def interrupt(line: str) -> None:
        if line.startswith("evaluation 1"):
            monkeypatch.setattr("models.training.loop.loss", _interrupted)

    with monkeypatch.context() as context:
        context.setattr("models.training.loop.loss", loss)
        with pytest.raises(KeyboardInterrupt):
            run(toy_model, pairs, [], tmp_path / "resumed", recipe, interrupt)
    monkeypatch.setattr("models.training.loop.loss", loss)
    lines: list[str] = []
    run(toy_model, pairs, [], tmp_path / "resumed", recipe, lines.append)
    assert any(line.startswith("going on from") for line in lines)
    whole, resumed = (read_layers(tmp_path / name / LAYERS_FILE) for name in ("whole", "resumed"))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_other_networks_are_refused(tmp_path: Path, toy_model: Path) -> None:
    with pytest.raises(TrainingError, match="more than 3 layers expected"):
        Network(toy_model, 3)


def test_a_text_has_one_vector_whatever_stands_beside_it(toy_model: Path) -> None:
    network = Network(toy_model, 1, bfloat16=False)
    states = network.frozen(["word1 word2", "word3 词4 word5 word6 word7"], 16, lambda _: None)
    together = network.encode_all(states)
    with torch.no_grad():
        alone = network.encode(states, [0]).numpy()
    assert np.allclose(together[:1], alone, atol=1e-5)
    reference = network.model.encode(["word1 word2"], normalize_embeddings=True)
    assert np.allclose(reference, alone, atol=2e-3)  # states are kept in float16


def test_perfect_vectors_have_no_distillation_left() -> None:
    teacher = torch.nn.functional.normalize(torch.randn(6, 8), dim=-1)
    targets = _targets(teacher, teacher, 0.5)
    parts = loss(targets.vectors, targets.vectors, targets, torch.arange(6), TINY)
    assert float(parts.distillation) == pytest.approx(0, abs=1e-5)
    other = targets.vectors.flip(0)
    worse = loss(targets.vectors, other, targets, torch.arange(6), TINY)
    assert float(worse.relations) > float(parts.relations)


def test_targets_lie_between_the_languages() -> None:
    english = torch.nn.functional.normalize(torch.randn(50, 8) + 2, dim=-1)
    chinese = torch.nn.functional.normalize(torch.randn(50, 8) - 2, dim=-1)
    assert torch.allclose(_targets(english, chinese, 0.0).vectors, english, atol=1e-6)
    half = _targets(english, chinese, 0.5).vectors
    # The Chinese share brings differences between texts, not the language's own direction.
    assert float(half.mean(0) @ english.mean(0)) > 0.9 * float(english.mean(0).norm() ** 2)


def test_batches_hold_every_example_once_and_keep_the_budget() -> None:
    rng = random.Random(1)
    lengths = np.array([rng.randint(4, 60) for _ in range(2000)])
    vectors = np.random.default_rng(1).normal(size=(2000, 8)).astype(np.float32)
    recipe = replace(TINY, batch_tokens=800, batch_pairs=16)
    found = batches(vectors, lengths, recipe, rng)
    used = [i for batch in found for i in batch]
    assert len(used) == len(set(used))
    assert len(used) > 1900  # the smallest left-overs are dropped
    assert all(2 * max(lengths[batch]) * len(batch) <= 800 for batch in found)


def test_batches_bring_neighbours_together() -> None:
    group = np.repeat(np.arange(10), 200)
    vectors = np.eye(10, dtype=np.float32)[group]
    recipe = replace(TINY, neighbours=1.0, batch_tokens=10**6, batch_pairs=32)
    found = batches(vectors, np.full(2000, 5), recipe, random.Random(2))
    kinds = [len(set(group[batch])) for batch in found]
    assert np.mean(kinds) < 6  # by chance, nearly all ten


def test_learning_rate_rises_then_falls_to_its_floor() -> None:
    recipe = replace(TINY, learning_rate=1.0, warmup_steps=10)
    assert learning_rate(recipe, 0, 0.0) == pytest.approx(0.1)
    assert learning_rate(recipe, 10, 0.0) == 1.0
    assert learning_rate(recipe, 10**6, 1.5) == pytest.approx(0.05)


def test_figures_of_a_small_task_by_hand(tmp_path: Path) -> None:
    _write_task(tmp_path / "task")
    task = read_task(tmp_path / "task")
    corpus = np.eye(3, dtype=np.float32)
    # Its own language's answer first, the other language's last; the query's own text second.
    found = figures(task, np.array([[0.9, 0.1, 0.5]], np.float32), corpus)
    ideal = 2 + 1 / math.log2(3)
    assert found["ndcg@10"] == pytest.approx((2 + 1 / math.log2(3)) / ideal)
    assert found["map"] == pytest.approx(1.0)  # the text itself counts as the last
    assert found["hit@1"] == found["same hit@1"] == found["cross hit@1"] == 1.0


def test_held_aside_pairs_make_a_task(toy_pairs: ToyPairs) -> None:
    _, aside = make_examples(toy_pairs(100), replace(TINY, held_aside=10))
    task = pairs_task("aside", aside)
    vectors = np.eye(20, dtype=np.float32)
    found = figures(task, vectors[[i ^ 1 for i in range(20)]], vectors)
    assert found["hit@1"] == found["cross hit@1"] == 1.0
    assert "same hit@1" not in found


def _targets(english: torch.Tensor, chinese: torch.Tensor, share: float) -> Targets:
    passages = torch.zeros(len(english), dtype=torch.bool)
    return Targets.of(english, chinese, passages, share)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _write_task(folder: Path) -> None:
    folder.mkdir()
    corpus = [("1", "Two weeks.", "en"), ("2", "两周。", "zh"), ("3", "How long?", "en")]
    queries = [("q", "How long?", "en")]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = [json.dumps({"_id": i, "text": t, "lang": lang}) for i, t, lang in rows]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t2\nq\t2\t1\n")
