"""Which columns and rows of an unknown table are worth its tokens."""

from bq_mcp.views.rendering import BUDGETS

from .asking import ask

LEVELS = {
    symbol: {
        "all_expiry": {
            "hvl": 67_000,
            "call_resistance": 70_000,
            "call_wall_2": 72_000,
            "call_wall_3": 75_000,
            "put_support": 64_000,
            "put_wall_2": 62_000,
            "put_wall_3": 60_000,
        },
        "spot": 67_214.0,
        "positioning": positioning,
        "computed_at": "2026-11-20T14:32:00Z",
    }
    for symbol, positioning in (("BTCUSDT", "flow"), ("SOLUSDT", "std"))
}


def headings(text: str) -> str:
    return next(line for line in text.split("\n") if " rows: " in line)


def test_spot_model_and_time_come_before_second_and_third_walls() -> None:
    shown, _, left = headings(ask(LEVELS).text).partition("columns left out")
    for name in ("symbol", "spot", "positioning", "computed_at", "all_expiry.hvl"):
        assert name in shown
    assert "call_wall_2" in left and "put_wall_3" in left


def test_brief_still_tells_the_model_beside_the_symbol() -> None:
    shown = headings(ask(LEVELS, detail="brief").text)
    assert "spot" in shown and "positioning" in shown


def test_a_log_shows_its_newest_records() -> None:
    records = [
        {"date": f"2026-{month:02}-01", "version": f"1.{month}", "summary": "Some words."}
        for month in range(1, 12)
    ]
    for served in (records, records[::-1]):
        text = ask({"log": served}, detail="brief").text
        rows = [line for line in text.split("\n") if line[:4].isdigit()]
        months = [row[5:7] for row in rows]
        assert months and months == ["11", "10", "09", "08"][: len(months)]


def test_a_series_still_shows_both_its_ends() -> None:
    points = [
        {"date": f"2026-10-{day:02}T00:00:00Z", "open_interest": day * 1.5} for day in range(1, 31)
    ]
    text = ask({"points": points}).text
    assert "2026-10-01" in text and "2026-10-30" in text


def test_seconds_stay_seconds_beside_the_name_of_an_exposure() -> None:
    data = {"symbols": [{"symbol": "BTCUSDT", "freshness_seconds": {"gex": 27.3, "options": 12}}]}
    for detail in ("standard", "full"):
        text = ask(data, detail=detail).text
        assert "27s" in text and "$" not in text and "per 1% move" not in text


def test_choices_keep_the_budget() -> None:
    many = {f"C{number:02}USDT": LEVELS["BTCUSDT"] for number in range(60)}
    for detail in ("brief", "standard", "full"):
        assert len(ask(many, detail=detail).text) < BUDGETS[detail] * 5
