"""The simulated market behind the sandbox: one world per seed, readable at any instant."""

from bq_mcp.sandbox.market.calendar import Expiry
from bq_mcp.sandbox.market.parameters import SYMBOLS, VENUES
from bq_mcp.sandbox.market.scenario import MIXED, Scenario
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.market.world import World

__all__ = ["MIXED", "SYMBOLS", "VENUES", "Expiry", "Scenario", "Snapshot", "World"]
