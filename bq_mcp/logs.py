"""Log one line an event to standard error; standard output is the protocol's.

A line is key=value pairs, or a JSON object where that is set.
"""

import json
import logging
import math
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Literal, TextIO, cast

from .text import redact, redact_all


class Log:
    """Says what happened in one part of the package; fields are named, never formatted in.

    `always`: from `info` on, whatever the level is that was set.
    """

    def __init__(self, name: str, *, always: bool = False) -> None:
        self._logger = logging.getLogger(name)
        if always:
            self._logger.setLevel(logging.INFO)

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


def set_format(name: Literal["text", "json"]) -> None:
    """Write each event as key=value pairs (`text`), or as one JSON object (`json`)."""
    _handler.setFormatter(_Json() if name == "json" else _KeyValue())


def hear_libraries() -> None:
    """Write what libraries log and warn of in the same form, from `warning` on.

    Lower levels of theirs would say addresses with their query, and headers.
    """
    root = logging.getLogger()
    root.addHandler(_handler)
    root.setLevel(max(logging.WARNING, _ours.level))
    logging.captureWarnings(True)


class _KeyValue(logging.Formatter):
    """Writes a record as `timestamp=… level=… event=…` and its fields, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        # Before they are quoted: an escape may hide a secret from the stream.
        pairs = ((name, redact(str(value))) for name, value in self.fields(record).items())
        return " ".join(f"{name}={_quoted(text)}" for name, text in pairs)

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """Return what the line says, by name; who says it, where that is not this package."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = {
            "timestamp": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.name.split(".")[0] != __package__:
            fields["logger"] = record.name
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return fields


class _Json(_KeyValue):
    """Writes the same as one JSON object; figures and truth values stay what they are."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        # ASCII only: to some readers other characters end a line as well.
        return json.dumps({name: _plain(value) for name, value in self.fields(record).items()})


def _plain(value: object) -> object:
    """Return `value` as JSON can hold it, without secrets."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value):
        return redact_all(value)
    return redact(str(value))


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
    logger.addHandler(_handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    return logger


_handler = _StandardError()
set_format("text")
_ours = _set_up()
