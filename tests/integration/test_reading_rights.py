"""A key's answers are those of an index that holds only what its groups may read."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.lifecycle import Put, apply_changes
from indexer.limits import Limits
from indexer.parsing import PolicyParser
from indexer.records import Properties
from service.access.keys import SCOPES
from service.app import create_app
from service.settings import Settings
from service.views import clause_url
from service.web.links import clause_page, equivalents_page, policy_page

EXAMPLES = 150 if os.environ.get("POLICY_SEARCH_LONG") else 8
WORDS = ("brimvok", "dulkarn", "feshtil", "gompuri", "jexandy")
UNKNOWN = "nowhere"
GROUPS = ("legal", "people", "board")
VOLATILE = {"generation", "processing_time_ms", "request_id", "indexed_at", "fingerprint"}
CHANGING = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.+Z-]+|\b[0-9a-f]{32}\b")
"""Times, and the ids of requests."""


@dataclass(frozen=True)
class Policy:
    """A made-up policy: its word is in its id, its title and each of its texts."""

    word: str
    groups: tuple[tuple[str, ...], ...]
    """Who may read it, one entry for each version: the last one counts."""
    chinese: bool

    @property
    def id(self) -> str:
        return f"{self.word}-policy"

    def put(self, version: int) -> Put:
        name = self.word + "xyz"[version]  # each version has a word of its own
        title = f"{self.word.title()} Policy"
        year = 2023 + version
        if self.chinese:
            text = (
                f"{title}\n\n生效日期：{year}年3月1日\n\n一、休假\n\n"
                f"（一）员工 {name} 有年假二十天。\n\n二、报销\n\n（一）{name} 费用十日内报销。\n"
            )
        else:
            text = (
                f"{title}\n\nEffective date: 1 March {year}\n\n1. Annual leave\n\n"
                f"1.1 The {name} committee grants leave of twenty days.\n\n2. Expenses\n\n"
                f"2.1 Expenses of {name} journeys are refunded in ten days.\n\n"
                f"2.2 {name.title()} receipts are kept.\n"
            )
        stated = Properties(groups=self.groups[version], organisation=f"{self.word.title()} Ltd")
        return Put(self.id, text.encode(), ".txt", stated)

    def is_open_to(self, groups: Sequence[str]) -> bool:
        return not self.groups[-1] or not set(self.groups[-1]).isdisjoint(groups)


some_groups = st.lists(st.sampled_from(GROUPS), max_size=2, unique=True).map(tuple)
some_policies = st.lists(
    st.builds(
        Policy,
        st.sampled_from(WORDS),
        st.lists(some_groups, min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    min_size=2,
    max_size=5,
    unique_by=lambda policy: policy.word,
)
some_scopes = st.lists(
    st.sampled_from([scope for scope in SCOPES if scope != "admin"]), min_size=1, unique=True
)


@pytest.fixture(scope="module")
def parser() -> Iterator[PolicyParser]:
    with PolicyParser(Limits()) as parser:
        yield parser


@contextmanager
def served(
    policies: Sequence[Policy], encoder: Any, parser: PolicyParser, scopes: Any, groups: Any
) -> Iterator[tuple[TestClient, dict[str, str], dict[str, str]]]:
    """A service over these policies; the headers of a key, and those of an admin's."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "index"
        for version in range(3):
            puts = [p.put(version) for p in policies if version < len(p.groups)]
            outcomes = apply_changes(puts, root, encoder, parser)
            assert {outcome.state for outcome in outcomes} <= {"created", "updated"}
        service = Settings(index=root, rate_per_key="off", refresh_seconds=0.05)
        with TestClient(create_app(service, encoder=encoder)) as client:
            keys: Any = client.app.state.access.keys  # type: ignore[attr-defined]
            bearer = [
                {"Authorization": "Bearer " + keys.create(*key)[1]}
                for key in (("a key", scopes, groups), ("an admin's", ["admin"]))
            ]
            while client.get("/readyz").status_code != 200:
                time.sleep(0.01)
            yield client, bearer[0], bearer[1]


def questions(policies: Sequence[Policy], clause_ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Method, path and body of requests that ask for each policy by all that it has."""
    for path in ("/", "/?q=leave", "/?q=committee&lang=en", "/?q=年假&part=results&ui=zh"):
        yield "GET", path, None
    for path in ("/healthz", "/readyz", "/version", "/v1/policies", "/v1/changes.atom"):
        yield "GET", path, None
    for policy in [p.id for p in policies] + [UNKNOWN]:
        base = f"/v1/policies/{policy}"
        for rest in ("", "/clauses", "/clauses?version=2023-03-01", "/clauses?version=7", "/diff",
                     "/versions", "/diff?from=2023-03-01&to=2024-03-01", "/changes.atom",
                     "/diff?to=9", "/diff?lang=zh&unchanged=true"):  # fmt: skip
            yield "GET", base + rest, None
        for rest in ("", "?version=2023-03-01", "?version=7", "/diff", "/diff?to=9"):
            yield "GET", policy_page(policy) + rest, None
        yield "GET", f"/?q=leave&policy_id={policy}", None
        yield "GET", f"/v1/search?q=leave&policy_id={policy}", None
        for asked in ({"policy_id": policy}, {"policy_id": policy, "version": "2023-03-01"}):
            other = {"policy_id": policies[0].id if policies else UNKNOWN}
            yield "POST", "/v1/align", {"left": asked, "right": other, "drift": True}
        yield "DELETE", f"/v1/policies/{UNKNOWN}", None
    for clause_id in [*clause_ids, f"{UNKNOWN}@1#1"]:
        yield "GET", clause_url(clause_id), None
        yield "GET", equivalents_page(clause_id), None
        yield "GET", clause_page(clause_id), None
        for asked in ({}, {"mode": "related", "limit": 50}, {"filter": {"as_of": "2023-06-01"}}):
            yield "POST", clause_url(clause_id) + "/equivalents", asked
    for typed in ("", "le", "exp", "年", *(p.word[:4] for p in policies)):
        yield "GET", f"/v1/suggest?q={typed}&limit=50", None
    for text in ("The committee grants leave of twenty days.", "员工有年假二十天。"):
        yield "POST", "/v1/similar", {"text": text, "min_relevance": 0}
        yield "POST", "/v1/similar", {"text": text, "mode": "related"}
    words = [p.word for p in policies]
    for cited in ("§1.1", "一（一）", "Annual leave", "policy, 2.9", *(f"{w} 1.1" for w in words),
                  *(f"{w} Policy (2023-03-01) §9.9" for w in words), *clause_ids):  # fmt: skip
        yield "GET", f"/v1/resolve?citation={quote(cited)}&limit=50", None
    everything = ["lang", "policy_id", "organisation", "year"]
    for q in ("leave of twenty days", "年假", *(p.word for p in policies)):
        for more in ({"facets": everything, "limit": 50}, {"group_by": "policy", "sort": "date"},
                     {"mode": "keyword", "explain": True}, {"mode": "semantic", "sort": "policy"},
                     {"filter": {"as_of": "2023-06-01"}, "facets": everything}):  # fmt: skip
            yield "POST", "/v1/search", {"q": q, **more}
        for more in ({}, {"min_relevance": 1}, {"filter": {"as_of": "2023-06-01"}}):
            yield "POST", "/v1/compare", {"q": q, **more}
    for clause_id in [*clause_ids, f"{UNKNOWN}@1#1"]:
        yield "POST", "/v1/compare", {"clause_id": clause_id, "clauses": 1}
    for policy in [p.id for p in policies] + [UNKNOWN]:
        yield "POST", "/v1/compare", {"q": "leave", "policy_id": [policy]}
        yield "GET", f"/v1/coverage?policy_id={policy}&topic=retention", None
    for query in ("", "?format=csv", "?format=html", "?as_of=2023-06-01", "?limit=1&offset=1"):
        yield "GET", "/v1/coverage" + query, None


def told(response: Any) -> object:
    """What an answer says, without what is of its own time."""
    kind = response.headers["Content-Type"]
    if not kind.endswith("json"):
        # Entries of one second stand in the order of their ids, others in that of their times.
        parts = CHANGING.sub("*", response.text.replace("</feed>", "")).split("<entry")
        return response.status_code, kind, sorted(part.strip() for part in parts)
    return response.status_code, kind, settled(response.json())


def settled(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: settled(v) for k, v in value.items() if k not in VOLATILE}
    if isinstance(value, list):
        return [settled(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.generate],  # an example takes seconds: none are made smaller or traced
    derandomize=not os.environ.get("POLICY_SEARCH_LONG"),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(policies=some_policies, scopes=some_scopes, groups=some_groups)
@pytest.mark.slow
def test_answers_to_a_key_are_those_of_an_index_of_what_its_groups_may_read(
    encoder: Any,
    parser: PolicyParser,
    policies: list[Policy],
    scopes: list[str],
    groups: tuple[str, ...],
) -> None:
    visible = [policy for policy in policies if policy.is_open_to(groups)]
    hidden = [policy for policy in policies if not policy.is_open_to(groups)]
    whole = served(policies, encoder, parser, scopes, groups)
    part = served(visible, encoder, parser, scopes, groups)
    with whole as (client, key, admin), part as (other, other_key, _):
        assert client.get("/v1/policies", headers=admin).json()["total"] == len(policies)
        ids = [
            clause["id"]
            for policy in policies
            for version in client.get(f"/v1/policies/{policy.id}/versions", headers=admin).json()[
                "versions"
            ]
            for clause in client.get(version["clauses_url"], headers=admin).json()["clauses"]
        ]
        assert len(ids) >= sum(len(policy.groups) * 4 for policy in policies)
        for method, path, body in questions(policies, ids):
            asked = {"json": body} if body else {}
            answer = client.request(method, path, headers=key, **asked)
            expected = other.request(method, path, headers=other_key, **asked)
            assert answer.status_code < 500, (method, path, body)
            assert told(answer) == told(expected), (method, path, body)
            echoed = path + json.dumps(body)
            for policy in hidden:
                if policy.word[:4] not in echoed:
                    assert policy.word not in answer.text.casefold(), (method, path, body)
        if "write" in scopes:
            nothing_is_written(client, key, admin, hidden)


def nothing_is_written(client: TestClient, key: Any, admin: Any, hidden: Sequence[Policy]) -> None:
    """What a key may not read it cannot replace or remove, nor learn that it is there."""
    unknown = f"/v1/policies/{UNKNOWN}"
    for policy in hidden:
        path = f"/v1/policies/{policy.id}"
        before = client.get(path, headers=admin).text
        text = {"text": "# Mine\n\n1. All of it is mine."}
        refused = client.put(path, headers=key, json=text)
        assert (refused.status_code, refused.json()["code"]) == (404, "policy-not-found")
        for method, condition in (
            ("DELETE", {}), ("DELETE", {"If-Match": "*"}), ("DELETE", {"If-Match": "x"}),
            ("PUT", {"If-Match": "*"}), ("PUT", {"If-Match": "x"}),
        ):  # fmt: skip
            body = {"json": text} if method == "PUT" else {}
            answers = [
                client.request(method, to, headers=key | condition, **body)
                for to in (path, unknown)
            ]
            found, expected = (
                json.dumps(told(answer)).replace(name, "")
                for answer, name in zip(answers, (policy.id, UNKNOWN), strict=True)
            )
            assert found == expected
        task = client.post(
            "/v1/import", headers=key, json={"policies": [{"id": policy.id, **text}]}
        ).json()
        while (task := client.get(task["url"], headers=key).json())["state"] != "done":
            assert task["state"] != "failed"
        assert [outcome["state"] for outcome in task["outcomes"]] == ["absent"]
        assert client.get(path, headers=admin).text == before
