"""What may be written for a parameter: its closed set, or the expiries that upstream lists."""

from collections.abc import Mapping
from datetime import date, datetime

import anyio

from ..client import Client
from ..errors import BackQuantError
from .days import read_day
from .expiries import as_taken
from .inventory import Tool
from .listed import LIST_GOOD_S, texts_of
from .pace import lifetime_of
from .param_form import ParamForm

# Whoever types does not wait longer for a proposal.
_PATIENCE_S = 1.0


def closed_choices(form: ParamForm) -> list[str]:
    """Return the values of a closed set, [] where any text may be one."""
    return [str(value) for value in form.offered]


async def expiry_choices(
    form: ParamForm,
    lister: Tool,
    given: Mapping[str, object],
    client: Client,
    now: datetime,
    *,
    may_ask: bool,
) -> list[str]:
    """Return the listed expiries from today on as `form` takes them; [] where none are known.

    `lister` is the tool that lists them, for those of the arguments `given` that it takes; upstream
    is asked where the list in hand is old.
    """
    known = {name: value for name, value in given.items() if name in lister.checker.forms}
    try:
        days = await _listed(lister, known, client, now, may_ask=may_ask)
    except BackQuantError:
        # A proposal may be missing; a call that needs the expiry says why.
        return []
    return [as_taken(day.isoformat(), form) for day in sorted(days) if day >= now.date()]


async def _listed(
    lister: Tool, given: Mapping[str, object], client: Client, now: datetime, *, may_ask: bool
) -> set[date]:
    prepared = lister.checker.prepare(given, now)
    reply = await client.held(prepared.path, prepared.pairs, younger_than=LIST_GOOD_S)
    if reply is None and may_ask:
        lifetime = lifetime_of(lister, prepared.query, now)
        with anyio.move_on_after(_PATIENCE_S):
            reply = await client.get(prepared.path, prepared.pairs, lifetime)
    return {day for text in texts_of(reply) if (day := read_day(text))}
