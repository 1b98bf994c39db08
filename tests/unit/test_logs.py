"""What is written to standard error."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr

import pytest

from bq_mcp.logs import Log, hear_libraries, redact_stderr, set_format, set_level
from bq_mcp.text import MASK

SECRET = 'hunter2"\\hunter2'


def logged(say: object) -> str:
    said = io.StringIO()
    with redirect_stderr(said):
        assert callable(say)
        say()
    return said.getvalue()


@pytest.fixture
def json_lines() -> Iterator[None]:
    set_format("json")
    yield
    set_format("text")


@pytest.fixture
def libraries_heard() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hear_libraries()
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_no_field_and_no_traceback_of_a_log_line_holds_a_secret() -> None:
    holds_no_secret()


def test_neither_does_one_of_json(json_lines: None) -> None:
    holds_no_secret()


def holds_no_secret() -> None:
    MASK.add(SECRET)
    log = Log("bq_mcp.test")

    def say() -> None:
        log.warning(f"event {SECRET}", reason=SECRET, body=SECRET.encode(), nested=[{SECRET: 1}])
        try:
            raise ValueError(f"the reply was {SECRET.encode()!r}")
        except ValueError:
            log.exception("failed")

    said = logged(say)
    assert "hunter2" not in said
    assert said.count("[key]") >= 5


def test_a_line_is_read_as_words_whatever_its_fields_hold() -> None:
    def say() -> None:
        log = Log("bq_mcp.test")
        log.info("not let through")
        log.warning("100 % = full", plain="a/b", empty="", lines="one\ntwo\x1b[31m", count=3)

    at, rest = logged(say).split(" ", 1)
    assert at.startswith("timestamp=20") and at.endswith("Z")
    assert rest == (
        'level=warning event="100 % = full" plain=a/b empty="" '
        'lines="one\\ntwo\\u001b[31m" count=3\n'
    )


def test_the_level_is_that_of_the_settings() -> None:
    try:
        set_level("info")
        assert "level=info event=here" in logged(lambda: Log("bq_mcp.test").info("here"))
    finally:
        set_level("warning")


def test_a_log_line_nobody_can_take_fails_nothing() -> None:
    with io.StringIO() as closed, redirect_stderr(closed):
        closed.close()
        Log("bq_mcp.test").warning("unheard")


def test_what_survives_is_one_line_where_the_error_has_words() -> None:
    class Worded(Exception):
        message = "no route"

    def say() -> None:
        with Log("bq_mcp.test").survive("not done", where="here"):
            raise Worded

    said = logged(say)
    assert said.count("\n") == 1
    assert "not done" in said and "no route" in said and "where=here" in said


def test_what_is_no_failure_is_not_survived() -> None:
    with pytest.raises(KeyboardInterrupt), Log("bq_mcp.test").survive("not done"):
        raise KeyboardInterrupt


def test_standard_error_stays_what_it_was_but_for_secrets() -> None:
    def say() -> None:
        redact_stderr()
        assert not sys.stderr.isatty()
        assert sys.stderr.write("plain\n") == 6

    assert logged(say) == "plain\n"


def test_a_line_of_json_holds_the_same_whatever_its_fields_hold(json_lines: None) -> None:
    def say() -> None:
        log = Log("bq_mcp.test")
        log.warning("100 % = full", lines="one\ntwo\u2028\x1b[31m", count=3, share=0.5, none=None)
        log.warning("odd", nan=float("nan"), nested=[{"a": 1}], yes=True)

    lines = logged(say).splitlines()
    first, second = map(json.loads, lines)
    assert first.pop("timestamp").startswith("20")
    assert first == {
        "level": "warning",
        "event": "100 % = full",
        "lines": "one\ntwo\u2028\x1b[31m",
        "count": 3,
        "share": 0.5,
        "none": None,
    }
    assert second["nan"] == "nan" and second["nested"] == "[{'a': 1}]" and second["yes"] is True
    assert all(line.isascii() for line in lines)


def test_a_figure_that_is_a_secret_leaves_json_whole(json_lines: None) -> None:
    MASK.add("20261128")
    said = logged(lambda: Log("bq_mcp.test").warning("here", day=20261128))
    assert json.loads(said)["day"] == "[key]"


@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio", "mcp.server.runner"])
def test_what_libraries_log_has_the_same_form(
    name: str, json_lines: None, libraries_heard: None
) -> None:
    MASK.add(SECRET)

    def say() -> None:
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger(name).exception("broken: %s", SECRET)
        logging.getLogger(name).info("GET /?key=value")

    said = logged(say)
    told = json.loads(said)
    assert (told["level"], told["logger"]) == ("error", name)
    assert told["event"].startswith("broken: ") and "Traceback" in told["exception"]
    assert "hunter2" not in said


def test_a_warning_of_the_interpreter_has_it_too(json_lines: None, libraries_heard: None) -> None:
    def say() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("soon gone", stacklevel=1)

    told = json.loads(logged(say))
    assert told["logger"] == "py.warnings" and "soon gone" in told["event"]
