"""Log one line an event to standard error; standard output belongs to the protocol.

structlog is imported with the first event: with what it imports in turn it would take a twentieth
of the time a client waits for the server to start.
"""

import logging
import sys
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO, cast

from .text import redact

_level = logging.WARNING


class Log:
    """Says what happened in one part of the package; fields are named, never formatted in."""

    def __init__(self, name: str) -> None:
        self._name = name

    def info(self, event: str, **fields: object) -> None:
        """Log what is worth knowing when looking for a fault."""
        self._logger().info(event, **fields)

    def warning(self, event: str, **fields: object) -> None:
        """Log what went wrong and was dealt with."""
        self._logger().warning(event, **fields)

    def exception(self, event: str, **fields: object) -> None:
        """Log what went wrong with the traceback of the exception under way."""
        self._logger().exception(event, **fields)

    @contextmanager
    def survive(self, event: str, **fields: object) -> Iterator[None]:
        """Log whatever fails inside and go on: background work never ends the server."""
        try:
            yield
        except Exception as exc:
            if reason := getattr(exc, "message", None):
                self.warning(event, reason=reason, **fields)
            else:
                self.exception(event, **fields)

    def _logger(self) -> Any:
        import structlog

        if not structlog.is_configured():
            _configure()
        return structlog.get_logger(self._name)


def set_level(name: str) -> None:
    """Let through events of this level (`debug`, `info`, `warning`, `error`) and above."""
    global _level
    _level = getattr(logging, name.upper())
    if "structlog" in sys.modules:
        _configure()


class _RedactedStream:
    """A text stream that lets no secret through, whoever writes: logs, warnings, tracebacks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write `text` without secrets."""
        self._stream.write(redact(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of `lines` without secrets."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def redact_stderr() -> None:
    """Keep secrets out of all that this process writes to standard error from now on."""
    if not isinstance(sys.stderr, _RedactedStream):
        sys.stderr = cast(TextIO, _RedactedStream(sys.stderr))


def _without_secrets(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Redact the fields before they are written: escaping may hide a secret from the stream."""
    for name, value in event.items():
        is_plain = value is None or isinstance(value, bool | int | float)
        event[name] = value if is_plain else redact(str(value))
    return event


def _configure() -> None:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _without_secrets,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
