"""The simulated market behind the sandbox: one world per seed, readable at any instant."""

from bq_mcp.sandbox.market.calendar import Expiry
from bq_mcp.sandbox.market.coin_parameters import SYMBOLS
from bq_mcp.sandbox.market.scenario import MIXED, Scenario
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.market.world import World
from bq_mcp.sandbox.vocabulary import VENUES

__all__ = ["MIXED", "SYMBOLS", "VENUES", "Expiry", "Scenario", "Snapshot", "World"]
