"""The view of risk-neutral distributions."""

import re
from typing import Any

from bq_mcp.client.model import Reply
from bq_mcp.views import Answer, Detail
from bq_mcp.views.answer import render
from bq_mcp.views.words.environment import build

from .asking import NOW, ask, envelope, question

PATH = "/options/probability/density"
DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")
STRIKES = [60_000, 64_000, 67_000, 68_000, 72_000, 80_000]
BELOW = [0.02, 0.25, 0.48, 0.58, 0.9, 1.0]


def distribution(**changes: Any) -> dict[str, Any]:
    return {
        "strikes": STRIKES,
        "pdf": [1e-6] * 6,
        "pdf_normalized": [0.1] * 6,
        "cdf_below": BELOW,
        "cdf_above": [1 - value for value in BELOW],
        "mode": 67_500,
        "mean": 67_300.4,
        "std": 4_100,
        "skewness": -0.18,
        "kurtosis": 3.6,
        "prob_25": 64_500,
        "prob_50": 67_500,
        "prob_75": 70_200,
    } | changes


TOKENS = ["21NOV26", "27NOV26", "11DEC26", "25DEC26", "26MAR27"]
DATA = {"expiries": {token: distribution() for token in TOKENS}}
ONE = {"expiries": {"25DEC26": distribution()}}


def told(data: object, detail: Detail = "standard", **given: Any) -> Answer:
    answer = ask(data, PATH, detail, params=("expiry", "dte_max"), **given)
    assert answer.meta["view"] == "options/probability/density"
    return answer


def test_front_month_and_next_anchor_lead_with_median_range_and_odds() -> None:
    figures = (
        "median 67,500 (+0.4%), 50% range 64,500 to 70,200, standard deviation 4,100 "
        "(6.1% of spot) · priced below / above: 67,000 48.0% / 52.0%, 68,000 58.0% / 42.0% · "
        "strikes 60,000 to 80,000"
    )
    assert told(DATA).text.split("\n")[1:5] == [
        "risk-neutral, as priced; tails noisy",
        f"front 21NOV26 (0d): {figures}",
        f"next anchor 27NOV26 (6d): {figures}",
        f"~30d 25DEC26 (34d): {figures}",
    ]


def test_brief_has_the_front_and_the_month() -> None:
    assert told(DATA, "brief").text.split("\n")[1:4] == [
        "risk-neutral, as priced; tails noisy",
        "front 21NOV26: median 67,500 (+0.4%), 50% range 64,500 to 70,200",
        "~30d (34d): 50% range 64,500 to 70,200",
    ]


def test_no_month_is_told_without_an_expiry_within_a_third_of_it() -> None:
    data = {"expiries": {token: distribution() for token in ("27NOV26", "08JAN27")}}
    for detail in DETAILS:
        assert "~30d" not in told(data, detail).text


def test_a_settled_expiry_is_no_front() -> None:
    data = {"expiries": {token: distribution() for token in ("19NOV26", "27NOV26", "26MAR27")}}
    text = told(data).text
    assert "front, next anchor 27NOV26 (6d)" in text
    assert "settled, left out: 19NOV26" in text


def test_one_expiry_gets_its_ladder_of_odds() -> None:
    text = told(ONE).text
    assert "priced below / above: 67,000 48.0% / 52.0%, 68,000 58.0% / 42.0%" in text
    assert "by strike, below / above:\n60,000 2.0% / 98.0%\n64,000 25.0% / 75.0%" in text
    assert "80,000 100.0% / 0.0%" in text


def test_a_ladder_that_does_not_fit_stays_evenly_spread() -> None:
    strikes = [50_000 + 250 * step for step in range(160)]
    below = [min(1.0, max(0.0, (strike - 60_000) / 15_000)) for strike in strikes]
    above = [1 - share for share in below]
    long = distribution(strikes=strikes, cdf_below=below, cdf_above=above)
    text = told({"expiries": {"25DEC26": long}}).text
    shown = [line for line in text.split("\n") if " / " in line and re.match(r"[\d,]+ ", line)]
    places = [float(line.split(" ")[0].replace(",", "")) for line in shown]
    gaps = [after - before for before, after in zip(places, places[1:], strict=False)]
    assert len(places) > 10 and max(gaps) <= 4 * min(gaps)
    assert f"{160 - len(places)} strikes more" in text or " of 160 strikes" in text


def test_skewness_and_kurtosis_of_several_expiries_are_not_set_side_by_side() -> None:
    for detail in DETAILS:
        assert "skewness" not in told(DATA, detail).text


def test_strikes_wider_apart_than_the_distribution_give_no_range() -> None:
    data = {"expiries": {"25DEC26": distribution(std=900)}}
    for detail in DETAILS:
        text = told(data, detail).text
        assert "strikes too far apart for this (step 1,000)" in text
        assert "64,500" not in text and "median 67,500" in text


def test_the_band_asked_for_is_told() -> None:
    band = {"confidence": 0.68, "lower": 63_100, "upper": 71_200, "available": True}
    data = {"expiries": {"25DEC26": distribution(confidence_band=band)}}
    for detail in DETAILS:
        assert "band 63,100 to 71,200" in told(data, detail).text
    assert "0.68 band 63,100" in told(data).text


def test_a_band_that_is_not_there_is_told_with_its_reason() -> None:
    band = {"confidence": 0.95, "lower": None, "available": False, "reason": "strikes end early"}
    data = {"expiries": {"25DEC26": distribution(confidence_band=band)}}
    assert '0.95 band n/a ("strikes end early")' in told(data).text
    asked = ONE | {"confidence_band_requested": 0.95}
    assert "0.95 band n/a" in told(asked).text


def test_a_part_of_the_curves_may_be_missing() -> None:
    data = {"expiries": {"25DEC26": distribution(cdf_below=None, prob_50=None, std=None)}}
    text = told(data).text
    assert "median n/a, 50% range 64,500 to 70,200" in text
    assert "standard deviation n/a" in text
    assert "67,000 n/a / 52.0%" in text


def test_odds_are_never_rounded_to_certainty() -> None:
    data = {"expiries": {"25DEC26": distribution(cdf_below=[1e-5, 0.2, 0.4, 0.6, 0.8, 0.99999])}}
    text = told(data, "full").text
    assert "60,000 0.001% / 98.0%" in text
    assert "80,000 >99.9%" in text


def test_a_token_nobody_can_date_is_kept() -> None:
    text = told({"expiries": {"PERPETUAL": distribution()}}).text
    assert "PERPETUAL: median 67,500" in text


def test_words_stay_those_of_prices() -> None:
    for detail in DETAILS:
        text = told(DATA, detail).text
        assert " std" not in text
        assert "risk-neutral" in text
        assert "chance" not in text and "will" not in text


def test_template_knows_every_name_it_uses() -> None:
    band = {"confidence": 0.68, "lower": 1, "upper": 2, "available": True, "reason": None}
    data = {
        "expiries": {token: distribution(confidence_band=band) for token in TOKENS},
        "confidence_band_requested": 0.68,
        "filtered_dte_max": 200,
    }
    one = {"expiries": {"25DEC26": distribution(confidence_band=band)}}
    for served in (data, one):
        reply = Reply(envelope(served), NOW, received=0.0)
        answer = render(question(PATH, "full"), reply, NOW, build(strict=True))
        assert answer.meta["view"] == "options/probability/density"
