"""Units: the payload's own text, a name that says all of it, a hint, and nothing else."""

import pytest

from bq_mcp.views.read.units import Unit, iv_scale, matches, unit_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("premium_usd", "usd"),
        ("premiumUsd", "usd"),
        ("flip_usd", "price"),
        ("straddle_usd", "price"),
        ("funding_rate_pct", "pct"),
        ("change_24h_pct", "pct"),
        ("age_seconds", "duration"),
        ("freshness_seconds.gex", "duration"),
        ("days_to_expiry_days", "days"),
        ("dte", "days"),
        ("iv", "iv"),
        ("best_bid_iv", "iv"),
        ("markIV", "iv"),
        ("atm_iv_30d", "iv"),
        ("vrp_pts", "iv_points"),
        ("trade_count", "count"),
        ("put_call_ratio", "ratio"),
        ("oi_btc", "coin"),
    ],
)
def test_a_name_may_say_the_whole_unit(name, kind):
    assert unit_of(name, {}).kind == kind


@pytest.mark.parametrize(
    "name",
    [
        "net_local_5pct",
        "net_local_5_pct",
        "sigma",
        "open",
        "iv_dispersion",
        "iv_rank",
        "implied",
        "dvol",
        "net_gex",
        "expected_days_mean",
        "computed_at_ms",
        "close",
        "s",
        "",
    ],
)
def test_a_word_inside_a_name_says_nothing(name):
    assert unit_of(name, {}) == Unit()


def test_the_payload_comes_before_the_name_and_the_name_before_the_hint():
    hints = {"*gex*": "USD per 1% move", "*_pct": "USD"}

    assert unit_of("net_gex", hints).kind == "exposure"
    assert unit_of("net_gex", hints, stated="USD").kind == "usd"
    assert unit_of("move_pct", hints).kind == "pct"
    assert unit_of("net_gex", hints, stated="bananas").kind == "exposure"


def test_hints_match_leaf_names_without_case_and_underscores():
    hints = {"net_gex": "coin", "*gex*": "hours"}
    assert unit_of("data.netGex", hints).kind == "coin"
    assert unit_of("call_GEX_total", hints).kind == "duration"
    assert unit_of("gex_block.size", hints) == Unit()
    assert matches("fundingRate", ["*rate*"]) and not matches("rate_block.size", ["*rate*"])


@pytest.mark.parametrize(
    ("hint", "unit"),
    [
        ("USD", Unit("usd")),
        ("USD millions", Unit("usd", factor=1e6)),
        ("USD price", Unit("price")),
        ("USD per 1% move", Unit("exposure", "USD per 1% move")),
        ("IV", Unit("iv")),
        ("vol points", Unit("iv_points")),
        ("%", Unit("pct")),
        ("put OI / call OI", Unit("ratio", "put OI / call OI")),
        ("days", Unit("days")),
        ("hours", Unit("duration", factor=3600.0)),
        ("coin", Unit("coin")),
        ("count", Unit("count")),
        ("as served, interval not stated", Unit(note="as served, interval not stated")),
    ],
)
def test_what_a_hint_says(hint, unit):
    assert unit_of("amount", {"amount": hint}) == unit


def test_an_amount_in_usd_of_a_price_name_is_a_price():
    assert unit_of("call_wall", {"*wall*": "USD"}).kind == "price"
    assert unit_of("call_wall_gex", {"*wall*": "USD"}).kind == "usd"


def test_a_price_that_only_its_name_suggests_must_lie_near_spot():
    assert unit_of("gammaFlip", {}, figures=[78_000], spot=70_000.0).kind == "price"
    assert unit_of("gammaFlip", {}, figures=[0.3], spot=70_000.0).kind == "as_served"
    assert unit_of("open_interest", {}, figures=[78_000], spot=70_000.0).kind == "as_served"
    assert unit_of("anything", {}, role="price").kind == "price"


def test_amounts_may_be_served_in_millions():
    assert unit_of("aum_usd_m", {}) == Unit("usd", factor=1e6)


@pytest.mark.parametrize(
    ("levels", "scale"),
    [
        ([0.45, 0.5, 6.1], "decimal"),
        ([45.0, 4.1, 50.0], "percent"),
        (["45.5"], "percent"),
        ([0, None, "x"], None),
        ([], None),
    ],
)
def test_the_median_level_tells_the_scale_of_iv(levels, scale):
    assert iv_scale(levels) == scale
