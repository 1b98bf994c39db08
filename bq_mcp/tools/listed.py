"""Refuse an expiry that a list in hand does not have; nothing is asked for it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from ..client import Client, QueryPairs, Reply
from ..errors import ArgumentError, ArgumentFault
from .arguments import Prepared
from .days import read_day
from .expiries import as_taken
from .inventory import Inventory, Tool
from .param_form import ParamForm

# New expiries are listed once a day; who meets an older list asks for it again.
LIST_GOOD_S = 600.0
_MOST_LOOKED_AT = 5_000
_LONGEST = 11


async def refuse_unlisted(
    tool: Tool, prepared: Prepared, inventory: Inventory, client: Client, now: datetime
) -> None:
    """Check the expiries asked for against a list that was read a moment ago, if there is one.

    What expires today may have settled and still be in some answers, so upstream judges it; as
    it does where the question is about the past.

    Raises:
        ArgumentError: an expiry is not listed.
    """
    forms = tool.checker.forms
    if any(forms[name].instant == "at" for name in prepared.query):
        return
    faults: list[ArgumentFault] = []
    for name, text in prepared.query.items():
        form = forms[name]
        if not (form.expiry and form.listed):
            continue
        asked = {token: day for token in text.split(",") if (day := read_day(token))}
        held = await _held(form.listed, prepared.query, inventory, client)
        days = {day for word in texts_of(held) if (day := read_day(word))}
        # Of a list in part unknown the answer has the rest, and names what is missing.
        if asked and days and not any(day in days or day <= now.date() for day in asked.values()):
            faults += [_fault(name, token, day, days, form) for token, day in asked.items()]
    if faults:
        raise ArgumentError(faults)


async def _held(
    path: str, query: Mapping[str, str], inventory: Inventory, client: Client
) -> Reply | None:
    """Return the list of the market asked about, however that was named when it was asked for."""
    if path not in inventory.names:
        return None
    param = inventory.tools[inventory.names[path]].endpoint.param("symbol")
    usual = param.default if param else None
    symbol = query.get("symbol", usual)
    spellings: list[QueryPairs] = [(("symbol", str(symbol)),)] if symbol else []
    if symbol == usual:
        spellings.append(())
    for pairs in spellings:
        if found := await client.held(path, pairs, younger_than=LIST_GOOD_S):
            return found
    return None


def _fault(name: str, token: str, day: date, days: set[date], form: ParamForm) -> ArgumentFault:
    near = as_taken(min(days, key=lambda other: abs(other - day)).isoformat(), form)
    reason = f"is not among the {len(days)} expiries listed"
    return ArgumentFault(name, token, reason, closest=near, see=form.listed)


def texts_of(held: Reply | None) -> Iterator[str]:
    """Yield the short texts in a reply, names included, the first few thousand values looked at."""
    waiting = [held.envelope.data] if held else []
    for _ in range(_MOST_LOOKED_AT):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, str) and len(value) <= _LONGEST:
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, Mapping):
            waiting += [*value, *value.values()]
