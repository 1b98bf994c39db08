"""Query and path parameters that several routes share, as the service declares them.

A closed set is a Literal (a value outside gives 422). Sets that only the service's prose names
stay free strings, with their members listed in the description.
"""

from typing import Annotated, Literal

from fastapi import Path, Query

SymbolName = Literal["BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT"]
IntervalName = Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d"]
TraceGreekName = Literal["gamma", "charm", "vanna", "delta_change"]

_VENUES = "deribit, bybit, okx, binance, derive, thalex, delta_india, delta"

Symbol = Annotated[SymbolName, Query(description="Market to answer for, as a USDT pair.")]
Positioning = Annotated[
    str,
    Query(
        description="Dealer sign model: flow (signed trades, BTC and ETH; else std takes over) "
        "or std (calls +, puts -)."
    ),
]
AsOf = Annotated[
    str | None,
    Query(
        description="Past instant in ISO 8601, e.g. 2026-08-20T14:30:00Z; snaps back to the "
        "stored snapshot before it. Omit for live."
    ),
]

Exchanges = Annotated[
    str | None,
    Query(
        description=f"Comma-separated venues to build from: {_VENUES}. Unknown ones are skipped."
    ),
]
Venues = Annotated[
    str | None,
    Query(description=f"Comma-separated venues whose prints count: {_VENUES}."),
]

DteMin = Annotated[int | None, Query(ge=0, le=720, description="Nearest expiry kept, in days.")]
DteMax = Annotated[int | None, Query(ge=0, le=720, description="Farthest expiry kept, in days.")]
WeeklyOnly = Annotated[
    bool, Query(description="Drop month-end and quarter-end expiries (last Fridays).")
]
StrikeMin = Annotated[float | None, Query(ge=0, description="Lowest strike kept, USD.")]
StrikeMax = Annotated[float | None, Query(ge=0, description="Highest strike kept, USD.")]
MoneynessMin = Annotated[
    float | None, Query(ge=0, le=10, description="Lowest strike/spot kept, such as 0.9.")
]
MoneynessMax = Annotated[
    float | None, Query(ge=0, le=10, description="Highest strike/spot kept, such as 1.1.")
]
ExpiryScope = Annotated[
    str,
    Query(
        description="Expiries covered: all, 0dte (today's session), a YYYY-MM-DD date or a token "
        "such as 28MAR25."
    ),
]

Interval = Annotated[IntervalName, Query(description="Width of one bucket.")]
MarketHours = Annotated[
    int, Query(ge=1, le=8760, description="Length of the window that ends now, in hours.")
]
DailyRows = Annotated[int, Query(ge=7, le=365, description="Daily rows to look back over.")]
Before = Annotated[
    str | None, Query(description="ISO 8601 cursor: only what is strictly older than this.")
]

TapeHours = Annotated[int, Query(ge=1, le=168, description="Window that ends now, in hours.")]
FlowHours = Annotated[int, Query(ge=1, le=720, description="Window that ends now, in hours.")]
BucketMinutes = Annotated[int, Query(ge=1, le=1440, description="Width of a bucket, minutes.")]
MinSize = Annotated[
    float, Query(ge=0, description="Smallest premium of a print that counts, USD (not size).")
]
PremiumMin = Annotated[
    float | None, Query(ge=0, description="Smallest premium of a print that counts, USD.")
]
OptionSide = Annotated[
    Literal["call", "put"] | None, Query(description="Keep one side; both when omitted.")
]

TraceGreek = Annotated[
    TraceGreekName,
    Path(description="Field to project; delta_change is dealer delta against here and now."),
]
TraceExpiry = Annotated[
    str,
    Query(description="Contracts projected: 0dte, all, or one token such as 28MAR25."),
]
TimeSteps = Annotated[int, Query(ge=2, le=200, description="Points along time.")]
PriceSteps = Annotated[int, Query(ge=2, le=200, description="Points along price.")]
PriceRange = Annotated[
    float, Query(gt=0, le=50, description="Price axis: spot plus or minus this percentage.")
]
HorizonHours = Annotated[
    float, Query(gt=0, le=720, description="Time axis: from now to this many hours ahead.")
]
VolShift = Annotated[
    float, Query(ge=-50, le=50, description="Multiplies each IV by 1 + this / 100.")
]
MinOpenInterest = Annotated[
    float, Query(ge=0, description="Leave out contracts with less open interest, coin.")
]
