"""Files of the operator's: read again when they change; a slip in one shuts nobody out."""

import os
from pathlib import Path

import pytest

from bq_mcp.access.watched_file import WatchedFile
from bq_mcp.errors import ConfigError
from tests.support import kept_logs


def parse(text: str, label: str) -> str:
    if "wrong" in text:
        raise ConfigError(f"{label}: is wrong")
    return text


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def watched(path: Path, time: Time, *, secret: bool = False) -> WatchedFile[str]:
    return WatchedFile(path, parse, label="FILE", monotonic=time, secret=secret)


def test_a_change_is_seen_once_a_second(tmp_path: Path) -> None:
    path, time = tmp_path / "file", Time()
    path.write_text("one")
    file = watched(path, time)
    path.write_text("three")
    time.now += 0.9
    assert file.value() == "one"
    time.now += 0.2
    assert file.value() == "three"


def test_a_file_put_in_the_place_of_another_is_seen_though_time_and_size_are_the_same(
    tmp_path: Path,
) -> None:
    path, other, time = tmp_path / "file", tmp_path / "other", Time()
    path.write_text("one")
    other.write_text("two")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    file = watched(path, time)
    other.replace(path)
    time.now += 1
    assert file.value() == "two"


@pytest.mark.parametrize("slip", ["wrong", "gone", "folder", "large", "bytes"])
def test_the_last_good_file_stays_in_force_and_one_line_says_so(tmp_path: Path, slip: str) -> None:
    path, time = tmp_path / "file", Time()
    path.write_text("one")
    file = watched(path, time)
    path.unlink()
    if slip == "folder":
        path.mkdir()
    elif slip != "gone":
        contents = {"wrong": b"wrong", "large": b" " * (1024**2 + 1), "bytes": b"\xff\xfe"}
        path.write_bytes(contents[slip])
    with kept_logs() as events:
        for _ in range(3):
            time.now += 1
            assert file.value() == "one"
    assert [event["event"] for event in events] == ["the last good file stays in force"]
    assert events[0]["reason"].startswith("FILE: ")
    if slip == "folder":
        path.rmdir()
    path.write_text("two")
    time.now += 1
    assert file.value() == "two"


@pytest.mark.parametrize("slip", ["gone", "folder", "pipe", "wrong", "a\0b"])
def test_a_file_that_cannot_be_used_at_the_start_is_refused(tmp_path: Path, slip: str) -> None:
    path = tmp_path / slip
    if slip == "folder":
        path.mkdir()
    elif slip == "pipe":
        os.mkfifo(path)
    elif slip == "wrong":
        path.write_text("wrong")
    with pytest.raises(ConfigError, match=r"^FILE: "):
        watched(path, Time())


@pytest.mark.parametrize(("mode", "said"), [(0o600, 0), (0o640, 0), (0o644, 1)])
def test_keys_that_every_user_may_read_are_told(tmp_path: Path, mode: int, said: int) -> None:
    path = tmp_path / "keys"
    path.write_text("one")
    path.chmod(mode)
    with kept_logs() as events:
        assert watched(path, Time(), secret=True).value() == "one"
        assert watched(path, Time()).value() == "one"
    assert len(events) == said
