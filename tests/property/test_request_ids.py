"""The id of a line is found whatever stands around it, and nothing else is taken for one."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bq_mcp.server.lines import request_ids

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ids = st.integers() | texts
keys = st.sampled_from(["id", "a", 'id":1,"', "\\", "}", '"'])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)
others = st.dictionaries(keys.filter(lambda key: key != "id"), values, max_size=4)
layouts = st.fixed_dictionaries(
    {"ensure_ascii": st.booleans(), "separators": st.sampled_from([(",", ":"), (" ,\t", " : ")])}
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[object, str]:
    """Draw an id and the line of a message that has it somewhere."""
    request_id, members = draw(ids), list(draw(others).items())
    members.insert(draw(st.integers(0, len(members))), ("id", request_id))
    layout: dict[str, Any] = draw(layouts)
    return request_id, json.dumps(dict(members), **layout)


@given(requests())
def test_the_id_of_any_message_is_found(request: tuple[object, str]) -> None:
    request_id, line = request
    assert request_ids(line) == [request_id]


@given(requests(), st.data())
def test_of_a_line_cut_anywhere_it_is_that_id_or_none(
    request: tuple[object, str], data: st.DataObject
) -> None:
    request_id, line = request
    cut = data.draw(st.integers(0, len(line)))
    assert request_ids(line[:cut]) in ([], [request_id])


@given(requests(), st.text(st.characters(exclude_characters='"{}[]')))
def test_what_follows_without_quotes_and_brackets_does_not_matter(
    request: tuple[object, str], rest: str
) -> None:
    request_id, line = request
    assert request_ids(line + rest) == [request_id]


@given(values | others, layouts)
def test_where_no_outermost_object_has_an_id_there_is_none(
    value: object, layout: dict[str, Any]
) -> None:
    if isinstance(value, dict):
        value.pop("id", None)
    assert request_ids(json.dumps(value, **layout)) == []


@given(st.text(alphabet='{}[]",:id17\\ e.-') | st.text())
def test_any_text_is_survived(text: str) -> None:
    assert all(isinstance(found, str | int) for found in request_ids(text))
