"""Every error of the package, in one tree.

    BackQuantError
    ├ ConfigError            a bad or missing setting: stop at start, one clear line, exit 2
    ├ CatalogError           no usable catalog from a source
    ├ VanishedToolError      a tool known earlier is no longer offered upstream
    ├ ArgumentError          the caller's arguments are wrong; no request was sent
    ├ MissingKeyError        a call needs a key and there is none; no request was sent
    ├ BusyError              this server carries out enough calls already; no request was sent
    ├ TransportError         no usable reply
    │  ├ RequestTimeoutError UnreachableError MalformedReplyError ReplyTooLargeError
    │  └ CertificateError ProxyFaultError: what to change is on this machine
    └ ApiError               upstream said no
       ├ UnauthorizedError 401 · ForbiddenError 403 · InvalidRequestError 400/422
       ├ BlockedError        4xx that something in front of the API gave
       ├ NoDataError 404 · UnknownRouteError 404 that no route of the API gave
       ├ BurstLimitError 429 (wait) · QuotaExhaustedError 429 (never wait)
       └ UpstreamUnavailableError 408, 425, 5xx · UpstreamFaultError 500

`kind` names an error in the words of `prompts/views/_error.md.jinja`; `retryable` says whether the
same request can succeed a moment later, `retry_after` in how many seconds, where that is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


def reason_of(exc: Exception) -> str:
    """Return why a file or an address cannot be had, in the words of the system; no path of it."""
    words = str(getattr(exc, "strerror", None) or type(exc).__name__)
    # asyncio and socket add the address to them.
    return words.partition(" (")[0].lower()


class BackQuantError(Exception):
    """Base of all errors; `message` is one plain sentence without secrets."""

    kind: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False
    retry_after: float | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(BackQuantError):
    """A setting is missing or wrong."""

    kind = "config"


class CatalogError(BackQuantError):
    """A source gave no usable catalog."""

    kind = "catalog"


class VanishedToolError(BackQuantError):
    """A tool known earlier is no longer offered; `closest` is the nearest one that is."""

    kind = "vanished"

    def __init__(self, tool: str, closest: str | None = None) -> None:
        super().__init__(f"{tool} is no longer offered by the API")
        self.closest = closest


@dataclass(frozen=True, slots=True)
class ArgumentFault:
    """One argument that cannot be sent: what was given, what is allowed, the closest match.

    `see` is the path of an endpoint that lists what is valid, or takes what was given.
    """

    param: str
    value: object
    reason: str
    allowed: Sequence[object] = ()
    closest: str | None = None
    see: str = ""


class ArgumentError(BackQuantError):
    """The arguments do not fit the tool; no request was sent."""

    kind = "argument"

    def __init__(self, faults: Sequence[ArgumentFault]) -> None:
        super().__init__("; ".join(f"{fault.param}: {fault.reason}" for fault in faults))
        self.faults = tuple(faults)


class MissingKeyError(BackQuantError):
    """A call needs an API key and none is set; no request was sent."""

    kind = "missing_key"


class BusyError(BackQuantError):
    """This server carries out as many calls as it may; no request was sent."""

    kind = "busy"
    retryable = True

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TransportError(BackQuantError):
    """No usable reply arrived."""

    kind = "transport"
    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RequestTimeoutError(TransportError):
    """The reply did not arrive in time."""

    kind = "timeout"


class UnreachableError(TransportError):
    """No connection could be made, or it broke."""

    kind = "unreachable"


class MalformedReplyError(TransportError):
    """The reply is not the JSON it should be."""

    kind = "malformed"


class ReplyTooLargeError(TransportError):
    """The reply is larger than this client reads."""

    kind = "too_large"
    retryable = False


class CertificateError(TransportError):
    """No secure connection could be made; `message` says why, and what to set."""

    kind = "certificate"
    retryable = False


class ProxyFaultError(TransportError):
    """The proxy did not let the request through; `message` names the variable that sets it."""

    kind = "proxy"
    retryable = False


class ApiError(BackQuantError):
    """Upstream refused; also the class of unknown codes.

    `details` are upstream's own. `retry_after` are the seconds to wait, None where nobody said;
    `was_sent` is false where the refusal was foreseen and no request went out; `age_seconds` is set
    where a refusal was kept and upstream was not asked again.
    """

    kind = "api"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int = 0,
        details: Mapping[str, object] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        was_sent: bool = True,
        age_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.details: Mapping[str, object] = details or {}
        self.request_id = request_id
        self.retry_after = retry_after
        self.was_sent = was_sent
        self.age_seconds = age_seconds


class UnauthorizedError(ApiError):
    """The key is missing, malformed, revoked or expired."""

    kind = "unauthorized"


class ForbiddenError(ApiError):
    """The key is valid, the plan does not allow this."""

    kind = "forbidden"


class BlockedError(ApiError):
    """Something in front of the API refused: a firewall, a login page, a gateway.

    It says nothing about the key. `message` is the title of the page, or what the gateway said.
    """

    kind = "blocked"


class NoDataError(ApiError):
    """There is no data for this combination now; never to be read as zero."""

    kind = "no_data"


class UnknownRouteError(ApiError):
    """A 404 in other words than the API's own: the address is wrong or the route is gone.

    It says nothing about the data.
    """

    kind = "unknown_route"


class InvalidRequestError(ApiError):
    """Upstream refused the parameters."""

    kind = "invalid_request"


class BurstLimitError(ApiError):
    """The calls of this minute are used up."""

    kind = "burst_limit"
    retryable = True

    def with_wait(self, seconds: float) -> "BurstLimitError":
        """Return this refusal with the seconds to wait, which it does not state itself."""
        return BurstLimitError(
            self.message,
            code=self.code,
            status=self.status,
            details=self.details,
            request_id=self.request_id,
            retry_after=seconds,
        )


class QuotaExhaustedError(ApiError):
    """The calls of this month are used up; waiting is pointless."""

    kind = "quota"


class UpstreamUnavailableError(ApiError):
    """The service or its stores are briefly unreachable: 408, 425, any 5xx but 500."""

    kind = "upstream_unavailable"
    retryable = True


class UpstreamFaultError(ApiError):
    """The service failed in an unexpected way (500)."""

    kind = "upstream_fault"
    retryable = True


_BY_STATUS: dict[int, type[ApiError]] = {
    400: InvalidRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NoDataError,
    408: UpstreamUnavailableError,
    422: InvalidRequestError,
    425: UpstreamUnavailableError,
    429: BurstLimitError,
    500: UpstreamFaultError,
}
_BY_CODE: dict[str, type[ApiError]] = {
    "UNAUTHORIZED": UnauthorizedError,
    "FORBIDDEN": ForbiddenError,
    "NOT_FOUND": NoDataError,
    "VALIDATION_ERROR": InvalidRequestError,
    "RATE_LIMIT_EXCEEDED": BurstLimitError,
    "UPSTREAM_ERROR": UpstreamUnavailableError,
    "INTERNAL_ERROR": UpstreamFaultError,
}


def is_known_code(code: str) -> bool:
    """Tell whether the API documents this error code."""
    return code in _BY_CODE


def api_error_class(code: str, status: int, *, is_month_used_up: bool) -> type[ApiError]:
    """Return the class for an upstream refusal; the code decides before the status.

    A 429 with nothing left of the month is `QuotaExhaustedError`. For an unknown code the status
    decides, for an unknown status its family (5xx); all else is `ApiError`.
    """
    family = UpstreamUnavailableError if 500 <= status <= 599 else ApiError
    found = _BY_CODE.get(code) or _BY_STATUS.get(status, family)
    if found is BurstLimitError and is_month_used_up:
        return QuotaExhaustedError
    return found
