"""A tracer that keeps all that is recorded, as an exporter would send it out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.util import types


class KeptSpan(trace.Span):
    """Writes down whatever it is told."""

    def __init__(self, name: str, attributes: types.Attributes, said: list[str]) -> None:
        self._said = said
        self._note("span", name, attributes)

    def _note(self, *facts: object) -> None:
        self._said.append(" ".join(map(repr, facts)))

    def end(self, end_time: int | None = None) -> None:
        self._note("end")

    def get_span_context(self) -> trace.SpanContext:
        return trace.SpanContext(1, 1, is_remote=False)

    def set_attributes(self, attributes: Mapping[str, types.AttributeValue]) -> None:
        self._note("attributes", attributes)

    def set_attribute(self, key: str, value: types.AttributeValue) -> None:
        self._note("attribute", key, value)

    def add_event(
        self, name: str, attributes: types.Attributes = None, timestamp: int | None = None
    ) -> None:
        self._note("event", name, attributes)

    def update_name(self, name: str) -> None:
        self._note("name", name)

    def is_recording(self) -> bool:
        return True

    def set_status(
        self, status: trace.Status | trace.StatusCode, description: str | None = None
    ) -> None:
        code = status.status_code if isinstance(status, trace.Status) else status
        words = status.description if isinstance(status, trace.Status) else description
        self._note("status", code, words)

    def record_exception(
        self,
        exception: BaseException,
        attributes: types.Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        self._note("exception", exception, attributes)


class KeptSpans(trace.TracerProvider, trace.Tracer):
    """A provider and its one tracer; `said` is all that its spans were told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def get_tracer(self, *args: Any, **kwargs: Any) -> trace.Tracer:
        return self

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: trace.SpanKind = trace.SpanKind.INTERNAL,
        attributes: types.Attributes = None,
        links: Sequence[trace.Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
    ) -> trace.Span:
        return KeptSpan(name, attributes, self.said)

    @contextmanager
    def _start_as_current_span(self, name: str, **options: Any) -> Iterator[trace.Span]:
        span = self.start_span(name, attributes=options.get("attributes"))
        with trace.use_span(
            span,
            end_on_exit=True,
            record_exception=options.get("record_exception", True),
            set_status_on_exception=options.get("set_status_on_exception", True),
        ):
            yield span

    start_as_current_span = _start_as_current_span  # type: ignore[assignment]  # as the SDK's own


def kept_spans() -> KeptSpans:
    """Return what this process records, empty; a provider can be set only once."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, KeptSpans):
        provider = KeptSpans()
        trace.set_tracer_provider(provider)
    provider.said.clear()
    return provider
