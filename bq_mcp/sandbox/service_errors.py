"""Errors in the service's own words; every one becomes the failure envelope."""

from collections.abc import Sequence
from typing import Any

from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.limits import Usage

UPGRADE_PLACE = "backquant.com/api-access"


class ServiceError(Exception):
    """A refusal of the service: HTTP status, code, message, details and extra headers."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers or {}


def unauthorized(message: str) -> ServiceError:
    """Build the 401 of a missing or malformed key."""
    return ServiceError(401, "UNAUTHORIZED", message)


def forbidden(message: str) -> ServiceError:
    """Build the 403 of a good key whose plan does not open the API."""
    return ServiceError(403, "FORBIDDEN", message)


def no_data(subject: str) -> ServiceError:
    """Build the 404 of a known path without data for `subject` now."""
    return ServiceError(404, "NOT_FOUND", f"No data for {subject}")


def unknown_path() -> ServiceError:
    """Build the 404 of a path the service does not have."""
    return ServiceError(404, "NOT_FOUND", "No such path")


def wrong_method() -> ServiceError:
    """Build the 405; the service lists no code for it, so the name is ours."""
    return ServiceError(405, "METHOD_NOT_ALLOWED", "Only GET is served", headers={"Allow": "GET"})


def invalid_parameters(faults: Sequence[Any], *, status: int = 422) -> ServiceError:
    """Build the validation error; of each fault `type`, `loc` and `msg` are shown."""
    rows = [{"type": row["type"], "loc": list(row["loc"]), "msg": row["msg"]} for row in faults]
    message = "Invalid request parameters"
    return ServiceError(status, "VALIDATION_ERROR", message, details={"errors": rows})


def invalid_query(name: str, message: str, *, status: int = 422) -> ServiceError:
    """Build the validation error of one query parameter the schema alone does not catch."""
    fault = {"type": "value_error", "loc": ("query", name), "msg": message}
    return invalid_parameters([fault], status=status)


def too_many_requests(limit: int, retry_after: int) -> ServiceError:
    """Build the 429 of a burst over `limit` requests a minute."""
    message = f"Rate limit exceeded. Try again in {retry_after} seconds."
    return _limit_error(message, f"{limit} per 1 minute", retry_after)


def over_limit(usage: Usage, retry_after: int) -> ServiceError:
    """Build the 429 for whichever of the two limits `usage` says is exceeded."""
    if usage.exceeded == "burst":
        return too_many_requests(usage.plan.burst_per_minute, retry_after)
    cap = usage.plan.monthly_requests
    message = (
        f"Monthly quota of {cap:,} requests on the {usage.plan.name} plan is used up. "
        f"It starts anew at {iso(usage.quota_resets_at)}; upgrade at {UPGRADE_PLACE}."
    )
    return _limit_error(message, f"{cap} per 1 month", retry_after)


def burst_without_advice(limit: int) -> ServiceError:
    """Build the 429 of a burst that does not say how long to wait."""
    message = "Rate limit exceeded."
    details = {"limit": f"{limit} per 1 minute"}
    return ServiceError(429, "RATE_LIMIT_EXCEEDED", message, details=details)


def upstream_error(status: int) -> ServiceError:
    """Build the 502, 503 or 504 of a cache or database out of reach."""
    return ServiceError(status, "UPSTREAM_ERROR", "A data store is briefly unreachable")


def internal_error() -> ServiceError:
    """Build the 500 that names nothing internal."""
    return ServiceError(500, "INTERNAL_ERROR", "Internal server error")


def _limit_error(message: str, limit: str, retry_after: int) -> ServiceError:
    return ServiceError(
        429,
        "RATE_LIMIT_EXCEEDED",
        message,
        details={"retry_after_seconds": retry_after, "limit": limit},
        headers={"Retry-After": str(retry_after)},
    )
