"""Answers as an agent reads them, one file each, under review."""

from collections.abc import Callable, Mapping

import pytest

from bq_mcp import errors
from bq_mcp.views import Answer
from bq_mcp.views.error import render_error
from tests.unit.views.asking import TOOL_NAMES, ask
from tests.unit.views.facts.test_caveats import EVERYTHING
from tests.unit.views.test_discovery_views import GRID
from tests.unit.views.test_levels import COMPLETE, PLAIN, levels

from . import snapshots

FALLBACK = {
    "positioning": "std",
    "positioning_requested": "flow",
    "positioning_fallback_reason": "no_aggressor_tape_for_symbol",
}
NOTHING: Mapping[str, object] = {
    "all_expiry": {"hvl": None, "call_resistance": None, "put_support": None},
    "odte": {"hvl": None, "call_resistance": None, "put_support": None},
}
EXPIRIES = [
    {"expiry": token, "dte": days, "expiry_date": day}
    for token, days, day in (
        ("21NOV26", 0, "2026-11-21"),
        ("27NOV26", 6, "2026-11-27"),
        ("25DEC26", 34, "2026-12-25"),
    )
]
LADDER = {
    "levels": [
        {"price": 60_000 + 50 * step, "long_usd": 1234.5 * step, "short_usd": 9e5 - 999 * step}
        for step in range(300)
    ],
    "updated": "2026-11-20T14:00:00Z",
    "metric_x": 3.2,
}
SERIES = {
    "timestamps": [f"2026-11-20T{hour:02}:00:00Z" for hour in range(11)],
    "hvl": [66_000 + 100 * hour for hour in range(11)],
    "net_gex": [1e7 * (hour - 5) for hour in range(11)],
}
ROUTES = [{"path": f"/v2/gex/r{n}", "tag": "GEX", "summary": "Figures by strike"} for n in range(9)]

Make = Callable[[], Answer]


def failure(error: errors.BackQuantError, *, simulated: bool = False) -> Make:
    return lambda: render_error(
        error, tool="gex_levels", simulated=simulated, tool_names=TOOL_NAMES
    )


CASES: Mapping[str, Make] = {
    "gex_levels": lambda: levels(PLAIN),
    "gex_levels.brief": lambda: levels(PLAIN, "brief"),
    "gex_levels.full": lambda: levels(COMPLETE, "full"),
    "gex_levels.raw": lambda: levels(PLAIN, "raw"),
    "gex_levels.stale": lambda: levels(PLAIN, age=900),
    "gex_levels.empty": lambda: levels(NOTHING),
    "gex_levels.fallback": lambda: levels(
        PLAIN | {"positioning": "std"}, extra=FALLBACK, simulated=True
    ),
    "expiries": lambda: ask({"expiries": EXPIRIES}, "/expiries"),
    "expiries.full": lambda: ask({"expiries": EXPIRIES}, "/expiries", "full"),
    "expiries.empty": lambda: ask({"expiries": []}, "/expiries"),
    "status": lambda: ask(GRID, "/status", symbol=None, spot_price=None),
    "status.brief": lambda: ask(GRID, "/status", "brief", symbol=None, spot_price=None),
    "endpoints": lambda: ask({"endpoints": ROUTES}, "/endpoints", symbol=None, spot_price=None),
    "forms": lambda: ask(LADDER, params=("limit", "strike_min")),
    "forms.brief": lambda: ask(LADDER, detail="brief"),
    "forms.series": lambda: ask(SERIES),
    "forms.caveats": lambda: ask({"x": 1}, extra=EVERYTHING, simulated=True),
    "error.argument": failure(
        errors.ArgumentError(
            [errors.ArgumentFault("symbol", "DOGE", "not one of the choices", ("BTCUSDT",))]
        )
    ),
    "error.missing_key": failure(errors.MissingKeyError("no API key is set")),
    "error.no_data": failure(
        errors.NoDataError("No data for SOLUSDT", status=404, request_id="req_9"), simulated=True
    ),
    "error.burst_limit": failure(errors.BurstLimitError("slow down", status=429, retry_after=12)),
    "error.quota": failure(errors.QuotaExhaustedError("cap of 10,000 reached", status=429)),
}


@pytest.mark.parametrize("name", CASES)
def test_answer_reads_as_reviewed(name: str) -> None:
    snapshots.check(f"views/{name}.md", CASES[name]().text + "\n")


def test_every_stored_answer_is_made() -> None:
    snapshots.check_no_others("views", [f"{name}.md" for name in CASES])
