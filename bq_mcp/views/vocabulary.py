"""Words that are one token of o200k each, so that the estimator need not guess them.

Each is one token at the start of a line and after a blank, and at most two after any other
ASCII character; those of `JOINED` are one token after an underscore as well. Those of `TWO` are at
most two and three. A test holds every word to that.
"""

_JOINED = """
    API All BLOCK Back Block By Call Content Context Data ERROR ETH Error FOUND For Free From
    GET Generic HTTP Header IV In JSON KEY Key Left Length MM Max Meta NAV NOT NOTE No None Not
    OF Open Per Profile Read Record Response Return Row SOL SOURCE Start TRACE Time Total WS Web
    Window With about abs absolute access active activity add added address after again age all
    allowed amount an anchor and answer answers any api are argument arguments array arrays as
    asset assets at attribute auth available axes axis back bad band bar base basis be before
    begin best between bid block blocks board body book bool boolean bound bounds bucket build
    bundle business buy by cache cached calendar call called calls can cap caps case catalog
    categories category cell cells chain change changed changes channels check class client
    clients clock close clusters code codes coin column columns com compare component config
    confirm const constant context continue contract correct cost count counts cover crypto csv
    current cursor curve cut daily data date dates datetime day days decimal def default delta
    density depth description detail details dict digest direction discount distance
    distribution do docs down drop duration each echo edge else empty end endpoint entry enum
    equals error errors event every exact example exchange execute exist exists expected extra
    factory failed failure false far fault field fields filter filtered filters first fixed flag
    flip float floor flow for form format formula forward found four frame from front full
    future gamma get given grid group groups has have head header health heat help here high
    history hours id if import in include index inner inside int integer interest interval into
    invalid is iso it item items iv join json keep key keys kind known label labels large last
    latest left len length less level levels limit limits line linear lines list listing lists
    live local long loop low lower macro major management many map mapping mark market marks
    mass matching matrix max md mean members message meta method min minus minutes missing mode
    model models money month more move moves ms multi name named names needed negative net
    network new next no non none normal not note notes now null number numbers object of off
    offer old on once one only open operation option optional options or order other out over
    page pages parallel param parameter parameters params part parts path paths payload pct pdf
    per percent phrase pin place plain plan plus point points positions positive present
    pressure price prices print prob profile projection property public put qty quality query
    question quote quotes range rank rate ratio raw re read reads real reason recent recipe
    record refresh region release repeat reply report reports request requested requests
    required resolution response rest results retry return returns role room root route routes
    row rows rule run running same samples scalar scale scaled schema scope sd second seconds
    sections seen self sell sent series server service session set setting shape share shift
    short show side sigma sign signed since single size slots snapshot so some sort source
    sources spec split st standard start states static stats status std steps str string strip
    structure style success sum summary support supported surface symbol table tables tag tags
    tail take taken tau template term text than that the then theta this three time times
    timestamp title to today token tokens tool tools top total trace trade trim true ts tuple
    two type types under unit units unknown until up upper url use used user valid value values
    vendor version view views vol volume vs wait wall warning week weight when where width
    window windows with without word words worker wrong year yes you zero zone
"""
JOINED = frozenset(_JOINED.split())
_SPACED = """
    APR ATM After An Any Argument Assets Auth BTC Best Black Bucket Callable Calls Chain Charm
    Crypto Customer Cuts DD DEC Daily Days Dealer Definition Delta Density Discovery ETF Each
    Empty Endpoint Entry Envelope Every Expected Exposure FEB Fault Filters Flip Flow Friday
    Full Funding Gamma Gather Greek Health Heavy History How ISO It Iterator Iv JAN Keep Largest
    Latest Levels Limit Lines Listed Live Lower MAR Make Mapping Market Most Multi NOV Near Net
    Nothing Now Odds One Only Optional Options Other Over Overview Own PCR Pain Part Past
    Payload Plan Positive Premium Price Probability Put Quant Quantity Question REST RV Rate
    Reading Recent Repeat Retry Risk Rows Running SEP Seen Sequence Shape Shows Sign Single
    Sizes Socket Spot Standing Std Strike Structure Success Summary Tape Tell Term The Through
    Together Trace True Try Two USD UTC Unit Unix Unknown Upper Use Venue What Where Whether
    Words YYYY abc above accepted actually adds ages aggregate aggregation ago ahead allows
    alone along already also although always among analytics anchors another answered apart
    appear around ask asked atm bands bare bars because behind being below better both brief
    building built burst but calling cannot carry chains cheap chosen closest coins cold
    collections combined come comes comma computed concept confidence confirmed contracts could
    coverage covered covers customers cuts dated dealer derive describe dex different does
    effective eight elif endif ending ends enterprise estimated expired expiry facts fall
    fallback falls feeds fell few figure filled finite five flows fly fresh fund give gone had
    having healthy held hk holding holds how ill inclusive india instant instead instrument its
    lag largest late later leading least lies lighter listed look looks lowest made makes
    matched maximum may meaning means median minimum minute mixed monthly most must near nearest
    needs neutral never nothing often oi older ones others otherwise outside overall own paging
    pain paired past plans prem premium priced printed prints pts published puts quota quoted
    ran ranking reading really refer reported resolved returned ridge risk rolling rv said
    sandbox say schemas see served silent six sold spot spread stable standing starter starts
    statuses still stored stress strike such tails takes ten them there these they thin third
    those tier timestamps too typed typing unless ups usable usd uses usual usually venue venues
    walls warnings was weekly well were what whatever whether which while whole whose within
    worth would yield zones
"""
SPACED = frozenset(_SPACED.split())

_TWO = """
    Argument Assets Back Best Binance Calls Changelog Charm Context Covered Cumulative Customer
    Customers Cuts DVOL Dated Deribit Derive Distances ETFs Estimated Every Expiration Expiry
    Exposure Fault Filters Flip From Full Funding Futures Generic HYPE Header Headline Health
    Heavy Highest Implied Inflows JSON Largest Latest Lines Liquidation Liquidations Listed Live
    Longs Lowest Make Monthly Near None Nothing OHLC OPEX Odds Opex Other Over Overview Past
    Plan Positioning Quant Quota Ranked Read Recent Record Repeat Running SYMBOL Scholes Several
    Shape Single Sizes Skew Smiles Start Strikes Symbols Terminal Thalex Through Together True
    Underlying Upstream VENUE Venues Volatility Volumes Words Yearly absent acceleration
    accepted access across actually address advice again against ages aggregates alike analytics
    annualised applied argument arguments around assets attribute axes backquant backtests
    backwards bands bare base begin begins beside better binance blended board bool bought
    breakdown breaking briefly buckets build building bullish buyers buying bybit cadence called
    candles carries changelog charged charm clamp clamped clause closest clusters combination
    comma comparing config confirm confirmed contango continue continuous contour correct costs
    counted crossed cumulative curves damping dates dealers deeper degraded deribit describe
    described dict differ digest disagree disagreement discount discovery dispersion
    distributions documented dollar dropped dtes earlier effective endfor endmacro endpoints
    endset enforced entitlement envelope everything exchanges execute expired explained exposure
    fading faults feeds fell fewer figures finds flips float forbidden forecast freshness frozen
    funding further futures gives gone granularity greek greeks grids having headings heatmap
    hedge hedging help hides highest historical holding horizon hump imbalance implied inferred
    inflows intensity intraday items itself jinja judged kept keyed kinds labels lacking lacks
    ladder larger lasts leading leaves leverage lifts lighter longer lowered macros made makes
    malformed management mapping matching matters maturity measured mirrored mistyped models
    moved naming narrow nearly needed needs nesting network newer newest normalised normalized
    normally notional nullable odds odte ones openapi opex opposite oriented outflows overrides
    paged paired payout percentile perp perps phrase pockets positioning positions probability
    projected prose quadrant quarterly quartiles question ranked reached readable realised
    reasons rebuilt recorded records refer refresh refreshes refused regime relative releases
    repeated repeating resistance restarts retryable reversal revoked ridge role rolls room
    sandbox saying says scalar self sensitivity setting settlement several shapes shared
    shortens shorter shorts shown shows sibling sides signs silent silently simulated skew
    smallest smile smiles snapshots some spelled stale stated states straddle strikes strongest
    subset summed sums surfaces switched switches symbols tables taker takers tally tape tells
    tenor tenors textbook thalex their thinned thresholds tide timeout together toolset totals
    traded trades trading trim truncated unauthorized unavailable uncertain unclear underlying
    undocumented unequal uneven unhealthy unnamed unreachable unwinds upstream usable vanna vega
    verdict versus views volatility warning whale whales whenever wording worth zone
"""
TWO = frozenset(_TWO.split())

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
    :// :[ < => >- [- [[ [] ]," ],[ ]] {" {} },{"
"""
MARKS = frozenset(_MARKS.split())
