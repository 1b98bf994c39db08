"""Settings from the environment: what is mended, what is refused, what is never printed."""

from pathlib import Path

import pytest

from bq_mcp.errors import ConfigError
from bq_mcp.settings import DEFAULT_BASE_URL, load_settings

KEY = "bq_live_0123456789abcdefghijklmnopqrstuv"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "API_KEY",
        "API_KEY_FILE",
        "BASE_URL",
        "DEADLINE_SECONDS",
        "CACHE_DIR",
        "LOG_LEVEL",
    ):
        monkeypatch.delenv(f"BACKQUANT_{name}", raising=False)


def test_without_settings_the_public_api_is_asked_without_a_key() -> None:
    settings = load_settings()
    assert settings.base_url == DEFAULT_BASE_URL == "https://api.backquant.com"
    assert settings.key() is None
    assert settings.deadline_seconds == 20


def test_blanks_around_the_key_are_stripped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKQUANT_API_KEY", f" \t{KEY}\r\n")
    assert load_settings().key() == KEY


def test_a_variable_is_read_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("backquant_deadline_seconds", "7.5")
    assert load_settings().deadline_seconds == 7.5


@pytest.mark.parametrize("blank", ["", "   ", "Bearer ", "Bearer none"])
def test_a_blank_key_is_no_key(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("BACKQUANT_API_KEY", blank)
    assert load_settings().key() is None


def test_settings_left_blank_by_a_client_mean_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASE_URL", "DEADLINE_SECONDS", "LOG_LEVEL", "CACHE_DIR"):
        monkeypatch.setenv(f"BACKQUANT_{name}", "")
    settings = load_settings()
    assert settings.base_url == DEFAULT_BASE_URL
    assert settings.cache_dir is None


@pytest.mark.parametrize(
    "broken", [f"{KEY[:10]} {KEY[10:]}", f"{KEY}\u200b", f"{KEY}\nHost: x", "ключ"]
)
def test_a_key_that_cannot_be_one_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setenv("BACKQUANT_API_KEY", broken)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "BACKQUANT_API_KEY" in caught.value.message
    assert KEY[10:] not in caught.value.message
    assert broken not in caught.value.message


def test_the_key_is_not_in_the_representation() -> None:
    assert KEY not in repr(load_settings(api_key=KEY))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.backquant.com/v2/", "https://api.backquant.com"),
        (" https://api.backquant.com/ ", "https://api.backquant.com"),
        ("https://proxy.example/backquant/v2", "https://proxy.example/backquant"),
        ("http://127.0.0.1:8765/v2", "http://127.0.0.1:8765"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:8765/", "http://[::1]:8765"),
    ],
)
def test_an_address_is_kept_without_the_version_prefix(given: str, kept: str) -> None:
    assert load_settings(base_url=given).base_url == kept


@pytest.mark.parametrize(
    "address",
    [
        "http://api.backquant.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:80",
        "http://192.168.1.5",
    ],
)
def test_plain_http_off_this_machine_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="https"):
        load_settings(base_url=address)


@pytest.mark.parametrize(
    "address",
    [
        "api.backquant.com",
        "ftp://api.backquant.com",
        "file:///etc/passwd",
        "https://",
        "https://user:pass@api.backquant.com",
        "https://@api.backquant.com",
        "https://api.backquant.com?key=1",
        "https://api.backquant.com#x",
        "https://api backquant.com",
        "https://api.backquant.com:99999",
        "https://api.backquant.com:port",
        "https://[::1",
        "https://api.backquant.com/a b",
        "https://api.backquant.com/a\\b",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(ConfigError, match="BACKQUANT_BASE_URL"):
        load_settings(base_url=address)


@pytest.mark.parametrize(
    "address",
    [
        "https://user:hunter2@api.backquant.com",
        "https://user:hunter2/x@api.backquant.com",
        "https://user/hunter2@api.backquant.com",
        "https://user:hunter2?@api.backquant.com",
        "https://user:hunter2#@api.backquant.com",
        "https://user:hunter2\u2100@api.backquant.com",
        "https://user:hunter2\uff20api.backquant.com",
        "https://[hunter2]@api.backquant.com",
        "https://user:[hunter2@api.backquant.com",
        "https://user:hunter2%00@api.backquant.com",
        "https:user:hunter2@api.backquant.com",
        "user:hunter2@api.backquant.com",
        "http://user:hunter2@127.0.0.1:1",
    ],
)
def test_an_address_with_credentials_is_never_repeated(address: str) -> None:
    with pytest.raises(ConfigError, match="BACKQUANT_BASE_URL") as caught:
        load_settings(base_url=address)
    shown = f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
    assert "hunter2" not in shown


def test_a_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for given, folder in (("~", tmp_path), ("~/bq/x", tmp_path / "bq" / "x")):
        monkeypatch.setenv("BACKQUANT_CACHE_DIR", given)
        assert load_settings().cache_dir == folder
    monkeypatch.setenv("BACKQUANT_CACHE_DIR", "~nobody-has-this-name/x")
    with pytest.raises(ConfigError, match="BACKQUANT_CACHE_DIR"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ("INFO", "info"),
        ("Warning", "warning"),
        (" DEBUG ", "debug"),
        ("WARN", "warning"),
        ("critical", "error"),
    ],
)
def test_a_log_level_is_read_in_any_case(
    monkeypatch: pytest.MonkeyPatch, given: str, level: str
) -> None:
    monkeypatch.setenv("BACKQUANT_LOG_LEVEL", given)
    assert load_settings().log_level == level


@pytest.mark.parametrize("seconds", ["0", "-1", "301", "nan", "inf", "soon"])
def test_a_deadline_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("BACKQUANT_DEADLINE_SECONDS", seconds)
    with pytest.raises(ConfigError, match="BACKQUANT_DEADLINE_SECONDS"):
        load_settings()


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(base_url="nowhere", log_level="loud")
    assert "BACKQUANT_BASE_URL" in caught.value.message
    assert "BACKQUANT_LOG_LEVEL" in caught.value.message


@pytest.mark.parametrize(
    "pasted",
    [f'"{KEY}"', f"'{KEY}'", f"`{KEY}`", f"Bearer {KEY}", f"bearer  {KEY}", f'"Bearer {KEY}"']
    + [f"BACKQUANT_API_KEY={KEY}", f"export BACKQUANT_API_KEY='{KEY}'", f"X-API-Key: {KEY}"]
    + [f"Authorization: Bearer {KEY}", f"\u201c{KEY}\u201d"],
)
def test_what_was_copied_along_with_a_key_is_dropped(
    monkeypatch: pytest.MonkeyPatch, pasted: str
) -> None:
    monkeypatch.setenv("BACKQUANT_API_KEY", pasted)
    assert load_settings().key() == KEY


@pytest.mark.parametrize(
    "text",
    ["${BACKQUANT_API_KEY}", "$BACKQUANT_API_KEY", "${input:backquant-key}", "{env:KEY}", "%KEY%"]
    + ["{{ secrets.KEY }}", "<your key>", "[key]", "bq_live_...", "bq_live_\u2026", "your_api_key"]
    + ["YOUR-KEY-HERE", "bq_live_your_key_here", "bq_live_xxxxxxxx", "xxx", "***", "op://vault/bq"]
    + ["env:BACKQUANT_KEY", "paste key here", "changeme", "REPLACE_ME", "BACKQUANT_API_KEY"]
    + ["CHANGE_ME", "bq_live_", "bq_live_example", "!secret backquant"],
)
def test_a_placeholder_is_no_key_and_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BACKQUANT_API_KEY", text)
    settings = load_settings()
    assert settings.key() is None
    assert settings.why_no_key() == f"the API key is a placeholder that nobody filled in: {text}"


@pytest.mark.parametrize("text", ['"bq_live_{}"', "Bearer bq_live_{}", "'{}'"])
def test_an_example_copied_from_a_manual_is_no_key(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("BACKQUANT_API_KEY", text.format("A" * 32))
    settings = load_settings()
    assert settings.key() is None
    assert settings.why_no_key().endswith("nobody filled in: <example key>")


def test_a_key_inside_a_placeholder_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKQUANT_API_KEY", "<s3cr3t-of-mine>")
    assert "s3cr3t" not in load_settings().why_no_key()


@pytest.mark.parametrize("key", [KEY, "bq_live_" + "A" * 32, "not-shaped-like-a-key-0123456789"])
def test_a_key_is_no_placeholder(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("BACKQUANT_API_KEY", key)
    assert load_settings().key() == key


def test_a_key_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"\ufeff'{KEY}'\r\n", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for given in (str(file), "~/key", f'"{file}"'):
        monkeypatch.setenv("BACKQUANT_API_KEY_FILE", given)
        assert load_settings().key() == KEY
    monkeypatch.setenv("BACKQUANT_API_KEY", "${KEY}")
    assert load_settings().key() == KEY
    monkeypatch.setenv("BACKQUANT_API_KEY", "another-key")
    assert load_settings().key() == "another-key"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"one\ntwo", b"\xff\xfe"])
def test_a_key_file_that_holds_no_key_is_refused_without_its_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("BACKQUANT_API_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(ConfigError, match="BACKQUANT_API_KEY_FILE") as caught:
        load_settings()
    assert "two" not in caught.value.message


def test_quotes_around_any_setting_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKQUANT_BASE_URL", '"http://127.0.0.1:1"')
    monkeypatch.setenv("BACKQUANT_DEADLINE_SECONDS", "'7'")
    settings = load_settings()
    assert (settings.base_url, settings.deadline_seconds) == ("http://127.0.0.1:1", 7)
