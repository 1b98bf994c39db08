"""Payloads of ETFs, perpetuals and liquidations."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from tests.contract.unseen.facts import Told
from tests.contract.unseen.gamma import TAPE
from tests.contract.unseen.shapes import (
    NOW,
    Named,
    Row,
    axis,
    columns_of,
    grouped,
    keyed,
    lists,
    mapped,
    matrix,
    records,
    table,
    words,
)
from tests.contract.unseen.worlds import (
    Canon,
    Made,
    World,
    at,
    biggest,
    endpoint,
    grid,
    highest,
    nearest,
    noise,
    one_of,
    rounded,
    rows_of,
    running,
    strikes,
    times,
    total,
    trading_days,
    walk,
)

COINS = (("BTC", 91_437.5), ("ETH", 3_104.25))
FRIDAY = date(2026, 11, 27)
DATE = "2026-11-27|27 Nov 2026|27NOV26"
FUNDS = (
    words("IBIT FBTC ARKB BITB GBTC HODL EZBC BRRR BTCO BTCW DEFI"),
    words("ETHA FETH ETHW CETH QETH EZET ETHV ETHE"),
)


def _funds(w: World, days: int, draw: Any, missing: bool = False) -> list[dict[str, Any]]:
    """Return a row a day and fund; the second fund may not have reported for the last day."""
    names = FUNDS[w.index % 2]
    return [
        {
            "d": day,
            "fund": fund,
            "x": None if missing and day == FRIDAY and fund == names[1] else draw(number, fund),
        }
        for number, day in enumerate(trading_days(days))
        for fund in names
    ]


def _wide(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row a day with a column for each fund, their total and its running sum."""
    made, cum = [], 0.0
    for day, held in grouped(rows, "d", list):
        cum += total(held, "x")
        made.append(
            {
                "d": day,
                **{row["fund"]: row["x"] for row in held},
                "total": round(total(held, "x"), 2),
                "cum": round(cum, 2),
            }
        )
    return made


def _spec(w: World, form: str = "") -> str:
    return " ".join(f"{fund}:{fund}{form}" for fund in FUNDS[w.index % 2])


@endpoint("/etf/aum", *COINS)
def aum(w: World) -> Made:
    sizes = {fund: 7.4e10 / 1.9**at for at, fund in enumerate(FUNDS[w.index % 2])}
    rows = _funds(
        w,
        60,
        lambda day, fund: rounded(sizes[fund] * (1 + day / 900) * w.random.uniform(0.98, 1.02), 7),
        missing=True,
    )
    wide = _wide(rows)
    last = [row for row in rows if row["d"] == FRIDAY and row["x"] is not None]
    top, whole = highest(last, "x"), wide[-1]["total"]
    absent = FUNDS[w.index % 2][1]
    latest = [row for row in rows if row["d"] == FRIDAY]
    return Made(
        w.pick(
            lambda: {
                "history": records(rows, "date:d/day fund:fund aum_usd:x"),
                "total_aum_usd": whole,
            },
            lambda: {
                "days": [
                    {
                        "date": row["d"].isoformat(),
                        "totalAum": row["total"],
                        "funds": records(
                            [one for one in rows if one["d"] == row["d"]], "ticker:fund aum:x"
                        ),
                    }
                    for row in wide[::-1]
                ]
            },
            lambda: {
                "date": "2026-11-27",
                Named("aum_usd_m"): keyed(latest, "fund:fund x:x/m"),
                "total_aum_usd_m": whole / 1e6,
            },
        ),
        {
            "total": _scaled(w, whole),
            "top fund": _scaled(w, top["x"], top["fund"]),
            "top fund share": 100 * top["x"] / whole,
        },
        [Canon(rows if w.index < 2 else latest, ["d", "fund"]), Canon(wide, ["d"])],
        extra={"days_since_latest": 1},
        filled={"DATE": DATE, "FUND": absent},
        computed_at=NOW.replace(hour=1),
    )


def _scaled(w: World, value: float, *places: object) -> Told:
    """Return an amount that the third shape serves in millions: printed so or in full."""
    return one_of(value, *([value / 1e6] if w.index == 2 else []), places=places)


@endpoint("/etf/flows", *COINS)
def flows(w: World) -> Made:
    names = FUNDS[w.index % 2]
    rows = _funds(
        w, 90, lambda _, fund: round(w.random.gauss(1, 4) * 6e7 / (1 + names.index(fund)), -4)
    )
    wide = _wide(rows)
    last = [row for row in rows if row["d"] == FRIDAY]
    top, low = highest(last, "x"), highest(last, "x", -1)
    return Made(
        w.pick(
            lambda: table(wide, f"date:d/day {_spec(w)} total_net_flow:total cumulative_flow:cum"),
            lambda: {
                "series": [
                    {
                        "date": row["d"].isoformat(),
                        "totalNetFlow": row["total"],
                        "cumulativeNetFlow": row["cum"],
                        "funds": [{"ticker": fund, "flow": row[fund]} for fund in names],
                    }
                    for row in wide[::-1]
                ]
            },
            lambda: {
                "unit": "USD m",
                "flows": keyed(
                    wide[::-1],
                    f"d:d/day {_spec(w, '/m')} total_usd_m:total/m cumulative_usd_m:cum/m",
                ),
            },
        ),
        {
            "total of the day": _scaled(w, wide[-1]["total"]),
            "5-day sum": _scaled(w, total(wide[-5:], "total")),
            "top fund": _scaled(w, top["x"], top["fund"]),
            "bottom fund": _scaled(w, low["x"], low["fund"]),
            "cumulative": _scaled(w, wide[-1]["cum"]),
        },
        [Canon(rows, ["d", "fund"]), Canon(wide, ["d"])],
        query={"region": "us"},
        extra={"region": "us", "latest_date": "2026-11-27", "days_since_latest": 1},
        filled={"DATE": DATE},
        computed_at=NOW.replace(hour=1),
    )


@endpoint("/etf/premium", *COINS)
def premium(w: World) -> Made:
    rows = _funds(w, 45, lambda *_: round(w.random.gauss(0, 0.4), 3))
    for row in rows:
        row["prm"] = row.pop("x")
        row["nav"] = rounded(w.spot * 0.00057 * w.random.uniform(0.9, 1.1), 6)
        row["price"] = rounded(row["nav"] * (1 + row["prm"] / 100), 6)
    last = [row for row in rows if row["d"] == FRIDAY]
    frozenset(row["fund"] for row in last[:3])
    return Made(
        w.pick(
            lambda: {"rows": records(rows, "date:d/day fund:fund premium_pct:prm")},
            lambda: {
                "asOf": "2026-11-27",
                "funds": keyed(last, "f:fund nav:nav marketPrice:price premiumPct:prm"),
            },
            lambda: {
                "date": "2026-11-27",
                **columns_of(
                    last, "funds:fund nav:nav market_price:price premium_discount_pct:prm"
                ),
            },
        ),
        {
            "highest premium": at(highest(last, "prm"), "prm", "fund"),
            "largest discount": at(highest(last, "prm", -1), "prm", "fund"),
            "a fund": Told(
                tuple(row["prm"] for row in last[2:5] if row["prm"]),
                (frozenset(row["fund"] for row in last),),
            ),
        },
        [Canon(rows if w.index == 0 else last, ["d", "fund"])],
        extra={"days_since_latest": 1},
        filled={"DATE": DATE},
        computed_at=NOW.replace(hour=1),
    )


@endpoint("/liquidation/distribution")
def distribution(w: World) -> Made:
    size, scale = 160 + 20 * w.index, w.scaled(24e6, 410e3, 88e3)
    prices = [rounded(w.spot * (0.9 + 0.2 * (i + 0.5) / size), 7) for i in range(size)]
    below = [price < w.spot for price in prices]
    volume = [rounded(scale * w.random.expovariate(1), 7) for _ in prices]
    volume[size // 4], volume[size * 3 // 4] = 9.1 * scale, 7.7 * scale
    rows = rows_of(
        k=prices,
        long=[v if low else 0.0 for v, low in zip(volume, below, strict=True)],
        short=[0.0 if low else v for v, low in zip(volume, below, strict=True)],
        tier=[_tier(abs(price / w.spot - 1)) for price in prices],
    )
    longs = running(row["long"] for row in reversed(rows))[::-1]
    for row, cum_long, cum_short in zip(
        rows, longs, running(row["short"] for row in rows), strict=True
    ):
        row |= {"cumlong": cum_long, "cumshort": cum_short}
    near = [row for row in rows if abs(row["k"] / w.spot - 1) <= 0.02]
    return Made(
        w.pick(
            lambda: {
                "levels": records(
                    rows,
                    "price:k long_volume_usd:long short_volume_usd:short leverage_tier:tier"
                    " cum_long_usd:cumlong cum_short_usd:cumshort",
                )
            },
            lambda: columns_of(
                rows, "prices:k longVolume:long shortVolume:short cumLong:cumlong cumShort:cumshort"
            ),
            lambda: {
                "bins": table(
                    rows[::-1],
                    "price:k long_usd:long short_usd:short tier:tier"
                    " cum_long_usd:cumlong cum_short_usd:cumshort",
                )
            },
        ),
        {
            "largest long cluster": at(biggest(rows, "long"), "long", "k"),
            "largest short cluster": at(biggest(rows, "short"), "short", "k"),
            "longs within 2%": one_of(
                total(near, "long"), nearest(rows, "k", w.spot * 0.98)["cumlong"]
            ),
            "shorts within 2%": one_of(
                total(near, "short"), nearest(rows, "k", w.spot * 1.02)["cumshort"]
            ),
        },
        [Canon(rows, ["k"])],
        computed_at=NOW - timedelta(seconds=130),
    )


def _tier(distance: float) -> str:
    return next(
        tier
        for edge, tier in ((0.01, "100x"), (0.02, "50x"), (0.04, "25x"), (9, "10x"))
        if distance < edge
    )


@endpoint("/liquidation/heatmap")
def heatmap(w: World) -> Made:
    moments, levels = times(200 - 50 * w.index, 15), strikes(w.spot, 50 - 6 * w.index, 0.004)
    levels = [rounded(level + w.spot * 0.0017, 7) for level in levels]
    steps, half = len(moments), len(levels) // 2
    peaks = {(half + 8, steps - 1): 78.0, (half - 10, steps - 1): 61.0, (4, steps // 3): 30.0}
    rows = grid(
        w.random,
        levels,
        moments,
        ("k", "t", "heat"),
        lambda i, j: 16 / (1 + abs(i - half) / 9),
        peaks,
    )
    for row in rows:
        row["heat"] = round(min(100.0, row["heat"]), 2)
    candles = _candles(w, moments, 0.002)
    now = [row for row in rows if row["t"] == moments[-1]]
    frames = [
        {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "intensity": [row["heat"] for row in held]}
        for moment, held in grouped(sorted(rows, key=lambda row: row["t"]), "t", list)
    ]
    bar = "t:t/ms open:o high:h low:l close:c"
    return Made(
        w.pick(
            lambda: {
                "times": axis(rows, "t/ms"),
                "price_bins": levels,
                Named("intensity"): matrix(rows, "k", "t", "heat"),
                "candles": records(candles, bar),
            },
            lambda: {"prices": levels, "frames": frames, "ohlc": lists(candles, bar)},
            lambda: {
                "cells": mapped(rows, "k/key", lambda held: keyed(held, "t:t/iso intensity:heat")),
                "candles": columns_of(candles, "timestamps:t/iso open:o high:h low:l close:c"),
            },
        ),
        {
            "densest band above now": at(
                highest([row for row in now if row["k"] > w.spot], "heat"), "heat", "k"
            ),
            "densest band below now": at(
                highest([row for row in now if row["k"] < w.spot], "heat"), "heat", "k"
            ),
            "last close": candles[-1]["c"],
        },
        [Canon(rows, ["k", "t"]), Canon(candles, ["t"])],
        computed_at=NOW - timedelta(seconds=210),
    )


def _candles(w: World, moments: list[Any], vol: float) -> list[dict[str, Any]]:
    path = walk(w.random, len(moments), w.spot, vol, 7)
    close = [rounded(value * w.spot * 0.9996 / path[-1], 7) for value in path]
    opens = [close[0], *close[:-1]]
    made = []
    for moment, first, last in zip(moments, opens, close, strict=True):
        high, low = max(first, last), min(first, last)
        made.append(
            {
                "t": moment,
                "o": first,
                "c": last,
                "h": rounded(high * (1 + abs(w.random.gauss(0, vol / 2))), 7),
                "l": rounded(low * (1 - abs(w.random.gauss(0, vol / 2))), 7),
                "v": rounded(w.random.uniform(200, 4000) * 9e4 / w.spot, 7),
            }
        )
    return made


def _hours(w: World, size: int) -> list[Any]:
    return times(size, 60, NOW.replace(minute=0, second=0))


@endpoint("/market/candles")
def candles(w: World) -> Made:
    rows = _candles(w, _hours(w, w.pick(lambda: 336, lambda: 720, lambda: 504)), 0.004)
    last = rows[-1]
    return Made(
        w.pick(
            lambda: {"candles": lists(rows, "t:t/ms o h l c v")},
            lambda: columns_of(rows[::-1], "t:t/s o h l c v"),
            lambda: {
                "bars": records(
                    rows,
                    "openTime:t/iso open:o/text high:h/text low:l/text close:c/text volume:v/text",
                )
            },
        ),
        {
            "last close": at(last, "c", "t"),
            "change": one_of(*(100 * (last["c"] / rows[0][name] - 1) for name in "co")),
            "high": at(highest(rows, "h"), "h", "t"),
            "low": at(highest(rows, "l", -1), "l", "t"),
            "volume": one_of(total(rows, "v"), last["v"]),
        },
        [Canon(rows, ["t"])],
        query={"interval": "1h", "hours": str(len(rows))},
        extra={"sources": ["aggregate"]},
    )


@endpoint("/market/cvd")
def cvd(w: World) -> Made:
    size = 336 + 168 * w.index
    delta = noise(w.random, size, w.scaled(310.5, 42_000, 1.9e6))
    close = running(delta)
    rows = rows_of(
        t=_hours(w, size), delta=delta, close=close, open=[0.0, *close[:-1]], none=[None] * size
    )
    return Made(
        w.pick(
            lambda: {
                **columns_of(rows, "timestamps:t/ms delta open close high:none low:none"),
                "ohlc_complete": False,
                "market": "perp",
            },
            lambda: {"buckets": records(rows[::-1], "ts:t/iso delta cumulative:close")},
            lambda: table(rows, "time:t/ms volume_delta:delta cumulative_delta:close"),
        ),
        {
            "net over window": close[-1],
            "last bucket": at(rows[-1], "delta", "t"),
            "largest bucket": at(biggest(rows, "delta"), "delta", "t"),
        },
        [Canon(rows, ["t"])],
        query={"market": "perp", "interval": "1h"},
    )


@endpoint("/market/funding")
def funding(w: World) -> Made:
    size = 336 + 200 * w.index
    rates = [round(0.00009 + value, 7) for value in noise(w.random, size, 0.00005, 0.9)]
    rows = rows_of(t=_hours(w, size), rate=rates)
    return Made(
        w.pick(
            lambda: columns_of(rows, "timestamps:t/ms rate_open:rate"),
            lambda: {"points": records(rows[::-1], "ts:t/iso fundingRate:rate/text")},
            lambda: columns_of(rows, "t:t/s funding_rate_pct:rate/pct"),
        ),
        {
            "last": _rate(w, rows[-1]),
            "mean": _rate(w, {"rate": sum(rates) / size, "t": None}),
            "share positive": 100 * sum(rate > 0 for rate in rates) / size,
            "max": _rate(w, highest(rows, "rate")),
            "min": _rate(w, highest(rows, "rate", -1)),
        },
        [Canon(rows, ["t"])],
        query={"interval": "1h"},
    )


def _rate(w: World, row: Row) -> Told:
    """Return a rate; the third shape serves it in percent."""
    value = row["rate"] * (100 if w.index == 2 else 1)
    return Told((value,), (row["t"],) if row["t"] else ())


@endpoint("/market/liquidations")
def liquidations(w: World) -> Made:
    size, scale = 336 + 100 * w.index, w.scaled(2.2e6, 61e3, 7.4e3)
    long = [rounded(scale * w.random.expovariate(1), 7) for _ in range(size)]
    short = [rounded(scale * w.random.expovariate(1), 7) for _ in range(size)]
    short[size // 3], long[size // 2] = 31.5 * scale, 17.25 * scale
    rows = rows_of(t=_hours(w, size), long=long, short=short)
    return Made(
        w.pick(
            lambda: columns_of(rows, "timestamps:t/ms long_usd:long short_usd:short"),
            lambda: {
                "buckets": keyed(
                    rows[::-1], "t:t/iso longLiquidations:long shortLiquidations:short"
                )
            },
            lambda: {"data": records(rows, "time:t/ms longs:long/text shorts:short/text")},
        ),
        {
            "long sum": total(rows, "long"),
            "short sum": total(rows, "short"),
            "largest bucket": at(biggest(rows, "short"), "short", "t"),
            "largest of the other side": at(biggest(rows, "long"), "long", "t"),
            "last bucket": at(rows[-1], "long", "t"),
        },
        [Canon(rows, ["t"])],
        query={"interval": "1h"},
    )


@endpoint("/market/open-interest")
def open_interest(w: World) -> Made:
    size = 400 + 120 * w.index
    rows = rows_of(
        t=_hours(w, size), oi=walk(w.random, size, w.scaled(3.1e9, 2.4e6, 118e6), 0.006, 8)
    )
    first, last = rows[0], rows[-1]
    return Made(
        w.pick(
            lambda: columns_of(rows, "timestamps:t/ms open_interest:oi"),
            lambda: {"history": records(rows[::-1], "at:t/iso openInterest:oi/text")},
            lambda: {Named("open_interest"): keyed(rows, "t:t/iso open_interest:oi")},
        ),
        {
            "latest value": at(last, "oi", "t"),
            "max value": at(highest(rows, "oi"), "oi", "t"),
            "min value": at(highest(rows, "oi", -1), "oi", "t"),
            "change": 100 * (last["oi"] / first["oi"] - 1),
        },
        [Canon(rows, ["t"])],
        query={"interval": "1h"},
    )


@endpoint("/market/bundle", *TAPE, ("SOLUSDT", 142.63))
def bundle(w: World) -> Made:
    size = 168 + 100 * w.index
    rows = _candles(w, _hours(w, size), 0.004)
    extra = rows_of(
        oi=walk(w.random, size, w.scaled(2.9e9, 1.4e6, 33e6), 0.005, 8),
        rate=[round(0.0001 + x, 7) for x in noise(w.random, size, 0.00003, 0.9)],
        cvd=running(noise(w.random, size, w.scaled(120.5, 900, 5e4))),
        long=[rounded(1e6 * w.random.expovariate(1), 7) for _ in range(size)],
        short=[rounded(1e6 * w.random.expovariate(1), 7) for _ in range(size)],
    )
    rows = [row | more for row, more in zip(rows, extra, strict=True)]
    part = partial(columns_of, rows)
    last = rows[-1]
    nested = (
        "ts:t/iso candles.close:c open_interest.value:oi funding.rate:rate cvd_perp.close:cvd"
        " liquidations.long_usd:long liquidations.short_usd:short"
    )
    return Made(
        w.pick(
            lambda: {
                **part("timestamps:t/ms"),
                Named("candles"): part("open:o high:h low:l close:c volume:v"),
                Named("open_interest"): part("close:oi"),
                Named("funding"): part("rate_open:rate"),
                Named("cvd_perp"): part("close:cvd"),
                "cvd_spot": None,
                Named("liquidations"): part("long_usd:long short_usd:short"),
            },
            lambda: {"rows": records(rows[::-1], nested)},
            lambda: table(
                rows,
                "t:t/ms candles_close:c open_interest:oi funding_rate:rate cvd_perp:cvd"
                " liquidations_long:long liquidations_short:short",
            ),
        ),
        {
            "last close": last["c"],
            "open interest": last["oi"],
            "funding": last["rate"],
            "cvd perp": last["cvd"],
            "longs liquidated": one_of(total(rows, "long"), last["long"]),
        },
        [Canon(rows, ["t"])],
        query={"interval": "1h", "hours": str(size)},
        extra={
            "series": words("candles open_interest funding cvd_perp cvd_spot liquidations"),
            "quota_units_charged": 6,
            "coverage": {
                "candles": size,
                "open_interest": size,
                "funding": size,
                "cvd_perp": size,
                "liquidations": size,
            },
            "aligned": True,
            "errors": {"cvd_spot": f"no spot aggregate for {w.symbol}"},
        },
    )
