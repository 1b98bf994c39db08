"""Who may enter the HTTP server, and whose key is spent.

Bearer tokens and OAuth may be combined; a token is looked for first. The caller's own key combines
with neither: it would not be clear whose key is spent.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .keys import Keys
from .model import AccessError, Caller
from .pass_through import PassThrough
from .presented import bearer
from .tokens import PREFIX, TokenBook

if TYPE_CHECKING:
    from .oauth import JwtCheck

_PLAIN_SUBJECT = re.compile(r"[!-~]{1,100}")
# What a quoted text of RFC 6750 cannot hold.
_UNQUOTABLE = re.compile(r"[^ !#-\[\]-~]")


class Entrance:
    """Lets requests in; where nothing is configured, all of them.

    `metadata` is the document of RFC 9728 that leads clients to the issuer, None without OAuth.
    """

    def __init__(
        self,
        *,
        tokens: TokenBook | None = None,
        jwts: "JwtCheck | None" = None,
        pass_through: PassThrough | None = None,
        keys: Callable[[], Keys] = Keys,
    ) -> None:
        self._resource = jwts.resource if jwts else None
        self.metadata = self._resource.metadata() if self._resource else None
        self._tokens = tokens
        self._jwts = jwts
        self._pass_through = pass_through
        self._keys = keys

    @property
    def is_open(self) -> bool:
        """Whether no credential is needed; then the server is for this machine only."""
        return not (self._tokens or self._jwts or self._pass_through)

    @property
    def can_narrow(self) -> bool:
        """Whether a credential may allow fewer tools than another, now or once a file changes."""
        return self._tokens is not None

    async def admit(self, headers: Mapping[str, str], address: str) -> Caller:
        """Return who calls; names of `headers` are in lower case, `address` is the client's.

        Raises:
            AccessError: the request may not enter.
        """
        if self.is_open:
            return Caller("local")
        if self._pass_through:
            return self._pass_through.admit(headers, address)
        presented = bearer(headers)
        if presented is None:
            raise AccessError(401, "", "send a token as Authorization: Bearer TOKEN")
        if self._tokens and (token := self._tokens.find(presented)):
            key = self._keys().tokens.get(token.name)
            return Caller(token.name, key, token.toolsets, token.calls)
        if self._jwts and not presented.startswith(PREFIX):
            subject = await self._jwts.subject(presented)
            return Caller(_subject_name(subject), self._keys().subjects.get(subject))
        raise AccessError(401, "invalid_token", "this is no token of this server")

    def challenge(self, error: AccessError) -> str | None:
        """Return what a refusal says in WWW-Authenticate, None where no token would help.

        The form is that of RFC 6750, with the address of RFC 9728.
        """
        if error.status not in (400, 401, 403):
            return None
        parts = {
            "error": error.error,
            "error_description": error.description if error.error else "",
        }
        if self._resource:
            parts["scope"] = " ".join(self._resource.scopes)
            parts["resource_metadata"] = self._resource.metadata_url()
        said = [f'{name}="{_UNQUOTABLE.sub("?", value)}"' for name, value in parts.items() if value]
        return f"Bearer {', '.join(said)}".strip()

    def accepted(self, key: str) -> None:
        """Take note that upstream answered a request with a caller's own key."""
        if self._pass_through:
            self._pass_through.accepted(key)

    def refused(self, key: str) -> None:
        """Take note that upstream knows no such key of a caller's own."""
        if self._pass_through:
            self._pass_through.refused(key)


def _subject_name(subject: str) -> str:
    """Return what a subject is called: itself where that is plain and short, else a hash of it."""
    if _PLAIN_SUBJECT.fullmatch(subject):
        return f"sub:{subject}"
    return f"sub#{hashlib.sha256(subject.encode(errors='replace')).hexdigest()[:16]}"
