"""Made policies: as far apart as real clauses, with words as frequent, the same for a seed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from models import Fingerprint
from service.bench.scale.filters import as_filter, filters_of
from service.bench.scale.policies import (
    CHOSEN_PLACE,
    EVERY,
    LEAST_CLAUSES,
    MOST_CLAUSES,
    RARE,
    RARE_PLACE,
    Maker,
    policy_id,
)
from service.bench.scale.source import Passages, Source, split
from service.bench.scale.texts import Writer, coined
from service.bench.scale.vectors import Blend, nearest_cosine

DIMENSION = 48
ENGLISH = [
    "The account of a customer is closed within thirty days of the request.",
    "We keep the invoices of the last ten years for the tax office.",
    "Employees book the cheapest train for journeys of up to four hours.",
    "A visitor signs the book at the door and wears the badge in the building.",
    "The security officer tells the board of every incident within a day.",
    "Passwords are changed when the system has been opened by somebody else.",
]
CHINESE = [
    "用户可以随时申请注销账户。", "我们在三十日内处理您的申请。", "员工应当妥善保管密码。",
    "访客应当在前台登记。", "我们不会向第三方出售您的个人信息。",
]  # fmt: skip


def real_vectors(count: int, seed: int) -> np.ndarray:
    """Clauses about a few subjects: in few of the dimensions, and near others of their subject."""
    rng = np.random.default_rng(seed)
    subjects = rng.normal(size=(12, 10))
    points = subjects[rng.integers(12, size=count)] + 0.5 * rng.normal(size=(count, 10))
    vectors = points @ rng.normal(size=(10, DIMENSION)) + 4 * rng.normal(size=DIMENSION)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors * rng.uniform(0.97, 1, (count, 1)), np.float32)


@pytest.fixture(scope="module")
def source() -> Source:
    languages = tuple(
        Passages(
            lang,
            real_vectors(200, seed),
            tuple(split(texts[i % len(texts)], lang) for i in range(200)),
            joint,
        )
        for lang, texts, joint, seed in (("en", ENGLISH, " ", 1), ("zh", CHINESE, "", 2))
    )
    prints = Fingerprint("made", DIMENSION, "fp32", "mean", "", "", "", "")
    return Source(prints, languages)


@pytest.fixture(scope="module")
def maker(source: Source) -> Maker:
    return Maker(source, seed=20)


def test_same_seed_makes_same_policies_however_many_are_made(source: Source, maker: Maker) -> None:
    again = Maker(source, seed=20)
    first = [versions[-1] for versions in maker.policies(300)]
    second = [versions[-1] for versions in again.policies(900)]
    assert first[0].version == second[0].version
    np.testing.assert_array_equal(first[1].vectors, second[1].vectors)
    other = Maker(source, seed=21).policy(0)[-1]
    assert other.version.source != first[0].version.source


def test_made_vectors_are_as_near_to_each_other_as_real_ones() -> None:
    real = real_vectors(600, 3)
    made, _, _ = Blend(real, seed=1).draw(np.random.default_rng(7), 600)
    assert nearest_cosine(made) == pytest.approx(nearest_cosine(real), abs=0.02)
    # Not by being one cloud: pairs at random are as far apart as real ones are.
    spread = [np.median(v[:300] @ v[300:].T) for v in (made, real)]
    assert spread[0] == pytest.approx(spread[1], abs=0.05)


def test_made_vectors_have_their_parents_lengths_and_no_two_are_alike() -> None:
    real = real_vectors(50, 3)
    made, parents, _ = Blend(real, seed=1).draw(np.random.default_rng(7), 2000)
    np.testing.assert_allclose(
        np.linalg.norm(made, axis=1), np.linalg.norm(real[parents], axis=1), rtol=1e-5
    )
    assert len(np.unique(made, axis=0)) == 2000


def test_common_words_stand_in_most_clauses_and_new_words_never_end(source: Source) -> None:
    writer, rng = Writer(source.languages[0]), np.random.default_rng(4)
    clauses = [
        writer.clause(rng, *rng.integers(200, size=2).tolist()).lower().split() for _ in range(2000)
    ]
    held = Counter(word for clause in clauses for word in set(clause))
    assert held["the"] > 1000
    words = [{word for clause in clauses[:n] for word in clause} for n in (1000, 2000)]
    assert len(words[1]) > 1.4 * len(words[0])


def test_text_is_about_what_its_vector_says(source: Source) -> None:
    writer, rng = Writer(source.languages[0]), np.random.default_rng(4)
    own = [writer.clause(rng, 3, 9) for _ in range(50)]  # of visitors, signing books
    other = [writer.clause(rng, 4, 9) for _ in range(50)]
    assert sum("badge" in text for text in own) > 3 * sum("badge" in text for text in other)


def test_chinese_is_written_without_spaces_and_with_signs_that_occur(source: Source) -> None:
    writer, rng = Writer(source.languages[1]), np.random.default_rng(4)
    text = "".join(writer.clause(rng, i, i + 1) for i in range(50))
    assert " " not in text
    assert text.endswith("。")
    assert set(text) <= set("".join(CHINESE))


def test_rare_words_are_rarer_the_further_down_they_stand() -> None:
    draws = np.random.default_rng(1).random(20_000).tolist()
    times = Counter(coined(draw, tuple("abcdefghijklmnop")) for draw in draws)
    ordered = [count for _, count in times.most_common()]
    assert ordered[0] > 500
    assert ordered[100] < 0.1 * ordered[0]
    assert ordered[-1] == 1


def test_policies_hold_as_many_clauses_as_are_asked_for(maker: Maker) -> None:
    made = [versions[-1] for versions in maker.policies(1000)]
    assert sum(len(policy.passages) for policy in made) == 1000
    for policy in made[:-1]:
        assert LEAST_CLAUSES <= len(policy.passages) <= MOST_CLAUSES
        assert policy.vectors.shape == (len(policy.passages), DIMENSION)
    assert [policy.version.metadata.lang for policy in made[:4]] == ["en", "zh", "en", "zh"]


def test_clauses_of_a_made_policy_are_its_whole_text(maker: Maker) -> None:
    version = maker.policy(4)[-1].version
    spans = [(clause.start, clause.end) for clause in version.clauses]
    assert spans[0][0] == 0
    assert spans[-1][1] == len(version.source)
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    assert len({clause.id for clause in version.clauses}) == len(version.clauses)
    ids = {clause.id for clause in version.clauses}
    assert all(clause.parent_id in ids for clause in version.clauses if clause.parent_id)
    assert version.metadata.effective_date is not None
    assert version.metadata.organisation


def test_some_policies_have_an_older_version_that_shares_clauses(maker: Maker) -> None:
    made = [maker.policy(number) for number in range(300)]
    several = [versions for versions in made if len(versions) == 2]
    assert 5 <= len(several) <= 30
    for older, newer in several:
        before, after = older.version.metadata, newer.version.metadata
        assert before.effective_date is not None
        assert after.effective_date is not None
        assert before.effective_date < after.effective_date
        assert older.version.version != newer.version.version
        texts = [{p.views for p in version.passages} for version in (older, newer)]
        assert 0.4 < len(texts[0] & texts[1]) / len(texts[1]) < 0.95


def test_filters_leave_one_percent_of_the_policies_in_both_languages(maker: Maker) -> None:
    filters = {name: as_filter(given) for name, given in filters_of(404, ["en", "zh"]).items()}
    chosen = [policy_id(CHOSEN_PLACE + i * EVERY) for i in range(4)]
    assert filters["1% by policy"].policy_id == tuple(chosen)
    rare = [maker.policy(RARE_PLACE + i * EVERY)[-1].version.metadata for i in range(4)]
    assert {meta.organisation for meta in rare} == {RARE}
    assert {meta.lang for meta in rare} == {"en", "zh"}
    assert filters["1% by organisation"].organisation == (RARE,)
    assert RARE not in filters["99% by organisation"].organisation
    assert filters["language zh"].lang == ("zh",)
