"""Whatever a model sends, either a valid query goes out or an ArgumentError comes back."""

import re
from typing import Any
from urllib.parse import unquote

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bq_mcp.catalog import Param
from bq_mcp.errors import ArgumentError
from bq_mcp.tools import Tool
from bq_mcp.tools.arguments import Prepared
from bq_mcp.tools.param_form import ParamForm, form_of
from bq_mcp.tools.spellings import is_absent

from ..unit.tools.offered import NOW, TOOLS, tool

QUICK = settings(max_examples=300)
tools = st.sampled_from(list(TOOLS.values()))
# Words models mix up with values, beside arbitrary ones.
words = st.sampled_from(
    ["btc", "BTC-USD", "ETHUSDT", "deribit,okx", "null", "", "30", "1e99", "true", "26MAR27", "all"]
    + ["2027-03-26", '["deribit"]', "[[", "..", "%2e", "a/b", "vanna", "std", "\ud800", "nan", "-1"]
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), words
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@st.composite
def any_calls(draw: st.DrawFn) -> tuple[Tool, dict[str, Any]]:
    chosen = draw(tools)
    names = st.sampled_from([*chosen.input_schema["properties"]]) | st.text(max_size=10)
    return chosen, draw(st.dictionaries(names, anything, max_size=6))


@st.composite
def valid_calls(draw: st.DrawFn) -> tuple[Tool, dict[str, Any]]:
    chosen = draw(tools)
    properties = chosen.input_schema["properties"]
    optional = [name for name in properties if name not in chosen.input_schema.get("required", ())]
    names = [*chosen.input_schema.get("required", ()), *draw(st.sets(st.sampled_from(optional)))]
    # A lower end beside an upper one may leave nothing.
    names = [name for name in names if not name.endswith("_min")]
    return chosen, {name: draw(valid_values(chosen, name, properties[name])) for name in names}


def valid_values(subject: Tool, name: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    param = subject.endpoint.param(name)
    form = form_of(param, subject.hint) if param else ParamForm()
    if schema["type"] == "array":
        items = valid_values(subject, name, {**schema["items"], "type": "string"})
        return st.lists(items, min_size=1, max_size=5)
    if form.instant:
        return st.just({"since": "2026-08-20T14:30:00Z"}.get(form.instant, "2026-08-21"))
    if form.expiry:
        return st.sampled_from(["26MAR27", "2027-04-30"])
    if "enum" in schema:
        return st.sampled_from([member for member in schema["enum"] if member != form.neutral])
    low, high = schema.get("minimum", 1), schema.get("maximum", 10**6)
    match schema["type"]:
        case "integer":
            return st.integers(low, high)
        case "number":
            return st.floats(low, high, exclude_min=True)
        case "boolean":
            return st.booleans()
    return st.text("ABCdef019-:.", min_size=1, max_size=20)


def assert_sendable(subject: Tool, call: Prepared) -> None:
    assert re.fullmatch(r"/[A-Za-z0-9_.~%/\-]+", call.path)
    assert not {".", ".."} & set(unquote(call.path).split("/"))
    assert call.path.count("/") == subject.endpoint.path.count("/")
    for name, text in [*call.pairs, *call.query.items()]:
        param = subject.endpoint.param(name)
        assert param is not None and isinstance(text, str) and text
        text.encode()
        assert not re.search("[\x00-\x1f\x7f-\x9f]", text)
        assert_within_enum(subject, param, text)
    assert call.detail in ("brief", "standard", "full", "raw")


def assert_within_enum(subject: Tool, param: Param, text: str) -> None:
    form = form_of(param, subject.hint)
    if form.allowed:
        assert set(text.split(",") if form.is_list else [text]) <= set(map(str, form.allowed))


@QUICK
@given(valid_calls())
def test_valid_arguments_give_a_valid_query(call: tuple[Tool, dict[str, Any]]) -> None:
    subject, arguments = call
    prepared = subject.checker.prepare(arguments, NOW)
    assert_sendable(subject, prepared)
    assert set(prepared.query) == set(arguments) - {subject.endpoint.detail_name}
    in_path = {param.name for param in subject.endpoint.params if param.location == "path"}
    assert {name for name, _ in prepared.pairs} == set(prepared.query) - in_path


@QUICK
@given(any_calls())
def test_arbitrary_arguments_raise_nothing_but_argument_errors(
    call: tuple[Tool, dict[str, Any]],
) -> None:
    subject, arguments = call
    try:
        prepared = subject.checker.prepare(arguments, NOW)
    except ArgumentError as error:
        assert error.faults and all(fault.reason for fault in error.faults)
        assert len({fault.param for fault in error.faults}) == len(error.faults)
    else:
        assert_sendable(subject, prepared)


@QUICK
@given(tools, st.text(max_size=20), scalars)
def test_an_unknown_name_is_refused_or_told_as_left_out(
    subject: Tool, name: str, value: object
) -> None:
    assume(name not in subject.input_schema["properties"])
    assume(not is_absent(value))
    required = {
        item: subject.input_schema["properties"][item]["enum"][0]
        for item in subject.input_schema.get("required", ())
        if subject.input_schema["properties"][item]["type"] != "array"
    }
    try:
        call = subject.checker.prepare({**required, name: value}, NOW)
    except ArgumentError as error:
        words = ("no such argument", "not inside another")
        assert any(fault.reason.endswith(words) for fault in error.faults)
    else:
        assert len(call.ignored) <= 1 and name not in call.query


@QUICK
@given(st.sampled_from(["string", "integer", "number", "boolean", "array"]), anything)
def test_an_open_parameter_sends_one_plain_text_or_nothing(kind: Any, value: object) -> None:
    subject = tool(Param("open", type=kind))
    try:
        prepared = subject.checker.prepare({"open": value}, NOW)
    except ArgumentError:
        return
    assert_sendable(subject, prepared)


@QUICK
@given(anything)
def test_a_prepared_value_prepares_to_itself(value: object) -> None:
    for subject in (TOOLS["gex_max_pain"], TOOLS["tape_flow_by_strike"]):
        for name in ("symbol", "expiry"):
            try:
                first = subject.checker.prepare({name: value}, NOW)
            except ArgumentError:
                continue
            assert subject.checker.prepare(dict(first.query), NOW).pairs == first.pairs
