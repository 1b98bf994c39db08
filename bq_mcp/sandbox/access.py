"""Keys the sandbox accepts, and those it turns away."""

import re

from bq_mcp.sandbox.service_errors import ServiceError, forbidden, unauthorized

KEY_HEADER = "X-API-Key"
SANDBOX_KEY = "bq_live_sandbox-simulated-market-0000000"
LAPSED_KEY = "bq_live_sandbox-lapsed-subscription-0000"
SPENT_KEY = "bq_live_sandbox-monthly-quota-used-up-00"

_KEY_SHAPE = re.compile(r"bq_live_[A-Za-z0-9_-]{32}")


def refusal_of(key: str | None) -> ServiceError | None:
    """Return why this header value opens nothing, or None when it does.

    Any key of the right shape is good, except the lapsed one (403); blanks around a key spoil it.
    """
    if key is None:
        return unauthorized(f"Missing {KEY_HEADER} header")
    if not _KEY_SHAPE.fullmatch(key):
        return unauthorized("Invalid API key")
    if key == LAPSED_KEY:
        return forbidden("The subscription behind this API key is not active")
    return None
