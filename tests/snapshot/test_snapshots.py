"""The snapshot mechanism itself."""

from pathlib import Path

import pytest

from . import snapshots


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(snapshots, "FOLDER", tmp_path)
    monkeypatch.delenv(snapshots.WRITE, raising=False)
    (tmp_path / "made").mkdir()
    return tmp_path


def test_missing_file_fails(folder: Path) -> None:
    with pytest.raises(AssertionError, match="missing"):
        snapshots.check("made/a.txt", "one\n")


def test_difference_is_printed(folder: Path) -> None:
    (folder / "made/a.txt").write_text("one\n")
    with pytest.raises(AssertionError, match=r"-one\n\+two"):
        snapshots.check("made/a.txt", "two\n")


def test_equal_file_passes(folder: Path) -> None:
    (folder / "made/a.txt").write_text("one\n")
    snapshots.check("made/a.txt", "one\n")


def test_environment_variable_writes_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(snapshots.WRITE, "1")
    snapshots.check("new/a.txt", "one\n")
    assert (folder / "new/a.txt").read_text() == "one\n"


def test_orphan_fails(folder: Path) -> None:
    (folder / "made/old.txt").write_text("one\n")
    with pytest.raises(AssertionError, match=r"old\.txt"):
        snapshots.check_no_others("made", ["a.txt"])
