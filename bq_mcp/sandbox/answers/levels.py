"""Payloads of /gex/levels and of one symbol of /multi/gex/levels."""

from datetime import UTC, datetime

import numpy as np

from bq_mcp.sandbox.answers.max_pain import pain_block
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.answers.signing import GEX_SCALE, chosen_venues, signing_extra
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.market import VENUES, World
from bq_mcp.sandbox.market.by_expiry import max_pain
from bq_mcp.sandbox.market.calendar import epoch_seconds
from bq_mcp.sandbox.market.candles import Candle, candles
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.expected_move import one_day_deviation
from bq_mcp.sandbox.market.exposure import StrikeProfile, strike_profile
from bq_mcp.sandbox.market.gamma_levels import call_walls, crossings, flip, put_walls, strongest
from bq_mcp.sandbox.market.perp import premium
from bq_mcp.sandbox.market.positioning import dealer_model
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.moments import tape_note
from bq_mcp.sandbox.queries import known_members, members
from bq_mcp.sandbox.service_errors import invalid_query
from bq_mcp.sandbox.vocabulary import SYMBOLS

_SECTIONS = ("spot", "candles", "zones", "max_pain", "expected_move", "ranked")
_LIVE_ONLY = frozenset({"spot", "candles"})
_MAX_SYMBOLS = 8
_RANKED = 10
_CANDLE_S = 1_800
_CANDLES = 48
_USD_DECIMALS = 2


def levels(asked: Asked) -> Answer:
    """Locate flip and walls; sections that no store holds are left out of an `as_of` answer."""
    sections = known_members(asked.query["include"], _SECTIONS)
    dropped = sections & _LIVE_ONLY if asked.moment.is_stored else frozenset[str]()
    data, extra = levels_data(
        asked.world,
        asked.symbol,
        asked.instant,
        positioning=asked.positioning,
        venues=asked.venues,
        include=sections - dropped,
    )
    return Answer(data, extra | tape_note(asked.moment, extra) | _dropped_note(dropped))


def multi(asked: Asked) -> Answer:
    """Map each symbol to its levels; names the service does not know are told apart.

    Raises: ServiceError 400 for no symbol, or more than eight.
    """
    requested = members(asked.query["symbols"])
    if not 1 <= len(requested) <= _MAX_SYMBOLS:
        raise invalid_query("symbols", f"Name 1 to {_MAX_SYMBOLS} symbols", status=400)
    served = [symbol for symbol in requested if symbol in SYMBOLS]
    results = {
        symbol: multi_levels_entry(
            asked.world,
            symbol,
            asked.instant,
            positioning=asked.positioning,
            venues=asked.venues,
            include=known_members(asked.query["include"], _SECTIONS),
        )
        for symbol in served
    }
    data = {
        "results": results,
        "requested": requested,
        "served": served,
        "missing": [],
        "invalid": [symbol for symbol in requested if symbol not in SYMBOLS],
    }
    return Answer(data, multi_levels_extra(results, asked.positioning, asked.venues))


def levels_data(
    world: World,
    symbol: str,
    instant: datetime,
    *,
    positioning: str,
    venues: tuple[str, ...] | None,
    include: frozenset[str],
) -> tuple[Section, Section]:
    """Return `data` and `meta.extra` of /gex/levels for an instant on its grid.

    `venues` of None, or without any known name, means all. Levels are strikes in USD, None where
    the profile has none.
    """
    snapshot = world.snapshot(symbol, instant)
    chosen = chosen_venues(COIN_PARAMETERS[symbol], venues)
    model = dealer_model(snapshot, positioning, chosen)
    everything = strike_profile(snapshot, model.quantity, np.ones_like(snapshot.is_call))
    today = strike_profile(snapshot, model.quantity, snapshot.zero_dte)
    data: Section = {
        "all_expiry": _all_expiry(everything, snapshot.spot, model.name),
        "odte": _levels(today, snapshot.spot),
        "positioning": model.name,
    }
    data |= _profile_sections(everything, today, include)
    data |= _chain_sections(snapshot, world.seed, chosen, include)
    data |= _prices(world, snapshot, include)
    return data, signing_extra(model, positioning, chosen, gex_scale=GEX_SCALE)


def multi_levels_entry(
    world: World,
    symbol: str,
    instant: datetime,
    *,
    positioning: str,
    venues: tuple[str, ...] | None,
    include: frozenset[str],
) -> Section:
    """Return one entry of `results` of /multi/gex/levels; spot and candles are not served there."""
    data, _ = levels_data(
        world,
        symbol,
        instant,
        positioning=positioning,
        venues=venues,
        include=include - _LIVE_ONLY,
    )
    spot = world.spot(symbol, instant)
    return data | {"spot_price": spot, "computed_at": iso(instant)}


def multi_levels_extra(
    results: dict[str, Section], requested: str, venues: tuple[str, ...] | None
) -> Section:
    """Return `meta.extra` of /multi/gex/levels: the model asked for and the venues combined.

    The model that ran is named in each entry, and here too where all entries agree.
    """
    models = {entry["positioning"] for entry in results.values()}
    on_tape = [symbol for symbol, entry in results.items() if entry["positioning"] == "flow"]
    aggregation = {"chain_venues": _combined(list(results), venues)}
    if on_tape:
        aggregation["flow_venues"] = _combined(on_tape, venues)
    extra: Section = {"positioning_requested": requested, "aggregation": aggregation}
    return extra | ({"positioning": models.pop()} if len(models) == 1 else {})


def _dropped_note(dropped: frozenset[str]) -> Section:
    if not dropped:
        return {}
    reason = "Not part of a stored snapshot; /market/candles has past prices."
    return {"unavailable_sections": {"sections": sorted(dropped), "reason": reason}}


def _combined(symbols: list[str], venues: tuple[str, ...] | None) -> list[str]:
    """Return the venues of any of the symbols that a filter leaves, in house order."""
    chosen = {name for symbol in symbols for name in chosen_venues(COIN_PARAMETERS[symbol], venues)}
    return [venue for venue in VENUES if venue in chosen]


def _all_expiry(profile: StrikeProfile, spot: float, model: str) -> Section:
    """Return the levels of the whole book; second and third walls exist under std alone."""
    secondary: Section = dict.fromkeys(("call_wall_2", "call_wall_3", "put_wall_2", "put_wall_3"))
    if model == "std":
        secondary = {
            **_further("call_wall", call_walls(profile, spot)),
            **_further("put_wall", put_walls(profile, spot)),
        }
    return _levels(profile, spot) | secondary


def _levels(profile: StrikeProfile, spot: float) -> Section:
    return {
        "hvl": flip(profile, spot),
        "call_resistance": next(iter(call_walls(profile, spot)), None),
        "put_support": next(iter(put_walls(profile, spot)), None),
    }


def _further(name: str, walls: tuple[float, ...]) -> Section:
    return {f"{name}_{place}": dict(enumerate(walls, start=1)).get(place) for place in (2, 3)}


def _profile_sections(
    everything: StrikeProfile, today: StrikeProfile, include: frozenset[str]
) -> Section:
    sections: Section = {}
    if "ranked" in include:
        sections["ranked"] = {
            "all_expiry_top_10": _ranked(everything),
            "odte_top_10": _ranked(today),
        }
    if "zones" in include:
        sections["gamma_flip_zones"] = [
            {"strike": crossing.strike, "direction": crossing.direction}
            for crossing in crossings(everything)
        ]
    return sections


def _chain_sections(
    snapshot: Snapshot, seed: int, venues: tuple[str, ...], include: frozenset[str]
) -> Section:
    """Return what depends on no sign model: max pain of all venues, the move as some mark it."""
    sections: Section = {}
    if "max_pain" in include:
        sections["max_pain"] = pain_block(max_pain(snapshot, snapshot.zero_dte))
    if "expected_move" in include:
        sections["expected_move"] = expected_move_block(snapshot, seed, venues)
    return sections


def _prices(world: World, snapshot: Snapshot, include: frozenset[str]) -> Section:
    prices: Section = {}
    coin = world.coin(snapshot.symbol)
    seconds = epoch_seconds(snapshot.instant)
    if "spot" in include:
        perp = snapshot.spot * (1 + premium(world.seed, coin, seconds))
        prices["spot"] = {
            "spot_price": snapshot.spot,
            "perps_price": round(perp, coin.parameters.price_decimals),
        }
    if "candles" in include:
        bars = candles(world.seed, coin, until=seconds, length_s=_CANDLE_S, count=_CANDLES)
        prices["candles"] = [_bar(bar) for bar in bars]
    return prices


def _ranked(profile: StrikeProfile) -> list[Section]:
    return [
        {
            "rank": rank,
            "strike": strike,
            "gex": round(net, _USD_DECIMALS),
            "abs_gex": round(abs(net), _USD_DECIMALS),
        }
        for rank, (strike, net) in enumerate(strongest(profile, _RANKED), start=1)
    ]


def expected_move_block(snapshot: Snapshot, seed: int, venues: tuple[str, ...]) -> Section:
    """Return the bounds of a day's move as these venues price it, None where they price none."""
    exact = one_day_deviation(snapshot, seed, venues)
    if exact is None:
        return dict.fromkeys(("upper_1sd", "lower_1sd", "upper_2sd", "lower_2sd"))
    decimals = COIN_PARAMETERS[snapshot.symbol].price_decimals
    deviation = round(exact, decimals)
    return {
        "upper_1sd": round(snapshot.spot + deviation, decimals),
        "lower_1sd": round(snapshot.spot - deviation, decimals),
        "upper_2sd": round(snapshot.spot + 2 * deviation, decimals),
        "lower_2sd": round(snapshot.spot - 2 * deviation, decimals),
    }


def _bar(bar: Candle) -> Section:
    return {
        "datetime": iso(datetime.fromtimestamp(bar.starts_at, UTC)),
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": round(bar.volume, _USD_DECIMALS),
    }
