"""This server as an OAuth 2.1 resource: which access tokens (JWTs) it takes, and its metadata."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt

from .jwks import ALGORITHMS, SigningKeys
from .model import METADATA_PATH, AccessError

_LEEWAY_S = 30
_MOST_CHARACTERS = 16_384
_REQUIRED = ("exp", "iss", "aud", "sub")
# The first that fits; none of PyJWT's own words is shown, for they may repeat the token.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "the token has expired: ask for a new one"),
    (jwt.ImmatureSignatureError, "the token is not valid yet"),
    (jwt.InvalidAudienceError, "the token was made for another server"),
    (jwt.InvalidIssuerError, "the token is of another issuer"),
    (jwt.MissingRequiredClaimError, f"the token must have {', '.join(_REQUIRED)}"),
    (jwt.InvalidSignatureError, "the signature of the token is wrong"),
)


@dataclass(frozen=True, slots=True)
class Resource:
    """This server to its authorization server: `url` is the audience of its tokens."""

    url: str
    issuer: str
    scopes: tuple[str, ...] = ()

    def metadata(self) -> dict[str, object]:
        """Return the document of RFC 9728."""
        return {
            "resource": self.url,
            "authorization_servers": [self.issuer],
            **({"scopes_supported": list(self.scopes)} if self.scopes else {}),
            "bearer_methods_supported": ["header"],
        }

    def metadata_url(self) -> str:
        """Return where that document is: the path of the resource comes last (RFC 9728, 3.1)."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{METADATA_PATH}{parts.path.rstrip('/')}"


class JwtCheck:
    """Checks access tokens for one resource."""

    def __init__(self, resource: Resource, keys: SigningKeys) -> None:
        self.resource = resource
        self._keys = keys
        bare = resource.url.rstrip("/")
        self._audience = (bare, f"{bare}/")

    async def subject(self, token: str) -> str:
        """Return whom a token names.

        Raises:
            AccessError: it is none of the issuer for this server, has expired or lacks a scope; or
                the issuer's keys cannot be read.
        """
        claims = await self._claims(token)
        missing = [scope for scope in self.resource.scopes if scope not in _scopes(claims)]
        if missing:
            words = f"the token lacks the scope {' '.join(missing)}"
            raise AccessError(403, "insufficient_scope", words)
        return str(claims["sub"])

    async def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            if len(token) > _MOST_CHARACTERS:
                raise jwt.DecodeError
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise jwt.InvalidAlgorithmError
            key = await self._keys.find(header.get("kid"))
            claims = jwt.decode(
                token,
                key.key,
                algorithms=key.algorithms,
                audience=self._audience,
                issuer=self.resource.issuer,
                leeway=_LEEWAY_S,
                options={"require": list(_REQUIRED), "enforce_minimum_key_length": True},
            )
            # Bound to a key of the client's, which a bearer does not prove to have (RFC 9449, 7.2).
            if "cnf" in claims or not claims["sub"]:
                raise jwt.InvalidTokenError
            return claims
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError) as exc:
            words = (said for kind, said in _REASONS if isinstance(exc, kind))
            reason = next(words, "this is no token of the issuer of this server")
            raise AccessError(401, "invalid_token", reason) from None


def _scopes(claims: Mapping[str, Any]) -> list[object]:
    """Return the scopes of a token: a text (RFC 9068), or a text or list called `scp`."""
    given = claims.get("scope", claims.get("scp"))
    if isinstance(given, str):
        return list(given.split())
    return given if isinstance(given, list) else []
