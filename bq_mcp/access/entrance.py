"""The ways in."""

from collections.abc import Mapping
from typing import Protocol

from .model import AccessError, Caller


class Entrance(Protocol):
    """Decides who may enter; `metadata` describes this server to clients of OAuth."""

    metadata: Mapping[str, object] | None

    async def admit(self, headers: Mapping[str, str], address: str) -> Caller:
        """Return who calls, by header names in lower case; raise AccessError otherwise."""
        ...

    def challenge(self, error: AccessError) -> str | None:
        """Return what a refusal says in WWW-Authenticate, None for nothing."""
        ...

    def refused(self, key: str) -> None:
        """Take note of a key that upstream refused."""
        ...


class OpenEntrance:
    """Lets in whoever reaches this machine."""

    metadata: Mapping[str, object] | None = None

    async def admit(self, headers: Mapping[str, str], address: str) -> Caller:
        """Return the one caller there is."""
        return Caller("local")

    def challenge(self, error: AccessError) -> str | None:
        """Return nothing: nobody is refused."""
        return None

    def refused(self, key: str) -> None:
        """Nothing is remembered: no caller brings a key."""
