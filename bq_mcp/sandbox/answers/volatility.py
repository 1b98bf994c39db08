"""Payloads of smiles, surfaces, ranges, premia and the futures curve."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.levels import expected_move_block
from bq_mcp.sandbox.answers.rounding import IV_DECIMALS, column, iv_pct, matrix, rounded
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import Expiry, Snapshot, World
from bq_mcp.sandbox.market.arrays import Flags
from bq_mcp.sandbox.market.calendar import DAY_S, YEAR_DAYS
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.expected_move import one_day_deviation
from bq_mcp.sandbox.market.grouping import averaged
from bq_mcp.sandbox.market.price_distribution import distribution
from bq_mcp.sandbox.market.term import atm_volatility, constant_maturity
from bq_mcp.sandbox.service_errors import no_data

_RV_DAYS = 30
_FUTURES_LEAST_DTE = 1
_DENSITY_DECIMALS = 12
_GRID = 161
"""Prices of the shared axis of densities."""
_GRID_REACH = 0.5


def smile(asked: Asked) -> Answer:
    """Return one expiry's smile; without a token that of the nearest month-end.

    Raises: ServiceError 404 with the tokens that exist for one that is not listed.
    """
    snapshot = asked.snapshot
    token = asked.query["expiry"]
    anchors = [each for each in snapshot.expiries if each.is_anchor]
    named = [each for each in snapshot.expiries if token and each.token == token.strip().upper()]
    if token and not named:
        tokens = ", ".join(each.token for each in snapshot.expiries)
        raise no_data(f"{asked.symbol} and expiry {token}; valid tokens: {tokens}")
    return Answer(_smile(snapshot, named[0] if named else anchors[0]))


def curves(asked: Asked) -> Answer:
    """Return the smiles of all expiries, nearest first."""
    snapshot = asked.snapshot
    return Answer({"curves": [_smile(snapshot, expiry) for expiry in snapshot.expiries]})


def surface(asked: Asked) -> Answer:
    """Grid the volatility in percent: rows of strikes, columns of expiries, null where none is."""
    snapshot = asked.snapshot
    cells = averaged(snapshot, 100 * snapshot.iv, "strike", "expiry")
    data = {
        "expiries": [expiry.token for expiry in snapshot.expiries],
        "x_grid": cells.labels[0].tolist(),
        "y_grid": [expiry.dte for expiry in snapshot.expiries],
        "z_grid": matrix(cells.sums, IV_DECIMALS),
        "min_iv": rounded(float(np.nanmin(cells.sums)), IV_DECIMALS),
        "max_iv": rounded(float(np.nanmax(cells.sums)), IV_DECIMALS),
    }
    return Answer(data)


def expected_move(asked: Asked) -> Answer:
    """Return the one and two sigma prices of a day, as the chosen venues mark it."""
    snapshot = asked.snapshot
    sigma = one_day_deviation(snapshot, asked.world.seed, asked.chosen)
    share = None if sigma is None else sigma / snapshot.spot
    data = {
        **expected_move_block(snapshot, asked.world.seed, asked.chosen),
        "move_1sd_pct": rounded(None if share is None else 100 * share, 4),
        "atm_iv": iv_pct(None if share is None else share * YEAR_DAYS**0.5),
        "horizon_days": 1,
        "spot_price": snapshot.spot,
    }
    return Answer(data)


def probability_surface(asked: Asked) -> Answer:
    """Put the densities of all expiries, per USD, on one axis: rows of strikes."""
    snapshot = asked.snapshot
    reach = np.linspace(1 - _GRID_REACH, 1 + _GRID_REACH, _GRID)
    prices = (snapshot.spot * reach).round(COIN_PARAMETERS[asked.symbol].price_decimals)
    columns = [
        distribution(
            smile=snapshot.smile,
            theta=snapshot.theta[place].item(),
            forward=snapshot.forward[snapshot.expiry_index == place][0].item(),
            prices=prices,
        ).density
        for place in range(len(snapshot.expiries))
    ]
    data = {
        "strikes": prices.tolist(),
        "expiries": [expiry.token for expiry in snapshot.expiries],
        "dtes": [expiry.dte for expiry in snapshot.expiries],
        "density": matrix(np.stack(columns, axis=1), _DENSITY_DECIMALS),
    }
    return Answer(data)


def futures(asked: Asked) -> Answer:
    """Annualise the premium of dated futures over spot, simple, in percent.

    Raises: ServiceError 404 for a coin without dated futures.
    """
    if not COIN_PARAMETERS[asked.symbol].basis_30d:
        raise no_data(f"{asked.symbol}: no dated futures")
    snapshot = asked.snapshot
    coin, decimals = asked.symbol.removesuffix("USDT"), COIN_PARAMETERS[asked.symbol].price_decimals
    rows = []
    for place, expiry in enumerate(snapshot.expiries):
        if expiry.kind == "daily" or expiry.dte < _FUTURES_LEAST_DTE:
            continue
        first = int(np.argmax(snapshot.expiry_index == place))
        forward, years = snapshot.forward[first].item(), snapshot.tau[first].item()
        basis = forward / snapshot.spot - 1
        rows.append(
            {
                "instrument": f"{coin}-{expiry.token}",
                "expiry": expiry.token,
                "days_to_expiry": expiry.dte,
                "futures_price": round(forward, decimals),
                "basis_pct": rounded(100 * basis, 4),
                "annualized_basis_pct": rounded(100 * basis / years, 3),
            }
        )
    return Answer({"futures": rows})


def iv_rv(asked: Asked) -> Answer:
    """Set 30-day implied beside realised volatility, a row a day, in percent."""
    rows = _premia(asked)
    return Answer({"rows": rows}, computed_at=_midnight(asked.instant))


def vrp(asked: Asked) -> Answer:
    """Track implied less realised volatility of the same rows, in points."""
    rows = [
        {"date": row["date"], "vrp": row["spread"], "iv": row["iv"], "rv": row["rv"]}
        for row in _premia(asked)
    ]
    return Answer({"rows": rows}, computed_at=_midnight(asked.instant))


def _smile(snapshot: Snapshot, expiry: Expiry) -> dict[str, Any]:
    """Return the side out of the money: puts below spot, calls from it on."""
    place = snapshot.expiries.index(expiry)
    shown: Flags = snapshot.is_call == (snapshot.strike >= snapshot.spot)
    shown &= snapshot.expiry_index == place
    return {
        "expiry": expiry.token,
        "expiry_date": expiry.date.isoformat(),
        "dte": expiry.dte,
        "atm_iv": iv_pct(atm_volatility(snapshot)[place].item()),
        "strikes": snapshot.strike[shown].tolist(),
        "iv": column(100 * snapshot.iv[shown], IV_DECIMALS),
    }


def _premia(asked: Asked) -> list[dict[str, Any]]:
    newest = _midnight(asked.instant)
    days = [newest - timedelta(days=back) for back in range(asked.query["days"])][::-1]
    return [asked.world.kept(_premium, asked.symbol, day) for day in days]


def _premium(world: World, symbol: str, midnight: datetime) -> dict[str, Any]:
    coin = world.coin(symbol)
    end = midnight.timestamp()
    years, volatility = coin.atm_curve(end)
    implied = constant_maturity(years, volatility, np.array([_RV_DAYS / YEAR_DAYS])).item()
    closes = coin.spot_path.at(end - DAY_S * np.arange(_RV_DAYS, -1, -1.0))
    realised = float(np.sqrt(YEAR_DAYS / _RV_DAYS * (np.diff(np.log(closes)) ** 2).sum()))
    iv, rv = iv_pct(implied), iv_pct(realised)
    spread = None if iv is None or rv is None else rounded(iv - rv, IV_DECIMALS)
    return {"date": midnight.date().isoformat(), "iv": iv, "rv": rv, "spread": spread}


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
