"""Which proxy requests go through, by the variables of the environment: pure rules.

httpx reads the same variables, but ends on an entry it cannot read, and does not tell which of them
it obeyed.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..errors import ConfigError
from ..logs import Log

_log = Log(__name__)
# As curl reads them: small letters win.
_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")
_SYSTEM = "the proxy setting of this system"
_SCHEMES = ("http", "https", "socks5", "socks5h")


@dataclass(frozen=True, slots=True)
class Proxy:
    """The address of a proxy, and the variable that names it."""

    url: str
    variable: str


def proxy_for(address: str, environment: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for an https `address`, None where it is asked straight.

    Raises:
        ConfigError: the variable that counts names no proxy.
    """
    name = next((name for name in _VARIABLES if environment.get(name, "").strip()), None)
    if name is None:
        return None
    parts = urlsplit(address)
    exceptions = next((text for v in _EXCEPTIONS if (text := environment.get(v, ""))), "")
    if _is_excepted(parts.hostname or "", parts.port or 443, exceptions):
        return None
    variable = name.upper()
    return Proxy(_checked(environment[name].strip(), variable), variable)


def system_proxy(address: str) -> Proxy | None:
    """Return the proxy that Windows or macOS is set to use, None where there is none."""
    from urllib.request import getproxies, proxy_bypass

    url = getproxies().get("https")
    if not url or proxy_bypass(urlsplit(address).hostname or ""):
        return None
    return Proxy(_checked(url, _SYSTEM), _SYSTEM)


def _checked(url: str, variable: str) -> str:
    url = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ConfigError(f"{variable} is no address of a proxy; write host:port")
    return url


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Tell whether NO_PROXY lists a host: by name, by domain, by address or by network."""
    unread = []
    found = False
    for entry in exceptions.replace(",", " ").split():
        try:
            found = _covers(*_read(entry.lower()), host, port) or found
        except ValueError:
            unread.append(entry)
    if unread:
        _log.warning("NO_PROXY has entries that cannot be read", entries=len(unread))
    return found


def _read(entry: str) -> tuple[str, int | None]:
    """Return the host or network of an entry, and the port where it names one.

    Raises:
        ValueError: it is none of these.
    """
    if "/" in entry and "://" not in entry:
        network = entry.replace("[", "").replace("]", "")
        return str(ipaddress.ip_network(network, strict=False)), None
    try:
        return str(ipaddress.ip_address(entry)), None
    except ValueError:
        parts = urlsplit(entry if "://" in entry else f"//{entry}")
        if parts.hostname is None:
            raise
        return parts.hostname, parts.port


def _covers(name: str, only_port: int | None, host: str, port: int) -> bool:
    if only_port not in (None, port):
        return False
    if name == "*":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        domain = name.removeprefix("*").removeprefix(".")
        return host.lower() == domain or host.lower().endswith(f".{domain}")
    return address in ipaddress.ip_network(name) if "/" in name else str(address) == name
