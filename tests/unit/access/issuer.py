"""An authorization server for tests: signs tokens, and serves its keys on loopback."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from anyio.abc import SocketStream
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.fault.loopback import Misbehave, saying, serving

ISSUER = "https://login.example/"
RESOURCE = "https://desk.example/mcp"


@cache
def private_key(name: str) -> Any:
    """Return the private key of this name, of the kind that it begins with."""
    if name.startswith("rsa"):
        return rsa.generate_private_key(65537, 1024 if "short" in name else 2048)
    return ed25519.Ed25519PrivateKey.generate() if name.startswith("ed") else _elliptic()


def _elliptic() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk(name: str, **members: object) -> dict[str, object]:
    """Return the public half as a JWK whose id is the name."""
    kinds: dict[str, Any] = {
        "rsa": jwt.algorithms.RSAAlgorithm,
        "ed": jwt.algorithms.OKPAlgorithm,
        "ec": jwt.algorithms.ECAlgorithm,
    }
    kind = next(kind for start, kind in kinds.items() if name.startswith(start))
    made = json.loads(kind.to_jwk(private_key(name).public_key()))
    return {**made, "kid": name, **members}


def jwks(*keys: dict[str, object]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def token(
    by: str = "ec-1",
    *,
    algorithm: str = "ES256",
    key: Any = None,
    headers: dict[str, object] | None = None,
    **claims: object,
) -> str:
    """Return a token good for a minute; a claim of None is left out."""
    now = int(time.time())
    all_claims = {
        "iss": ISSUER,
        "aud": RESOURCE,
        "sub": "alice",
        "exp": now + 60,
        "scope": "mcp:read",
        **claims,
    }
    given = {name: value for name, value in all_claims.items() if value is not None}
    head = {"kid": by} if headers is None else headers
    return jwt.encode(given, key or private_key(by), algorithm=algorithm, headers=head)


@dataclass
class KeyServer:
    """What is answered at the JWKS address, and how often it was asked."""

    answer: Misbehave = field(default_factory=lambda: saying(jwks(jwk("ec-1"))))
    asked: int = 0
    url: str = ""

    async def __call__(self, stream: SocketStream) -> None:
        self.asked += 1
        await self.answer(stream)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["KeyServer"]:
        async with serving(self) as base:
            self.url = f"{base}/jwks"
            yield self
