"""Arguments become a query, or a refusal that says what to change."""

import pytest

from bq_mcp.catalog import Param, ParamHint
from bq_mcp.errors import ArgumentError

from .offered import NOW, TOOLS, fault, faults, hint, listed, prepare, sent, tool


def test_no_arguments_send_no_query() -> None:
    call = prepare("gex_levels", {})
    assert (call.path, call.pairs, call.detail) == ("/gex/levels", (), "standard")


def test_query_follows_the_catalog_not_the_model() -> None:
    call = prepare("gex_levels", {"positioning": "std", "symbol": "eth"})
    assert call.pairs == (("symbol", "ETHUSDT"), ("positioning", "std"))


def test_detail_is_ours_and_never_sent() -> None:
    call = prepare("gex_levels", {"detail": "RAW"})
    assert call.detail == "raw" and call.pairs == ()


def test_a_misspelt_name_is_refused_with_the_closest_one() -> None:
    found = fault("gex_levels", symbl="ETHUSDT")
    assert (found.param, found.value, found.closest) == ("symbl", "ETHUSDT", "symbol")
    assert found.reason == "no such argument"
    assert "symbol" in found.allowed and "detail" in found.allowed


@pytest.mark.parametrize("name", ["Symbol", "SYMBOL", "symbol ", "coin", "__proto__", ""])
def test_any_other_name_is_refused(name: str) -> None:
    assert fault("gex_levels", **{name: "ETHUSDT"}).reason == "no such argument"


def test_the_key_is_no_argument_anywhere() -> None:
    for name, found in TOOLS.items():
        for spelling in ("X-API-Key", "api_key", "key", "authorization"):
            with pytest.raises(ArgumentError, match="no such argument"):
                prepare(name, {spelling: "bq_live_0123456789"})
        assert not {"x-api-key", "api_key"} & {n.lower() for n in found.input_schema["properties"]}


def test_a_name_is_bounded_and_cleaned_in_its_fault() -> None:
    assert len(fault("gex_levels", **{"x" * 5000: 1}).param) <= 64
    assert fault("gex_levels", **{"a\nb\x1b[31m": 1}).param == "a b[31m"


def test_every_fault_is_told_at_once_one_for_each_argument() -> None:
    found = faults("gex_strike_profile", symbl="x", symbol="DOGE", moneyness_min="low")
    assert [item.param for item in found] == ["symbl", "symbol", "moneyness_min"]


@pytest.mark.parametrize("neutral", [None, "", "null", ["null"], [], "None", "undefined"])
def test_neutral_values_of_strict_clients_are_absent(neutral: object) -> None:
    names = TOOLS["gex_strike_profile"].input_schema["properties"]
    call = prepare("gex_strike_profile", dict.fromkeys(names, neutral))
    assert call.pairs == () and call.detail == "standard"


def test_a_value_outside_the_enum_is_refused_with_the_closest() -> None:
    found = fault("gex_levels", symbol="BTCUSTD")
    assert found.reason == "not one of the allowed values"
    assert found.closest == "BTCUSDT"
    assert list(found.allowed) == ["BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT"]


@pytest.mark.parametrize("market", ["DOGEUSDT", "XRPUSDT", "BNBUSDT", "AVAXUSDT", "XRP"])
def test_another_coin_is_not_said_to_be_close(market: str) -> None:
    assert fault("gex_levels", symbol=market).closest is None


def test_coin_routes_take_pairs_and_pair_routes_take_coins() -> None:
    assert sent("etf_flows", symbol="BTCUSDT") == {"symbol": "BTC"}
    assert sent("gex_levels", symbol="BTC") == {"symbol": "BTCUSDT"}
    assert fault("etf_aum", symbol="SOL").allowed == ("BTC", "ETH")


@pytest.mark.parametrize("value", [["deribit", "okx"], "Deribit, OKX", '["deribit","okx"]'])
def test_a_comma_list_is_joined_on_the_wire(value: object) -> None:
    assert sent("gex_levels", exchanges=value) == {"exchanges": "deribit,okx"}


@pytest.mark.parametrize(
    ("tool_name", "argument", "one", "other"),
    [
        ("gex_levels", "exchanges", "okx,deribit", "deribit,okx"),
        ("gex_levels", "include", ["zones", "ranked"], ["ranked", "zones"]),
        ("options_chain", "fields", "contracts,aggregates", "aggregates,contracts"),
        ("market_bundle", "series", "funding,candles", "candles,funding"),
    ],
)
def test_the_same_set_in_another_order_is_the_same_question(
    tool_name: str, argument: str, one: object, other: object
) -> None:
    assert sent(tool_name, **{argument: one}) == sent(tool_name, **{argument: other})


def test_where_the_answer_keeps_the_order_asked_it_is_sent_as_given() -> None:
    assert sent("multi_gex_levels", symbols="eth,btc") == {"symbols": "ETHUSDT,BTCUSDT"}


def test_a_list_nobody_here_knows_keeps_its_order() -> None:
    unseen = tool(Param("legs", type="array", item_enum=("a", "b", "c")))
    assert sent(unseen, legs=["c", "a"]) == {"legs": "c,a"}


def test_a_member_outside_the_list_is_never_forwarded() -> None:
    found = fault("gex_levels", exchanges=["deribit", "binanse"])
    assert (found.param, found.value, found.closest) == ("exchanges", "binanse", "binance")


def test_one_unknown_member_in_a_csv_refuses_the_call() -> None:
    assert fault("gex_levels", exchanges="deribit,coinbase").value == "coinbase"


def test_members_are_sent_once() -> None:
    assert sent("multi_gex_levels", symbols="btc,BTCUSDT,eth") == {"symbols": "BTCUSDT,ETHUSDT"}


def test_a_list_of_nothing_is_absent_and_missing_where_required() -> None:
    assert sent("gex_levels", exchanges=",") == {}
    found = fault("multi_gex_levels", symbols="[]")
    assert (found.param, found.reason, found.value) == ("symbols", "required", None)
    assert "BTCUSDT" in found.allowed


def test_a_missing_required_argument_lists_its_values() -> None:
    found = fault("options_greeks", symbol="btc")
    assert (found.param, found.reason) == ("greek", "required")
    assert "vanna" in found.allowed


def test_a_path_value_fills_the_path_and_is_no_query() -> None:
    call = prepare("options_greeks", {"greek": "VANNA"})
    assert call.path == "/options/greeks/vanna"
    assert call.pairs == () and call.query == {"greek": "vanna"}


@pytest.mark.parametrize("value", ["../symbols", "delta/../../x", "delta?x=1", "%2e%2e", ".."])
def test_a_path_value_outside_its_enum_is_refused(value: str) -> None:
    assert fault("options_greeks", greek=value).reason == "not one of the allowed values"


def test_bounds_are_checked_and_named() -> None:
    assert fault("gex_history", limit=1001).reason == "must be at most 1000"
    assert fault("gex_history", limit="0").reason == "must be at least 1"
    assert fault("gex_history", limit="many").reason == "must be a whole number"
    assert fault("gex_history", limit=True).reason == "must be a whole number"
    assert sent("gex_history", limit="30") == {"limit": "30"}


def test_exclusive_bounds_are_checked_though_not_offered() -> None:
    one = tool(Param("width", type="number", exclusive_minimum=0, exclusive_maximum=50))
    assert fault(one, width=0).reason == "must be above 0"
    assert fault(one, width="50").reason == "must be below 50"
    assert sent(one, width=0.1) == {"width": "0.1"}


def test_pattern_and_format_are_checked_though_not_offered() -> None:
    one = tool(
        Param("code", pattern="^[A-Z]{3}$"),
        Param("day", format="date"),
        Param("at", format="date-time"),
        Param("other", format="hostname"),
    )
    assert [item.reason for item in faults(one, code="ab", day="soon", at="now", other="?")] == [
        "does not have the expected form",
        "must be a date, such as 2026-08-20",
        "must be a date-time, such as 2026-08-20T14:30:00Z",
    ]
    assert sent(one, code="ABC", day="2026-08-20", at="2026-08-20T14:30:00Z")


def test_a_pattern_of_a_comma_list_is_checked_on_the_joined_text() -> None:
    one = tool(Param("codes", pattern="^[A-Z,]+$", description="Comma-separated codes."))
    assert sent(one, codes=["AB", "CD"]) == {"codes": "AB,CD"}
    assert fault(one, codes=["AB", "cd"]).reason == "does not have the expected form"


def test_a_slow_pattern_meets_short_texts_only() -> None:
    one = tool(Param("code", pattern="a*a*a*b"))
    assert fault(one, code="a" * 3_999).reason == "is longer than 200 characters"
    assert fault(one, code="a" * 100).reason == "does not have the expected form"


def test_numbers_that_are_none_are_refused() -> None:
    one = tool(Param("size", type="number"))
    for value in (float("nan"), float("inf"), -float("inf"), 1e300, 10**400, "1e99"):
        assert "finite number" in fault(one, size=value).reason
    assert sent(one, size=0) == {"size": "0"}


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "\x1b[31m", "x\x85x", "\ud800"])
def test_control_characters_and_lone_surrogates_are_refused(text: str) -> None:
    assert fault(tool(Param("note")), note=text).reason == "holds control characters"


def test_text_is_bounded() -> None:
    one = tool(Param("note"), Param("names", type="array"))
    assert fault(one, note="x" * 201).reason == "is longer than 200 characters"
    assert fault(one, note="x" * 100_000).reason == "is longer than 4000 characters"
    assert fault(one, names=["x"] * 65).reason == "holds more than 64 members"
    assert fault(one, names=",".join(map(str, range(65)))).reason == "holds more than 64 members"
    assert fault(one, names=[["x"] * 50] * 2).reason == "holds more than 64 members"
    assert fault(one, names=["x," * 3000]).reason == "is longer than 4000 characters"
    assert fault(one, names="[" * 3999).reason == "must be a list"


@pytest.mark.parametrize("value", [True, {"a": 1}, [["a"]], [{}], '[["a"]]'])
def test_what_is_no_list_of_scalars_is_refused(value: object) -> None:
    assert fault("gex_levels", exchanges=value).param == "exchanges"


@pytest.mark.parametrize("value", [True, {"a": 1}])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert fault("gex_levels", symbol=value).reason == "must be text"


def test_expiry_is_spelt_as_each_route_takes_it() -> None:
    trace = "options_greeks_trace"
    assert sent(trace, greek="gamma", expiry="2027-03-26")["expiry"] == "26MAR27"
    assert sent(trace, greek="gamma", expiry="0DTE")["expiry"] == "0dte"
    assert sent("gex_max_pain", expiry="2027-03-26") == {"expiry": "2027-03-26"}
    assert sent("gex_max_pain", expiry="26mar27") == {"expiry": "26MAR27"}
    assert sent("tape_flow_by_strike", expiry="26MAR27") == {"expiry": "2027-03-26"}
    assert sent("tape_flow_by_strike", expiries="26MAR27,2027-04-30") == {
        "expiries": "2027-03-26,2027-04-30"
    }
    assert sent("options_chain", expiries=["2027-03-26", "30apr27"]) == {
        "expiries": "26MAR27,30APR27"
    }


def test_an_exploded_array_is_repeated_and_asked_once() -> None:
    exploded = listed({"name": "v", "in": "query", "schema": {"type": "array", "items": {}}})
    call = prepare(exploded, {"v": ["a", "b"]})
    assert call.pairs == (("v", "a"), ("v", "b"))
    assert call.query == {"v": "a,b"}


def test_an_array_that_does_not_explode_is_joined() -> None:
    joined = listed({"name": "v", "in": "query", "explode": False, "schema": {"type": "array"}})
    assert prepare(joined, {"v": "a,b"}).pairs == (("v", "a,b"),)


def test_members_of_a_number_array_are_numbers_in_their_enum() -> None:
    days = Param("days", type="array", item_type="integer", item_enum=(1, 7, 30))
    assert sent(tool(days), days=["7", 30.0]) == {"days": "7,30"}
    assert fault(tool(days), days="7,8").value == 8


def test_an_open_path_value_is_plain_and_bounded() -> None:
    one = tool(Param("name", location="path", required=True), path="/x/{name}/y")
    assert prepare(one, {"name": "BTC-26MAR27.x_1"}).path == "/x/BTC-26MAR27.x_1/y"
    for value in (".", "..", "a/b", "a b", "é", "a%2Fb", "x" * 65, "{name}"):
        assert "letters, digits" in fault(one, name=value).reason


def test_a_path_enum_of_a_hostile_catalog_cannot_climb() -> None:
    name = Param("name", location="path", required=True, enum=("..", ".", "a/b", "{other}"))
    other = Param("other", location="path", required=True)
    one = tool(name, other, path="/x/{name}/{other}")
    assert fault(one, name="..", other="v").param == "name"
    assert fault(one, name=".", other="v").param == "name"
    assert prepare(one, {"name": "a/b", "other": "v"}).path == "/x/a%2Fb/v"
    assert prepare(one, {"name": "{other}", "other": "v"}).path == "/x/%7Bother%7D/v"


def test_a_part_of_a_segment_is_filled_and_cannot_climb() -> None:
    size = Param("page-size", location="path", required=True)
    one = tool(size, path="/book/.{page-size}")
    assert prepare(one, {"page-size": 20}).path == "/book/.20"
    assert fault(one, **{"page-size": "."}).param == "page-size"


def test_a_list_in_the_path_is_joined_and_encoded_whole() -> None:
    symbols = Param("symbols", location="path", required=True, description="Comma list.")
    call = prepare(tool(symbols, path="/x/{symbols}"), {"symbols": ["BTC", "ETH"]})
    assert call.path == "/x/BTC%2CETH"


@pytest.mark.parametrize(
    "name", ["self", "class", "from", "None", "arguments", "filter.min", "a-b"]
)
def test_names_that_mean_something_in_python_are_only_names(name: str) -> None:
    assert prepare(listed({"name": name, "type": "integer"}), {name: "5"}).pairs == ((name, "5"),)


def test_an_upstream_detail_is_sent_and_ours_is_answer_detail() -> None:
    one = listed({"name": "detail", "type": "string", "enum": ["low", "high"]})
    call = prepare(one, {"detail": "HIGH", "answer_detail": "brief"})
    assert call.pairs == (("detail", "high"),) and call.detail == "brief"
    assert fault(one, detail="brief").allowed == ("low", "high")


def test_a_hint_never_makes_a_changed_parameter_unusable() -> None:
    known = hint(positioning=ParamHint(members=("flow", "std")), tags=ParamHint(csv=True))
    one = tool(Param("positioning", type="integer"), Param("tags", type="boolean"), hint=known)
    assert sent(one, positioning="2", tags="yes") == {"positioning": "2", "tags": "true"}


def test_a_hundred_thousand_arguments_are_refused_before_any_is_compared() -> None:
    many = {f"symbol{number}" + "x" * 200: [None] * 50 for number in range(100_000)}
    with pytest.raises(ArgumentError) as caught:
        TOOLS["gex_levels"].checker.prepare(many, NOW)
    (fault,) = caught.value.faults
    assert (fault.param, fault.value) == ("arguments", 100_000)
    assert "symbol" in fault.allowed


def test_of_many_unknown_arguments_the_first_have_their_closest() -> None:
    many = dict.fromkeys([f"symbol{number}" for number in range(100)], "BTC")
    with pytest.raises(ArgumentError) as caught:
        TOOLS["gex_levels"].checker.prepare(many, NOW)
    closest = [fault.closest for fault in caught.value.faults]
    assert (len(closest), closest.count("symbol")) == (100, 10)
