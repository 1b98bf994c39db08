"""Show each upstream call outside: one log line and one span, neither with query nor key."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace

from ..errors import BackQuantError
from ..logs import Log
from ..text import redact

_log = Log(__name__)
_tracer = trace.get_tracer("bq_mcp.client")
_CUT_OFF = "cut_off"


@contextmanager
def observed(path: str) -> Iterator[None]:
    """Log and trace the call to `path` that is made inside.

    Its outcome is `ok`, the kind of error it ended with, or `cut_off` where the deadline came, or
    the client was closed, before the reply.
    """
    outcome = _CUT_OFF
    path = redact(path)
    # The text of an exception may hold text of a reply; its kind is enough.
    with _tracer.start_as_current_span(
        f"GET {path}", record_exception=False, set_status_on_exception=False
    ) as span:
        span.set_attribute("url.path", path)
        try:
            yield
            outcome = "ok"
        except BackQuantError as exc:
            outcome = exc.kind
            raise
        finally:
            if outcome != "ok":
                span.set_attribute("error.type", outcome)
                span.set_status(trace.StatusCode.ERROR)
            _log.info("upstream call", path=path, outcome=outcome)
