"""Hand-made replies of the routes about the service, whose fields are hardly published."""

from collections.abc import Mapping
from typing import Any

from tests.contract.odd_payloads import Odd

SERVICE: Mapping[str, Any] = {
    "symbol": None,
    "spot_price": None,
    "computed_at": None,
}


def service(path: str, name: str, data: Any, **told: Any) -> Odd:
    return Odd(path, name, data, meta={**SERVICE, **told.pop("meta", {})}, **told)


GRID = {
    symbol: {
        "gex": {"status": "degraded", "freshness_seconds": 95},
        "liquidation": {"status": "unavailable", "freshness_seconds": None},
        "chain": {"status": "healthy", "freshness_seconds": 12},
    }
    for symbol in ("BTCUSDT", "ETHUSDT")
}
CASES = [
    service(
        "/status",
        "no overall word",
        {"symbols": GRID},
        every=(
            "overall n/a · 2 of 6 cells healthy",
            "liquidation of BTCUSDT, ETHUSDT: unavailable",
        ),
        says=("gex of BTCUSDT (95s old), ETHUSDT (95s old): degraded",),
    ),
    service(
        "/status",
        "grid and venues as lists",
        {
            "overall_status": "degraded",
            "symbols": [
                {"symbol": "BTCUSDT", "gex": {"status": "degraded", "freshness_seconds": 95}}
            ],
            "venues": [{"venue": "okx", "chain": "off", "tape": "unknown", "chain_contracts": 0}],
        },
        every=(
            "not healthy, the worst first:\ngex of BTCUSDT",
            "venues: 0 of 1 with chain and tape on",
        ),
        says=("gex of BTCUSDT (95s old)", "okx: chain off, tape unknown"),
    ),
    service(
        "/health",
        "no verdict",
        {"redis": True, "db": False},
        every=("overall n/a · redis yes, db no",),
    ),
    service(
        "/health",
        "back ends as records",
        {
            "status": "unhealthy",
            "checks": [{"name": "redis", "ok": False}, {"name": "postgres", "status": "connected"}],
            "maintenance": False,
        },
        every=(
            "overall unhealthy",
            "name redis, ok no",
            "name postgres, status connected",
            "maintenance no",
        ),
    ),
    service(
        "/health",
        "a nested verdict is not the whole's",
        {"services": {"redis": {"status": "ok"}, "db": {"status": "down"}}},
        every=("overall n/a", "db (status down)"),
    ),
    service(
        "/meta",
        "nested parts",
        {
            "version": "2.10",
            "rate_limits": {"starter": {"monthly": {"limit": 10_000}, "burst": 30}},
            "your_plan": {"tier": "pro", "history": {"max_history_days": 180}},
            "data_coverage": {"tape": {"from": "2026-05-17"}},
            "history_depth": [{"plan": "sandbox", "days": 30}],
            "supported_symbols": [{"symbol": "BTCUSDT"}, {"symbol": "ETHUSDT"}],
        },
        meta={"extra": {"history_depth_enforced": False}},
        every=(
            "your plan: tier pro, history (max_history_days 180)",
            "stored data: tape (from 2026-05-17)",
            "reported, not enforced",
        ),
        says=("monthly (limit 10,000), burst 30", "plan sandbox, days 30", "symbol ETHUSDT"),
    ),
    service(
        "/symbols",
        "fields of other names",
        {
            "symbols": {
                "BTCUSDT": {
                    "categories_live": ["gex"],
                    "freshness": {"gex": 12.4},
                    "spot": 67_214.6,
                    "expiry_count": 12,
                }
            }
        },
        every=("BTCUSDT: spot 67,215 · live gex",),
        says=("freshness (gex 12.4)", "expiry_count 12"),
        never=("positioning", "12s"),
    ),
    service(
        "/expiries",
        "days missing in one row",
        {"expiries": [{"expiry": "28MAR27", "dte": None}, {"expiry": "27NOV26", "dte": 77}]},
        every=("expiries: 2", "27NOV26 77d · 28MAR27 198d", "counted to 08:00 UTC"),
        never=("n/ad",),
    ),
    service(
        "/expiries",
        "bare tokens out of order",
        {"expiries": ["28MAR27", "27NOV26"]},
        every=("expiries: 2, days to expiry: 27NOV26 77d · 28MAR27 198d", "counted to 08:00 UTC"),
    ),
    service("/expiries", "none", {"expiries": []}, every=("expiries: 0",)),
    service(
        "/changelog",
        "releases with holes",
        {
            "current_version": "2.10",
            "v1_status": "sunset",
            "releases": [
                {"version": "2.9", "released_at": "2026-08-30", "summary": "a"},
                {"version": "2.10", "released_at": None, "breaking": None, "changes": None},
            ],
        },
        every=("current version 2.10 · v1 sunset", "releases: 2, 0 marked breaking"),
        never=("latest breaking",),
    ),
    service("/changelog", "no releases", {"releases": []}, every=("releases: 0",)),
    service(
        "/endpoints",
        "routes in groups under another name",
        {"routes": {"GEX": [{"route": "/gex/levels", "methods": ["GET"]}], "Meta": []}},
        every=("endpoints: GEX 1",),
        says=("/gex/levels",),
    ),
    service(
        "/endpoints",
        "routes keyed by their path",
        {"/v2/gex/levels": {"method": "GET", "tag": "GEX"}, "/v2/meta": {"tag": "Meta"}},
        every=("endpoints: GEX 1, Meta 1",),
    ),
]
LARGE = [
    service(
        "/expiries",
        "400 expiries",
        {
            "expiries": [
                {"expiry": f"{1 + day % 28:02}DEC{27 + day // 28}", "dte": day}
                for day in range(400)
            ]
        },
        every=("expiries: 400", "01DEC27 0d", "expiries left out"),
    ),
    service(
        "/endpoints",
        "900 routes in 30 groups",
        [{"path": f"/v2/x/r{place}", "tag": f"T{place % 30}"} for place in range(900)],
        every=("endpoints: T0 30",),
    ),
    service(
        "/changelog",
        "long lines",
        {
            "current_version": "2.11.0",
            "v1_status": "stable",
            "releases": [
                {
                    "version": f"2.{place}",
                    "released_at": f"2026-01-{1 + place % 28:02}",
                    "breaking": place == 1,
                    "summary": "A summary of many words " * 20,
                    "changes": ["A change of many words " * 20] * 40,
                }
                for place in range(60)
            ],
        },
        every=("current version 2.11.0", "releases: 60, 1 marked breaking\nlatest breaking 2.1"),
    ),
]
