"""Traces: off unless asked for, whole when on, and never with a question in them."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.search.stages import Stage
from service.telemetry import Tracing, open_tracing

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SENT = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-ID": "r5"}


def test_without_an_endpoint_there_is_nothing_to_pay(client: TestClient) -> None:
    assert open_tracing({}) is None
    assert open_tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}) is None
    assert open_tracing(ENDPOINT | {"OTEL_SDK_DISABLED": "true"}) is None
    app: Any = client.app
    assert app.state.tracing is None


def test_traces_with_the_query_string_in_them_stay_off_whoever_asks_for_traces(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi import FastAPI
    from opentelemetry.trace import NoOpTracerProvider

    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", NoOpTracerProvider)
    app: Any = client.app
    assert FastAPI()._native_telemetry.enabled(), "it would be on by itself"
    assert not app._native_telemetry.enabled()


def test_endpoint_without_the_extra_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    assert open_tracing(ENDPOINT) is None
    assert "policy-search[otel]" in caplog.text
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in caplog.text


class FakeSpan:
    def __init__(self, name: str, parent: Any, attributes: Any) -> None:
        self.name, self.parent, self.status = name, parent, None
        self.attributes: dict[str, Any] = dict(attributes or {})
        self.times: list[int | None] = []

    def update_name(self, name: str) -> None:
        self.name = name

    def set_attribute(self, name: str, value: Any) -> None:
        self.attributes[name] = value

    def set_status(self, status: Any) -> None:
        self.status = status

    def end(self, end_time: int | None = None) -> None:
        self.times.append(end_time)


class FakeTracer:
    """Stands for the SDK's provider, tracer, and current span at once."""

    def __init__(self) -> None:
        self.spans: list[FakeSpan] = []
        self.current: Any = None
        self.closed = False

    def get_tracer(self, name: str) -> FakeTracer:
        return self

    def start_span(
        self, name: str, context: Any = None, kind: Any = None, attributes: Any = None,
        start_time: int | None = None,
    ) -> FakeSpan:  # fmt: skip
        span = FakeSpan(name, context if context is not None else self.current, attributes)
        span.times.append(start_time)
        self.spans.append(span)
        return span

    @contextmanager
    def use_span(self, span: FakeSpan, **options: Any) -> Iterator[None]:
        self.current = span
        yield
        self.current = None

    def shutdown(self) -> None:
        self.closed = True


@pytest.fixture
def tracer(
    make_client: Any, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> tuple[TestClient, FakeTracer]:
    """A service that is ready and traces to a fake."""
    fake = FakeTracer()
    kinds = SimpleNamespace(SERVER="server")
    trace = SimpleNamespace(
        SpanKind=kinds, StatusCode=SimpleNamespace(ERROR="error"), use_span=fake.use_span
    )
    propagator = SimpleNamespace(extract=lambda headers: headers.get("traceparent", "root"))
    context = SimpleNamespace(TraceContextTextMapPropagator=lambda: propagator)
    modules = {
        "opentelemetry.trace": trace,
        "opentelemetry.trace.propagation.tracecontext": context,
    }
    monkeypatch.setattr("service.telemetry.import_module", modules.__getitem__)
    monkeypatch.setattr("service.app.open_tracing", lambda environ: Tracing(fake))
    client = make_client()
    eventually(lambda: client.get("/readyz").status_code == 200)
    fake.spans.clear()
    return client, fake


def timed(index: Any) -> None:
    """Let the fake index tell how long its stages took."""
    plain, began = index.search, time.perf_counter()
    stages = (Stage("encode", began, 0.25), Stage("rank", began + 0.25, 0.5))
    index.search = lambda query: replace(plain(query), stages=stages)


def test_spans_of_a_search_tell_its_stages_and_not_the_question(
    tracer: tuple[TestClient, FakeTracer], index: Any
) -> None:
    client, fake = tracer
    timed(index)
    client.get("/v1/search?q=my+secret+illness", headers=SENT)
    client.post("/v1/search", json={"q": "my secret illness"})
    request, wait, encode, rank, other, *_ = fake.spans
    assert (request.name, request.parent) == ("GET /v1/search", SENT["traceparent"])
    assert request.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/search",
        "http.response.status_code": 200,
        "url.path": "/v1/search",
        "policy_search.request_id": "r5",
    }
    names = [span.name for span in (wait, encode, rank)]
    assert names == ["search.wait", "search.encode", "search.rank"]
    assert [span.parent for span in (wait, encode, rank)] == [request] * 3
    (began, ended), (next_began, _) = encode.times, rank.times
    assert (ended or 0) - (began or 0) == pytest.approx(0.25e9, abs=1e6)
    assert next_began == pytest.approx(ended, abs=1e6)
    assert abs((began or 0) - time.time_ns()) < 60e9
    assert (other.name, other.parent) == ("POST /v1/search", "root")
    assert "secret" not in repr([vars(span) for span in fake.spans])


def test_failed_request_is_marked(tracer: tuple[TestClient, FakeTracer], index: Any) -> None:
    client, fake = tracer
    client.get("/v1/policies/nobodys")
    index.failure = RuntimeError("no luck")
    client.get("/v1/search?q=leave")
    mistaken, failed = fake.spans
    assert (mistaken.name, mistaken.status) == ("GET /v1/policies/{policy_id}", None)
    assert (failed.status, failed.attributes["error.type"]) == ("error", "internal-error")
    assert [len(span.times) for span in fake.spans] == [2, 2], "each is ended once"


def test_what_is_held_is_sent_at_the_end(tracer: tuple[TestClient, FakeTracer]) -> None:
    client, fake = tracer
    assert not fake.closed
    client.__exit__(None, None, None)
    assert fake.closed
    client.__enter__()


class Collector(BaseHTTPRequestHandler):
    """Takes what an OTLP exporter sends."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


def test_real_spans_arrive_at_the_endpoint(
    make_client: Any, index: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    for module in ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http"):
        pytest.importorskip(module, reason="needs the extra policy-search[otel]")
    from importlib import import_module

    proto = import_module("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    convert = import_module("google.protobuf.json_format")
    server: Any = HTTPServer(("127.0.0.1", 0), Collector)
    server.got = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    timed(index)
    try:
        with caplog.at_level(logging.INFO):
            client = make_client()
            eventually(lambda: client.get("/readyz").status_code == 200)
            client.get("/v1/search?q=my+secret+illness", headers=SENT)
            client.__exit__(None, None, None)
        client.__enter__()
    finally:
        server.shutdown()
        server.server_close()
    assert {path for path, _ in server.got} == {"/v1/traces"}
    requests = [proto.ExportTraceServiceRequest.FromString(body) for _, body in server.got]
    text = json.dumps([convert.MessageToDict(request) for request in requests])
    for name in ("GET /v1/search", "search.encode", "search.rank", "policy-search"):
        assert f'"{name}"' in text
    assert "secret" not in text
    spans = [
        span
        for request in requests
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        if span.trace_id.hex() == TRACE
    ]
    (request,) = [span for span in spans if span.name == "GET /v1/search"]
    assert request.parent_span_id.hex() == "00f067aa0ba902b7"
    children = {span.name for span in spans if span.parent_span_id == request.span_id}
    assert children == {"search.wait", "search.encode", "search.rank"}
