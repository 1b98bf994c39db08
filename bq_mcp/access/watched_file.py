"""A file of the operator's that is read again when it changes, without a restart."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from ..errors import ConfigError, reason_of
from ..logs import Log

T = TypeVar("T")
# Who may enter has changed: to be seen at any level.
_log = Log(__name__, always=True)
_MOST_BYTES = 1024**2
_EVERY_S = 1.0


class WatchedFile(Generic[T]):
    """What `parse` makes of a text file and `label`, its name in errors and log lines.

    The file is looked at once a second at most. One that cannot be read or parsed any more leaves
    the last good value in force, so that a slip of an editor does not lock everybody out.

    Raises:
        ConfigError: it cannot be used at the start; the words of `parse`, or why it is not read.
    """

    def __init__(
        self,
        path: Path,
        parse: Callable[[str, str], T],
        *,
        label: str,
        monotonic: Callable[[], float],
        secret: bool = False,
    ) -> None:
        self._path = path
        self._parse = parse
        self._label = label
        self._monotonic = monotonic
        self._secret = secret
        self._looked = monotonic()
        self._fault = ""
        self._stamp, self._value = self._read(self._stat())

    def value(self) -> T:
        """Return what the file says now, or said when it was last good."""
        now = self._monotonic()
        if now - self._looked >= _EVERY_S:
            self._looked = now
            self._look()
        return self._value

    def _look(self) -> None:
        try:
            status = self._stat()
            if _stamp(status) != self._stamp:
                self._stamp, self._value = self._read(status)
                _log.info("file read again", file=self._label)
            self._fault = ""
        except ConfigError as exc:
            if exc.message != self._fault:
                _log.warning("the last good file stays in force", reason=exc.message)
            self._fault = exc.message

    def _stat(self) -> os.stat_result:
        try:
            return self._path.stat()
        except (OSError, ValueError) as exc:
            raise self._unread(exc) from None

    def _read(self, status: os.stat_result) -> tuple[tuple[int, ...], T]:
        # A pipe would never end.
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(f"{self._label}: is no regular file")
        try:
            with self._path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
            if len(content) > _MOST_BYTES:
                raise ConfigError(f"{self._label}: is larger than 1 MiB")
            value = self._parse(content.decode("utf-8-sig"), self._label)
        except (OSError, ValueError) as exc:
            raise self._unread(exc) from None
        # Not refused: secrets of containers are mounted so, and there is one user in there.
        if self._secret and os.name == "posix" and status.st_mode & stat.S_IROTH:
            _log.warning("every user of this machine may read it", file=self._label, better="0600")
        return _stamp(status), value

    def _unread(self, exc: Exception) -> ConfigError:
        return ConfigError(f"{self._label}: cannot be read: {reason_of(exc)}")


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    # An editor that replaces the file may keep its time and size.
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
