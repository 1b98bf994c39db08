"""Put the HTTP server together, and run it until a signal ends it."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..access import Entrance, entrance_of
from ..client import Clock
from ..compose import InProcess
from ..errors import ConfigError
from ..logs import Log
from ..settings import Settings, is_loopback
from .accounts import Accounts
from .address import Address
from .admission import Admission, LocalCalls
from .app import HttpApp, caller_of
from .audit import Audit
from .door_audit import DoorAudit
from .paths import MCP_PATH
from .served import Watching
from .settings import HttpSettings
from .uvicorn_server import UvicornServer, config_of

if TYPE_CHECKING:
    from .metrics import Metrics

_CONNECTIONS_PER_CALL = 4
_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Built:
    """The application, and its figures where they are wanted."""

    app: HttpApp
    metrics: "Metrics | None"


def build(
    settings: Settings,
    http: HttpSettings,
    address: Address,
    clock: Clock,
    *,
    sandbox: InProcess | None,
) -> Built:
    """Return the HTTP server; it opens nothing.

    Raises:
        ConfigError: anybody could enter from another machine, or no name leads here.
    """
    if http.http_pass_through and settings.key() and sandbox is None:
        raise ConfigError(
            "BACKQUANT_HTTP_PASS_THROUGH: callers bring their own keys, so unset BACKQUANT_API_KEY"
        )
    names = _names(http, address)
    entrance = _entrance(http, names or {address.url_host}, clock)
    if not names:
        raise ConfigError(
            f"under which name do clients reach {address.host}? Set BACKQUANT_HTTP_URL to the "
            "public address, or BACKQUANT_HTTP_HOSTS to the names"
        )
    if not (settings.key() or sandbox or http.http_pass_through or http.http_keys_file):
        _log.warning("no API key is set: no call can be answered", needs="BACKQUANT_API_KEY_FILE")
    calls = LocalCalls(clock.monotonic)
    admission = Admission(caller_of, calls, most=http.http_calls, most_each=http.http_calls_each)
    audit = Audit(with_values=http.audit_arguments)
    metrics = _metrics(lambda: accounts) if http.metrics else None
    watching = Watching(
        lambda ctx: caller_of(ctx).name,
        lambda: accounts.inventory,
        [audit.served, *([metrics.served] if metrics else [])],
        clock.monotonic,
    )
    accounts = Accounts(
        settings,
        clock,
        sandbox=sandbox,
        most=http.http_most_keys,
        has_guests=http.http_pass_through,
        list_scope="private" if entrance.can_narrow else "public",
        accepted=entrance.accepted,
        refused=entrance.refused,
        middleware=(watching, admission),
    )
    door_audit = DoorAudit(clock.monotonic)

    def note_refusal(status: int, address: str, words: str) -> None:
        door_audit.refused(status, address, words)
        if metrics:
            metrics.refused(status)

    app = HttpApp(
        accounts,
        entrance,
        hosts=names,
        origins=http.http_origins,
        note_refusal=note_refusal,
    )
    return Built(app, metrics)


async def serve_http(
    settings: Settings,
    http: HttpSettings,
    address: Address,
    clock: Clock,
    *,
    sandbox: InProcess | None,
    tell: Callable[[str], None],
) -> None:
    """Serve until a signal, and `tell` where, once it can be reached.

    Raises:
        ConfigError: as `build`, or the address cannot be had.
    """
    built = build(settings, http, address, clock, sandbox=sandbox)
    config = config_of(
        built.app,
        patience=settings.longest_answer_seconds,
        proxies=http.http_proxies,
        most=http.http_calls * _CONNECTIONS_PER_CALL,
    )
    with address.listen() as listening:
        port = listening.getsockname()[1]
        async with built.app, _metrics_served(built.metrics, http.metrics, tell):
            tell(f"listening on http://{address.url_host}:{port}{MCP_PATH}")
            await UvicornServer(config, built.app.end).serve([listening])


def _metrics(accounts: Callable[[], Accounts]) -> "Metrics":
    # The library is imported only where it is used.
    from .metrics import Metrics

    return Metrics(lambda: accounts().spent(), lambda: accounts().open_now())


@asynccontextmanager
async def _metrics_served(
    metrics: "Metrics | None", where: str | None, tell: Callable[[str], None]
) -> AsyncIterator[None]:
    """Serve the metrics while inside, if there are any.

    Raises:
        ConfigError: the address cannot be had.
    """
    if metrics is None:
        yield
        return
    address = Address.read(where or "")
    async with metrics.serving(address.host, address.port) as port:
        tell(f"metrics on http://{address.url_host}:{port}/metrics")
        yield


def _entrance(http: HttpSettings, names: Collection[str], clock: Clock) -> Entrance:
    """Return who may enter a server that is reached by `names`.

    Raises:
        ConfigError: anybody could, from another machine; or the settings cannot be used.
    """
    entrance = entrance_of(
        tokens=http.http_tokens.get_secret_value() if http.http_tokens else "",
        tokens_file=http.http_tokens_file,
        pass_through=http.http_pass_through,
        keys_file=http.http_keys_file,
        issuer=http.oauth_issuer,
        jwks_url=http.oauth_jwks_url,
        scopes=http.oauth_scopes,
        url=http.http_url,
        now=clock.now,
        monotonic=clock.monotonic,
    )
    # Behind a proxy on this machine loopback is no border: the name that clients use tells.
    public = [name for name in names if not is_loopback(urlsplit(f"//{name}").hostname or "")]
    if entrance.is_open and public:
        raise ConfigError(
            f"{public[0]} can be reached from other machines, so callers must show who they are: "
            "set BACKQUANT_HTTP_TOKENS_FILE (bq-mcp token new makes it), "
            "BACKQUANT_HTTP_PASS_THROUGH or OAuth (docs/access.md)"
        )
    return entrance


def _names(http: HttpSettings, address: Address) -> frozenset[str]:
    """Return the names under which this server is reached, none where none is known."""
    public = [http.http_url.split("/")[2]] if http.http_url else []
    return frozenset([*address.names, *http.http_hosts, *(name.lower() for name in public)])
