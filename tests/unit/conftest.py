"""A made-up company's two small policies behind the service, without an encoder or an index."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.records import Clause, Remark
from indexer.references.places import Place, place_of
from models.folder import TORCH_MODULE, write_json, write_modules
from models.training.records import Pair
from service.app import create_app
from service.runtime import OpenIndex
from service.search.records import Hit, PolicyRef, SearchQuery, SearchResult, Snippet
from service.settings import Settings

FINGERPRINT = SimpleNamespace(model="tiny", digest="d1ge57" * 4, short="d1ge57")

POLICIES = [
    SimpleNamespace(
        id="dengta-privacy",
        title="灯塔隐私政策",
        lang="zh",
        version="1",
        effective_date=None,
        updated_date=date(2025, 6, 1),
        revision=None,
        organisation="灯塔有限公司",
        source_url=None,
        origin=None,
        source_path="/srv/secret-place/dengta.txt",
        format="text",
        clause_count=2,
        key=1,
        content_sha256="5a",
    ),
    SimpleNamespace(
        id="lanternworks-leave",
        title="Lanternworks Leave Policy",
        lang="en",
        version="2025-03-01",
        effective_date=date(2025, 3, 1),
        updated_date=None,
        revision="B",
        organisation=None,
        source_url="https://lanternworks.example/leave",
        origin=None,
        source_path="leave.md",
        format="markdown",
        clause_count=3,
        key=2,
        content_sha256="1e",
    ),
]


def _clause(policy: SimpleNamespace, path: str, ordinal: int, text: str, **more: Any) -> Clause:
    return Clause(
        id=f"{policy.id}@{policy.version}#{path}",
        policy_id=policy.id,
        version=policy.version,
        ordinal=ordinal,
        parent_id=more.get("parent_id"),
        labels=tuple(more.get("labels", (path,))),
        heading=more.get("heading"),
        heading_path=tuple(more.get("heading_path", ())),
        citation=f"{policy.title} §{path}",
        lang=policy.lang,
        text=text,
        start=100 * ordinal,
        end=100 * ordinal + len(text),
    )


_ZH, _EN = POLICIES
CLAUSES = {
    _ZH.id: [
        _clause(_ZH, "四", 0, "四、账户注销", heading="账户注销", labels=("四",)),
        _clause(
            _ZH,
            "四.一",
            1,
            "（一）注销账户后，信息保存三十日。",
            parent_id="dengta-privacy@1#四",
            labels=("四", "一"),
            heading_path=("账户注销",),
        ),
    ],
    _EN.id: [
        _clause(_EN, "1", 0, "1 Annual leave", heading="Annual leave"),
        _clause(
            _EN,
            "1.1",
            1,
            "1.1 Unused leave may be carried over to March.",
            parent_id="lanternworks-leave@2025-03-01#1",
            labels=("1", "1.1"),
            heading_path=("Annual leave",),
        ),
        _clause(_EN, "2", 2, "2 Sick leave is paid.", heading="Sick leave"),
    ],
}
REMARKS = {
    _ZH.id: (
        Remark("front-matter", "front matter: line 2: not understood"),
        Remark("fused-item", "a list item was set apart", 100, "dengta-privacy@1#四.一"),
    )
}


@dataclass
class FakeSnapshot:
    generation: int = 1
    fingerprint: Any = field(default_factory=lambda: FINGERPRINT)
    policy_count: int = len(POLICIES)
    clause_count: int = sum(map(len, CLAUSES.values()))
    passage_count: int = 4
    built_at: str = "2026-01-05T08:30:00+00:00"

    def policies(self) -> list[Any]:
        return POLICIES

    def seen_by(self, groups: Any, as_of: Any = None) -> FakeSnapshot:
        return self

    def versions(self, policy_id: str) -> list[Any]:
        return [p for p in POLICIES if p.id == policy_id]

    def policy(self, policy_id: str, version: str | None = None) -> Any:
        return next((p for p in POLICIES if p.id == policy_id), None)

    def policy_of(self, clause: Clause) -> Any:
        return self.policy(clause.policy_id)

    def remarks(self, policy_id: str, version: str | None = None) -> tuple[Remark, ...]:
        return REMARKS.get(policy_id, ())

    def clauses(self, policy_id: str, version: str | None = None) -> list[Clause]:
        return CLAUSES.get(policy_id, [])

    def clause(self, clause_id: str) -> Clause | None:
        return next((c for cs in CLAUSES.values() for c in cs if c.id == clause_id), None)

    def places(self, version: Any) -> list[Place]:
        return [
            place_of(c.id, c.citation, version.title, c.labels, c.heading, c.lang, c.ordinal)
            for c in CLAUSES.get(version.id, [])
        ]

    def links(self, version: Any, clause_ids: Any) -> list[Any]:
        return []

    def definitions(self, version: Any) -> list[Any]:
        return []

    def citations(self, version: Any, clause_ids: Any) -> dict[str, str]:
        return {}

    def headings(self, most: int) -> list[tuple[str, str, str, str]]:
        return [
            (c.heading, c.lang, c.id, c.policy_id)
            for cs in CLAUSES.values()
            for c in cs
            if c.heading
        ]

    def sample_texts(self, most: int) -> list[tuple[str, str]]:
        return [(c.lang, c.text) for cs in CLAUSES.values() for c in cs]

    def derived(self, name: str, make: Callable[[Any], Any]) -> Any:
        return make(self)

    def children(self, clause: Clause) -> list[Clause]:
        return [c for cs in CLAUSES.values() for c in cs if c.parent_id == clause.id]


@dataclass
class FakeIndex:
    """An index and its search at once; tests change `published` and `failure`."""

    snapshot: FakeSnapshot = field(default_factory=FakeSnapshot)
    published: int = 1
    failure: Exception | None = None
    """Raised by the next opening, refreshing or searching."""
    closed: bool = False
    threads: set[str] = field(default_factory=set)
    queries: list[SearchQuery] = field(default_factory=list)

    def refresh(self) -> bool:
        if self.failure:
            raise self.failure
        changed = self.published != self.snapshot.generation
        self.snapshot = replace(self.snapshot, generation=self.published)
        return changed

    def close(self) -> None:
        self.closed = True

    def search(self, query: SearchQuery) -> SearchResult:
        if self.failure:
            raise self.failure
        self.threads.add(threading.current_thread().name)
        self.queries.append(query)
        chosen = [
            (policy, clause)
            for policy in POLICIES
            for clause in CLAUSES[policy.id]
            if policy.id in (query.filter.policy_id or (policy.id,))
            and clause.lang in (query.filter.lang or (clause.lang,))
        ]
        page = list(enumerate(chosen, 1))[query.offset : query.offset + query.limit]
        hits = tuple(
            Hit(
                rank=rank,
                id=clause.id,
                citation=clause.citation,
                policy=PolicyRef(policy.id, policy.title, policy.version, policy.effective_date),
                lang=clause.lang,
                labels=clause.labels,
                heading_path=clause.heading_path,
                text=clause.text,
                snippet=Snippet(clause.text),
                score=1 / rank,
            )
            for rank, (policy, clause) in page
        )
        return SearchResult(query.q, "en", len(chosen), self.snapshot.generation, hits)


@pytest.fixture
def settings() -> Settings:
    """Settings that the environment of the machine has no part in."""
    return Settings(index=Path("nowhere"), refresh_seconds=0.05)


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex()


@pytest.fixture
def make_client(settings: Settings, index: FakeIndex) -> Iterator[Callable[..., TestClient]]:
    """A running service over the fake index; `load=` or `open_=` replace a step of its start."""
    running: list[TestClient] = []

    def make(**steps: Any) -> TestClient:
        def open_(settings: Settings, encoder: Any) -> OpenIndex:
            if index.failure:
                raise index.failure
            return OpenIndex(index, index)  # type: ignore[arg-type]

        steps.setdefault("open_", open_)
        if "load" not in steps:
            steps["encoder"] = SimpleNamespace(fingerprint=FINGERPRINT)
        client = TestClient(create_app(settings, **steps))
        client.__enter__()
        running.append(client)
        return client

    yield make
    for client in running:
        client.__exit__(None, None, None)


@pytest.fixture
def client(make_client: Callable[..., TestClient], eventually: Any) -> TestClient:
    """A service that is ready."""
    client = make_client()
    eventually(lambda: client.get("/readyz").status_code == 200)
    return client


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds: background work has its own pace."""

    def wait(condition: Callable[[], bool], seconds: float = 10.0) -> None:
        pause = threading.Event()
        for _ in range(int(seconds / 0.01)):
            if condition():
                return
            pause.wait(0.01)
        raise AssertionError("it did not happen in time")

    return wait


@pytest.fixture
def parse() -> Callable[..., list[Clause]]:
    """The clauses of a text, `markdown=True` for Markdown, as a build would make them."""
    from indexer.metadata import describe
    from indexer.outline.clauses import split_clauses
    from indexer.readers.markdown import read_markdown
    from indexer.readers.text import read_text

    def parse_text(text: str, *, markdown: bool = False) -> list[Clause]:
        document = (read_markdown if markdown else read_text)(text, "utf-8")
        described = describe(document, "Some policy")
        outline = split_clauses(document, described.metadata, "p", "1", described.title_blocks)
        return list(outline.clauses)

    return parse_text


@pytest.fixture
def chains(parse: Callable[..., list[Clause]]) -> Callable[..., list[str]]:
    """The label chains of a text's clauses, in reading order, like `1 › 1.2`."""

    def chains_of(text: str, *, markdown: bool = False) -> list[str]:
        return [" › ".join(clause.labels) for clause in parse(text, markdown=markdown)]

    return chains_of


TOY_WORDS = 60


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder: three random layers, one token a word.

    As in real multilingual models, a word and its translation differ by a direction that all
    words of the language share.
    """
    # Imported here: torch takes seconds, and most tests do without.
    import torch
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import WordLevel
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    words = ["[PAD]", "[UNK]", "query", "passage", ":"]
    words += [f"{kind}{i}" for kind in ("word", "词") for i in range(TOY_WORDS)]
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=24,
        pad_token_id=0,
        # Larger than usual: trained weights are larger too.
        initializer_range=0.1,
    )
    model = BertModel(config)
    with torch.no_grad():
        table = model.embeddings.word_embeddings.weight
        table[-TOY_WORDS:] = table[-2 * TOY_WORDS : -TOY_WORDS] + torch.randn(32)
    model.save_pretrained(folder)
    tokenizer = Tokenizer(WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", model_max_length=24
    ).save_pretrained(folder)
    write_json(folder / "sentence_bert_config.json", {"transformer_task": "feature-extraction"})
    write_modules(folder, TORCH_MODULE, 32)
    return folder


@pytest.fixture
def toy_pairs() -> Callable[[int], list[Pair]]:
    """So many pairs of five words each, in the toy model's two languages."""

    def make(count: int) -> list[Pair]:
        rng = random.Random(5)
        chosen = [rng.sample(range(TOY_WORDS), 5) for _ in range(count)]
        return [
            Pair("made", f"page{i}", i, *(_words(kind, words) for kind in ("word", "词")))
            for i, words in enumerate(chosen)
        ]

    return make


def _words(kind: str, numbers: list[int]) -> str:
    return " ".join(f"{kind}{number}" for number in numbers)
