"""Where a reader compares two answers of one instant, their figures agree."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bq_mcp.sandbox.vocabulary import VENUES
from tests.sandbox.asking import HandClock, ask, sandbox, told

COINS = ("BTCUSDT", "ETHUSDT")
SYMBOLS = (*COINS, "SOLUSDT", "HYPEUSDT")
CENT = 0.01


def data(path: str, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = told(path, **query)["data"]
    return found


def close(left: float, right: float, unit: float = CENT) -> bool:
    return abs(left - right) <= unit


@pytest.mark.parametrize("symbol", COINS)
def test_parts_of_the_tape_add_up_to_its_totals(symbol):
    stats = data("tape/stats", symbol=symbol)
    overall, venues = stats["overall"], stats["per_venue"].values()
    assert overall["calls"] + overall["puts"] == overall["trades"]
    assert close(overall["buy_premium_usd"] + overall["sell_premium_usd"], overall["premium_usd"])
    for name in overall:
        assert close(sum(venue[name] for venue in venues), overall[name], 0.05), name
    for minutes in (5, 60, 7):
        rows = data("tape/imbalance", symbol=symbol, bucket_minutes=minutes)["buckets"]
        quadrants = [[row[f"{side}_premium"] for row in rows]
                     for side in ("call_buy", "call_sell", "put_buy", "put_sell")]  # fmt: skip
        bought, sold = sum(quadrants[0] + quadrants[2]), sum(quadrants[1] + quadrants[3])
        assert close(bought, overall["buy_premium_usd"], 0.05)
        assert close(sold, overall["sell_premium_usd"], 0.05)
        assert close(rows[-1]["cumulative_net"], bought - sold, 0.05)
    heat = data("tape/strike-heat", symbol=symbol, top=200)["strikes"]
    assert close(sum(row["total_premium"] for row in heat), overall["premium_usd"], 2)
    assert sum(row["trades"] for row in heat) == overall["trades"]


def test_pages_of_the_tape_hold_every_print_of_the_window_once():
    prints: list[dict[str, Any]] = []
    before = "2026-09-10T12:00:18Z"
    while not prints or prints[-1]["ts_ms"] > 1_789_012_800_000:  # 2026-09-10 04:00
        page = data("tape", limit=4000, before=before)
        prints += page["trades"]
        before = page["next_cursor"]
        assert page["has_more"]
    window = [row for row in prints if row["ts_ms"] >= 1_789_016_400_000]  # 05:00
    overall = data("tape/stats", hours=7)["overall"]
    assert len(window) == len({row["trade_id"] for row in window}) == overall["trades"]
    assert close(sum(row["premium_usd"] for row in window), overall["premium_usd"], 0.1)
    assert close(sum(row["amount"] for row in window), overall["contracts"], 0.001)
    largest = data("tape/whale", hours=7, premium_min_usd=20_000, limit=500)["trades"]
    expected = sorted(r["premium_usd"] for r in window if r["premium_usd"] >= 20_000)
    assert [row["premium_usd"] for row in largest] == expected[::-1]
    for row in window[:200]:
        scale = row["index_price"] if row["venue"] in ("deribit", "okx") else 1
        worth = row["price"] * row["amount"] * scale
        assert worth == pytest.approx(row["premium_usd"], rel=0.02, abs=0.1)


def test_tape_pages_forwards_and_ends():
    first = data("tape", order="asc", after="2026-09-10T11:58:00Z", limit=20)
    assert first["has_more"]
    second = data("tape", order="asc", after=first["next_cursor"], limit=5000)
    assert not second["has_more"]
    times = [row["ts_ms"] for row in (*first["trades"], *second["trades"])]
    assert all(one < other for one, other in pairwise(times))
    assert first["trades"][0]["ts_ms"] > 1_789_041_480_000  # 11:58
    oldest = data("tape", before="2026-05-17T08:00:10Z", limit=50)
    assert not oldest["has_more"] and len(oldest["trades"]) < 50


def test_tape_filters_add_up_and_tags_mean_what_they_say():
    rows = data("tape", tags="0dte,atm", option_type="put", venues="deribit,okx")["trades"]
    assert rows
    for row in rows:
        assert row["expiry_date"] == "2026-09-10" and row["option_type"] == "put"
        assert row["venue"] in ("deribit", "okx")
        assert abs(row["strike"] / row["index_price"] - 1) <= 0.02
    (named,) = {row["instrument"] for row in data("tape", limit=1)["trades"]}
    same = data("tape", instrument=named, limit=3)["trades"]
    assert same and {row["instrument"] for row in same} == {named}
    whales = data("tape", tags="whale", premium_min_usd=1, limit=5)["trades"]
    assert all(row["premium_usd"] >= 250_000 for row in whales)


@pytest.mark.parametrize("symbol", COINS)
def test_customer_delta_is_the_same_on_both_routes(symbol):
    one = data("tape/imbalance", symbol=symbol, weight="delta", hours=12)["buckets"]
    other = data("gex/delta-flow", symbol=symbol, hours=12)["buckets"]
    assert one == other
    assert close(one[-1]["cumulative_net"], sum(row["net"] for row in one))


@pytest.mark.parametrize("symbol", COINS)
def test_what_takers_sold_less_what_they_bought_is_the_dealers_quantity(symbol):
    flow = data("tape/flow-by-strike", symbol=symbol, include="by_venue")
    for row in flow["strikes"]:
        net = sum(row[f"{side}_sell"]["size"] - row[f"{side}_buy"]["size"]
                  for side in ("call", "put"))  # fmt: skip
        assert close(net, sum(venue["net_size"] for venue in row["by_venue"].values()), 0.002)
    for name, total in flow["totals"].items():
        assert close(sum(row[name]["size"] for row in flow["strikes"]), total["size"], 0.01)
    one = data("tape/flow-by-strike", symbol=symbol, expiry=flow["available_expiries"][3])
    assert one["totals"]["call_buy"]["size"] < flow["totals"]["call_buy"]["size"]


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("positioning", ["flow", "std"])
def test_net_gamma_is_the_same_by_strike_by_expiry_and_in_the_heatmap(symbol, positioning):
    query = {"symbol": symbol, "positioning": positioning}
    strikes = data("gex/strike-profile", **query)
    expiries = data("gex/expiry-profile", **query)
    grid = data("gex/strike-expiry-heatmap", **query, max_strikes=400, max_expiries=60)
    total = sum(strikes["net_gex"])
    assert close(expiries["total_net_gex"], total, 2)
    assert close(sum(row["net_gex"] for row in expiries["expiries"]), total, 2)
    assert close(sum(sum(row) for row in grid["net_gex"]), total, 20)
    assert grid["strikes"] == strikes["strikes"]
    frames = data("gex/time-heatmap", **query, iv_max=500)
    newest = dict(zip(frames["strikes"], frames["exposure"][-1], strict=True))
    for strike, net in zip(strikes["strikes"], strikes["net_gex"], strict=True):
        assert close(newest[strike], net)
    ladder = data("gex/dealer-flow/by-level", **query)["levels"]
    assert close(ladder[0]["cumulative_gex"] + ladder[-1]["cumulative_gex"], total, 2)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_open_interest_by_expiry_equals_the_chains(symbol):
    by_expiry = data("options/oi/by-expiry", symbol=symbol)
    chain = data("options/chain", symbol=symbol, max_contracts=5000, include="oi")
    sums: dict[str, float] = {}
    for row in chain["contracts"]:
        sums[row["expiry"]] = sums.get(row["expiry"], 0.0) + row["oi"]
    served = dict(zip(by_expiry["expiries"], by_expiry["total_oi"], strict=True))
    assert served.keys() == sums.keys()
    assert all(close(served[token], sums[token], 0.001) for token in sums)
    for total, venues in zip(by_expiry["total_oi"], by_expiry["by_venue"], strict=True):
        assert list(venues) == list(VENUES)
        assert close(sum(venue["total_oi"] for venue in venues.values()), total, 0.001)
    whole = chain["aggregates"]["total_oi"]
    assert close(by_expiry["total_call_oi"] + by_expiry["total_put_oi"], whole, 0.001)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_volatility_at_the_money_agrees_wherever_it_is_served(symbol):
    term = data("options/iv/term-structure", symbol=symbol)
    curves = data("options/iv/curves", symbol=symbol)["curves"]
    grid = data("options/iv/surface", symbol=symbol)
    chain = data("options/chain", symbol=symbol, max_contracts=5000, include="iv")["contracts"]
    by_contract = {(row["expiry"], row["strike"]): row["iv"] for row in chain}
    assert [curve["expiry"] for curve in curves] == term["expiries"] == grid["expiries"]
    spot = term["spot_price"]
    for place, curve in enumerate(curves):
        assert curve["atm_iv"] == term["atm_iv"][place]
        at = int(np.argmin(np.abs(np.array(curve["strikes"]) - spot)))
        strike = curve["strikes"][at]
        assert curve["iv"][at] == by_contract[curve["expiry"], strike]
        assert grid["z_grid"][grid["x_grid"].index(strike)][place] == curve["iv"][at]
        # The nearest strike may be some way from the money.
        assert curve["iv"][at] == pytest.approx(curve["atm_iv"], rel=0.08)
    front = next(curve for curve in curves if curve["expiry_date"] in month_ends())
    assert data("options/iv/smile", symbol=symbol) == front
    assert data("options/iv/smile", symbol=symbol, expiry=curves[0]["expiry"].lower()) == curves[0]


def month_ends() -> list[str]:
    days = [date(2026, 9, 10) + timedelta(days=ahead) for ahead in range(400)]
    last = [day for day in days if day.weekday() == 4 and (day + timedelta(7)).month != day.month]
    return [day.isoformat() for day in last]


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_expected_move_is_the_volatility_of_a_day(symbol):
    move = data("options/expected-move", symbol=symbol)
    levels = data("gex/levels", symbol=symbol, include="expected_move")["expected_move"]
    assert {name: move[name] for name in levels} == levels
    spot = move["spot_price"]
    sigma = move["upper_1sd"] - spot
    assert move["atm_iv"] == pytest.approx(100 * sigma / spot * 365**0.5, abs=0.02)
    term = data("options/iv/term-structure", symbol=symbol)
    tokens = data("expiries", symbol=symbol)["expiries"]
    ends = [datetime.fromisoformat(f"{row['expiry_date']}T08:00:00+00:00") for row in tokens]
    now = datetime.fromisoformat("2026-09-10T12:00:00+00:00")
    years = np.array([0.0, *((end - now).total_seconds() / 31_536_000 for end in ends)])
    variance = (np.array([0.0, *term["atm_iv"]]) / 100) ** 2 * years
    expected = spot * np.interp(1 / 365, years, variance) ** 0.5
    assert sigma == pytest.approx(expected, rel=0.001)


@pytest.mark.parametrize("symbol", COINS)
def test_premium_over_realised_volatility_is_that_of_the_same_rows(symbol):
    rows = data("options/iv/iv-rv", symbol=symbol, days=7)["rows"]
    premia = data("options/vrp", symbol=symbol, days=7)["rows"]
    bars = data("market/candles", symbol=symbol, interval="1d", hours=24 * 40)
    closes = dict(zip(bars["timestamps"], bars["close"], strict=True))
    for row, other in zip(rows, premia, strict=True):
        assert close(row["spread"], row["iv"] - row["rv"], 0.006)
        assert (other["date"], other["vrp"]) == (row["date"], row["spread"])
        midnight = datetime.fromisoformat(f"{row['date']}T00:00:00+00:00")
        days = [1_000 * (midnight - timedelta(days=back)).timestamp() for back in range(1, 32)]
        logs = np.log([closes[int(day)] for day in days])
        realised = 100 * np.sqrt(365 / 30 * (np.diff(logs) ** 2).sum())
        assert close(row["rv"], realised, 0.05)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_newest_point_of_a_history_is_the_present_figure(symbol):
    std = sum(data("gex/strike-profile", symbol=symbol, positioning="std")["net_gex"])
    levels = data("gex/levels", symbol=symbol, positioning="std")
    page = data("gex/history", symbol=symbol, limit=3)
    stress = data("gex/stress-history", symbol=symbol, days=1)
    assert page["timestamps"][0] == stress["timestamps"][-1] == "2026-09-10T12:00:00Z"
    assert close(page["total_gex"][0], std, 2) and close(stress["net_gex"][-1], std, 2)
    assert stress["hvl"][-1] == levels["all_expiry"]["hvl"]
    assert page["call_wall"][0] == levels["all_expiry"]["call_resistance"]
    assert stress["spot_price"][-1] == told("gex/levels", symbol=symbol)["meta"]["spot_price"]
    chain = data("options/chain", symbol=symbol, fields="aggregates")["aggregates"]
    interest = data("options/oi/history", symbol=symbol, limit=2)
    assert interest["total_oi"][0] == pytest.approx(chain["total_oi"])
    assert data("options/pcr", symbol=symbol, days=1)["pcr"][-1] == chain["pcr"]


@pytest.mark.parametrize(("path", "figure"), [("gex/history", "total_gex"),
                                              ("options/oi/history", "total_oi")])  # fmt: skip
def test_history_pages_hold_each_row_once_and_end(path, figure):
    clock = HandClock(datetime.fromisoformat("2026-04-16T02:03:11+00:00"))
    app = sandbox(clock)
    pages, before = [], None
    while True:
        query: dict[str, str] = {"before": before} if before else {}
        page = ask(app, path, limit=10, **query).json()["data"]
        if not page["timestamps"]:
            break
        pages.append(page)
        before = page["next_cursor"]
    assert page["next_cursor"] is None
    times = [stamp for page in pages for stamp in page["timestamps"]]
    assert times == sorted(set(times), reverse=True)
    assert (times[0], times[-1]) == ("2026-04-16T02:03:00Z", "2026-04-16T00:00:00Z")
    whole = ask(app, path, limit=1000).json()["data"]
    assert whole["timestamps"] == times
    assert whole[figure] == [value for page in pages for value in page[figure]]
    assert ask(app, path, before="yesterday").status_code == 422


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_dealer_flow_adds_up_by_the_formula_it_states(symbol):
    rows = data("gex/dealer-flow", symbol=symbol)["flow"]
    running = 0.0
    for row in rows:
        assert close(row["total_flow"], row["gamma_flow"] + row["charm_flow"])
        running += row["total_flow"]
        assert close(row["cumulative_flow"], running, 1)
    gamma = data("gex/gamma-flow", symbol=symbol)["points"]
    assert [row["gamma_flow"] for row in gamma] == [row["gamma_flow"] for row in rows]
    assert rows[0]["timestamp"] == "2026-09-10T08:05:00Z"


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_greek_profiles_add_up_and_are_what_the_chain_and_the_book_give(symbol):
    for greek in ("delta", "vanna", "charm", "vega", "theta"):
        profile = data(f"options/greeks/{greek}", symbol=symbol, positioning="std")
        net = np.array(profile["net_exposure"])
        parts = np.array(profile["call_exposure"]) + np.array(profile["put_exposure"])
        assert np.allclose(net, parts, atol=0.001)
        assert profile["total_exposure"] == pytest.approx(net.sum(), abs=0.1)
    cube = data("options/greeks/3d/surface", symbol=symbol, greek="vega")
    vega = data("options/greeks/vega", symbol=symbol, positioning="std")
    book = np.array(vega["call_exposure"]) - np.array(vega["put_exposure"])
    assert np.array(cube["Z"]).sum() == pytest.approx(book.sum(), rel=1e-6)


@pytest.mark.parametrize("symbol", COINS)
def test_bundle_holds_the_single_series_on_one_axis(symbol):
    bundle = data("market/bundle", symbol=symbol, hours=48)
    single = {
        "candles": data("market/candles", symbol=symbol, hours=48),
        "open_interest": data("market/open-interest", symbol=symbol, hours=48),
        "funding": data("market/funding", symbol=symbol, hours=48),
        "cvd_spot": data("market/cvd", symbol=symbol, hours=48, market="spot"),
        "liquidations": data("market/liquidations", symbol=symbol, hours=48),
    }
    for name, series in single.items():
        assert series["timestamps"] == bundle["timestamps"]
        assert all(series[column] == bundle[name][column] for column in bundle[name])
    bars, cvd = bundle["candles"], bundle["cvd_perp"]
    delta = np.array(bars["buy_volume"]) - np.array(bars["sell_volume"])
    assert np.allclose(cvd["delta"], delta, atol=0.05)
    assert np.allclose(cvd["close"], np.cumsum(cvd["delta"]), atol=1)
    assert set(cvd["high"]) == {None} and cvd["open"][0] == 0


def test_bars_of_all_lengths_nest():
    hours = data("market/candles", hours=24, interval="1h")
    minutes = data("market/candles", hours=24, interval="5m")
    for place, start in enumerate(hours["timestamps"]):
        inside = [at for at, t in enumerate(minutes["timestamps"]) if 0 <= t - start < 3_600_000]
        assert hours["high"][place] == max(minutes["high"][at] for at in inside)
        assert hours["open"][place] == minutes["open"][inside[0]]
        assert close(hours["volume"][place], sum(minutes["volume"][at] for at in inside), 0.1)
    assert hours["close"][-1] == told("market/candles")["meta"]["spot_price"]
    day, quarter = (data("market/liquidations", hours=24, interval=i) for i in ("1h", "15m"))
    assert sum(day["long_usd"]) == pytest.approx(sum(quarter["long_usd"]), abs=1)


def test_liquidation_levels_stand_on_their_side_of_spot_and_add_up():
    found = told("liquidation/distribution")
    spot, rows = found["meta"]["spot_price"], found["data"]["levels"]
    assert sum(row["long_volume_usd"] for row in rows if row["price"] > spot) == 0
    assert sum(row["short_volume_usd"] for row in rows if row["price"] < spot) == 0
    total = sum(row["long_volume_usd"] for row in rows)
    assert rows[0]["cumulative_long_usd"] == pytest.approx(total)
    assert found["data"]["total_long_usd"] == pytest.approx(total)
    heat = data("liquidation/heatmap")
    assert len(heat["intensity"]) == len(heat["prices"])
    assert max(max(row) for row in heat["intensity"]) == 100
    assert min(min(row) for row in heat["intensity"]) >= 0
