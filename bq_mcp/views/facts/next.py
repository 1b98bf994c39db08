"""Tell how to get more, or less, than an answer holds, and what to call next."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import NamedTuple

from ...envelope import Limits
from ..model import Question

# Parameters that make an answer smaller, the most precise first.
_NARROWING = (
    "expiry", "expiries", "strike_min", "strike_max", "spot_window_pct", "moneyness_min",
    "moneyness_max", "dte_max", "max_strikes", "max_expiries", "max_contracts", "hours", "days",
    "limit", "fields",
)  # fmt: skip
_NARROWING_SHOWN = 3
_LARGER = {"brief": "standard", "standard": "full"}


class Ways(NamedTuple):
    """The argument for the size of an answer, its next larger value, parameters and tools.

    `narrowing` are those of the endpoint that would make its answer smaller, unused ones first;
    `next` the tools worth calling that are on offer.
    """

    argument: str
    larger: str
    narrowing: tuple[str, ...]
    next: tuple[str, ...]


def ways_on(question: Question) -> Ways:
    """Return how to get more, or less, than an answer holds, and what to call next."""
    offers = question.endpoint.param
    narrowing = sorted(filter(offers, _NARROWING), key=lambda name: name in question.query)
    tools = [question.tool_names.get(path) for path in question.hint.next]
    return Ways(
        question.endpoint.detail_name,
        _LARGER.get(question.detail, ""),
        tuple(narrowing[:_NARROWING_SHOWN]),
        tuple(name for name in tools if name and name != question.tool),
    )


def limits_told(question: Question, limits: Limits) -> Mapping[str, int | None]:
    """Return what is left of the two limits and used of the quota, where an answer tells it."""
    if not question.hint.shows_limits:
        return {}
    left, limit = limits.quota_left, limits.quota_limit
    used = None if left is None or limit is None else limit - left
    return {**asdict(limits), "quota_used": used}
