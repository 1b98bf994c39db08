"""Log one line of key=value pairs an event to standard error; standard output is the protocol's."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TextIO, cast

from .text import redact


class Log:
    """Says what happened in one part of the package; fields are named, never formatted in."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: object) -> None:
        """Log what is worth knowing when looking for a fault."""
        self._logger.info(event, extra={"fields": fields})

    def warning(self, event: str, **fields: object) -> None:
        """Log what went wrong and was dealt with."""
        self._logger.warning(event, extra={"fields": fields})

    def exception(self, event: str, **fields: object) -> None:
        """Log what went wrong with the traceback of the exception under way."""
        self._logger.exception(event, extra={"fields": fields})

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


def set_level(name: str) -> None:
    """Let through events of this level (`debug`, `info`, `warning`, `error`) and above."""
    _ours.setLevel(name.upper())


class _KeyValue(logging.Formatter):
    """Writes a record as `timestamp=… level=… event=…` and its fields, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        pairs: dict[str, object] = {
            "timestamp": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            pairs["exception"] = self.formatException(record.exc_info)
        # Before they are quoted: an escape may hide a secret from the stream.
        return " ".join(f"{name}={_quoted(redact(str(value)))}" for name, value in pairs.items())


def _quoted(text: str) -> str:
    """Return `text`, in quotes where it would not be read as one word of a line."""
    if text.isprintable() and text and not any(char in text for char in ' "='):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


class _StandardError(logging.Handler):
    """Writes to whatever is standard error at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; a failure to write is ignored."""
        with suppress(Exception):
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


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
    if sys.stderr is not None and not isinstance(sys.stderr, _RedactedStream):
        sys.stderr = cast(TextIO, _RedactedStream(sys.stderr))


def _set_up() -> logging.Logger:
    """Return the logger above all of this package; others' handlers would not mask what it says."""
    logger = logging.getLogger(__package__)
    handler = _StandardError()
    handler.setFormatter(_KeyValue())
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    return logger


_ours = _set_up()
