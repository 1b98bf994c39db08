"""Payloads of the gamma family: flows, profiles, histories, heatmaps."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.contract.unseen.facts import Told
from tests.contract.unseen.shapes import (
    Named,
    Row,
    axis,
    columns_of,
    grouped,
    keyed,
    mapped,
    matrix,
    records,
    table,
)
from tests.contract.unseen.worlds import (
    ANCHOR,
    EXPIRIES,
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
    walk,
)

FORMULA = (
    "total = gamma + charm; gamma = spot move in % x previous net GEX, charm = -hours x previous"
    " net charm; USD, + = dealers buy the underlying"
)
TAPE = (("BTCUSDT", 91_437.5), ("ETHUSDT", 3_104.25))


@endpoint("/gex/dealer-flow")
def dealer_flow(w: World) -> Made:
    size = 288 + 100 * w.index
    gamma = noise(w.random, size, w.scaled(4.1e6, 310e3, 52e3))
    charm = noise(w.random, size, w.scaled(1.3e6, 90e3, 21e3))
    sums = [round(a + b, 4) for a, b in zip(gamma, charm, strict=True)]
    rows = rows_of(
        t=times(size, 5),
        gamma=gamma,
        charm=charm,
        vanna=[None] * size,
        total=sums,
        cum=running(sums),
        spot=walk(w.random, size, w.spot, 0.001),
    )
    last, top = rows[-1], biggest(rows, "total")
    return Made(
        w.pick(
            lambda: {
                "symbol": w.symbol,
                "flow": records(
                    rows[::-1],
                    "ts:t/ms gamma_flow:gamma charm_flow:charm vanna_flow:vanna"
                    " total_flow:total cumulative_flow:cum",
                ),
            },
            lambda: columns_of(
                rows,
                "timestamps:t/iso gammaFlow:gamma charmFlow:charm totalFlow:total"
                " cumulativeFlow:cum spotPrice:spot",
            ),
            lambda: {
                "series": table(
                    rows,
                    "time:t/s gamma_flow:gamma charm_flow:charm total_flow:total"
                    " cumulative_flow:cum",
                    "points",
                )
            },
        ),
        {
            "last interval total": at(last, "total", "t"),
            "last gamma part": at(last, "gamma", "t"),
            "last charm part": at(last, "charm", "t"),
            "cumulative": last["cum"],
            "largest interval": at(top, "total", "t"),
        },
        [Canon(rows, ["t"])],
        extra={"formula": FORMULA, "positioning": "flow", "positioning_requested": "flow"},
    )


@endpoint("/gex/dealer-flow/by-level")
def by_level(w: World) -> Made:
    levels = strikes(w.spot, 160 - 20 * w.index)
    size = w.scaled(38e6, 1.1e6, 70e3)
    net = [
        rounded((1 - 3 * abs(k / w.spot - 1.03)) * size * w.random.uniform(-0.7, 1), 7)
        for k in levels
    ]
    net = [-value if k > w.spot * 1.02 else value for k, value in zip(levels, net, strict=True)]
    below = [k for k in levels if k < w.spot]
    down = running(reversed(net[: len(below)]))[::-1]
    rows = rows_of(k=levels, net=net, cum=down + running(net[len(below) :]))
    above = [row for row in rows if row["k"] > w.spot]
    turn = next(i for i in range(1, len(above)) if above[i]["cum"] * above[i - 1]["cum"] < 0)
    sides = [row["k"] for row in above[turn - 1 : turn + 1]]

    def _at(share: float) -> Told:
        return at(nearest(rows, "k", w.spot * (1 + share)), "cum", "k")

    return Made(
        w.pick(
            lambda: {"levels": records(rows, "strike:k net_gex:net cumulative_hedge_usd:cum")},
            lambda: {"ladder": keyed(rows, "strike:k/key netGex:net cumulativeHedgeUsd:cum")},
            lambda: columns_of(rows[::-1], "price:k cumulative_gex:cum"),
        ),
        {
            "ladder at +1%": _at(0.01),
            "ladder at -1%": _at(-0.01),
            "ladder at +5%": _at(0.05),
            "ladder at -5%": _at(-0.05),
            "first sign change above": one_of(*sides, (sides[0] + sides[1]) / 2),
        },
        [Canon(rows, ["k"])],
        extra={"positioning": "flow"},
    )


@endpoint("/gex/delta-flow", *TAPE)
def delta_flow(w: World) -> Made:
    size = 288 + 150 * w.index
    scale = w.scaled(2.4e6, 800e3, 41e6)
    buy = [rounded(abs(value), 7) for value in noise(w.random, size, scale)]
    sell = [rounded(abs(value), 7) for value in noise(w.random, size, scale)]
    net = [round(a - b, 4) for a, b in zip(buy, sell, strict=True)]
    rows = rows_of(t=times(size, 5), buy=buy, sell=sell, net=net, cum=running(net))
    last = rows[-1]
    return Made(
        w.pick(
            lambda: {
                "buckets": records(
                    rows,
                    "bucket:t/iso buy_delta_usd:buy sell_delta_usd:sell net_delta_usd:net"
                    " cumulative_net:cum",
                ),
                "bucket_minutes": 5,
            },
            lambda: columns_of(
                rows[::-1], "t:t/ms buyDelta:buy sellDelta:sell netDelta:net cumNetDelta:cum"
            ),
            lambda: {
                "frames": keyed(
                    rows,
                    "t:t/iso delta_bought:buy/text delta_sold:sell/text net_delta:net/text"
                    " cum_net_delta:cum/text",
                )
            },
        ),
        {
            "last net": at(last, "net", "t"),
            "cumulative net": last["cum"],
            "largest bucket": at(biggest(rows, "net"), "net", "t"),
            "bought in window": total(rows, "buy"),
            "sold in window": total(rows, "sell"),
        },
        [Canon(rows, ["t"])],
        extra={"note": "customer flow, not dealer flow"},
    )


@endpoint("/gex/expiry-profile")
def expiry_profile(w: World) -> Made:
    size = w.scaled(610e6, 4.2e6, 900e3)
    rows = []
    for number, day in enumerate(EXPIRIES):
        call = rounded(size * w.random.uniform(0.2, 1) / (1 + number % 5), 7)
        put = -rounded(size * w.random.uniform(0.2, 1) / (1 + number % 4), 7)
        rows.append({"e": day, "call": call, "put": put, "net": round(call + put, 4)})
    anchor = next(row for row in rows if row["e"] == ANCHOR)
    return Made(
        w.pick(
            lambda: {
                "expiries": records(
                    rows, "expiry:e/tok dte:e/dte net_gex:net call_gex:call put_gex:put"
                ),
                "positioning": "flow",
            },
            lambda: {"profile": keyed(rows[::-1], "e:e/tok netGex:net callGex:call putGex:put")},
            lambda: columns_of(
                rows, "expiry_dates:e/day days:e/dte call_gex:call put_gex:put net_gex:net"
            ),
        ),
        {
            "net total": total(rows, "net"),
            "top expiry 1": at(biggest(rows, "net"), "net", "e"),
            "top expiry 2": at(biggest(rows, "net", 2), "net", "e"),
            "front": at(rows[0], "net", "e"),
            "next anchor": at(anchor, "net", "e"),
        },
        [Canon(rows, ["e"])],
        extra={"positioning": "flow"},
    )


@endpoint("/gex/gamma-flow")
def gamma_flow(w: World) -> Made:
    size = 360 + 240 * w.index
    gamma = noise(w.random, size, w.scaled(9.7e6, 120e3, 2.2e6), 0.7)
    rows = rows_of(t=times(size, 2.5), gamma=gamma, cum=running(gamma))
    return Made(
        w.pick(
            lambda: {
                "points": records(rows, "timestamp:t/iso gamma_flow_usd:gamma cumulative_usd:cum")
            },
            lambda: columns_of(rows[::-1], "t:t/us gammaFlow:gamma cumulative:cum"),
            lambda: table(rows, "ts:t/ms gamma_flow:gamma cumulative_flow:cum"),
        ),
        {
            "last interval": at(rows[-1], "gamma", "t"),
            "cumulative": rows[-1]["cum"],
            "largest interval": at(biggest(rows, "gamma"), "gamma", "t"),
        },
        [Canon(rows, ["t"])],
        extra={"positioning": "std"},
    )


@endpoint("/gex/history")
def history(w: World) -> Made:
    size = 500 + 200 * w.index
    scale = w.scaled(1.1e9, 7.3e6, 810e3)
    gex = [rounded(scale * 0.3 + value, 8) for value in noise(w.random, size, scale / 4, 0.95)]
    step = max(w.spot // 100, 0.01)
    rows = rows_of(
        t=times(size, 10),
        gex=gex,
        local=[rounded(value * w.random.uniform(0.2, 0.5), 7) for value in gex],
        cw=[round(w.spot + step * w.random.randint(2, 9), 4) for _ in gex],
        pw=[round(w.spot - step * w.random.randint(2, 9), 4) for _ in gex],
    )
    return Made(
        w.pick(
            lambda: {
                **columns_of(
                    rows[::-1],
                    "timestamps:t/iso total_gex:gex net_local_5pct:local call_wall:cw put_wall:pw",
                ),
                "next_cursor": rows[0]["t"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            lambda: {
                "history": records(
                    rows, "recordedAt:t/iso totalGex:gex netLocal5pct:local callWall:cw putWall:pw"
                ),
                "nextCursor": None,
            },
            lambda: {"rows": keyed(rows[::-1], "t:t/ms total_gex:gex net_local:local")},
        ),
        {
            "newest": at(rows[-1], "gex", "t"),
            "oldest": at(rows[0], "gex", "t"),
            "max": at(highest(rows, "gex"), "gex", "t"),
            "min": at(highest(rows, "gex", -1), "gex", "t"),
            "local net, in USD": rows[-1]["local"],
        },
        [Canon(rows, ["t"])],
    )


@endpoint("/gex/stress-history")
def stress_history(w: World) -> Made:
    size = 672 - 120 * w.index
    spot = walk(w.random, size, w.spot * 0.97, 0.003)
    flip = [rounded(value * w.random.uniform(0.96, 1.02), 6) for value in spot]
    step = w.spot / 100
    rows = rows_of(
        t=times(size, 15),
        spot=spot,
        flip=flip,
        net=noise(w.random, size, w.scaled(220e6, 1.9e6, 300e3), 0.9),
        cw=[rounded(value + step * w.random.randint(2, 9), 5) for value in spot],
        pw=[rounded(value - step * w.random.randint(2, 9), 5) for value in spot],
    )
    last = rows[-1]
    above = sum(row["spot"] > row["flip"] for row in rows)
    spec = "spot_price:spot hvl:flip call_wall:cw put_wall:pw net_gex:net"
    return Made(
        w.pick(
            lambda: columns_of(rows, f"timestamps:t/iso {spec}"),
            lambda: {
                "points": records(
                    rows, "at:t/iso spotPrice:spot gammaFlip:flip callWall:cw putWall:pw netGex:net"
                )
            },
            lambda: table(rows[::-1], f"ts:t/s {spec}", "data"),
        ),
        {
            "flip now": at(last, "flip", "t"),
            "net gex now": at(last, "net", "t"),
            "call wall now": last["cw"],
            "put wall now": last["pw"],
            "share above flip": 100 * above / size,
        },
        [Canon(rows, ["t"])],
        query={"days": "7"},
        computed_at=last["t"],
    )


@endpoint("/gex/strike-expiry-heatmap")
def strike_expiry(w: World) -> Made:
    levels, days = strikes(w.spot, 60 + 20 * w.index), EXPIRIES
    size = w.scaled(180e6, 2.2e6, 310e3)
    half = len(levels) // 2
    peaks = {
        (half + 9, 6): 2.6 * size,
        (half - 12, 3): -2.1 * size,
        (half + 20, 6): 1.7 * size,
        (half, 8): 0.6 * size,
    }

    def _cell(i: int, j: int) -> float:
        return w.random.choice((-1, 1)) * size * 0.1 / (1 + abs(i - half) / 15)

    rows = grid(w.random, levels, days, ("k", "e", "gex"), _cell, peaks)
    near = [row for row in rows if row["k"] == nearest(rows, "k", w.spot)["k"]]
    by_expiry = {day: [row for row in rows if row["e"] == day] for day in days}
    heavy = max(days, key=lambda day: sum(abs(row["gex"]) for row in by_expiry[day]))
    gross = sum(abs(row["gex"]) for row in by_expiry[heavy])
    spot_row = biggest(near, "gex")
    return Made(
        w.pick(
            lambda: {
                "strikes": axis(rows, "k"),
                "expiries": axis(rows, "e/tok"),
                Named("net_gex"): matrix(rows, "k", "e", "gex"),
            },
            lambda: {"heatmap": mapped(rows, "e/tok", lambda held: keyed(held, "k:k/key gex:gex"))},
            lambda: {"cells": records(rows, "strike:k expiry:e/day dte:e/dte netGex:gex")},
        ),
        {
            **{
                f"largest cell {rank}": at(by, "gex", "k", "e")
                for rank, by in enumerate(
                    (biggest(_peaks(rows, peaks, levels), "gex", n) for n in (1, 2, 3)), 1
                )
            },
            "heaviest expiry": one_of(total(by_expiry[heavy], "gex"), gross, places=(heavy,)),
            "largest cell at spot": at(spot_row, "gex", "k", "e"),
        },
        [Canon(rows, ["k", "e"])],
        extra={"positioning": "flow"},
    )


def _peaks(
    rows: Sequence[Row], peaks: Mapping[tuple[int, int], float], levels: Sequence[float]
) -> list[Row]:
    """Return the cells at the tops of the hills; the cells beside a top count with it."""
    tops = {(levels[i], EXPIRIES[j]) for i, j in peaks}
    return [row for row in rows if (row["k"], row["e"]) in tops]


@endpoint("/gex/time-heatmap")
def time_heatmap(w: World) -> Made:
    frames, levels = times(48, 5), strikes(w.spot, 60 + 70 * w.index)
    scale, half = w.scaled(55e6, 900e3, 140e3), len(levels) // 2
    height = {
        k: rounded(scale * w.random.uniform(-1, 1) / (1 + abs(i - half) / 12), 6)
        for i, k in enumerate(levels)
    }
    height[levels[half + 8]] = 2.4 * scale
    drift = {k: scale * w.random.gauss(0, 0.1) for k in levels}
    drift[levels[half - 6]] = -1.5 * scale
    rows: list[dict[str, Any]] = [
        {"t": moment, "k": k, "gex": rounded(height[k] + drift[k] * number / 47, 7)}
        for number, moment in enumerate(frames)
        for k in levels
    ]
    first, now = rows[: len(levels)], rows[-len(levels) :]
    moved = [
        {"k": b["k"], "gex": round(b["gex"] - a["gex"], 4)} for a, b in zip(first, now, strict=True)
    ]
    top = biggest(now, "gex")
    return Made(
        w.pick(
            lambda: {
                "greek": "gex",
                "timestamps": axis(rows, "t/iso"),
                "strikes": levels,
                Named("exposure"): matrix(rows, "t", "k", "gex"),
            },
            lambda: {
                "strikes": levels,
                "frames": [
                    {"t": int(moment.timestamp() * 1000), "exposure": [row["gex"] for row in held]}
                    for moment, held in grouped(rows, "t", list)
                ],
            },
            lambda: {
                "history": mapped(
                    rows[::-1], "t/iso", lambda held: keyed(held, "k:k/key netGex:gex")
                )
            },
        ),
        {
            "largest present strike": at(top, "gex", "k"),
            "its change": at(next(row for row in moved if row["k"] == top["k"]), "gex", "k"),
            "largest change": at(biggest(moved, "gex"), "gex", "k"),
            "at spot now": at(nearest(now, "k", w.spot), "gex", "k"),
        },
        [Canon(rows, ["t", "k"]), Canon(moved, ["k"])],
        query={"greek": "gex"},
        extra={"positioning": "flow"},
        filled={"START": clock(frames[0])},
    )


def clock(moment: datetime) -> str:
    """Return the pattern of an instant of NOW's day, with its date or without."""
    return (
        rf"(?:{moment:%Y-%m-%d}|\b{moment:%m-%d}|\b0?{moment.day} {moment:%b}(?: \d{{4}})?)[ T,]+"
        rf"{moment:%H:%M}|(?<![\d-]\s)\b{moment:%H:%M}(?::\d\d)?Z?"
    )
