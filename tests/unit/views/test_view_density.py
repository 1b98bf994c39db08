"""The view of risk-neutral distributions."""

from typing import Any

from bq_mcp.views import Answer, Detail, Standing
from bq_mcp.views.context import Cuts, context_of
from bq_mcp.views.environment import build
from bq_mcp.views.rendering import render_template, scene_of

from .asking import NOW, ask, envelope, question

PATH = "/options/probability/density"
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
    assert told(DATA).text.split("\n")[1:5] == [
        "risk-neutral, as priced; tails noisy",
        "front 21NOV26 (0d): median 67,500 (+0.4%), 50% range 64,500 to 70,200, "
        "std 6.1% of spot; below / above: 67,000 48.0% / 52.0%, 68,000 58.0% / 42.0%; "
        "strikes 60,000 to 80,000",
        "~30d 25DEC26 (34d): median 67,500 (+0.4%), 50% range 64,500 to 70,200, "
        "std 6.1% of spot; below / above: 67,000 48.0% / 52.0%, 68,000 58.0% / 42.0%; "
        "strikes 60,000 to 80,000",
        "next monthly 27NOV26 (6d): median 67,500 (+0.4%), 50% range 64,500 to 70,200, "
        "std 6.1% of spot; below / above: 67,000 48.0% / 52.0%, 68,000 58.0% / 42.0%; "
        "strikes 60,000 to 80,000",
    ]


def test_one_expiry_gets_its_ladder_of_odds() -> None:
    text = told(ONE).text
    assert "mode (density peak) 67,500, mean 67,300, std 4,1" in text
    assert "skewness -0.18, kurtosis 3.60 (normal 3)" in text
    assert "priced below / above: 60,000 2.0% / 98.0%, 64,000 25.0% / 75.0%" in text
    assert "… 1 of 6 strikes left out" in text
    assert "80,000 100.0% / 0.0%" in told(ONE, "full").text


def test_the_band_asked_for_is_told() -> None:
    band = {"confidence": 0.68, "lower": 63_100, "upper": 71_200, "available": True}
    data = {"expiries": {"25DEC26": distribution(confidence_band=band)}}
    for detail in ("brief", "standard", "full"):
        assert "0.68 band 63,100 to 71,200" in told(data, detail).text


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
    assert "std n/a of spot" in text
    assert "67,000 n/a / 52.0%" in text


def test_odds_are_never_rounded_to_certainty() -> None:
    data = {"expiries": {"25DEC26": distribution(cdf_below=[1e-5, 0.2, 0.4, 0.6, 0.8, 0.99999])}}
    text = told(data, "full").text
    assert "60,000 <0.1%" in text
    assert "80,000 >99.9%" in text


def test_a_token_nobody_can_date_is_kept() -> None:
    text = told({"expiries": {"PERPETUAL": distribution()}}).text
    assert "PERPETUAL: median 67,500" in text


def test_words_stay_those_of_prices() -> None:
    for detail in ("brief", "standard", "full"):
        text = told(DATA, detail).text
        assert "risk-neutral" in text
        assert "chance" not in text and "will" not in text


def test_template_knows_every_name_it_uses() -> None:
    band = {"confidence": 0.68, "lower": 1, "upper": 2, "available": True, "reason": None}
    data = {
        "expiries": {token: distribution(confidence_band=band) for token in TOKENS},
        "confidence_band_requested": 0.68,
        "filtered_dte_max": 200,
    }
    scene = scene_of(question(PATH, "full"), envelope(data), Standing(NOW))
    name = "options/probability/density.md.jinja"
    assert "median" in render_template(build(strict=True), name, context_of(scene, 12, Cuts()))
