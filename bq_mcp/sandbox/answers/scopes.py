"""Which expiries an `expiry` argument means."""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags
from bq_mcp.sandbox.market.calendar import Expiry
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.service_errors import no_data

EVERYTHING = "all"
TODAY = "0dte"


@dataclass(frozen=True)
class Scope:
    """Expiries asked for; `name` is all, 0dte or the token of a single one."""

    name: str
    expiries: tuple[Expiry, ...]

    @property
    def single(self) -> Expiry | None:
        """The expiry where one was asked for by token or date."""
        return None if self.name in (EVERYTHING, TODAY) else self.expiries[0]

    def of(self, snapshot: Snapshot) -> Flags:
        """Mark the contracts of a snapshot that settle in one of the expiries."""
        return np.isin(
            snapshot.expiry_index,
            [snapshot.expiries.index(expiry) for expiry in self.expiries],
        )


def scope_of(text: str, snapshot: Snapshot) -> Scope:
    """Read all, 0dte, a YYYY-MM-DD date or a token such as 28MAR25, in either case.

    Raises: ServiceError 404 when nothing that is listed answers to it.
    """
    asked = text.strip()
    name = asked.lower()
    if name == EVERYTHING:
        chosen = snapshot.expiries
    elif name == TODAY:
        chosen = tuple(expiry for expiry in snapshot.expiries if expiry.dte == 0)
    else:
        chosen = tuple(expiry for expiry in snapshot.expiries if _is_named(expiry, asked))
        name = chosen[0].token if chosen else asked
    if not chosen:
        raise no_data(f"{snapshot.symbol} and expiry {asked}")
    return Scope(name, chosen)


def listed_among(tokens: tuple[str, ...], snapshot: Snapshot) -> tuple[Expiry, ...]:
    """Return the listed expiries named by token or date; names of others are ignored.

    Raises: ServiceError 404 when names were given and none is listed.
    """
    chosen = tuple(
        expiry
        for expiry in snapshot.expiries
        if not tokens or any(_is_named(expiry, token) for token in tokens)
    )
    if not chosen:
        raise no_data(f"{snapshot.symbol} and expiries {', '.join(tokens)}")
    return chosen


def _is_named(expiry: Expiry, asked: str) -> bool:
    # Deribit's own names drop a leading zero that the tokens of the service keep.
    return asked.upper() in (expiry.token, expiry.token.lstrip("0"), expiry.date.isoformat())
