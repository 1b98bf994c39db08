"""The plan ladder: request budgets and history windows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """One rung of the ladder; None means that the service sets no cap."""

    name: str
    monthly_requests: int | None
    burst_per_minute: int
    api_keys: int | None
    websocket_connections: int
    history_days: int | None
    history_enforced: bool = False


_LADDER = (
    Plan("starter", 10_000, 30, 1, 1, 30),
    Plan("standard", 250_000, 60, 2, 2, 30),
    Plan("pro", 1_000_000, 120, 5, 5, 180),
    Plan("enterprise", None, 600, None, 25, None),
    # The service documents only the window of evaluation keys; their request budget is ours.
    Plan("evaluation", 250_000, 60, 1, 2, 30, history_enforced=True),
)
PLANS = {plan.name: plan for plan in _LADDER}
