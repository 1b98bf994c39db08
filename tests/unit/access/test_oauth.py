"""Access tokens of an authorization server: which are taken, and where their keys come from."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import anyio
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bq_mcp.access import AccessError
from bq_mcp.access.jwks import FRESH_S, KEPT_S, PAUSE_S, RETRY_S, SigningKeys, fetch
from bq_mcp.access.oauth import JwtCheck, Resource
from tests.fault.loopback import head, saying
from tests.support import kept_logs

from .issuer import ISSUER, RESOURCE, KeyServer, jwk, jwks, private_key, token

pytestmark = pytest.mark.anyio


class Check(JwtCheck):
    """A check whose time is told; its keys come over HTTP from a server, or are given."""

    def __init__(self, keys: KeyServer | bytes, *scopes: str) -> None:
        self.now = 1000.0

        async def given(url: str) -> bytes:
            return keys if isinstance(keys, bytes) else await fetch(url)

        url = "" if isinstance(keys, bytes) else keys.url
        signing = SigningKeys(url, given, lambda: self.now)
        super().__init__(Resource(RESOURCE, ISSUER, scopes), signing)

    async def refusal(self, presented: str) -> AccessError:
        with pytest.raises(AccessError) as caught:
            await self.subject(presented)
        assert not presented or presented not in caught.value.description
        return caught.value


def part(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("by", "claims"),
    [
        ("ec-1", {}),
        ("ec-1", {"aud": ["https://other.example", RESOURCE]}),
        ("ec-1", {"aud": f"{RESOURCE}/"}),
        ("ec-1", {"scope": None, "scp": ["mcp:write", "mcp:read"]}),
        ("ec-1", {"scope": "openid mcp:read"}),
        ("ec-1", {"jti": "1", "client_id": "desk"}),
        ("rsa-1", {"algorithm": "RS256"}),
        ("rsa-1", {"algorithm": "PS384"}),
        ("ed-1", {"algorithm": "EdDSA"}),
    ],
)
async def test_a_token_of_the_issuer_for_this_server_is_taken(
    by: str, claims: dict[str, Any]
) -> None:
    keys = jwks(jwk("ec-1", alg="ES256", use="sig"), jwk("rsa-1"), jwk("ed-1"))
    assert await Check(keys, "mcp:read").subject(token(by, **claims)) == "alice"


async def test_clocks_may_differ_a_little() -> None:
    now = int(time.time())
    presented = token(exp=now - 10, nbf=now + 20, iat=now + 20)
    assert await Check(jwks(jwk("ec-1"))).subject(presented) == "alice"


async def test_a_token_without_key_id_may_be_of_the_only_key() -> None:
    presented = token(headers={})
    assert await Check(jwks(jwk("ec-1"))).subject(presented) == "alice"
    assert (await Check(jwks(jwk("ec-1"), jwk("ec-2"))).refusal(presented)).status == 401


def _public_pem() -> bytes:
    public = private_key("ec-1").public_key()
    return bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _by_hand(header: object, payload: str = "e30", signature: str = "e30") -> str:
    return f"{part(json.dumps(header))}.{payload}.{signature}"


def _payload() -> str:
    return token().split(".")[1]


def _confused() -> str:
    """Return a token signed with the public key as if it were a shared secret."""
    signed = _by_hand({"alg": "HS256", "kid": "ec-1"}, _payload(), "").rstrip(".")
    signature = hmac.digest(_public_pem(), signed.encode(), hashlib.sha256)
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"exp": 1_700_000_000}, "expired"),
        ({"nbf": 9_000_000_000}, "not valid yet"),
        ({"aud": "https://other.example/mcp"}, "another server"),
        ({"aud": ["https://other.example/mcp"]}, "another server"),
        ({"aud": "https://desk.example"}, "another server"),
        ({"iss": "https://login.example"}, "another issuer"),
        *(({claim: None}, "must have") for claim in ("exp", "iss", "aud", "sub")),
        ({"sub": ""}, ""),
        ({"exp": "soon"}, ""),
        ({"exp": float("inf")}, ""),
        ({"cnf": {"jkt": "x"}}, ""),
        ({"by": "ec-2"}, "its issuer lacks"),
        ({"by": "rsa-short", "algorithm": "RS256"}, ""),
        ({"by": "rsa-1", "algorithm": "RS256"}, ""),
        ({"headers": {"kid": "ec-1", "crit": ["exp"]}}, ""),
    ],
)
async def test_a_token_for_something_else_is_refused(claims: dict[str, Any], words: str) -> None:
    await _is_refused(token(**claims), words)


@pytest.mark.parametrize(
    "presented",
    [
        lambda: token(key=private_key("ec-2")),
        _confused,
        lambda: _by_hand({"alg": "none", "kid": "ec-1"}, _payload(), ""),
        lambda: jwt.encode({"sub": "alice"}, "s" * 32, headers={"kid": "ec-1"}),
        lambda: token()[:-4],
        *(lambda text=text: text for text in ("", "x", "a.b.c", "\ud800.a.b", "é.é.é")),
        lambda: f"{part('[' * 9000)}.e30.e30",
        *(
            lambda alg=alg: _by_hand({"alg": alg, "kid": "ec-1"}, _payload())
            for alg in ("RS256", "PS512", "ES384", "EdDSA", "HS256", "ES256K", ["ES256"])
        ),
        lambda: _by_hand({"alg": "ES256", "kid": 7}),
        lambda: _by_hand({"alg": "ES256"}, "x" * 20_000),
    ],
)
async def test_what_the_issuer_did_not_sign_is_refused(presented: Callable[[], str]) -> None:
    await _is_refused(presented(), "")


async def _is_refused(presented: str, words: str) -> None:
    # The algorithm that is declared keeps the RSA key from RS256.
    keys = jwks(jwk("ec-1"), jwk("rsa-1", alg="PS256"), jwk("rsa-short"))
    refusal = await Check(keys, "mcp:read").refusal(presented)
    assert (refusal.status, refusal.error) == (401, "invalid_token")
    assert words in refusal.description


@pytest.mark.parametrize("scope", [None, "", "mcp", "mcp:reader", 7, {"mcp:read": 1}])
async def test_a_token_without_the_scope_is_told_which(scope: object) -> None:
    refusal = await Check(jwks(jwk("ec-1")), "mcp:read").refusal(token(scope=scope))
    assert (refusal.status, refusal.error) == (403, "insufficient_scope")
    assert "mcp:read" in refusal.description


async def test_keys_are_read_once_for_all_who_come_at_once_and_again_when_they_are_old() -> None:
    async with KeyServer().serving() as server:
        check = Check(server)
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(check.subject, token())
        check.now += FRESH_S - 1
        await check.subject(token())
        assert server.asked == 1
        check.now += 2
        await check.subject(token())
        assert server.asked == 2


async def test_an_unknown_key_is_asked_for_once_in_a_while_whoever_claims_one() -> None:
    async with KeyServer().serving() as server:
        check = Check(server)
        await check.subject(token())
        server.answer = saying(jwks(jwk("ec-1"), jwk("ec-2")))
        assert "issuer lacks" in (await check.refusal(token("ec-2"))).description
        check.now += PAUSE_S
        assert await check.subject(token("ec-2")) == "alice"
        for n in range(20):
            await check.refusal(token("ec-1", headers={"kid": f"made-up-{n}"}))
        assert server.asked == 2


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"", status="503 Down"),
        saying(b"", status="302 Found", location="/other"),
        saying(b"<html>"),
        saying(b"[" * 100_000),
        saying(b'{"keys": 7}'),
        saying(b'{"keys": [7]}'),
        saying(jwks()),
        saying(jwks({"kty": "oct", "kid": "ec-1", "k": "c2VjcmV0"})),
        saying(jwks(jwk("ec-1", use="enc"))),
        saying(jwks(jwk("ec-1", alg="HS256"))),
        saying(jwks(jwk("ec-1", alg=["ES256"]))),
        saying(jwks(jwk("ec-1", x="AA"))),
        saying(b" " * (256 * 1024 + 1)),
        lambda stream: stream.send(b"no http"),
        lambda stream: stream.send(head()[:-10]),
    ],
)
async def test_keys_that_cannot_be_read_are_no_fault_of_the_token(answer: Any) -> None:
    with kept_logs() as events:
        async with KeyServer(answer).serving() as server:
            check = Check(server)
            for _ in range(2):
                refusal = await check.refusal(token())
                assert (refusal.status, refusal.retry_after) == (503, RETRY_S)
            assert server.asked == 1
            server.answer = KeyServer().answer
            check.now += RETRY_S
            assert await check.subject(token()) == "alice"
    assert [(event["event"], event["level"]) for event in events] == [
        ("signing keys not read", "warning")
    ]


async def test_nobody_at_the_address_of_keys_is_no_fault_of_the_token_either() -> None:
    async with KeyServer().serving() as server:
        pass
    with kept_logs() as events:
        assert (await Check(server).refusal(token())).status == 503
    assert "exception" not in events[0]


async def test_the_last_good_keys_are_used_for_an_hour_of_failures() -> None:
    async with KeyServer().serving() as server:
        check = Check(server)
        await check.subject(token())
        server.answer = saying(b"", status="503 Down")
        with kept_logs():
            check.now += KEPT_S - 1
            assert await check.subject(token()) == "alice"
            # It may be a key that could not be read.
            assert (await check.refusal(token("ec-2"))).status == 503
            check.now += 2
            assert (await check.refusal(token())).status == 503


async def test_who_holds_a_known_key_does_not_wait_while_keys_are_read_again() -> None:
    asked, answered = anyio.Event(), anyio.Event()

    async def slow(stream: Any) -> None:
        asked.set()
        await answered.wait()
        await saying(jwks(jwk("ec-1")))(stream)

    async with KeyServer().serving() as server:
        check = Check(server)
        await check.subject(token())
        server.answer = slow
        check.now += FRESH_S
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(check.subject, token())
            await asked.wait()
            with anyio.fail_after(5):
                assert await check.subject(token()) == "alice"
            answered.set()


def test_the_metadata_names_who_issues_tokens_and_lies_where_clients_look() -> None:
    resource = Resource(RESOURCE, ISSUER, ("mcp:read",))
    assert resource.metadata() == {
        "resource": RESOURCE,
        "authorization_servers": [ISSUER],
        "scopes_supported": ["mcp:read"],
        "bearer_methods_supported": ["header"],
    }
    assert resource.metadata_url() == (
        "https://desk.example/.well-known/oauth-protected-resource/mcp"
    )
    assert "scopes_supported" not in Resource(RESOURCE, ISSUER).metadata()
