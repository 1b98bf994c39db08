"""Who may enter over HTTP, and what those who may not are told: nothing that helps them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
import pytest
from anyio.from_thread import start_blocking_portal

from ..unit.access.issuer import ISSUER, RESOURCE, KeyServer, jwk
from ..unit.access.issuer import token as signed
from .door import OWN_KEYS, Door, Reply, bearer, call, message, serving, token_line, token_of
from .upstream import Signing, key_of, upstream

LEVELS = ("gex_levels", {"symbol": "BTC", "detail": "brief"})
HOST = "desk.example"
GOOD, EXPIRED, NARROW = map(token_of, ("good", "expired", "narrow"))


@dataclass(frozen=True)
class Desk:
    """A server, and the upstream that sees whose key is spent."""

    door: Door
    signing: Signing

    def levels(self, *headers: tuple[str, str], path: str = "/mcp") -> Reply:
        body, *usual = call(*LEVELS, *headers)
        return self.door.ask(body, *usual, path=path, host=HOST)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server that takes tokens of its own and of an issuer, for the operator's key."""
    lines = [
        token_line("good"),
        token_line("expired", "expires=2026-01-31"),
        token_line("narrow", "toolsets=vol", "calls=3"),
    ]
    signing, folder = Signing(), tmp_path_factory.mktemp("desk")
    with (
        upstream(signing) as url,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(KeyServer().serving()) as issuer,
    ):
        env = {
            "BASE_URL": url,
            "API_KEY": key_of(0),
            "HTTP_TOKENS": ";".join(lines),
            "HTTP_URL": RESOURCE,
            "OAUTH_ISSUER": ISSUER,
            "OAUTH_JWKS_URL": issuer.url,
            "OAUTH_SCOPES": "mcp:read,mcp:quote",
        }
        with serving(folder=folder, **env) as door:
            yield Desk(door, signing)
    assert "Traceback" not in door.said
    for secret in (GOOD, EXPIRED, NARROW, key_of(0), "eyJ"):
        assert secret not in door.said


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server to which callers bring their own keys."""
    signing, folder = Signing(), tmp_path_factory.mktemp("own")
    with (
        upstream(signing) as url,
        serving(folder=folder, BASE_URL=url, HTTP_HOSTS=HOST, **OWN_KEYS) as door,
    ):
        yield Desk(door, signing)
    assert key_of(1) not in door.said


def granted(**options: Any) -> str:
    """Return a token that is good but for `options`."""
    return signed(**{"scope": "mcp:read mcp:quote", **options})


def assert_refused(reply: Reply, status: int, error: str, presented: str) -> None:
    """Assert a refusal in the words of RFC 6750 that repeats nothing of what was presented."""
    assert reply.status == status, reply.whole
    challenge = reply.headers.get("www-authenticate", "")
    assert challenge.startswith("Bearer")
    assert (f'error="{error}"' in challenge) if error else ("error=" not in challenge)
    assert f"https://{HOST}/.well-known/oauth-protected-resource/mcp" in challenge
    assert reply.message["error"]["message"]
    for half in (presented[: len(presented) // 2], presented[len(presented) // 2 :]):
        assert not half or half not in reply.whole


NO_TOKEN = ("", "Bearer", "Bearer ", "Basic Z29vZDpnb29k", "bearer", f"Token {GOOD}", GOOD)


def test_without_a_token_nobody_enters(desk: Desk) -> None:
    assert_refused(desk.levels(), 401, "", "")
    for value in NO_TOKEN:
        assert desk.levels(("Authorization", value)).status == 401, value
    # Neither a key nor an address makes up for it.
    assert desk.levels(("X-API-Key", key_of(0))).status == 401
    assert desk.levels(("X-Forwarded-For", "127.0.0.1")).status == 401
    assert desk.levels(path=f"/mcp?access_token={GOOD}").status == 401
    assert desk.levels(("Cookie", f"token={GOOD}")).status == 401


def test_a_token_that_is_none_of_ours_does_not_enter(desk: Desk) -> None:
    wrong = (GOOD[:-1], GOOD + "x", GOOD.upper(), token_of("other"), f"{GOOD} {GOOD}", "é" * 20)
    for token in (*wrong, sha256(GOOD.encode()).hexdigest(), "x" * 20_000, "a.b.c", key_of(0)):
        assert_refused(desk.levels(bearer(token)), 401, "invalid_token", token)


def test_a_token_that_expired_does_not_enter(desk: Desk) -> None:
    assert_refused(desk.levels(bearer(EXPIRED)), 401, "invalid_token", EXPIRED)
    past = granted(exp=int(time.time()) - 3_600)
    assert_refused(desk.levels(bearer(past)), 401, "invalid_token", past)
    early = granted(nbf=int(time.time()) + 3_600)
    assert_refused(desk.levels(bearer(early)), 401, "invalid_token", early)
    endless = granted(exp=None)
    assert_refused(desk.levels(bearer(endless)), 401, "invalid_token", endless)


FOREIGN: tuple[dict[str, object], ...] = (
    {"aud": "https://other.example/mcp"},
    {"aud": ["https://other.example/mcp", "https://desk.example"]},
    {"aud": "https://desk.example/mcp/x/vol"},
    {"aud": "https://desk.example.evil.example/mcp"},
    {"aud": None},
    {"iss": "https://other.example"},
    {"iss": None},
    {"sub": None},
)


@pytest.mark.parametrize("claims", FOREIGN, ids=str)
def test_a_token_made_for_another_server_does_not_enter(
    desk: Desk, claims: dict[str, object]
) -> None:
    token = granted(**claims)
    assert_refused(desk.levels(bearer(token)), 401, "invalid_token", token)


def test_a_token_nobody_signed_or_somebody_else_does_not_enter(desk: Desk) -> None:
    head, claims, signature = granted().split(".")
    none = jwt.encode({}, "", algorithm="none").split(".")[0]
    public = str(jwk("ec-1")["x"])
    forged = [
        f"{head}.{claims}.",
        f"{none}.{claims}.",
        f"{head}.{claims}.{signature[:-8]}AAAAAAAA",
        f"{head}.{granted(sub='root').split('.')[1]}.{signature}",
        granted(algorithm="HS256", key=public.ljust(64, "="), headers={"kid": "ec-1"}),
        granted(by="ec-2"),
        granted(by="ec-2", headers={"kid": "ec-1"}),
        granted(by="ec-2", headers={}),
        granted(by="ec-2", headers={"kid": "ec-1", "jwk": jwk("ec-2"), "jku": "http://127.0.0.1/"}),
    ]
    for presented in forged:
        assert_refused(desk.levels(bearer(presented)), 401, "invalid_token", presented)


def test_a_token_without_all_scopes_does_not_enter(desk: Desk) -> None:
    for scope in ("mcp:read", "mcp:reader mcp:quote", "", None, "mcp:readmcp:quote", ["mcp:quote"]):
        token = granted(scope=scope)
        assert_refused(desk.levels(bearer(token)), 403, "insufficient_scope", token)


def test_those_with_a_good_token_enter_and_spend_the_operators_key(desk: Desk) -> None:
    for token in (GOOD, granted(), granted(scope="mcp:quote more mcp:read")):
        assert "100,000" in desk.levels(bearer(token)).text
    heads = "".join(head for heads in desk.signing.heads.values() for head in heads)
    assert GOOD not in heads and "eyJ" not in heads


def test_a_narrow_token_sees_and_calls_its_toolsets_only(desk: Desk) -> None:
    kind = (("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list"))
    listed = {
        token: desk.door.ask(message("tools/list"), *kind, bearer(token), host=HOST)
        for token in (NARROW, GOOD)
    }
    for token, reply in listed.items():
        result = reply.message["result"]
        assert ("gex_levels" in {tool["name"] for tool in result["tools"]}) == (token == GOOD)
        # Whoever keeps the list of one for all at this address would hand it to the other.
        assert result["cacheScope"] == "private"
    for path in ("/mcp", "/mcp/search", "/mcp/x/vol"):
        assert "100,000" not in desk.levels(bearer(NARROW), path=path).whole
    assert desk.levels(bearer(NARROW), path="/mcp/x/levels").status in (403, 404)
    told = [desk.levels(bearer(NARROW)).whole for _ in range(4)]
    assert "calls a minute with this credential: 3 of 3 used up" in told[-1]
    assert "100,000" in desk.levels(bearer(GOOD)).text


def test_with_own_keys_nobody_enters_without_one(own: Desk) -> None:
    assert own.levels().status == 401
    for headers in (
        [("X-API-Key", key_of(1)), bearer(key_of(2))],
        [bearer("bq_live_...")],
        [bearer("x" * 300)],
        [bearer("a b c d e f")],
    ):
        reply = own.levels(*headers)
        assert reply.status in (400, 401)
        assert key_of(1)[12:] not in reply.whole
    assert sum(own.signing.asked.values()) == 0


def test_a_key_that_upstream_refused_is_not_sent_again_and_gets_nothing(own: Desk) -> None:
    wrong = "bq_live_wrong" + "Qz9" * 8
    first = own.levels(bearer(wrong))
    assert "100,000" not in first.whole and wrong[8:] not in first.whole
    assert [own.levels(bearer(wrong)).status for _ in range(3)] == [401] * 3
    assert own.signing.asked[wrong] == 1
    for given in (bearer(key_of(1)), ("X-API-Key", key_of(1))):
        assert "100,100" in own.levels(given).text


def test_keys_are_not_tried_out_one_after_another(own: Desk) -> None:
    # Nobody said that a proxy stands in front, so what it would say of the address is not believed.
    tried = [
        own.levels(bearer(f"bq_live_guess{number:019}"), ("X-Forwarded-For", f"192.0.2.{number}"))
        for number in range(40)
    ]
    assert tried[-1].status == 429
    assert int(tried[-1].headers["retry-after"]) > 0
    assert sum(key.startswith("bq_live_guess") for key in own.signing.asked) <= 20
    # Who is known already is let in from the same address.
    assert "100,100" in own.levels(bearer(key_of(1))).text


def test_a_server_that_others_can_reach_does_not_start_open(tmp_path: Path) -> None:
    env = {"API_KEY": key_of(0), "HTTP_HOSTS": HOST}
    with (
        pytest.raises(AssertionError) as refused,
        serving(folder=tmp_path, address="0.0.0.0:0", **env),
    ):
        pass
    said = str(refused.value)
    assert said.count("\n") == 1 and key_of(0) not in said
