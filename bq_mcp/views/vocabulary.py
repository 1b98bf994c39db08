"""Words of our answers and what each costs in tokens of o200k, which spares the estimator a guess.

At most so many tokens after a blank, at the start of a line, and after any other ASCII character:
`JOINED` and `SPACED` 1, 1, 2 (those of `JOINED` also 1 after an underscore), `LED` 1, 2, 3, `TWO`
2, 2, 3, `LONG` 2, 3, 4 and `THREE` 3, 3, 4. A test holds every word to that.
"""

from collections.abc import Mapping

_JOINED = """
    API All BLOCK Back Block By Call Content Context Data ERROR ETH Error FOUND For Free From GET
    Generic HTTP Header IV In JSON KEY Key Left Length MM Max Meta NAV NOT NOTE No None Not OF Open
    Per Profile Read Record Response Return Row SOL SOURCE Start TRACE Time Total WS Web Window With
    about abs absolute access active activity add added address after again age all allowed amount
    an anchor and answer answers any api are argument arguments array arrays as asset assets at
    attribute auth available axes axis back bad band bar base basis be before begin best between bid
    block blocks board body book bool boolean bound bounds bucket build bundle business buy by cache
    cached calendar call called calls can cap caps case catalog categories category cell cells chain
    change changed changes channels check class client clients clock close clusters code codes coin
    column columns com compare component config confirm const constant context continue contract
    correct cost count counts cover crypto csv current cursor curve cut daily data date dates
    datetime day days decimal def default delta density depth description detail details dict digest
    direction discount distance distribution do docs down drop duration each echo edge else empty
    end endpoint entry enum equals error errors event every exact example exchange execute exist
    exists expected extra factory failed failure false far fault field fields filter filtered
    filters first fixed flag flip float floor flow for form format formula forward found four frame
    from front full future gamma get given grid group groups has have head header health heat help
    here high history hours id if import in include index inner inside int integer interest interval
    into invalid is iso it item items iv join json keep key keys kind known label labels large last
    latest left len length less level levels limit limits line linear lines list listing lists live
    local long loop low lower macro major management many map mapping mark market marks mass
    matching matrix max md mean members message meta method min minus minutes missing mode model
    models money month more move moves ms multi name named names needed negative net network new
    next no non none normal not note notes now null number numbers object of off offer old on once
    one only open operation option optional options or order other out over page pages parallel
    param parameter parameters params part parts path paths payload pct pdf per percent phrase pin
    place plain plan plus point points positions positive present pressure price prices print prob
    profile projection property public put qty quality query question quote quotes range rank rate
    ratio raw re read reads real reason recent recipe record refresh region release repeat reply
    report reports request requested requests required resolution response rest results retry return
    returns role room root route routes row rows rule run running same samples scalar scale scaled
    schema scope sd second seconds sections seen self sell sent series server service session set
    setting shape share shift short show side sigma sign signed since single size slots snapshot so
    some sort source sources spec split st standard start states static stats status std steps str
    string strip structure style success sum summary support supported surface symbol table tables
    tag tags tail take taken tau template term text than that the then theta this three time times
    timestamp title to today token tokens tool tools top total trace trade trim true ts tuple two
    type types under unit units unknown until up upper url use used user valid value values vendor
    version view views vol volume vs wait wall warning week weight when where width window windows
    with without word words worker wrong year yes you zero zone
"""
JOINED = frozenset(_JOINED.split())
_SPACED = """
    APR ATM Active After An Any Argument Assets At Auth BTC Best Black Bucket Calendar Callable
    Calls Catalog Chain Charm Crypto Customer Cuts DD DEC Daily Days Dealer Definition Delta Density
    Discovery ETF Each Empty Endpoint Entry Envelope Every Expected Exposure FEB Fault Filters Fixed
    Flip Flow Friday Full Funding Gamma Gather Greek Health Heavy History How ISO It Iterator Iv JAN
    Keep LIMIT Largest Latest Levels Limit Lines Listed Live Lower MAR Make Mapping Market Most
    Multi NOV Near Net New Nothing Now Numbers Odds One Only Option Optional Options Other Over
    Overview Own PCR Pain Part Past Payload Plan Point Positive Premium Price Probability Put Quant
    Quantity Question RATE REST RV Range Rate Reading Recent Repeat Retry Risk Rows Running SEP Seen
    Sequence Shape Shows Sign Single Sizes Socket Spot Standing Std Stored Strike Structure Success
    Summary Tape Tell Term The Through Together Trace True Try Two USD UTC Unit Unix Unknown Up
    Upper Use Venue What Where Whether Words YYYY abc above accepted actually adds ages aggregate
    aggregation ago ahead allows alone along already also although always among analytics anchors
    another answered apart appear around ask asked atm bands bare bars because behind being belongs
    below better blend books both brief building built burst but caller calling cannot carry chains
    cheap chosen closest coins cold collections combined come comes coming comma computed concept
    confidence confirmed connections contracts could coverage covered covers customers cuts dated db
    dealer defaults depend derive describe dex different does drops effective eight elif endif
    ending ends enterprise estimated evaluation expiration expired expiry facts fall fallback falls
    feeds fell few figure filled finite fit five flat flows fly fresh fund give gone good had having
    healthy held hk holders holding holds how ill inclusive india instant instead instrument its lag
    largest late later leading least lies lighter links listed little look looks lose lowest made
    makes marked match matched maximum may meaning means median minimum minute mixed monthly most
    must near nearest needs neutral never nine noise nothing often oi ok older ones others otherwise
    outside overall own paging pain paired pass passing past peak places plans prem premium priced
    printed prints pro pt pts published puts quota quoted ran ranking reach reading really redis
    refer reported resolved returned ridge risk rolling rv said sandbox say schemas section see seed
    served silent six sizes slice socket sold spot spread stable standing stands starter starts
    state statuses stay still stored stress strike such tails takes ten them there these they thin
    third those tier timestamps too try typed typing unless unsigned ups usable usd uses usual
    usually venue venues walls warnings was weak weekly well were what whatever whether which while
    whole whose within worth would yield your zones
"""
SPACED = frozenset(_SPACED.split())

_LED = """
    AUG Binance Covered Customers ETFs Estimated Futures Highest INTERNAL JUN Lowest Monthly OCT
    Ranked Releases SYMBOL Several Symbols Terminal absent acceleration across advice against
    aggregates alike applied backwards begins beside blended bought breakdown breaking briefly
    brings buckets bullish buyers buying cadence candles carries charged charm clamp clause
    combination comparing continuous contour costs counted crossed cumulative curves damping dealers
    deeper degraded densities described differ differences disagree disagreement discovery
    dispersion distributions documented dollar dropped earlier endpoints enforced entitlement
    envelope everything everywhere exchanges explained exposure fading falling faults fewer figures
    finds flips forbidden forecast freshness frozen funding further futures gives greek grids
    headings hedge hides highest historical honours horizon hump imbalance implied inferred
    intensity itself judged keeps kept keyed kinds lacking lacks ladder larger lasts leaves leaving
    leverage lifts longer longs lowered macros malformed matters maturity measured mirrored moved
    naming narrow nearly neighbours nesting newer newest noisy normalized normally nullable odds
    oldest opposite oriented overrides payout percentile perp pocket pockets positioning probability
    problems projected prose quadrant quarterly quotas ranked reached readable realised reasons
    rebuilt recorded records refused regime relative releases removal repeated repeating resistance
    reversal revoked rising rolls saying says sensitivity settled settlement several shapes shared
    shorter shorts shown shows sibling sides signs silently simulated skew slope smallest smile
    smiles snapshots sorts spelled stale stated strikes strongest subset summed sums surfaces
    switched switches symbols tally tape tells tenor textbook their thresholds throughout tide
    timeout together totals traded trades trading truncated unauthorized unavailable uncertain
    unclear underlying undocumented unequal uneven unhealthy unnamed unreachable upstream verdict
    versus volatility walks websocket whale whales whenever wording
"""
LED = frozenset(_LED.split())

_TWO = """
    BREAKING Changelog Cumulative DTE DVOL Dated Deribit Derive Distances Expiration Expiry Filtered
    Freshness GEX HVL HYPE Headline Implied Inflows Liquidated Liquidation Liquidations Liveness
    Longs Newest OHLC OPEX Opex Positioning Quota STALE Scholes Skew Smiles Strikes Taker Thalex
    Totals UNAUTHORIZED UPSTREAM Underlying Upstream VENUE Venues Volatility Volumes Yearly
    annualised aum backquant backtests binance bybit changelog clamped contango cvd dearer deribit
    dte dtes endfor endmacro endset etf gex granularity greeks heatmap hedging inflows intraday
    jinja mcp mistyped normalised notional odte okx openapi opex outflows paged pcr percentiles
    perps quartiles refreshes restarts retryable shortens straddle taker takers tenors thalex thinly
    thinned toolset unwinds vanna vega
"""
TWO = frozenset(_TWO.split())

_LONG = """
    Annualised VALIDATION aggressor amplifying backwardation butterfly caveat caveats expirations
    expiries kurtosis liquidation liquidations perpetual skewness steepest unattributed
"""
LONG = frozenset(_LONG.split())

_THREE = """
    BACKQUANT BTCUSDT ETHUSDT EXCEEDED FORBIDDEN SIMULATED SOLUSDT moneyness
"""
THREE = frozenset(_THREE.split())

# Tokens of a word after a blank, at the start of a line, and after any other ASCII character.
COSTS: Mapping[str, tuple[int, int, int]] = {
    "HYPEUSDT": (4, 4, 5),
    **dict.fromkeys(THREE, (3, 3, 4)),
    **dict.fromkeys(LONG, (2, 3, 4)),
    **dict.fromkeys(TWO, (2, 2, 3)),
    **dict.fromkeys(LED, (1, 2, 3)),
    **dict.fromkeys(JOINED | SPACED, (1, 1, 2)),
}

# Pairs of letters that are no token; every other pair of lower-case or of upper-case letters is.
_UNPAIRED = """
    bq gk gq jv jz kq kz lq nq qf qg qj qk qv qz rj tq wq wz xg xj xk xq xv xw yq zj zq zv EJ FJ
    FQ FZ GJ GQ GZ IY JH JQ JX JY JZ KJ KQ KX KZ LJ LQ LZ MZ NQ OQ OZ PZ QF QG QH QJ QK QO QW QX
    QY QZ RZ TQ UO UQ VJ VQ VY VZ WJ WQ WZ XG XH XJ XK XQ XU XW YB YF YH YI YJ YQ YV ZB ZC ZJ ZK
    ZL ZP ZQ ZV
"""
UNPAIRED = frozenset(_UNPAIRED.split())

# Runs of marks that are one token.
_MARKS = """
    ") "," ". ": ":" ":[ "} "}, "}} %) %, 's (" ($ (+ (- ), ); +$ ," ,- -$ -- .) ... /$ // :"
    :// :[ < => >- [- [[ [] ]," ],[ ]] {" {} },{" %), %; ): ." ."; "),
"""
MARKS = frozenset(_MARKS.split())
# Such runs that take the blank before them along.
LED_MARKS = frozenset({" (+", " (-", " ($", ' ("', " <"})
