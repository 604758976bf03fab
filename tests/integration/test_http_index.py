"""The service over real index directories: publishing, refreshing, and refusing what is wrong."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from indexer.build import build_index
from models import Encoder, Fingerprint
from service.app import create_app
from service.settings import Settings

LEAVE = """\
Lanternworks Leave Policy

Effective date: 1 March 2025

1. Annual leave

1.1 Every employee has twenty-five days of annual leave in a calendar year.

1.2 Unused days may be carried over until the end of March.

2. Sick leave

2.1 Sick leave is paid in full for six weeks.
"""

PRIVACY = """\
灯塔隐私政策

一、信息的收集

（一）我们收集您的姓名和手机号码。

二、账户注销

（一）您可以随时注销账户。

（二）注销账户后，信息保存三十日。
"""

EXPENSES = """\
Lanternworks Expenses Policy

1. Travel

1.1 Train tickets are refunded within ten days of the claim.
"""


class LetterPairEncoder:
    """A real encoder's surface over hashed pairs of letters: deterministic, instant, no model."""

    dimension = 256
    max_tokens = 512
    passage_token_budget = 500

    def __init__(self, name: str = "letter-pairs") -> None:
        self.name = name
        self.fingerprint = Fingerprint(
            model=name,
            dimension=self.dimension,
            quantization="fp32",
            pooling="mean",
            query_prompt="",
            passage_prompt="",
            weights_sha256="",
            tokenizer_sha256="",
        )

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for first, second in zip(text.lower(), text.lower()[1:], strict=False):
                row[zlib.crc32((first + second).encode()) % self.dimension] += 1
            row[0] += 1e-3
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def encode_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self.encode_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [(i, i + 1) for i in range(len(text))]


ENCODER = cast(Encoder, LetterPairEncoder())


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "leave.txt").write_text(LEAVE, encoding="utf-8")
    (folder / "privacy.txt").write_text(PRIVACY, encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def client(index: Path) -> Iterator[TestClient]:
    settings = Settings(index=index, refresh_seconds=0.05)
    with TestClient(create_app(settings, encoder=ENCODER)) as client:
        yield client


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen in time")


def ready(client: TestClient) -> bool:
    return bool(client.get("/readyz").status_code == 200)


def test_service_becomes_ready_when_an_index_is_published(
    client: TestClient, files: Path, index: Path
) -> None:
    until(lambda: "policy-search index" in client.get("/readyz").json()["detail"])
    assert client.get("/readyz").status_code == 503
    assert client.get("/v1/policies").status_code == 503
    build_index([files], index, ENCODER)
    until(lambda: ready(client))
    assert client.get("/v1/policies").json()["total"] == 2


def test_search_finds_the_clause_and_its_url_opens_it(
    client: TestClient, files: Path, index: Path
) -> None:
    build_index([files], index, ENCODER)
    until(lambda: ready(client))
    for question, lang, text in (
        ("until when may unused days be carried over?", "en", "until the end of March"),
        ("注销账户后，信息保存多久？", "zh", "信息保存三十日"),
    ):
        answer = client.post("/v1/search", json={"q": question}).json()
        hit = answer["hits"][0]
        assert (answer["query_lang"], hit["lang"]) == (lang, lang)
        assert text in hit["text"]
        assert answer["index"]["fingerprint"] == ENCODER.fingerprint.digest
        clause = client.get(hit["url"]).json()
        shared = ("id", "citation", "labels", "text", "lang", "policy")
        assert {k: clause[k] for k in shared} == {k: hit[k] for k in shared}


def test_filters_and_pages(client: TestClient, files: Path, index: Path) -> None:
    build_index([files], index, ENCODER)
    until(lambda: ready(client))
    everything = client.get("/v1/search?q=leave&limit=100").json()
    assert everything["total"] == len(everything["hits"])
    pages = [client.get(f"/v1/search?q=leave&limit=2&offset={n}").json()["hits"] for n in (0, 2, 4)]
    assert [hit for page in pages for hit in page] == everything["hits"][:6]
    chinese = client.get("/v1/search?q=leave&lang=zh").json()["hits"]
    assert {hit["policy"]["id"] for hit in chinese} == {"privacy"}
    assert client.get("/v1/search?q=leave&policy_id=privacy").json()["hits"] == chinese
    assert client.get("/v1/search?q=leave&lang=en&policy_id=privacy").json()["hits"] == []
    assert client.get("/v1/search?q=leave&policy_id=privat").json()["code"] == "unknown-policy"


def test_every_clause_of_a_policy_opens_and_links_to_its_neighbours(
    client: TestClient, files: Path, index: Path
) -> None:
    build_index([files], index, ENCODER)
    until(lambda: ready(client))
    for policy in client.get("/v1/policies").json()["policies"]:
        clauses = client.get(policy["clauses_url"]).json()["clauses"]
        assert len(clauses) == policy["clause_count"]
        opened = [client.get(clause["url"]).json() for clause in clauses]
        assert [clause["id"] for clause in opened] == [clause["id"] for clause in clauses]
        following = [clause["next"]["id"] for clause in opened[:-1]]
        assert following == [clause["id"] for clause in clauses[1:]]
        assert opened[-1]["next"] is None
        children = {child["id"] for clause in opened for child in clause["children"]}
        assert children == {clause["id"] for clause in clauses if clause["parent_id"]}


def test_new_generation_is_served_without_a_restart(
    client: TestClient, files: Path, index: Path
) -> None:
    build_index([files], index, ENCODER)
    until(lambda: ready(client))
    assert client.get("/v1/policies/expenses").status_code == 404
    (files / "expenses.txt").write_text(EXPENSES, encoding="utf-8")
    build_index([files], index, ENCODER)
    until(lambda: client.get("/readyz").json()["index"]["generation"] == 2)
    answer = client.get("/v1/search?q=when+are+train+tickets+refunded").json()
    assert answer["index"]["generation"] == 2
    assert answer["hits"][0]["policy"]["id"] == "expenses"


def test_questions_asked_while_publishing_are_all_answered(
    client: TestClient, files: Path, index: Path
) -> None:
    build_index([files], index, ENCODER)
    until(lambda: ready(client))
    done, failures = threading.Event(), []

    def ask() -> None:
        while not done.is_set():
            response = client.get("/v1/search?q=annual+leave&limit=100")
            listing = client.get("/v1/policies/leave/clauses")
            if response.status_code != 200 or listing.status_code != 200:
                failures.append((response.text, listing.text))

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for generation in range(2, 6):
            text = LEAVE + f"\n3. Version {generation}\n\n3.1 This clause is new.\n"
            (files / "leave.txt").write_text(text, encoding="utf-8")
            assert build_index([files], index, ENCODER).generation == generation
            until(lambda: client.get("/readyz").json()["index"]["generation"] == generation)  # noqa: B023
    finally:
        done.set()
        for asker in askers:
            asker.join(20)
    assert failures == []


def test_index_of_another_encoder_is_never_searched(
    client: TestClient, files: Path, index: Path
) -> None:
    build_index([files], index, cast(Encoder, LetterPairEncoder("another-encoder")))
    until(lambda: "another-encoder" in client.get("/readyz").json()["detail"])
    problem = client.get("/readyz").json()
    assert problem["code"] == "not-ready"
    assert "letter-pairs" in problem["detail"]
    assert "policy-search index" in problem["detail"]
    assert client.get("/v1/search?q=leave").status_code == 503
    build_index([files], index, ENCODER)
    until(lambda: ready(client))


def test_index_rebuilt_by_another_encoder_leaves_the_old_generation_serving(
    client: TestClient, files: Path, index: Path
) -> None:
    build_index([files], index, ENCODER)
    until(lambda: ready(client))
    build_index([files], index, cast(Encoder, LetterPairEncoder("another-encoder")))
    until(lambda: client.get("/readyz").json()["refresh_failure"] is not None)
    assert "another-encoder" in client.get("/readyz").json()["refresh_failure"]
    assert client.get("/v1/search?q=annual+leave").json()["hits"]


def test_no_endpoint_tells_where_files_lie(
    client: TestClient, files: Path, index: Path, tmp_path: Path
) -> None:
    build_index([files], index, ENCODER)
    until(lambda: ready(client))
    for path in ("/v1/policies", "/v1/policies/leave", "/v1/policies/leave/clauses", "/readyz"):
        assert str(tmp_path) not in client.get(path).text
