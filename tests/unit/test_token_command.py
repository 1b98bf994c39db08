"""`bq-mcp token new`: the line it makes, and where it does not make one."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bq_mcp.access.tokens import hash_of, parse_tokens
from bq_mcp.cli.exits import UsageFault
from bq_mcp.cli.token import new_token
from bq_mcp.errors import ConfigError


def new(name: str = "alice", file: Path | None = None, **options: str | None) -> None:
    given = {"expires": None, "toolsets": None, **options}
    new_token(name, calls=None, file=file, **given)


def test_what_goes_to_standard_error_can_be_a_file_of_tokens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    new(expires="7d")
    printed = capsys.readouterr()
    (token,) = parse_tokens(printed.err, "stderr").values()
    assert token.sha256 == hash_of(printed.out.strip())
    # Midnight may pass in between.
    assert token.expires and 6 <= (token.expires - datetime.now(UTC).date()).days <= 7


def test_a_new_file_is_for_its_owner_only_and_takes_each_name_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tokens"
    new("alice", file)
    new("bob", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(UsageFault, match="has a token bob already"):
        new("bob", file)
    assert [token.name for token in parse_tokens(file.read_text(), "").values()] == ["alice", "bob"]
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("two words", {}, "one word"),
        ("local", {}, "a name has"),
        ("alice", {"toolsets": "vol flow"}, "comma list"),
        ("alice", {"toolsets": "VOL"}, "comma list"),
        ("alice", {"expires": "soon"}, "--expires is a day like"),
        ("alice", {"expires": "2020-01-31"}, "from today on"),
        ("alice", {"expires": "9999"}, "within ten years"),
    ],
)
def test_options_that_make_no_line_make_no_token(
    name: str, options: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageFault, match=words):
        new(name, **options)
    assert capsys.readouterr().out == ""


def test_a_file_that_cannot_be_added_to_makes_no_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageFault, match="cannot be written: "):
        new(file=tmp_path)
    with pytest.raises(UsageFault, match="there is no folder .*secrets; make it first"):
        new(file=tmp_path / "secrets" / "tokens")
    (tmp_path / "tokens").write_text("no token")
    with pytest.raises(ConfigError, match="line 1"):
        new(file=tmp_path / "tokens")
    assert capsys.readouterr().out == ""
    assert (tmp_path / "tokens").read_text() == "no token"
