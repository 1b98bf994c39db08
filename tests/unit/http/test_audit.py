"""The line of a call."""

import io
import json
from contextlib import redirect_stderr

import pytest

from bq_mcp.http.audit import Audit
from bq_mcp.http.served import Served
from bq_mcp.text import MASK

SECRET = "hunter2-hunter2-hunter2"
CALL = Served(
    who="desk",
    method="tools/call",
    outcome="ok",
    seconds=0.12345,
    tool="gex_levels",
    is_offered=True,
    age_seconds=12.0,
    cache="miss",
    requests=1,
    units=1,
    arguments={"symbol": "BTCUSDT", "detail": "brief"},
)


def line_of(served: Served, *, with_values: bool = False) -> str:
    said = io.StringIO()
    with redirect_stderr(said):
        Audit(with_values=with_values).served(served)
    return said.getvalue().partition(" ")[2]


def test_a_call_is_one_line_at_any_level_without_values() -> None:
    assert line_of(CALL) == (
        "level=info event=call who=desk tool=gex_levels outcome=ok cache=miss age=12.0 "
        "seconds=0.123 requests=1 units=1 arguments=symbol,detail\n"
    )


def test_values_are_written_where_asked_for() -> None:
    values = json.dumps(json.dumps(dict(CALL.arguments)))
    assert f"arguments={values}\n" in line_of(CALL, with_values=True)


def test_what_gives_out_no_data_has_no_line() -> None:
    assert line_of(Served(who="desk", method="tools/list", outcome="ok", seconds=0.1)) == ""


@pytest.mark.parametrize("with_values", [False, True])
def test_a_line_holds_no_secret_and_is_bounded_whatever_was_asked(with_values: bool) -> None:
    MASK.add(SECRET)
    given: dict[str, object] = {SECRET: 1, "a\nb": SECRET, "x": ["y" * 10_000]}
    many = {f"{number}{'n' * 999}": number for number in range(1_000)}
    served = Served(
        who=f"a\n{SECRET}",
        method="tools/call",
        outcome="ok",
        seconds=1,
        tool="t",
        via="call_tool",
        arguments=given | many,
        simulated=True,
    )
    line = line_of(served, with_values=with_values)
    assert "hunter2" not in line
    assert line.count("\n") == 1 and len(line) < 1_500
    assert "via=call_tool" in line and "simulated=True" in line
