"""Who may enter, by which of the three ways, and whose key is spent."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bq_mcp.access import AccessError, Caller, Entrance, entrance_of
from bq_mcp.access.tokens import hash_of
from bq_mcp.errors import ConfigError

from ...support import kept_logs
from .issuer import ISSUER, RESOURCE, jwk, jwks, token

pytestmark = pytest.mark.anyio
KEY = "bq_live_0123456789abcdefghijklmnopqrstuv"
TOKEN = "bqm_" + "a1B2c3D4" * 5 + "xyz"
LINE = f"alice sha256:{hash_of(TOKEN)} toolsets=vol calls=60"
OAUTH: dict[str, Any] = {"issuer": ISSUER, "jwks_url": f"{ISSUER}jwks", "url": RESOURCE}
HOME = "203.0.113.7"


async def _keys(url: str) -> bytes:
    assert url == OAUTH["jwks_url"]
    return jwks(jwk("ec-1"))


def bearing(credential: str) -> dict[str, str]:
    return {"authorization": f"Bearer {credential}"}


async def refusal(entrance: Entrance, headers: dict[str, str]) -> AccessError:
    with pytest.raises(AccessError) as caught:
        await entrance.admit(headers, HOME)
    return caught.value


async def test_where_nothing_is_configured_nobody_is_asked() -> None:
    entrance = entrance_of()
    assert entrance.is_open and entrance.metadata is None
    assert await entrance.admit({}, "127.0.0.1") == Caller("local")
    assert await entrance.admit(bearing(KEY), "127.0.0.1") == Caller("local")


async def test_a_token_opens_with_what_its_line_allows_and_spends_the_operators_key() -> None:
    entrance = entrance_of(tokens=f"bob sha256:{'0' * 64};{LINE}")
    assert not entrance.is_open
    assert await entrance.admit(bearing(TOKEN), HOME) == Caller("alice", None, ("vol",), 60)
    assert (await refusal(entrance, {})).error == ""
    assert (await refusal(entrance, {"x-api-key": TOKEN})).error == ""
    for wrong in (KEY, TOKEN[:-1], hash_of(TOKEN), token()):
        refused = await refusal(entrance, bearing(wrong))
        assert (refused.status, refused.error) == (401, "invalid_token")
        assert wrong not in refused.description


async def test_files_of_tokens_and_keys_are_followed(tmp_path: Path) -> None:
    tokens, keys, now = tmp_path / "tokens", tmp_path / "keys.toml", [0.0]
    tokens.write_text(f"{LINE}\n")
    keys.write_text(f'[tokens]\nalice = "{KEY}"\n')
    keys.chmod(0o600)
    entrance = entrance_of(tokens_file=tokens, keys_file=keys, monotonic=lambda: now[0])
    assert (await entrance.admit(bearing(TOKEN), HOME)).key == KEY
    keys.write_text("")
    now[0] += 1
    assert (await entrance.admit(bearing(TOKEN), HOME)).key is None
    tokens.write_text("# alice left\n")
    now[0] += 1
    assert (await refusal(entrance, bearing(TOKEN))).status == 401


def test_a_key_for_a_name_that_no_token_has_is_told_by_its_number(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f'[tokens]\nalice = "{KEY}"\n{KEY} = "{KEY}"\n')
    keys.chmod(0o600)
    with kept_logs() as events:
        entrance_of(tokens=LINE, keys_file=keys)
    assert [(event["event"], event["entries"]) for event in events] == [
        ("keys for names that no token has", "2")
    ]
    assert KEY not in str(events)


async def test_a_token_of_the_environment_expires_by_the_clock() -> None:
    days = [datetime(2027, 1, 31, 23, 59, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)]
    entrance = entrance_of(tokens=f"{LINE} expires=2027-01-31", now=lambda: days.pop(0))
    assert await entrance.admit(bearing(TOKEN), HOME)
    assert "expired" in (await refusal(entrance, bearing(TOKEN))).description


async def test_oauth_names_the_subject_and_spends_its_key(tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text(f'[subjects]\nalice = "{KEY}"\n')
    keys.chmod(0o600)
    entrance = entrance_of(**OAUTH, keys_file=keys, scopes=["mcp:read"], fetch=_keys)
    assert entrance.metadata and entrance.metadata["resource"] == RESOURCE
    caller = await entrance.admit(bearing(token()), HOME)
    assert caller == Caller("sub:alice", KEY) and KEY not in repr(caller)
    assert await entrance.admit(bearing(token(sub="bob")), HOME) == Caller("sub:bob")
    refused = await refusal(entrance, bearing(token(scope="mcp:write")))
    assert refused.status == 403
    assert (entrance.challenge(refused) or "").startswith('Bearer error="insufficient_scope", ')
    refused = await refusal(entrance, {})
    assert entrance.challenge(refused) == (
        'Bearer scope="mcp:read", resource_metadata='
        '"https://desk.example/.well-known/oauth-protected-resource/mcp"'
    )


@given(st.sampled_from(["", "Bearer ", "bearer bqm_", "Basic "]), st.text(max_size=60))
async def test_whatever_is_presented_opens_or_is_refused(scheme: str, text: str) -> None:
    headers = {"authorization": f"{scheme}{text}", "x-api-key": text}
    ways: list[dict[str, Any]] = [{"pass_through": True}, {"tokens": LINE, **OAUTH}]
    for way in ways:
        with suppress(AccessError):
            caller = await entrance_of(**way, fetch=_keys).admit(headers, text)
            assert caller.key and caller.key in text


@pytest.mark.parametrize("subject", ["two words", "a\nb", "x" * 101, "é", "\U000e0041"])
async def test_an_odd_subject_is_called_by_a_hash(subject: str) -> None:
    entrance = entrance_of(**OAUTH, fetch=_keys)
    name = (await entrance.admit(bearing(token(sub=subject)), HOME)).name
    assert name.startswith("sub#") and name.isascii() and len(name) == 20


async def test_tokens_and_oauth_open_the_same_door_and_are_never_one_caller() -> None:
    entrance = entrance_of(tokens=LINE, **OAUTH, fetch=_keys)
    names = {(await entrance.admit(bearing(each), HOME)).name for each in (TOKEN, token())}
    assert names == {"alice", "sub:alice"}
    assert (await refusal(entrance, bearing(TOKEN[:-1] + "-"))).status == 401


async def test_a_callers_own_key_is_spent_and_what_upstream_says_of_it_is_heard() -> None:
    entrance = entrance_of(pass_through=True)
    caller = await entrance.admit({"x-api-key": KEY}, HOME)
    assert caller.key == KEY and caller.name.startswith("key-")
    entrance.refused(KEY)
    assert (await refusal(entrance, {"x-api-key": KEY})).status == 401
    entrance.accepted(KEY)
    assert not entrance.is_open


def test_what_upstream_says_of_the_operators_key_concerns_no_other_way() -> None:
    entrance = entrance_of(tokens=LINE)
    entrance.accepted(KEY)
    entrance.refused(KEY)
    assert not entrance.is_open


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"pass_through": True, "tokens": LINE}, "PASS_THROUGH cannot be combined .*HTTP_TOKENS:"),
        ({"pass_through": True, "tokens_file": Path("x")}, "PASS_THROUGH cannot be combined"),
        ({"pass_through": True, "keys_file": Path("x")}, "PASS_THROUGH cannot be combined"),
        ({"pass_through": True, "jwks_url": ISSUER}, "PASS_THROUGH cannot be combined"),
        ({"keys_file": Path("x")}, "KEYS_FILE needs tokens or OAuth"),
        ({"tokens": ";"}, "HTTP_TOKENS: holds no token"),
        ({"tokens": "alice"}, "HTTP_TOKENS: line 1"),
        ({"tokens_file": Path("/nowhere/x")}, "HTTP_TOKENS_FILE: cannot be read: no such file"),
        ({"issuer": ISSUER}, "not set: BACKQUANT_OAUTH_JWKS_URL, BACKQUANT_HTTP_URL"),
        ({**OAUTH, "url": None}, "not set: BACKQUANT_HTTP_URL"),
        ({**OAUTH, "jwks_url": "http://login.example/jwks"}, "JWKS_URL: must be an https"),
        ({**OAUTH, "jwks_url": "https://me:secret@login.example/"}, "JWKS_URL: must be an https"),
        ({**OAUTH, "jwks_url": "file:///etc/passwd"}, "JWKS_URL: must be an https"),
        ({**OAUTH, "issuer": "https://login.example:secret"}, "ISSUER: must be an https"),
    ],
)
def test_settings_that_contradict_each_other_stop_the_start(
    settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        entrance_of(**settings)
    assert "secret" not in caught.value.message


def test_an_empty_file_of_tokens_opens_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("# none yet\n")
    with pytest.raises(ConfigError, match="bq-mcp token new"):
        entrance_of(tokens_file=tmp_path / "tokens")


@pytest.mark.parametrize(
    ("error", "value"),
    [
        (AccessError(401, "", "send a token"), "Bearer"),
        (
            AccessError(401, "invalid_token", 'say "no"\r\nSet-Cookie: é'),
            'Bearer error="invalid_token", error_description="say ?no???Set-Cookie: ?"',
        ),
        (AccessError(429, "too_many_attempts", "wait", retry_after=3), None),
        (AccessError(503, "temporarily_unavailable", "wait", retry_after=3), None),
    ],
)
def test_a_refusal_says_what_to_present(error: AccessError, value: str | None) -> None:
    assert entrance_of(tokens=LINE).challenge(error) == value
