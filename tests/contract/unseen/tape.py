"""Payloads of the options tape: prints and what is made of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.contract.unseen.facts import Told
from tests.contract.unseen.gamma import TAPE, clock
from tests.contract.unseen.shapes import NOW, Row, columns_of, keyed, records, table, token, words
from tests.contract.unseen.worlds import (
    EXPIRIES,
    Canon,
    Made,
    World,
    at,
    biggest,
    endpoint,
    highest,
    noise,
    one_of,
    rounded,
    rows_of,
    running,
    strikes,
    times,
    total,
)

VENUES = words("deribit deribit deribit bybit okx binance thalex delta")
CANONICAL = (
    "venue coin instrument trade_id direction:side option_type:type strike:k expiry_date:e/day"
    " amount price mark_price:mark index_price:index iv premium_usd:prem is_block_trade:block"
    " ts_ms:t/ms"
)
CAMEL = (
    "venue instrument tradeId:trade_id side type strike:k expiry:e/day size:amount/text price"
    " premiumUsd:prem/text iv ts:t/iso blockTrade:block"
)
SHORT = (
    "ts:t/us venue contract:instrument direction:side option_type:type strike:k expiry:e/tok"
    " amount premium_usd:prem iv block trade_id"
)


def _prints(w: World, size: int, start: datetime, floor: float = 60.0) -> list[dict[str, Any]]:
    """Return prints in order of time; every seventh is the second leg of the one before."""
    coin, levels = w.symbol.removesuffix("USDT"), strikes(w.spot, 40, 0.01)
    span = (NOW.replace(second=0) - start).total_seconds() - 61
    rows: list[dict[str, Any]] = []
    for number in range(size):
        moment = start + timedelta(
            seconds=int(span * number / (size - 1)), milliseconds=number % 999
        )
        if number % 7 == 3:
            moment = rows[-1]["t"]
        day, strike = w.random.choice(EXPIRIES), w.random.choice(levels)
        kind = w.random.choice(("call", "put"))
        rows.append(
            {
                "t": moment,
                "venue": w.random.choice(VENUES),
                "coin": coin,
                "k": strike,
                "e": day,
                "type": kind,
                "side": w.random.choice(("buy", "sell")),
                "trade_id": str(41_000_000_000 + number * 37),
                "instrument": f"{coin}-{token(day)}-{strike:g}-{kind[0].upper()}",
                "amount": round(w.random.expovariate(1 / 6) + 0.1, 1),
                "price": rounded(w.random.uniform(0.001, 0.08), 4),
                "mark": None,
                "index": rounded(w.spot * w.random.uniform(0.995, 1.005), 7),
                "iv": round(w.random.uniform(30, 70), 2),
                "block": number % 11 == 0,
                "prem": round(floor + w.random.expovariate(1 / (900 + floor / 2)), 2),
            }
        )
    for place, prem, amount in (
        (0.31, 1_842_310.4, 410.5),
        (0.62, 977_120.8, 75.5),
        (0.85, 611_402.25, 51.25),
    ):
        rows[int(size * place)] |= {"prem": prem, "amount": amount}
    return rows


def _where(row: Row) -> frozenset[Any]:
    """Return what tells one print from the others: its instant, strike or contract."""
    return frozenset({row["t"], row["k"], row["instrument"]})


def _premium(row: Row, *places: Any) -> Told:
    return Told((row["prem"],), places or (_where(row),))


def _largest(rows: Sequence[Row]) -> dict[str, Told]:
    top = biggest(rows, "prem")
    return {
        **{f"largest {n}": _premium(biggest(rows, "prem", n)) for n in (1, 2, 3)},
        "expiry of the largest": _premium(top, top["e"]),
        "size of the largest": one_of(top["amount"], places=(_where(top),)),
    }


@endpoint("/tape", *TAPE)
def tape(w: World) -> Made:
    start = NOW.replace(hour=9, minute=36, second=10)
    rows = _prints(w, 500 - 100 * w.index, start)
    cursor = {"next_cursor": start.strftime("%Y-%m-%dT%H:%M:%SZ"), "has_more": True}
    return Made(
        w.pick(
            lambda: {"trades": records(rows[::-1], CANONICAL), **cursor},
            lambda: {"items": records(rows, CAMEL), "paging": cursor},
            lambda: {**table(rows[::-1], SHORT), **cursor},
        ),
        {"premium of the page": total(rows, "prem"), **_largest(rows)},
        [Canon(rows, ["t", "k", "e", "venue", "instrument"])],
        query={"limit": str(len(rows)), **({"strike_min": f"{w.spot:.0f}"} if w.index else {})},
        filled={"START": clock(start)},
    )


@endpoint("/tape/recent", *TAPE)
def recent(w: World) -> Made:
    start = NOW.replace(hour=11, minute=40, second=2)
    rows = _prints(w, 100 + 100 * w.index, start)
    newest = rows[::-1][:3]
    told = _largest(rows)
    return Made(
        w.pick(
            lambda: {"trades": records(rows[::-1], CANONICAL)},
            lambda: columns_of(rows[::-1], SHORT),
            lambda: {"prints": records(rows[::-1], CAMEL)},
        ),
        {
            **{f"newest {n}": _premium(row) for n, row in enumerate(newest, 1)},
            **{
                name: told[name]
                for name in ("largest 1", "expiry of the largest", "size of the largest")
            },
        },
        [Canon(rows, ["t", "k", "e", "venue", "instrument"])],
        query={"limit": str(len(rows))},
        filled={"START": clock(start)},
    )


@endpoint("/tape/whale", *TAPE)
def whale(w: World) -> Made:
    rows = _prints(w, 50 + 20 * w.index, NOW - timedelta(hours=24), floor=100_000.0)
    ranked = sorted(rows, key=lambda row: -row["prem"])
    return Made(
        w.pick(
            lambda: {"prints": records(ranked, CANONICAL)},
            lambda: {"hours": 24, "whales": table(ranked, SHORT)},
            lambda: {"trades": records(rows[::-1], CAMEL), "window": {"hours": 24}},
        ),
        _largest(rows),
        [Canon(rows, ["t", "k", "e", "venue", "instrument"])],
        query={"hours": "24", "premium_min_usd": "100000"},
    )


@endpoint("/tape/flow-by-strike", *TAPE)
def flow_by_strike(w: World) -> Made:
    rows = []
    for level in strikes(w.spot, 80 + 20 * w.index, 0.01):
        row: dict[str, Any] = {"k": level}
        for part in ("cb", "cs", "pb", "ps"):
            size = round(w.random.expovariate(1 / 40), 2)
            row |= {
                part: size,
                f"{part}p": rounded(size * w.spot * 0.03, 7),
                f"{part}n": int(size) + 3,
            }
        row["net"] = round(row["cs"] - row["cb"] + row["ps"] - row["pb"], 4)
        rows.append(row)
    heavy = rows[len(rows) // 3]
    heavy |= {"cs": 911.5, "csp": rounded(911.5 * w.spot * 0.03, 7)}
    heavy["net"] = round(heavy["cs"] - heavy["cb"] + heavy["ps"] - heavy["pb"], 4)
    quadrants = {"call_buy": "cb", "call_sell": "cs", "put_buy": "pb", "put_sell": "ps"}
    sums: list[dict[str, Any]] = [
        {
            "name": name,
            "p": round(total(rows, part + "p"), 2),
            "s": round(total(rows, part), 2),
            "n": int(total(rows, part + "n")),
        }
        for name, part in quadrants.items()
    ]
    nested = "strike:k " + " ".join(
        f"{name}.premium:{part}p {name}.size:{part} {name}.trades:{part}n"
        for name, part in quadrants.items()
    )
    flat = "strike:k " + " ".join(
        f"{name}_premium:{part}p {name}_size:{part}" for name, part in quadrants.items()
    )
    camel = "strike:k " + " ".join(
        f"{name.replace('_b', 'B').replace('_s', 'S')}.{leaf}:{part}{end}"
        for name, part in quadrants.items()
        for leaf, end in (("premium", "p"), ("size", ""))
    )
    split = "name:name premium:p size:s trades:n"
    told = {f"{row['name']} premium": Told((row["p"],), (_quadrant(row["name"]),)) for row in sums}
    return Made(
        w.pick(
            lambda: {
                "coin": w.symbol.removesuffix("USDT"),
                "expiry": None,
                "expiries": None,
                "available_expiries": [day.isoformat() for day in EXPIRIES],
                "spot_price": w.spot,
                "strikes": records(rows, nested),
                "totals": keyed(sums, split),
                "block_trades": 412,
                "ts": "2026-11-28T11:59:50+00:00",
            },
            lambda: {"strikes": records(rows[::-1], camel), "totals": keyed(sums, split)},
            lambda: {"flow": table(rows, flat), "totals": records(sums, split)},
        ),
        {**told, "top strike: dealer net size": at(biggest(rows, "net"), "net", "k")},
        [Canon(rows, ["k"]), Canon(sums, ["name"])],
        extra={"venue_disagreement": {"contracts": 391, "opposite": 271, "share": 0.693}},
        filled={"DATE": "2026-05-17"},
    )


def _quadrant(name: str) -> frozenset[str]:
    kind, side = name.split("_")
    done = {"buy": "bought", "sell": "sold"}[side]
    return frozenset(
        {
            name,
            f"{kind} {side}",
            f"{kind}s {done}",
            f"{kind} {done}",
            f"{kind}_{side}.premium",
            f"{kind}_{side}_premium",
            f"{kind}{side}",
        }
    )


@endpoint("/tape/imbalance", *TAPE)
def imbalance(w: World) -> Made:
    size, scale = 288 + 60 * w.index, w.scaled(240e3, 61e3, 1.4e6)
    parts = {
        name: [round(abs(value), 2) for value in noise(w.random, size, scale)]
        for name in ("cb", "cs", "pb", "ps")
    }
    net = [round(a - b + c - d, 2) for a, b, c, d in zip(*parts.values(), strict=True)]
    rows = rows_of(t=times(size, 5), net=net, cum=running(net), **parts)
    return Made(
        w.pick(
            lambda: {
                "weight": "flow",
                "buckets": records(
                    rows,
                    "bucket:t/iso call_buy:cb call_sell:cs put_buy:pb put_sell:ps net"
                    " cumulative_net:cum",
                ),
            },
            lambda: columns_of(
                rows[::-1],
                "t:t/ms callBuyUsd:cb callSellUsd:cs putBuyUsd:pb putSellUsd:ps"
                " netUsd:net cumulativeNetUsd:cum",
            ),
            lambda: {
                "weight": "flow",
                "points": keyed(
                    rows,
                    "t:t/iso call_buy_usd:cb call_sell_usd:cs put_buy_usd:pb put_sell_usd:ps"
                    " net_usd:net cumulative_net_usd:cum",
                ),
            },
        ),
        {
            "window net": rows[-1]["cum"],
            "last bucket": at(rows[-1], "net", "t"),
            "largest bucket": at(biggest(rows, "net"), "net", "t"),
            "calls bought": total(rows, "cb"),
        },
        [Canon(rows, ["t"])],
        query={"weight": "flow", "hours": "24"},
    )


@endpoint("/tape/stats", *TAPE)
def stats(w: World) -> Made:
    shares = {
        "deribit": (14_610, 51.5),
        "bybit": (44_406, 5.8),
        "okx": (1_123, 8.1),
        "binance": (206, 0.9),
        "thalex": (88, 0.3),
    }
    rows = []
    for name, (count, prem) in shares.items():
        prem = round(prem * 1e6 * w.random.uniform(0.8, 1.2) * w.scaled(1, 0.2, 22), 2)
        buy = round(prem * w.random.uniform(0.35, 0.65), 2)
        count = int(count * w.random.uniform(0.8, 1.2))
        rows.append(
            {
                "name": name,
                "n": count,
                "calls": int(count * 0.55),
                "puts": count - int(count * 0.55),
                "prem": prem,
                "buy": buy,
                "sell": round(prem - buy, 2),
            }
        )
    names = ("n", "calls", "puts", "prem", "buy", "sell")
    whole = {name: round(total(rows, name), 2) for name in names}
    whole |= {name: int(whole[name]) for name in ("n", "calls", "puts")}
    spec = "trades:n calls puts premium_usd:prem buy_premium_usd:buy sell_premium_usd:sell"
    camel = "trades:n calls puts premiumUsd:prem buyPremiumUsd:buy sellPremiumUsd:sell"
    return Made(
        w.pick(
            lambda: {
                "window_hours": 24,
                "overall": records([whole], spec)[0],
                "per_venue": keyed(rows, "name:name " + spec),
            },
            lambda: {
                "windowHours": 24,
                **records([whole], camel)[0],
                "venues": records(rows, "venue:name " + camel),
            },
            lambda: {
                "hours": 24,
                "totals": records([whole], spec)[0],
                "venues": table(rows, "venue:name " + spec),
            },
        ),
        {
            "premium": whole["prem"],
            "prints": float(whole["n"]),
            "buy share": 100 * whole["buy"] / whole["prem"],
            "bought": whole["buy"],
            "leader by premium": at(highest(rows, "prem"), "prem", "name"),
            "leader by count": at(highest(rows, "n"), "n", "name"),
        },
        [Canon(rows, ["name"]), Canon([whole], [])],
        query={"hours": "24"},
    )


@endpoint("/tape/strike-heat", *TAPE)
def strike_heat(w: World) -> Made:
    rows = []
    for level in strikes(w.spot, 40 + 20 * w.index, 0.01):
        buy, sell = (rounded(w.random.expovariate(1 / w.scaled(9e5, 6e4, 4e6)), 7) for _ in "bs")
        rows.append(
            {
                "k": level,
                "buy": buy,
                "sell": sell,
                "net": round(buy - sell, 3),
                "total": round(buy + sell, 3),
                "n": w.random.randint(3, 400),
            }
        )
    rows.sort(key=lambda row: -abs(row["net"]))
    return Made(
        w.pick(
            lambda: {
                "hours": 24,
                "strikes": records(
                    rows,
                    "strike:k buy_premium:buy sell_premium:sell net_premium:net"
                    " total_premium:total trades:n",
                ),
            },
            lambda: {
                "heat": keyed(rows, "k:k/key buyUsd:buy sellUsd:sell netUsd:net trades:n"),
                "windowHours": 24,
            },
            lambda: columns_of(
                rows, "strikes:k buy_usd:buy/text sell_usd:sell/text net_usd:net/text trades:n"
            ),
        ),
        {
            "top + 1": at(highest(rows, "net"), "net", "k"),
            "top + 2": at(highest(rows, "net", 2), "net", "k"),
            "top - 1": at(highest(rows, "net", -1), "net", "k"),
            "top - 2": at(highest(rows, "net", -2), "net", "k"),
            "net of the strikes": total(rows, "net"),
        },
        [Canon(rows, ["k"])],
        query={"hours": "24"},
    )
