"""The envelope round every answer, and its bytes on the wire."""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.service_errors import ServiceError

API_VERSION = "2.10"
SOURCE = "bq-mcp-sandbox"


@dataclass(frozen=True)
class Stamp:
    """What `meta` says of the request itself, whatever the answer is."""

    now: datetime
    request_id: str
    rate_limit: dict[str, int] | None


@dataclass(frozen=True)
class Provenance:
    """What `meta` says of the data: subject, spot in USD, time of the figures, venues, extras."""

    symbol: str | None = None
    spot_price: float | None = None
    computed_at: datetime | None = None
    exchanges_filtered: tuple[str, ...] | None = None
    extra: dict[str, Any] | None = None


_NO_PROVENANCE = Provenance()


def success(data: Any, stamp: Stamp, provenance: Provenance = _NO_PROVENANCE) -> Response:
    """Build the 200 with `data` in its envelope."""
    return _response(200, {"success": True, "data": data, "meta": _meta(stamp, provenance)})


def failure(error: ServiceError, stamp: Stamp) -> Response:
    """Build the reply for an error, with its status and headers."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.details is not None:
        body["details"] = error.details
    envelope = {"success": False, "error": body, "meta": _meta(stamp, _NO_PROVENANCE)}
    return _response(error.status, envelope, error.headers)


def _meta(stamp: Stamp, provenance: Provenance) -> dict[str, Any]:
    computed_at = provenance.computed_at
    age = None if computed_at is None else round((stamp.now - computed_at).total_seconds(), 3)
    return {
        "version": API_VERSION,
        "timestamp": iso(stamp.now),
        "request_id": stamp.request_id,
        "symbol": provenance.symbol,
        "spot_price": provenance.spot_price,
        "computed_at": None if computed_at is None else iso(computed_at),
        "freshness_seconds": age,
        "source": [SOURCE],
        "exchanges_filtered": provenance.exchanges_filtered,
        "rate_limit": stamp.rate_limit,
        "extra": provenance.extra,
    }


def _response(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(encode(body), status, headers, media_type="application/json")


def encode(body: Any) -> bytes:
    """Write a body as compact JSON; numbers that JSON does not know become null."""
    try:
        text = _dump(body)
    except ValueError:
        text = _dump(_finite(body))
    return text.encode()


def _dump(body: Any) -> str:
    # JSON has no NaN or Infinity: refusing them here is what keeps them off the wire.
    return json.dumps(body, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
