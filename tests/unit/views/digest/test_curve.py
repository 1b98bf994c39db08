"""Curves: front, tenors, the next anchor, shares and the slope."""

from tests.unit.views.digest.asking import line, told

_DAYS = ("29NOV26", "04DEC26", "25DEC26", "26FEB27", "26MAR27")


def _basis(*days: str) -> dict[str, object]:
    return {"futures": [{"expiry": day, "basis_pct": 5.0 + n} for n, day in enumerate(days)]}


def test_tenors_carry_their_real_expiry() -> None:
    assert told(_basis(*_DAYS))[0] == (
        "basis_pct: front 5% (29NOV26, 0d) · ~7d 6% (04DEC26, 5d)"
        " · next anchor, ~30d 7% (25DEC26, 26d) · ~90d 8% (26FEB27, 89d)"
        " · slope ~30d to ~90d +1.0 pts"
    )


def test_a_tenor_further_than_a_third_off_is_left_out() -> None:
    found = told(_basis("29NOV26", "12JAN27"))[0]
    assert "~30d" not in found and "~7d" not in found and "slope" not in found


def test_settled_rows_are_never_front() -> None:
    days = {"27NOV26": -1, "04DEC26": 5, "25DEC26": 26, "26FEB27": 89, "26MAR27": 117}
    rows = [{"expiry": day, "dte": left, "net_gex": 1e6} for day, left in days.items()]
    found = line({"rows": rows}, "net_gex: front", units={"*gex*": "USD per 1% move"})
    assert found.startswith("net_gex: front +$1m (04DEC26, 5d)")


def test_the_anchor_that_settled_this_morning_is_not_next() -> None:
    found = told(_basis("27NOV26", "04DEC26", "25DEC26", "29JAN27", "26FEB27"))[0]
    assert "next anchor, ~30d 7% (25DEC26, 26d)" in found


def test_days_as_keys_are_days_and_no_strikes() -> None:
    found = told({"basis": {"7": 0.0539, "30": 0.061, "90": 0.07, "180": 0.08, "365": 0.09}})[0]
    assert found.startswith("basis: front, ~7d 0.0539 at 7d · ~30d 0.061 at 30d · ~90d 0.07 at 90d")


def test_shares_stand_beside_their_figure_with_their_base() -> None:
    oi = dict(zip(_DAYS, (10.0, 20.0, 40.0, 20.0, 10.0), strict=True))
    rows = [{"expiry": day, "call_oi": size, "oi_cdf": size / 100} for day, size in oi.items()]
    lines = told({"rows": rows}, lead=("*oi*",))
    assert lines[0] == "total of 5 rows: call_oi 100"
    assert line({"rows": rows}, "largest (share) call_oi").startswith(
        "largest (share) call_oi: 40 (40.0%) (25DEC26, 26d)"
    )


def test_a_net_that_cancels_has_shares_of_its_sizes() -> None:
    net = dict(zip(_DAYS, (10e6, -20e6, 40e6, -20e6, -9e6), strict=True))
    found = line({"net_gex": net}, "largest (share of gross)", units={"*gex*": "USD per 1% move"})
    assert "+$40m (40.4%) (25DEC26, 26d)" in found
