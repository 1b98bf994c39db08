"""What the parts of a composite say together."""

from collections.abc import Mapping
from typing import Any

import pytest

from bq_mcp.client.model import Reply
from bq_mcp.composites import Ask
from bq_mcp.composites.part import Page, Part, ages, failures, model_of, spots, worst
from bq_mcp.composites.reading import reading
from bq_mcp.errors import NoDataError, RequestTimeoutError
from bq_mcp.views.scene import Scene

from ..views.asking import NOW, envelope, question


def part(name: str = "levels", item: str = "", *, model: str = "flow", **meta: Any) -> Part:
    """Return a part with a reply that states its dealer model."""
    asked = Ask(name, item, "/gex/levels", {})
    reply = Reply(envelope({"positioning": model}, **meta), NOW, received=0.0)
    return Part(asked, Scene(question("/gex/levels"), reply, NOW))


def levels(side: str | None) -> Mapping[str, Any]:
    return {"all_expiry": {"flip": {"side": side}}}


@pytest.mark.parametrize(
    ("side", "net", "said"),
    [
        ("above", 1e6, "damping"),
        ("below", -1e6, "amplifying"),
        ("above", -1e6, "opposed"),
        ("below", 1e6, "opposed"),
        ("at", 1e6, ""),
        (None, 1e6, ""),
        ("above", None, ""),
        ("above", 0.0, ""),
    ],
)
def test_side_and_net_are_read_together_only_where_both_are_known(
    side: str | None, net: float | None, said: str
) -> None:
    strikes = {"sums": {"net": net}}
    assert reading(levels(side), strikes, [part(), part("strikes")]) == said
    assert reading(None, strikes, [part("strikes")]) == ""
    assert reading(levels(side), None, [part()]) == ""


def test_two_models_are_not_read_together() -> None:
    signed = [part(), part("strikes", model="std")]
    assert reading(levels("above"), {"sums": {"net": 1e6}}, signed) == "models"
    mixed = model_of(Page({}, signed))
    assert mixed is not None and mixed["effective"] == "mixed"
    assert model_of(Page({}, signed, by_row=True)) == {"by_row": True}
    same = model_of(Page({}, [part(), part("strikes")]))
    assert same is not None and same["effective"] == "flow"
    assert model_of(Page({})) is None


def test_spots_of_one_symbol_that_differ_by_more_than_a_tenth_of_a_percent_are_told() -> None:
    near = [part(spot_price=70_000.0), part("strikes", spot_price=70_069.0)]
    assert spots(near) is None
    far = [*near, part("expiries", spot_price=70_071.0)]
    found = spots(far)
    assert found is not None and found["apart"] == pytest.approx(0.1014, abs=1e-4)
    two = [part(item="BTCUSDT", spot_price=70_000.0), part(item="ETHUSDT", spot_price=4_000.0)]
    assert spots(two) is None


def test_ages_are_told_one_by_one_only_where_they_differ() -> None:
    assert ages([part(age=5), part(age=34)]) == []
    assert len(ages([part(age=5), part(age=36)])) == 2
    assert len(ages([part(age=59), part(age=61)])) == 2
    assert len(ages([part(age=5), part(age=None)])) == 2
    assert ages([part(age=500)]) == []


def test_the_first_line_tells_the_worst_part_and_of_equals_the_oldest() -> None:
    fresh, older, late = part(age=5), part(age=25), part(age=90)
    assert worst([fresh, older]) is older
    assert worst([late, older]) is late
    unknown, stale = part(age=None), part(age=3_000)
    assert worst([unknown, stale, late]) is stale
    assert worst([unknown, late]) is unknown


def test_parts_that_failed_alike_are_named_together() -> None:
    asked = Ask("strikes", "", "/gex/strike-profile", {})
    missing = NoDataError("none", code="NOT_FOUND", status=404)
    slow = RequestTimeoutError("late")
    held = [Part(asked, failure=error) for error in (missing, slow, missing)]
    held += [Part(asked), part()]
    assert [(of["kind"], len(of["parts"])) for of in failures(held)] == [
        ("no_data", 2),
        ("timeout", 1),
        ("not_offered", 1),
    ]


def test_a_part_whose_reply_cannot_be_read_has_failed() -> None:
    def broken(scene: Scene) -> None:
        raise KeyError("rows")

    subject = part()
    assert subject.pick(broken) is None
    assert subject.kind == "unread"
    assert Part(Ask("levels", "", "/gex/levels", {})).pick(broken) is None
