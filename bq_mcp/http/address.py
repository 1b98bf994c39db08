"""Where the server listens, and under which names it is reached there."""

import ipaddress
import socket
from dataclasses import dataclass

from ..errors import ConfigError, reason_of
from ..settings import is_loopback
from .hosts import LOOPBACK_NAMES


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port of this machine; port 0 is any free one."""

    host: str
    port: int

    @classmethod
    def read(cls, text: str) -> "Address":
        """Return an address from `HOST:PORT`, `[HOST]:PORT` or a port of loopback.

        Raises:
            ConfigError: it is none of these.
        """
        host, _, port = text.strip().rpartition(":")
        if not port.isdecimal() or int(port) > 65_535:
            raise ConfigError(f"{text!r} is no address to listen on; write HOST:PORT")
        return cls(host.strip("[]") or "127.0.0.1", int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that Host headers have there; none for an address that means all of them."""
        if self.is_loopback:
            return LOOPBACK_NAMES
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return (self.host.lower(),)
        return () if address.is_unspecified else (self.url_host,)

    @property
    def url_host(self) -> str:
        """The host as it is written in a URL."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def listen(self) -> socket.socket:
        """Return a socket that listens here.

        Raises:
            ConfigError: the address cannot be had.
        """
        try:
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            made = socket.create_server((self.host, self.port), family=family, backlog=2048)
        except OSError as exc:
            where = f"{self.url_host}:{self.port}"
            raise ConfigError(f"cannot listen on {where}: {reason_of(exc)}") from None
        # Named as TCP, or asyncio leaves Nagle's algorithm on and answers wait 40 ms for an ACK.
        return socket.socket(family, made.type, socket.IPPROTO_TCP, made.detach())
