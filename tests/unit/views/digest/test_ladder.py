"""Ladders: the largest, beside spot, some percent away, and totals."""

import pytest

from tests.unit.views.digest.asking import line, told

_STRIKES = [60_000.0 + 500 * step for step in range(41)]


def _gex(sign: int = 1) -> dict[str, object]:
    net = [sign * (step - 20.5) * 1e5 for step in range(41)]
    return {"levels": [{"strike": k, "net_gex": x} for k, x in zip(_STRIKES, net, strict=True)]}


_UNITS = {"*gex*": "USD per 1% move"}


def test_the_nearest_strikes_stand_with_their_distance() -> None:
    found = line(_gex(), "nearest spot", units=_UNITS)
    assert found == ("nearest spot 70,000 (0.0%): net_gex -$50k")


def test_no_strike_is_near_spot_where_a_filter_leaves_spot_out() -> None:
    rows = [{"strike": 80_000.0 + 500 * step, "net_gex": 1e6 + step} for step in range(9)]
    assert not any("nearest" in one or "-1%" in one for one in told({"rows": rows}, units=_UNITS))


def test_steps_name_the_listed_strike() -> None:
    assert line(_gex(), "net_gex: -5%", units=_UNITS) == (
        "net_gex: -5% -$750k at 66,500 (-5.0%) · +5% +$650k at 73,500 (+5.0%)"
    )


def test_three_largest_of_each_sign_are_told_once() -> None:
    lines = told(_gex(), units=_UNITS)
    assert lines[0].startswith("largest positive net_gex: +$1.95m at 80,000 (+14.3%) · +$1.85m")
    assert "largest negative net_gex: -$2.05m at 60,000 (-14.3%) · -$1.95m at 60,500" in lines[0]


def test_the_sign_change_nearest_spot_names_both_strikes() -> None:
    assert line(_gex(), "sign change", units=_UNITS) == (
        "sign change nearest spot net_gex: from -$50k at 70,000 (0.0%) · to +$50k at 70,500 (+0.7%)"
    )


def test_two_sides_both_count() -> None:
    rows = [
        {"price": k, "long": 1e6 * (21 - n) if k < 70_000 else 0.0,
         "short": 0.0 if k < 70_000 else 2e5 * n}
        for n, k in enumerate(_STRIKES)
    ]  # fmt: skip
    lines = told(rows)
    assert lines[0].startswith("largest long: 21,000,000 at 60,000 (-14.3%) · largest short: ")
    assert lines[1] == "total of 41 rows: long 230,000,000, short 126,000,000"


def test_sums_run_over_all_rows_of_what_adds() -> None:
    data = {"strikes": _STRIKES, "call_oi": [2.0] * 41, "iv": [50.0] * 41, "cum_oi": [1.0] * 41}
    assert line(data, "total") == "total of 41 rows: call_oi 82"


def test_volatility_has_a_highest_and_a_lowest_and_no_total() -> None:
    iv = [0.5 + abs(step - 20.2) / 100 for step in range(41)]
    lines = told({"strikes": _STRIKES, "iv": iv})
    assert lines[0] == "iv: highest 70.2% at 60,000 (-14.3%) · lowest 50.2% at 70,000 (0.0%)"
    assert not any("total" in one for one in lines)


@pytest.mark.parametrize(("spot", "step"), [(142.63, 1.0), (0.6712, 0.005)])
def test_small_coins_keep_their_strikes(spot: float, step: float) -> None:
    strikes = [round(spot * 0.8 // step * step + step * n, 6) for n in range(60)]
    rows = [{"strike": k, "net_gex": 1e3 * (1 + n)} for n, k in enumerate(strikes)]
    assert "%): net_gex" in line(rows, "nearest spot", spot=spot, units=_UNITS)
