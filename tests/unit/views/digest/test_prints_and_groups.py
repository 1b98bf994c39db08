"""Prints, cross-sections and panels."""

from datetime import timedelta
from typing import Any

from tests.unit.views.digest.asking import NOW, line, told

_FUNDS = ("IBIT", "FBTC", "GBTC", "ARKB", "BITB")


def _tape(size: int = 200) -> dict[str, object]:
    def _print(n: int) -> dict[str, object]:
        at = NOW - timedelta(seconds=37 * (n - n % 7) + n % 3)
        return {
            "ts": at.isoformat(), "direction": "buy" if n % 3 else "sell",
            "option_type": "put" if n % 2 else "call", "strike": 60_000.0 + 1_000 * (n % 20),
            "expiry": "25DEC26" if n % 4 else "04DEC26", "trade_id": str(41_000_000_000 + n),
            "premium_usd": 1e6 * n if n in (31, 77, 154) else 100.0 + n, "amount": 1.5,
        }  # fmt: skip

    return {"trades": [_print(n) for n in range(size)]}


def test_prints_have_a_window_totals_by_side_and_the_three_largest() -> None:
    lines = told(_tape(), lead=("*prem*", "*amount*"))
    assert lines[0] == "window from 09:59Z · to 12:00Z"
    assert lines[1].startswith("total of 200 rows: premium_usd $262m")
    first, rest = (line(_tape(), start, lead=("*prem*",)) for start in ("largest", "next largest"))
    assert "premium_usd $154m" in first and "DEC26" in first
    assert rest.startswith("next largest premium_usd: $77m at ") and " · $31m at " in rest
    assert line(_tape(), "total by direction").count("$") == 2


def test_ids_are_never_ranked_nor_summed() -> None:
    assert not any("trade_id" in one for one in told(_tape()))


def test_flags_are_counted() -> None:
    rows = [{"crossed": n % 3 == 0, "gap": 1.7 * n + 0.3, "note": "x"} for n in range(9)]
    assert "rows with: crossed 6" in told({"book": rows * 2})


def test_the_newest_day_over_all_funds_and_who_has_not_reported() -> None:
    days = ("2026-11-25", "2026-11-26", "2026-11-27")
    rows = [
        {"date": day, "fund": fund, "premium_pct": 0.1 * n + k}
        for n, day in enumerate(days)
        for k, fund in enumerate(_FUNDS)
    ]
    rows[-2]["premium_pct"] = None
    lines = told(rows)
    assert lines[0] == (
        "latest 2026-11-27 · highest and lowest premium_pct: 4.2% (BITB) · 2.2% (GBTC)"
        " · 1.2% (FBTC) · 0.2% (IBIT)"
    )
    assert "latest 2026-11-27 · not reported: n/a (ARKB)" in lines
    assert not any("total" in one for one in lines)


def test_names_have_a_total_and_shares() -> None:
    sizes = dict(zip(_FUNDS, (50.0, 20.0, 15.0, 10.0, 5.0), strict=True))
    data = {
        "unit": "USD m",
        "funds": [{"fund": name, "flow": size} for name, size in sizes.items()],
    }
    asked: dict[str, Any] = {"units": {"*flow*": "USD"}, "adds": ("*flow*",)}
    assert told(data, **asked)[0] == "total of 5 rows: flow $100m"
    assert line(data, "largest", **asked) == (
        "largest (share) flow: $50m (50.0%) (IBIT) · $20m (20.0%) (FBTC) · $15m (15.0%) (GBTC)"
    )


def test_a_few_rows_are_printed_as_they_are() -> None:
    data = {"totals": [{"side": name, "premium_usd": 1e6} for name in ("buy", "sell")]}
    assert "buy · $1m" in told(data, rows=True)
