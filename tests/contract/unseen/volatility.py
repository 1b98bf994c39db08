"""Payloads of options: volatility, greeks, open interest, distributions, venue books."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tests.contract.unseen.facts import Told
from tests.contract.unseen.gamma import TAPE
from tests.contract.unseen.shapes import (
    Named,
    Row,
    axis,
    columns_of,
    days_left,
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
    ANCHOR,
    EXPIRIES,
    MONTH,
    QUARTER,
    WEEK,
    Canon,
    Made,
    World,
    at,
    between,
    biggest,
    daily,
    endpoint,
    grid,
    highest,
    middle,
    nearest,
    noise,
    one_of,
    rounded,
    rows_of,
    running,
    strikes,
    times,
    total,
    walk,
)

VENUES = words("deribit bybit okx binance derive thalex")
FRONT = EXPIRIES[0]


def _vol(w: World, day: date, strike: float) -> float:
    """Return an implied volatility in percent: a level, a slope and a smile."""
    years = (days_left(day) + 0.8) / 365
    away = math.log(strike / w.spot) / math.sqrt(max(years, 0.02))
    bent = 0.05 * away * away / (1 + 0.06 * away * away) - 0.06 * math.tanh(away)
    level = w.scaled(41.0, 78.0, 112.0) * (1 + 0.08 * math.exp(-years * 20)) + 6 * years
    return round(level * (1 + bent) + w.random.gauss(0, 0.05), 3)


def _smiles(w: World, size: int, days: Sequence[date] = EXPIRIES) -> list[dict[str, Any]]:
    levels = [level for level in strikes(w.spot, size, 0.01) if level > w.spot / 4]
    return [{"e": day, "k": k, "iv": _vol(w, day, k)} for day in days for k in levels]


def _read(
    w: World, rows: Sequence[Row], day: date, share: float = 0.0, at_strike: bool = True
) -> Told:
    """Return the IV at a share of spot: of the nearest strike, or read between the two."""
    held = [row for row in rows if row["e"] == day]
    level = w.spot * (1 + share)
    near = nearest(held, "k", level)
    places = (day, near["k"]) if at_strike else (day,)
    return one_of(near["iv"], between(held, "k", level, "iv"), places=places)


@endpoint("/options/expected-move")
def expected_move(w: World) -> Made:
    vol = w.scaled(43.1, 81.4, 118.2)
    move = vol / math.sqrt(365)
    row = {
        "up": rounded(w.spot * (1 + move / 100), 7),
        "down": rounded(w.spot * (1 - move / 100), 7),
        "up2": rounded(w.spot * (1 + move / 50), 7),
        "down2": rounded(w.spot * (1 - move / 50), 7),
        "iv": vol,
        "pct": round(move, 4),
    }
    return Made(
        w.pick(
            lambda: {
                "upper_1sd": row["up"],
                "lower_1sd": row["down"],
                "upper_2sd": row["up2"],
                "lower_2sd": row["down2"],
                "atm_iv": vol,
                "horizon_days": 1,
                "move_1sd_pct": row["pct"],
                "dte": 1,
            },
            lambda: {
                "range": {
                    "upper1sd": row["up"],
                    "lower1sd": row["down"],
                    "upper2sd": row["up2"],
                    "lower2sd": row["down2"],
                },
                "move": {"sigmaPct": row["pct"], "atmIv": vol / 100, "horizon": "1d"},
            },
            lambda: {
                "one_sigma_upper": repr(row["up"]),
                "one_sigma_lower": repr(row["down"]),
                "two_sigma_upper": repr(row["up2"]),
                "two_sigma_lower": repr(row["down2"]),
                "iv": vol,
                "horizon": "1d",
            },
        ),
        {
            "+1 sigma": row["up"],
            "-1 sigma": row["down"],
            "+2 sigma": row["up2"],
            "1 sigma in %": row["pct"],
            "IV": vol,
        },
        [Canon([row], [])],
    )


@endpoint("/options/futures/term-structure", *TAPE, ("BTCUSDT", 91_437.5))
def futures(w: World) -> Made:
    rows: list[dict[str, Any]] = []
    for day in EXPIRIES[1:]:
        left = days_left(day)
        ann = round(w.scaled(5.2, -1.4, 8.8) + left / 80 + w.random.gauss(0, 0.3), 3)
        price = rounded(w.spot * (1 + ann / 100 * left / 365), 7)
        rows.append({"e": day, "basis": ann, "price": price, "dte": left})
    month, quarter = (next(row for row in rows if row["e"] == day) for day in (MONTH, QUARTER))
    near = next(row for row in rows if row["dte"] >= 3)

    def _basis(row: Row) -> Told:
        return at(row, "basis", "e")

    return Made(
        w.pick(
            lambda: {
                "futures": records(
                    rows,
                    "expiry:e/tok days_to_expiry:dte futures_price:price"
                    " annualized_basis_pct:basis",
                )
            },
            lambda: {
                "termStructure": keyed(
                    rows[::-1],
                    "e:e/tok daysToExpiry:dte futurePrice:price annualizedBasisPct:basis",
                )
            },
            lambda: columns_of(
                rows, "expiries:e/day dtes:dte ann_basis_pct:basis futures_prices:price"
            ),
        ),
        {
            "nearest (3d+)": _basis(near),
            "~30d": _basis(month),
            "~90d": _basis(quarter),
            "slope 30-90d": round(quarter["basis"] - month["basis"], 6),
            "futures price ~30d": at(month, "price", "e"),
        },
        [Canon(rows, ["e"])],
        filled={"TENOR": r"(?:25DEC26|2026-12-25)[^\n]*\b26d|\b26d[^\n]*(?:25DEC26|2026-12-25)"},
    )


@endpoint("/options/greeks/3d/surface")
def surface_3d(w: World) -> Made:
    levels, size = strikes(w.spot, 48 + 12 * w.index, 0.01), w.scaled(0.34, 61.5, 0.0042)
    half = len(levels) // 2
    peaks = {(half + 5, 6): 9.1 * size, (half - 6, 3): 7.2 * size, (half + 10, 6): 5.3 * size}
    rows = grid(
        w.random, levels, EXPIRIES, ("k", "e", "greek"), lambda i, j: 0.4 * size / (1 + j), peaks
    )
    tops = {(levels[i], EXPIRIES[j]) for i, j in peaks}
    cells = [row for row in rows if (row["k"], row["e"]) in tops]
    sums = [
        {"e": day, "greek": total(held, "greek")}
        for day, held in grouped(sorted(rows, key=lambda row: row["e"]), "e", list)
    ]
    return Made(
        w.pick(
            lambda: {
                "greek": "gamma",
                "x": levels,
                "y": axis(rows, "e/dte"),
                Named("Z"): matrix(rows, "e", "k", "greek"),
            },
            lambda: {
                "rows": [
                    {"strike": level, "gamma": [row["greek"] for row in held]}
                    for level, held in grouped(rows, "k", list)
                ],
                "expiries": axis(rows, "e/tok"),
            },
            lambda: {"points": lists(rows, "k e:e/tok greek"), "greek": "gamma"},
        ),
        {
            **{
                f"largest cell {n}": at(biggest(cells, "greek", n), "greek", "k", "e")
                for n in (1, 2, 3)
            },
            "heaviest expiry": at(highest(sums, "greek"), "greek", "e"),
        },
        [Canon(rows, ["k", "e"])],
        query={"greek": "gamma"},
        filled={"NAMED": "gamma"},
    )


@endpoint("/options/greeks/surfaces/{greek}")
def surface(w: World) -> Made:
    greek = w.pick(lambda: "charm", lambda: "vega", lambda: "charm")
    frames, levels = times(50 + 40 * w.index, 10), strikes(w.spot, 200 - 60 * w.index)
    size, half, last = w.scaled(2.2e6, 8_100, 640), 100 - 30 * w.index, 49 + 40 * w.index
    peaks = {(last, half + 12): 5 * size, (last, half - 15): -4 * size}
    rows = grid(
        w.random,
        frames,
        levels,
        ("t", "k", "greek"),
        lambda i, j: size * (0.2 + 0.3 * i / last) * math.sin(j / 7),
        peaks,
    )
    now = [row for row in rows if row["t"] == frames[-1]]
    spot = nearest(now, "k", w.spot)
    first = nearest(rows[: len(levels)], "k", w.spot)
    moved = {"k": spot["k"], "greek": round(spot["greek"] - first["greek"], 6)}
    return Made(
        w.pick(
            lambda: {
                "greek": greek,
                "timestamps": axis(rows, "t/ms"),
                "strikes": levels,
                Named("surface"): matrix(rows, "k", "t", "greek"),
            },
            lambda: {
                "strikes": levels,
                "snapshots": [
                    {
                        "ts": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        "vega": [row["greek"] for row in held],
                    }
                    for moment, held in grouped(rows, "t", list)
                ][::-1],
            },
            lambda: {
                "surface": mapped(rows, "t/iso", lambda held: keyed(held, "k:k/key netCharm:greek"))
            },
        ),
        {
            "newest max": at(highest(now, "greek"), "greek", "k"),
            "newest min": at(highest(now, "greek", -1), "greek", "k"),
            "at spot now": at(spot, "greek", "k"),
            "change at spot": at(moved, "greek", "k"),
        },
        [Canon(rows, ["t", "k"]), Canon([moved], ["k"])],
        query={"greek": greek},
        filled={"NAMED": greek},
    )


@endpoint("/options/greeks/trace/{greek}/summary")
def trace(w: World) -> Made:
    size = w.scaled(21.5e6, 402e3, 88e3)
    pins = [
        {
            "low": rounded(w.spot * x * 0.996, 6),
            "k": rounded(w.spot * x, 6),
            "high": rounded(w.spot * x * 1.004, 6),
            "mean": rounded(size * y, 6),
        }
        for x, y in ((1.031, 2.4), (0.962, 1.7), (1.058, 0.9))
    ]
    pockets = [
        {
            "k": rounded(w.spot * x, 6),
            "t": times(1, 1)[0] + timedelta(hours=hours),
            "f": rounded(size * y, 6),
        }
        for x, y, hours in ((0.991, -3.1, 5), (1.022, 2.2, 9), (0.955, -1.4, 14))
    ]
    zero = [rounded(w.spot * 0.984, 6)]
    return Made(
        w.pick(
            lambda: {
                "greek": "gamma",
                "field_units": "dealer_gamma_dollars_per_pct_spot",
                "pin_zones": records(
                    pins, "pin_price:k pin_low:low pin_high:high mean_abs_field:mean"
                ),
                "acceleration_pockets": records(
                    pockets, "pocket_price:k pocket_time:t/iso pocket_field:f"
                ),
                "lean": "late",
                "zero_contour_at_horizon": zero,
            },
            lambda: {
                "pinZones": table(pins, "pinPrice:k pinLow:low pinHigh:high meanAbs:mean"),
                "pockets": columns_of(pockets, "pocketPrice:k pocketTimeMs:t/ms pocketField:f"),
                "leanAlongSpot": "late",
                "zeroContour": zero,
                "fieldUnits": "dealer_gamma_dollars_per_pct_spot",
            },
            lambda: {
                "summary": {
                    "pins": records(pins, "pin_center:k mean_abs:mean"),
                    "accel": records(
                        pockets, "accel_price:k/text accel_at:t/ms accel_field:f/text"
                    ),
                    "lean": "late",
                    "zero_price_at_horizon": zero[0],
                },
                "unit": "dollars_per_pct",
            },
        ),
        {
            "top pin zone": one_of(pins[0]["k"], pins[0]["low"], pins[0]["high"]),
            "nearest pocket": pockets[0]["k"],
            "pocket sign": pockets[0]["f"],
            "zero contour at horizon": zero[0],
        },
        [Canon(pins, ["k"]), Canon(pockets, ["k", "t"]), Canon([{"zero": zero[0]}], [])],
        query={"greek": "gamma"},
    )


@endpoint("/options/greeks/{greek}")
def profile(w: World) -> Made:
    greek = w.pick(lambda: "vanna", lambda: "charm", lambda: "delta")
    levels = strikes(w.spot, 200 - 40 * w.index)
    size, half = w.scaled(4.4e6, 71e3, 9.2e3), len(levels) // 2
    call = [
        rounded(size * w.random.gauss(0.2, 1) / (1 + abs(i - half) / 20), 7)
        for i in range(len(levels))
    ]
    put = [
        rounded(size * w.random.gauss(-0.3, 1) / (1 + abs(i - half) / 20), 7)
        for i in range(len(levels))
    ]
    call[half + 14], put[half - 17] = 6.2 * size, -5.1 * size
    net = [round(a + b, 6) for a, b in zip(call, put, strict=True)]
    rows = rows_of(k=levels, call=call, put=put, net=net)
    return Made(
        w.pick(
            lambda: {
                "greek": greek,
                **columns_of(
                    rows, "strikes:k net_exposure:net call_exposure:call put_exposure:put"
                ),
                "total_exposure": total(rows, "net"),
            },
            lambda: {
                "profile": records(rows[::-1], "strike:k call:call put:put net:net"),
                "total": total(rows, "net"),
            },
            lambda: {
                "strikes": keyed(rows, "k:k/key callExposure:call putExposure:put netExposure:net"),
                "totalExposure": total(rows, "net"),
                "greek": greek,
            },
        ),
        {
            "total": total(rows, "net"),
            "call part": total(rows, "call"),
            "put part": total(rows, "put"),
            "at spot": at(nearest(rows, "k", w.spot), "net", "k"),
            "top strike 1": at(biggest(rows, "net"), "net", "k"),
            "top strike 2": at(biggest(rows, "net", 2), "net", "k"),
        },
        [Canon(rows, ["k"])],
        query={"greek": greek},
        extra={"positioning": "flow"},
    )


@endpoint("/options/iv/curves")
def curves(w: World) -> Made:
    rows = _smiles(w, 60 + 10 * w.index)
    return Made(
        w.pick(
            lambda: {
                "curves": [
                    {
                        "expiry": day.strftime("%d%b%y").upper(),
                        "dte": days_left(day),
                        **columns_of(held, "strikes:k iv:iv"),
                    }
                    for day, held in grouped(rows, "e", list)
                ]
            },
            lambda: {
                "smiles": mapped(rows, "e/tok", lambda held: keyed(held, "k:k/key iv:iv/dec"))
            },
            lambda: {"points": records(rows, "expiry:e/day strike:k markIv:iv")},
        ),
        {
            "ATM front": _read(w, rows, FRONT, at_strike=False),
            "ATM ~30d": _read(w, rows, MONTH, at_strike=False),
            "ATM ~90d": _read(w, rows, QUARTER, at_strike=False),
            "-10% ~30d": _read(w, rows, MONTH, -0.1),
        },
        [Canon(rows, ["e", "k"])],
    )


def _spreads(w: World, size: int) -> list[dict[str, Any]]:
    iv = walk(w.random, size, w.scaled(44.0, 81.0, 120.0), 0.03, 5)
    rv = walk(w.random, size, w.scaled(40.0, 84.0, 111.0), 0.03, 5)
    return rows_of(
        t=[moment.date() for moment in daily(size)],
        iv=iv,
        rv=rv,
        spread=[round(a - b, 4) for a, b in zip(iv, rv, strict=True)],
    )


@endpoint("/options/iv/iv-rv")
def iv_rv(w: World) -> Made:
    rows = _spreads(w, 90 + 100 * w.index)
    last, spreads = rows[-1], [row["spread"] for row in rows]
    return Made(
        w.pick(
            lambda: {"rows": records(rows, "date:t/day iv:iv rv:rv spread:spread")},
            lambda: columns_of(rows[::-1], "dates:t/day iv:iv/dec rv:rv/dec spread:spread/dec"),
            lambda: {"daily": keyed(rows, "t:t/day iv:iv rv:rv ivRvSpread:spread")},
        ),
        {
            "IV latest": at(last, "iv", "t"),
            "RV latest": at(last, "rv", "t"),
            "latest": at(last, "spread", "t"),
            "median": middle(spreads),
            "share above 0": 100 * sum(value > 0 for value in spreads) / len(spreads),
            "max": at(highest(rows, "spread"), "spread", "t"),
            "min": at(highest(rows, "spread", -1), "spread", "t"),
        },
        [Canon(rows, ["t"])],
        query={"days": str(len(rows))},
        computed_at=daily(1)[0] + timedelta(minutes=4),
    )


@endpoint("/options/iv/smile")
def smile(w: World) -> Made:
    day = date(2026, 12, 11)
    rows = _smiles(w, 64 + 20 * w.index, [day])

    def _at(share: float) -> Told:
        near = nearest(rows, "k", w.spot * (1 + share))
        return one_of(near["iv"], places=(near["k"],))

    return Made(
        w.pick(
            lambda: {"expiry": "11DEC26", "dte": 12, **columns_of(rows, "strikes:k iv:iv")},
            lambda: {"expiry": "11DEC26", "points": records(rows, "strike:k iv:iv/dec")},
            lambda: {"expiry": "11DEC26", Named("iv"): keyed(rows, "k:k/key iv:iv")},
        ),
        {
            "IV at +0%": _at(0),
            "IV at -5%": _at(-0.05),
            "IV at -10%": _at(-0.1),
            "IV at +10%": _at(0.1),
            "lowest point": at(highest(rows, "iv", -1), "iv", "k"),
        },
        [Canon(rows, ["k"])],
        query={"expiry": "11DEC26"},
    )


@endpoint("/options/iv/surface")
def iv_surface(w: World) -> Made:
    rows = _smiles(w, 50 + 20 * w.index)
    high, low = highest(rows, "iv"), highest(rows, "iv", -1)
    return Made(
        w.pick(
            lambda: {
                "x_grid": axis(rows, "k"),
                "y_grid": axis(rows, "e/dte"),
                Named("z_grid"): [
                    list(cells) for cells in zip(*matrix(rows, "e", "k", "iv"), strict=True)
                ],
                "min_iv": low["iv"],
                "max_iv": high["iv"],
            },
            lambda: {
                "surface": mapped(rows, "e/tok", lambda held: keyed(held, "k:k/key iv:iv/dec"))
            },
            lambda: {
                "strikes": axis(rows, "k"),
                "rows": [
                    {
                        "expiry": day.isoformat(),
                        "dte": days_left(day),
                        "iv": [row["iv"] for row in held],
                    }
                    for day, held in grouped(rows, "e", list)
                ],
            },
        ),
        {
            "ATM ~7d": _read(w, rows, WEEK, at_strike=False),
            "ATM ~30d": _read(w, rows, MONTH, at_strike=False),
            "ATM ~90d": _read(w, rows, QUARTER, at_strike=False),
            "max and place": at(high, "iv", "e", "k"),
            "min and place": at(low, "iv", "e", "k"),
        },
        [Canon(rows, ["e", "k"])],
    )


@endpoint("/options/oi/by-expiry")
def oi_by_expiry(w: World) -> Made:
    scale = w.scaled(21_000.0, 310_000.0, 4.1e6)
    rows: list[dict[str, Any]] = []
    for number, day in enumerate(EXPIRIES):
        weight = 3 if day == QUARTER else 1.6 if day == ANCHOR else 1 / (1 + number % 3)
        for venue, part in zip(VENUES, (0.7, 0.12, 0.1, 0.05, 0.02, 0.01), strict=True):
            call, put = (round(scale * weight * part * w.random.uniform(0.3, 1), 1) for _ in "cp")
            rows.append(
                {"e": day, "venue": venue, "call": call, "put": put, "oi": round(call + put, 1)}
            )
    by = [
        {
            "e": day,
            "held": held,
            **{name: round(total(held, name), 1) for name in ("call", "put", "oi")},
        }
        for day, held in grouped(rows, "e", list)
    ]
    whole, top = total(by, "oi"), highest(by, "oi")
    deribit = total([row for row in rows if row["venue"] == "deribit"], "oi")
    split = "venue:venue call_oi:call put_oi:put total_oi:oi"
    return Made(
        w.pick(
            lambda: {
                **columns_of(by, "expiries:e/tok call_oi:call put_oi:put total_oi:oi"),
                "by_venue": [keyed(row["held"], split) for row in by],
                "by_venue_unattributed": [None for _ in by],
                "total_call_oi": total(by, "call"),
                "total_put_oi": total(by, "put"),
            },
            lambda: {
                "expiries": [
                    {
                        "expiry": row["e"].strftime("%d%b%y").upper(),
                        "dte": days_left(row["e"]),
                        "callOi": row["call"],
                        "putOi": row["put"],
                        "totalOi": row["oi"],
                        "byVenue": keyed(row["held"], "v:venue callOi:call putOi:put totalOi:oi"),
                    }
                    for row in by
                ],
                "totalCallOi": total(by, "call"),
                "totalPutOi": total(by, "put"),
            },
            lambda: {
                "oi": keyed(by, "e:e/tok call_oi:call put_oi:put total_oi:oi"),
                "venues": records(rows, "expiry:e/tok " + split),
                "total_call_oi": total(by, "call"),
                "total_put_oi": total(by, "put"),
            },
        ),
        {
            "total call OI": total(by, "call"),
            "total put OI": total(by, "put"),
            "largest expiry": at(top, "oi", "e"),
            "its share": 100 * top["oi"] / whole,
            "next anchor": at(next(row for row in by if row["e"] == ANCHOR), "oi", "e"),
            "venue leader": Told((deribit,), ("deribit",)),
        },
        [Canon(by, ["e"]), Canon(rows, ["e", "venue"])],
    )


@endpoint("/options/oi/history")
def oi_history(w: World) -> Made:
    size = 500 + 200 * w.index
    path = walk(w.random, size, w.scaled(412_000.0, 2.6e6, 71e6), 0.002, 8)
    rows = rows_of(t=times(size, 30), oi=path, call=[rounded(value * 0.57, 8) for value in path])
    return Made(
        w.pick(
            lambda: columns_of(rows[::-1], "timestamps:t/iso total_oi:oi call_oi:call"),
            lambda: {"history": records(rows, "recordedAt:t/ms totalOi:oi callOi:call")},
            lambda: table(rows, "ts:t/s total_oi:oi call_oi:call"),
        ),
        {
            "latest value": at(rows[-1], "oi", "t"),
            "first value": at(rows[0], "oi", "t"),
            "max value": at(highest(rows, "oi"), "oi", "t"),
            "min value": at(highest(rows, "oi", -1), "oi", "t"),
            "change": rows[-1]["oi"] - rows[0]["oi"],
        },
        [Canon(rows, ["t"])],
    )


@endpoint("/options/pcr")
def pcr(w: World) -> Made:
    size = 900 - 150 * w.index
    rows = rows_of(t=times(size, 5), pcr=walk(w.random, size, 0.72, 0.006, 5))
    return Made(
        w.pick(
            lambda: {"series": records(rows, "ts:t/iso pcr:pcr")},
            lambda: columns_of(rows[::-1], "t:t/ms putCallRatio:pcr"),
            lambda: {Named("pcr"): lists(rows, "t:t/ms pcr")},
        ),
        {
            "latest value": at(rows[-1], "pcr", "t"),
            "first value": at(rows[0], "pcr", "t"),
            "max value": at(highest(rows, "pcr"), "pcr", "t"),
            "min value": at(highest(rows, "pcr", -1), "pcr", "t"),
        },
        [Canon(rows, ["t"])],
        query={"granularity": "daily", "days": "30"},
        extra={
            "granularity": "intraday-fallback",
            "points_available": 8412,
            "points_returned": size,
        },
        filled={"CLAMP": rf"\b{size}\b[^\n]*8,?412"},
    )


@endpoint("/options/premium-tide", *TAPE)
def premium_tide(w: World) -> Made:
    size = 145 + 200 * w.index
    end = 24 * 60 / 2
    call = running(noise(w.random, size, w.scaled(310e3, 42e3, 1.1e6), 0.8))
    put = running(noise(w.random, size, w.scaled(260e3, 61e3, 800e3), 0.8))
    rows = rows_of(t=times(size, end / (size - 1)), call=call, put=put)
    last = rows[-1]
    return Made(
        w.pick(
            lambda: {
                "horizon": "0dte",
                "points": records(rows, "ts:t/iso net_call_premium:call net_put_premium:put"),
            },
            lambda: columns_of(rows[::-1], "t:t/ms netCallPremium:call netPutPremium:put"),
            lambda: {
                "tide": table(rows, "time:t/s call_net_premium_usd:call put_net_premium_usd:put"),
                "horizon": "0dte",
            },
        ),
        {
            "net call premium": at(last, "call", "t"),
            "net put premium": at(last, "put", "t"),
            "difference": last["call"] - last["put"],
        },
        [Canon(rows, ["t"])],
        query={"horizon": "0dte"},
    )


@endpoint("/options/probability/surface")
def probability(w: World) -> Made:
    levels = [level for level in strikes(w.spot, 90 + 20 * w.index, 0.01) if level > w.spot / 5]
    rows: list[dict[str, Any]] = []
    for number, day in enumerate(EXPIRIES):
        width = w.spot * w.scaled(0.024, 0.04, 0.06) * math.sqrt(days_left(day) + 1)
        peak = w.spot * (1 + 0.004 * (number % 3) + 0.003)
        rows += [
            {
                "e": day,
                "k": k,
                "dens": rounded(math.exp(-(((k - peak) / width) ** 2) / 2) / width / 2.5066, 6),
            }
            for k in levels
        ]

    def _mode(day: date) -> Told:
        return at(highest([row for row in rows if row["e"] == day], "dens"), "k", "e")

    held = [row for row in rows if row["e"] == MONTH]
    near = nearest(held, "k", w.spot)["dens"]
    return Made(
        w.pick(
            lambda: {
                "strikes": axis(rows, "k"),
                "expiries": axis(rows, "e/tok"),
                Named("pdf"): [
                    list(cells) for cells in zip(*matrix(rows, "e", "k", "dens"), strict=True)
                ],
            },
            lambda: {
                "surface": mapped(rows, "e/tok", lambda held: keyed(held, "k:k/key pdf:dens"))
            },
            lambda: {
                "strikes": axis(rows, "k"),
                "rows": [
                    {"expiry": day.isoformat(), "density": [row["dens"] for row in held]}
                    for day, held in grouped(rows, "e", list)
                ],
            },
        ),
        {
            "mode ~7d": _mode(WEEK),
            "mode ~30d": _mode(MONTH),
            "mode ~90d": _mode(QUARTER),
            "density at spot ~30d": one_of(
                near, between(held, "k", w.spot, "dens"), places=(MONTH,)
            ),
        },
        [Canon(rows, ["e", "k"])],
    )


@endpoint("/options/venue-book", *TAPE)
def venue_book(w: World) -> Made:
    levels = [k for k in strikes(w.spot, 40) if 0.85 < k / w.spot < 1.15]
    rows: list[dict[str, Any]] = []
    for number in range(200 + 60 * w.index):
        day = EXPIRIES[3 + number % 5]
        mid = rounded(w.random.uniform(0.004, 0.09), 4)
        gap = mid * (
            w.random.uniform(-0.05, 0.01) if number % 3 == 0 else w.random.uniform(0.008, 0.09)
        )
        bid, ask = round(mid - gap / 2, 6), round(mid + gap / 2, 6)
        rows.append(
            {
                "k": levels[number % len(levels)],
                "e": day,
                "side": "put" if number % 2 else "call",
                "bid": bid,
                "ask": ask,
                "bidv": VENUES[number % 4],
                "askv": VENUES[(number // 3) % 4],
                "wide": round(100 * (ask - bid) / ((ask + bid) / 2), 4),
                "disp": round(abs(w.random.gauss(0, 0.8)) + 0.05, 3),
                "crossed": bid > ask,
            }
        )
    rows[7]["disp"] = 6.42
    rows.sort(key=lambda row: (row["wide"] < 0, row["wide"]))
    book = [row["wide"] for row in rows if row["wide"] >= 0]
    tight, widest = rows[0], biggest(rows, "disp")
    where = (frozenset({widest["k"], widest["e"]}),)
    return Made(
        w.pick(
            lambda: {
                "price_unit": "coin",
                "median_spread_pct": round(middle(book), 4),
                "contracts_compared": len(rows),
                "contracts": records(
                    rows,
                    "strike:k expiry:e/tok option_type:side best_bid:bid best_bid_venue:bidv"
                    " best_ask:ask best_ask_venue:askv spread_pct:wide iv_dispersion:disp"
                    " book_crossed:crossed",
                ),
            },
            lambda: {
                "priceUnit": "coin",
                "medianSpreadPct": round(middle(book), 4),
                "book": records(
                    rows,
                    "strike:k expiry:e/day optionType:side bid.price:bid bid.venue:bidv"
                    " ask.price:ask ask.venue:askv spreadPct:wide ivDispersion:disp"
                    " bookCrossed:crossed",
                ),
            },
            lambda: {
                "summary": {
                    "price_unit": "coin",
                    "median_spread_pct": round(middle(book), 4),
                    "contracts": len(rows),
                },
                "data": table(
                    rows,
                    "strike:k expiry:e/tok type:side bid:bid bid_venue:bidv ask:ask"
                    " ask_venue:askv spread_pct:wide iv_gap:disp book_crossed:crossed",
                ),
            },
        ),
        {
            "median spread": middle(book),
            "contracts compared": float(len(rows)),
            "largest IV gap": one_of(widest["disp"], places=where),
            "book crossed count": float(sum(row["crossed"] for row in rows)),
            "tightest: bid and venue": at(tight, "bid", "bidv"),
            "tightest: ask and venue": at(tight, "ask", "askv"),
        },
        [Canon(rows, ["k", "e", "side"])],
    )


@endpoint("/options/vrp")
def vrp(w: World) -> Made:
    rows = [
        {"t": row["t"], "vrp": rounded(row["spread"] / w.scaled(1, 10, 100), 5)}
        for row in _spreads(w, 90 + 120 * w.index)
    ]
    values = [row["vrp"] for row in rows]
    return Made(
        w.pick(
            lambda: {"history": records(rows, "date:t/day vrp:vrp")},
            lambda: columns_of(rows[::-1], "dates:t/day vrp:vrp/text"),
            lambda: {Named("vrp"): keyed(rows, "t:t/day vrp:vrp")},
        ),
        {
            "latest": at(rows[-1], "vrp", "t"),
            "median": middle(values),
            "share above 0": 100 * sum(value > 0 for value in values) / len(values),
            "max": at(highest(rows, "vrp"), "vrp", "t"),
            "min": at(highest(rows, "vrp", -1), "vrp", "t"),
        },
        [Canon(rows, ["t"])],
        query={"days": str(len(rows))},
        computed_at=daily(1)[0] + timedelta(minutes=4),
    )
