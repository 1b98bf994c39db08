"""The page of the TRACE digest."""

from typing import Any

from tests.unit.views.digest.asking import hint_of, hourly, page_told, told

PATH = "/options/greeks/trace/{greek}/summary"
PINS = [{"price": 71_000.0, "meanAbs": 2e6}, {"price": 72_000.0, "meanAbs": 4e6}]
POCKETS = [
    {"at": hourly(1)[0], "price": price, "field": size}
    for price, size in ((66_000.0, 9e6), (69_300.0, -3e6))
]


def _summary(**more: Any) -> dict[str, Any]:
    zeros = {"times": hourly(3), "prices": [69_000.0, 69_100.0, 69_200.0]}
    return {
        "zeta": {"pins": PINS, "pockets": POCKETS, "lean": {"label": "late"}},
        "z": zeros,
        **more,
    }


def test_pin_and_pocket_lead() -> None:
    assert page_told(PATH, _summary())[:4] == [
        "top pin zone 72,000 (+2.9%): meanAbs 4,000,000",
        "Black-Scholes projection of today's chain, no price path",
        "nearest acceleration pocket 69,300 (-1.0%) 12:00Z: field -3,000,000",
        "lean: label late",
    ]


def test_only_a_payload_that_says_dollars_per_percent_is_told_in_dollars() -> None:
    for said, shown in (("dollars_per_pct", "+$4m · USD per 1% move"), ("shares", "4,000,000")):
        assert page_told(PATH, _summary(field_unit=said))[0].endswith(f"meanAbs {shown}")


def test_without_a_pin_or_a_pocket_the_digests_answer() -> None:
    payload = {"lean": "late", "z": _summary()["z"]}
    assert page_told(PATH, payload) == told(payload, **hint_of(PATH))


def test_a_contour_is_told_by_the_prices_nearest_spot_and_is_no_expiry() -> None:
    zeros = {"now": [69_500.0], "later": [60_000.0, 71_000.0]}
    lines = page_told(PATH, _summary(zero_contour=zeros, slice=["11DEC26"]))
    assert "zero contour now: $69,500 (-0.7%)" in lines
    assert "zero contour later: $71,000 (+1.4%) · $60,000 (-14.3%)" in lines
    assert not any("69,500" in one and "11DEC26" in one for one in lines)
