"""Traces for OpenTelemetry, where the environment names a place to send them.

The spans are our own: the ASGI instrumentation would send readers' addresses, browsers and
queries along. Nothing here is imported unless traces are asked for, as the extra
`broadsheet[telemetry]` may not be installed.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from opentelemetry import propagate
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from broadsheet.gate.addresses import Proxies
from broadsheet.gate.answers import Answer
from broadsheet.gate.request import App, Receive, Scope, Send
from broadsheet.settings.logs import SECRET

NAME = "broadsheet"


class Traces:
    """Where spans go, and who begins them."""

    def __init__(self, trusted_proxies: tuple[str, ...]) -> None:
        """Everything else is said by OpenTelemetry's own variables (OTEL_…).
        `trusted_proxies`: networks whose traces are gone on with."""
        self._proxies = Proxies(trusted_proxies)
        self._provider = TracerProvider(resource=Resource.create({"service.name": NAME}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(NAME)

    def of_requests(self, application: App) -> App:
        """An application whose requests are spans."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            answer = Answer(send)
            begun = self._tracer.start_as_current_span(
                scope["method"],
                context=self._context(scope),
                kind=SpanKind.SERVER,
                attributes={
                    "http.request.method": scope["method"],
                    "url.path": SECRET.sub(r"\1…", scope["path"]),
                },
            )
            with begun as span:
                try:
                    await application(scope, receive, answer.send)
                finally:
                    _tell(span, answer)

        return traced

    def of_calls[T](self, thing: T, called: str, *methods: str) -> T:
        """The same thing, with these methods (each a coroutine) as spans: `called method`."""
        return cast(T, _Traced(thing, {name: self._wrap(thing, called, name) for name in methods}))

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _context(self, scope: Scope) -> Any:
        client = scope.get("client")
        if not client or not self._proxies.trusts(client[0]):
            return None  # a stranger's trace is not ours to go on with
        heads = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
        return propagate.extract(heads)

    def _wrap(self, thing: object, called: str, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(thing, name)

        async def traced(*args: Any, **more: Any) -> Any:
            # No arguments: they say who reads what.
            with self._tracer.start_as_current_span(f"{called} {name}", record_exception=False):
                return await method(*args, **more)

        return traced


class _Traced:
    """Something, with some of its methods replaced."""

    def __init__(self, thing: object, methods: dict[str, Callable[..., Awaitable[Any]]]) -> None:
        self._thing = thing
        self.__dict__.update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._thing, name)


def _tell(span: Span, answer: Answer) -> None:
    span.set_attribute("http.response.status_code", answer.status)
    if answer.status >= 500:
        span.set_status(Status(StatusCode.ERROR))
