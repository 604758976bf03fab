"""What one service counts and measures, as Prometheus reads it.

Each app has a registry of its own. Labels take few values: routes by their template, known methods,
codes of problems, never anything that a client makes up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from service import package_version

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from service.exchange import Exchange
    from service.runtime import Runtime
    from service.search.stages import Stage

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus's text format."""

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
STAGE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """The counters of one app, and what its runtime tells when it is asked."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.runtime: Runtime | None = None
        self._requests = Histogram(
            "policy_search_http_request_duration_seconds",
            "Requests, from their first line to the end of the answer. Status 0: nobody waited "
            "for the answer, or it was cut off.",
            ("method", "route", "status"),
            buckets=REQUEST_SECONDS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "policy_search_search_stage_duration_seconds",
            "Stages of searches: wait (for a free thread), encode (question to vector and words), "
            "rank (retrieve, score and order clauses), details (what the page's hits show).",
            ("stage",),
            buckets=STAGE_SECONDS,
            registry=self.registry,
        )
        self._errors = Counter(
            "policy_search_errors",
            "Problems that were answered, by their code.",
            ("code",),
            registry=self.registry,
        )
        self._limited = Counter(
            "policy_search_rate_limited_requests",
            "Requests refused for their number, by the limit that they met.",
            ("limit",),
            registry=self.registry,
        )
        for limit in ("key", "address", "failures"):
            self._limited.labels(limit)  # 0 from the start: an alert can see the first one
        self.registry.register(_RuntimeState(self))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def answered(self, exchange: Exchange, seconds: float) -> None:
        """A request was answered, or given up."""
        labels = (exchange.known_method, exchange.route, str(exchange.status))
        self._requests.labels(*labels).observe(seconds)
        if exchange.code:
            self._errors.labels(exchange.code).inc()
        if exchange.limit:
            self._limited.labels(exchange.limit).inc()

    def searched(self, stages: Sequence[Stage]) -> None:
        """A search was made."""
        for stage in stages:
            self._stages.labels(stage.name).observe(stage.seconds)

    def exposition(self) -> bytes:
        """All of it, in the format that `CONTENT_TYPE` names."""
        return generate_latest(self.registry)


class _RuntimeState(Collector):
    """Reads the runtime at the moment of being asked, so that nothing has to be kept up."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        runtime = self._metrics.runtime
        return [] if runtime is None else [*_process(runtime), *_index(runtime)]


def _process(runtime: Runtime) -> Iterator[Metric]:
    load = runtime.search_load
    info = {"version": package_version()}
    if runtime.encoder is not None:
        fingerprint = runtime.encoder.fingerprint
        info |= {"model": fingerprint.model, "fingerprint": fingerprint.digest}
    yield InfoMetricFamily("policy_search", "What is running.", info)
    state = runtime.readiness
    ready = state.ready and not runtime.leaving
    yield _gauge("ready", "1 while /readyz answers 200.", ready)
    yield _gauge("searches_in_flight", "Searches that run now.", load.running)
    yield _gauge("searches_waiting", "Searches that wait for a free thread.", load.waiting)
    yield _gauge("search_threads", "Most searches that run at once.", load.capacity)
    yield _gauge("upkeep_failing", "1 while loading or refreshing fails.", bool(state.failure))
    if runtime.encoder_load_seconds is not None:
        seconds = runtime.encoder_load_seconds
        yield _gauge("encoder_load_seconds", "How long the encoder took to load.", seconds)


def _index(runtime: Runtime) -> Iterator[Metric]:
    if not runtime.readiness.ready:
        return
    snapshot = runtime.snapshot()
    age = (datetime.now(UTC) - datetime.fromisoformat(snapshot.built_at)).total_seconds()
    yield _gauge("index_generation", "Generation that is served.", snapshot.generation)
    yield _gauge("index_age_seconds", "Time since that generation was published.", max(0.0, age))
    yield _gauge("index_policies", "Policies that are searched.", snapshot.policy_count)
    yield _gauge("index_clauses", "Clauses that are searched.", snapshot.clause_count)
    yield _gauge("index_passages", "Passages that are searched.", snapshot.passage_count)


def _gauge(name: str, description: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"policy_search_{name}", description, float(value))
