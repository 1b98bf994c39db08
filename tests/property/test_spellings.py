"""However a value is written, it is read as itself or left alone, never as another."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.tools.durations import read_duration
from bq_mcp.tools.param_form import ParamForm
from bq_mcp.tools.spellings import coerce

from ..unit.tools.offered import NOW
from .test_arguments import valid_calls

QUICK = settings(max_examples=200)
days = st.dates(date(2026, 11, 20), date(2099, 12, 31))
DAY_WORDS = (
    "%d%b%y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d-%b-%Y",
    "%A, %d %B %Y", "%b %d %Y", "%Y-%m-%dT08:00:00Z",
)  # fmt: skip
BARS = ParamForm(allowed=("1m", "5m", "15m", "30m", "1h", "4h", "1d"))


@QUICK
@given(days, st.sampled_from(DAY_WORDS), st.sampled_from([str, str.upper, str.lower]))
def test_a_day_is_the_same_in_every_spelling(day: date, words: str, case: Any) -> None:
    text = case(day.strftime(words))
    assert coerce(text, ParamForm(expiry="iso")) == day.isoformat()


@QUICK
@given(days)
def test_a_numeric_date_is_one_day_or_left_alone(day: date) -> None:
    for words in ("%d/%m/%Y", "%m/%d/%Y"):
        text = day.strftime(words)
        told = coerce(text, ParamForm(expiry="iso"))
        assert told == (day.isoformat() if day.day > 12 or day.day == day.month else text)


@QUICK
@given(st.integers(-(10**12), 10**12), st.sampled_from([",", "_", "'", " ", "\u202f", ""]))
def test_thousands_are_read_whatever_parts_them(number: int, mark: str) -> None:
    text = f"{number:,}".replace(",", mark)
    assert coerce(text, ParamForm("integer")) == number
    assert coerce(f"${text}".replace("$-", "-$"), ParamForm("number", unit="money")) == number


@QUICK
@given(st.text("0123456789.,_ kKmM%$-+eE", max_size=12))
def test_a_text_is_a_number_of_its_own_digits_or_left_alone(text: str) -> None:
    read = coerce(text, ParamForm("number"))
    if not isinstance(read, int | float):
        return
    digits = "".join(filter(str.isdigit, text.lower().split("e")[0])).strip("0")
    shown = f"{Decimal(str(abs(read))):f}".replace(".", "").strip("0")
    assert shown == digits


@QUICK
@given(st.integers(0, 2000), st.sampled_from(["s", "m", "min", "h", "D", "w", "M", "mo", "month"]))
def test_a_bar_has_the_length_that_was_asked(count: int, unit: str) -> None:
    text = f"{count}{unit}"
    read = coerce(text, BARS)
    assert read == text or read_duration(str(read)) == read_duration(text)


@QUICK
@given(valid_calls(), st.sampled_from(["input", "arguments", "params", "args", "kwargs"]))
def test_a_wrapper_changes_no_call(call: Any, wrapper: str) -> None:
    subject, arguments = call
    plain = subject.checker.prepare(arguments, NOW)
    assert subject.checker.prepare({wrapper: arguments}, NOW) == plain
