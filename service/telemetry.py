"""OpenTelemetry traces: on where an endpoint is set and the extra `policy-search[otel]` is there.

Without either nothing is imported and nothing costs anything. Where spans go, how many, and under
which name is for the SDK's own variables to say: `OTEL_EXPORTER_OTLP_ENDPOINT`,
`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME`. FastAPI has traces of its
own, with the query string in them; `NO_NATIVE_TELEMETRY` turns them off.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

    from service.exchange import Exchange
    from service.search.stages import Stage

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NO_NATIVE_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}

logger = logging.getLogger(__name__)


class Tracing:
    """Spans of requests, and of the stages of the searches in them. No question is in any."""

    def __init__(self, provider: Any) -> None:
        """With a tracer provider of the OpenTelemetry SDK, closed by `close`."""
        self._provider = provider
        self._trace = import_module("opentelemetry.trace")
        context = import_module("opentelemetry.trace.propagation.tracecontext")
        self._propagator = context.TraceContextTextMapPropagator()
        self._tracer = provider.get_tracer("policy-search")

    @contextmanager
    def request(self, exchange: Exchange) -> Iterator[None]:
        """A span around a request, part of the trace that its `traceparent` header names."""
        span = self._tracer.start_span(
            exchange.known_method,
            context=self._propagator.extract(dict(Headers(scope=exchange.scope))),
            kind=self._trace.SpanKind.SERVER,
            attributes={
                "http.request.method": exchange.known_method,
                "url.path": exchange.path,
                "policy_search.request_id": exchange.request_id,
            },
        )
        try:
            with self._trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield
        finally:
            self._finish(span, exchange)

    def searched(self, stages: Sequence[Stage]) -> None:
        """Spans for the stages of a search, in the span of the request that made it."""
        offset = time.time_ns() - int(time.perf_counter() * 1e9)
        for stage in stages:
            began = offset + int(stage.began * 1e9)
            span = self._tracer.start_span(f"search.{stage.name}", start_time=began)
            span.end(end_time=began + int(stage.seconds * 1e9))

    def close(self) -> None:
        """Send what is still held. Blocking."""
        self._provider.shutdown()

    def _finish(self, span: Any, exchange: Exchange) -> None:
        span.update_name(f"{exchange.known_method} {exchange.route}")
        span.set_attribute("http.route", exchange.route)
        span.set_attribute("http.response.status_code", exchange.status)
        if exchange.status >= 500 or not exchange.status:
            span.set_attribute("error.type", exchange.code or "no-answer")
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()


def open_tracing(environ: Mapping[str, str]) -> Tracing | None:
    """Tracing to the endpoint that the environment names, if it names one."""
    endpoint = next((name for name in ENDPOINTS if environ.get(name)), None)
    if endpoint is None or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        resources = import_module("opentelemetry.sdk.resources")
        sdk = import_module("opentelemetry.sdk.trace")
        export = import_module("opentelemetry.sdk.trace.export")
        otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError as error:
        logger.warning(
            "%s is set, but there will be no traces: %s; install policy-search[otel], or unset it",
            endpoint,
            error,
        )
        return None
    name = environ.get("OTEL_SERVICE_NAME") or "policy-search"
    # The process's end is the app's: `close` sends what is left.
    provider = sdk.TracerProvider(
        resource=resources.Resource.create({"service.name": name}), shutdown_on_exit=False
    )
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    logger.info("traces are sent where %s says", endpoint)
    return Tracing(provider)
