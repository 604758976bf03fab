"""What Prometheus reads from `/metrics`."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from service.access.access import Access
from service.access.keys import KeyFile
from service.errors import NotReadyError
from service.search.stages import Stage, StageTimer

REQUESTS = "policy_search_http_request_duration_seconds_count"
STAGES = "policy_search_search_stage_duration_seconds"


def samples(client: TestClient, **options: Any) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and the values of its labels in the order of their names."""
    response = client.get("/metrics", **options)
    assert response.status_code == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def requests(client: TestClient) -> dict[tuple[str, ...], float]:
    return {key[1:]: n for key, n in samples(client).items() if key[0] == REQUESTS}


@pytest.fixture
def fresh(client: TestClient) -> TestClient:
    """A service that is ready, and the requests that found so not counted."""
    app: Any = client.app
    app.state.metrics._requests.clear()
    return client


def test_content_type_is_that_of_the_exposition_format(client: TestClient) -> None:
    for accept in ("*/*", "application/openmetrics-text; version=x", "nonsense;;"):
        response = client.get("/metrics", headers={"Accept": accept})
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_requests_are_counted_by_method_route_and_status(fresh: TestClient) -> None:
    fresh.get("/v1/search?q=leave")
    fresh.get("/v1/search?q=sick")
    fresh.post("/v1/search", json={"q": ""})
    fresh.get("/v1/clauses/dengta-privacy@1%23四")
    fresh.head("/healthz")
    fresh.delete("/v1/policies")
    assert requests(fresh) == {
        ("GET", "/v1/search", "200"): 2,
        ("POST", "/v1/search", "422"): 1,
        ("GET", "/v1/clauses/{clause_id}", "200"): 1,
        ("HEAD", "/healthz", "200"): 1,
        ("DELETE", "/v1/policies", "405"): 1,
    }


def test_labels_stay_few_whatever_clients_send(fresh: TestClient) -> None:
    for number in range(30):
        fresh.get(f"/nothing/{number}?x={number}")
        fresh.get(f"/v1/policies/{number}")
        fresh.request(f"METHOD{number}", "/v1/policies")
    assert requests(fresh) == {
        ("GET", "unmatched", "404"): 30,
        ("GET", "/v1/policies/{policy_id}", "404"): 30,
        ("other", "/v1/policies", "405"): 30,
    }


def test_latency_is_measured_in_seconds(fresh: TestClient, index: Any) -> None:
    plain = index.search

    def search(query: Any) -> Any:
        threading.Event().wait(0.06)
        return plain(query)

    index.search = search
    fresh.get("/v1/search?q=leave")
    found = samples(fresh)
    name = "policy_search_http_request_duration_seconds"
    buckets = {k[1]: n for k, n in found.items() if k[0] == f"{name}_bucket" and k[3] != "/metrics"}
    assert (buckets["0.05"], buckets["30.0"]) == (0, 1)
    assert 0.06 <= found[(f"{name}_sum", "GET", "/v1/search", "200")] < 30


def test_stages_of_a_search_are_measured(client: TestClient, index: Any) -> None:
    plain = index.search

    def search(query: Any) -> Any:
        timer = StageTimer()
        stages = [Stage(name, timer._began, 0.5) for name in ("encode", "rank", "details")]
        return replace(plain(query), stages=tuple(stages))

    index.search = search
    client.get("/v1/search?q=leave")
    client.get("/v1/search?q=sick")
    found = samples(client)
    for stage in ("encode", "rank", "details"):
        assert found[f"{STAGES}_count", stage] == 2
        assert found[f"{STAGES}_sum", stage] == 1.0
    assert found[f"{STAGES}_count", "wait"] == 2
    assert 0 <= found[f"{STAGES}_sum", "wait"] < 10


def test_each_stage_ends_where_the_next_begins() -> None:
    clock = iter([10.0, 10.5, 12.0])
    timer = StageTimer(lambda: next(clock))
    timer.done("encode")
    timer.done("rank")
    assert timer.stages == (Stage("encode", 10.0, 0.5), Stage("rank", 10.5, 1.5))


def test_searches_in_flight_and_waiting_are_told(
    client: TestClient, index: Any, eventually: Any
) -> None:
    go_on, plain = threading.Event(), index.search

    def search(query: Any) -> Any:
        assert go_on.wait(20)
        return plain(query)

    def busy() -> tuple[float, float]:
        found = samples(client)
        return (
            found[("policy_search_searches_in_flight",)],
            found[("policy_search_searches_waiting",)],
        )

    capacity = int(samples(client)[("policy_search_search_threads",)])
    index.search = search
    askers = [
        threading.Thread(target=client.get, args=("/v1/search?q=x",)) for _ in range(capacity + 2)
    ]
    for asker in askers:
        asker.start()
    try:
        eventually(lambda: busy() == (capacity, 2))
    finally:
        go_on.set()
        for asker in askers:
            asker.join(20)
    assert busy() == (0, 0)


def test_index_and_encoder_are_told(client: TestClient, index: Any, eventually: Any) -> None:
    index.published = 7
    eventually(lambda: client.get("/readyz").json()["index"]["generation"] == 7)
    found = samples(client)
    for name, value in {"generation": 7, "policies": 2, "clauses": 5, "passages": 4}.items():
        assert found[(f"policy_search_index_{name}",)] == value
    assert found[("policy_search_index_age_seconds",)] > 0
    assert found[("policy_search_ready",)] == 1
    assert found[("policy_search_upkeep_failing",)] == 0
    (info,) = [key for key in found if key[0] == "policy_search_info"]
    assert "tiny" in info
    assert found[("process_resident_memory_bytes",)] > 0


def test_service_that_is_not_ready_can_be_measured(make_client: Any, eventually: Any) -> None:
    def load(settings: Any) -> Any:
        raise NotReadyError("not today")

    client = make_client(load=load)
    eventually(lambda: samples(client)[("policy_search_upkeep_failing",)] == 1)
    found = samples(client)
    assert found[("policy_search_ready",)] == 0
    assert ("policy_search_index_generation",) not in found
    assert ("policy_search_encoder_load_seconds",) not in found


def test_time_to_load_the_encoder_is_told(make_client: Any, eventually: Any, client: Any) -> None:
    encoder = client.app.state.runtime.encoder
    loading = make_client(load=lambda settings: encoder)
    eventually(lambda: samples(loading)[("policy_search_ready",)] == 1)
    assert 0 <= samples(loading)[("policy_search_encoder_load_seconds",)] < 60


def test_errors_are_counted_by_code(client: TestClient, index: Any) -> None:
    client.get("/v1/search?q=")
    client.get("/v1/search?q=%20")
    client.get("/v1/policies/nobodys")
    index.failure = RuntimeError("no luck")
    client.get("/v1/search?q=leave")
    found = samples(client)
    assert found["policy_search_errors_total", "query-empty"] == 2
    assert found["policy_search_errors_total", "policy-not-found"] == 1
    assert found["policy_search_errors_total", "internal-error"] == 1


def test_rate_limited_requests_are_counted_by_limit(client: TestClient, tmp_path: Path) -> None:
    app: Any = client.app
    settings = app.state.runtime.settings.model_copy(
        update={
            "keys": tmp_path / "keys.sqlite",
            "rate_per_key": "2/hour",
            "rate_of_failures": "1/hour",
        }
    )
    app.state.access = Access(settings)
    bad = {"X-API-Key": "ps_wrong"}
    key = {"X-API-Key": KeyFile(settings.keys).create("scraper", ["admin"])[1]}
    asker = TestClient(app, client=("203.0.113.9", 40000))
    statuses = [asker.get("/v1/policies", headers=h).status_code for h in 3 * [key] + 3 * [bad]]
    assert statuses.count(429) == 3
    app.state.access = Access(settings.model_copy(update={"rate_per_key": "off"}))
    found = samples(client, headers=key)
    limited = {k[1]: n for k, n in found.items() if k[0].endswith("limited_requests_total")}
    assert limited == {"key": 1, "address": 0, "failures": 2}
    assert found["policy_search_errors_total", "rate-limited"] == 3


def test_only_an_administrator_may_measure(client: TestClient, tmp_path: Path) -> None:
    app: Any = client.app
    app.state.access.keys = keys = KeyFile(tmp_path / "keys.sqlite")
    assert client.get("/metrics").status_code == 200
    _, text = keys.create("wiki", ["search", "read"])
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"X-API-Key": text}).status_code == 403
    _, text = keys.create("prometheus", ["admin"])
    assert client.get("/metrics", headers={"X-API-Key": text}).status_code == 200


def test_apps_of_one_process_count_for_themselves(make_client: Any, eventually: Any) -> None:
    one, other = make_client(), make_client()
    eventually(lambda: all(c.get("/readyz").status_code == 200 for c in (one, other)))
    for _ in range(3):
        one.get("/v1/policies")
    assert requests(one)["GET", "/v1/policies", "200"] == 3
    assert ("GET", "/v1/policies", "200") not in requests(other)
