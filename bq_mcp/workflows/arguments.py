"""Check the arguments of a prompt by the rules of the tools they are meant for."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ..errors import ArgumentError, ArgumentFault
from ..tools import Tool
from ..tools.argument_faults import unknown_names
from ..tools.days import read_instant
from ..tools.durations import read_duration
from ..tools.spellings import is_absent
from .book import Argument, Book, Workflow

Value = str | int | float | list[str] | None
FindTool = Callable[[str], Tool | None]

# What goes into the text of a prompt: one word, so that none can look like a sentence of ours.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,:+\-]{0,63}")
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,8})?")
_NOT_A_WORD = "must be one word of letters, digits and . , : + - _"


def checked(
    workflow: Workflow, book: Book, given: Mapping[str, str], find_tool: FindTool, now: datetime
) -> Mapping[str, Value]:
    """Return the value of each argument of a prompt, None for one that is absent.

    `find_tool` returns the tool of a path, None where upstream has none.

    Raises:
        ArgumentError: something does not fit; all faults at once.
    """
    faults = list(unknown_names(given, workflow.arguments))
    values: dict[str, Value] = {}
    for name in workflow.arguments:
        argument = book.arguments[name]
        try:
            text = given.get(name, "")
            text = argument.default if is_absent(text) else text
            values[name] = _value(argument, text, find_tool, now) if text else None
            if values[name] is None and name in workflow.required:
                faults.append(ArgumentFault(name, None, f"required: {argument.description}"))
        except ArgumentError as error:
            faults += _named(error, name, argument)
    if faults:
        raise ArgumentError(faults)
    return values


def _value(argument: Argument, text: str, find_tool: FindTool, now: datetime) -> Value:
    if argument.ago:
        text = _instant(argument, text.strip(), now)
    tool = find_tool(argument.path)
    form = tool.checker.forms.get(argument.param) if tool else None
    if tool is None or form is None:
        return _typed(_word(argument, text.strip()), argument, is_list=False)
    found = tool.checker.prepare({argument.param: text}, now).query.get(argument.param)
    if found is None:
        return None
    return _typed(_word(argument, found), argument, is_list=form.is_list)


def _word(argument: Argument, text: str) -> str:
    """Return `text`, which is one word.

    Raises:
        ArgumentError: it is not.
    """
    if not _WORD.fullmatch(text):
        raise ArgumentError([ArgumentFault(argument.param, text, _NOT_A_WORD)])
    return text


def _typed(text: str, argument: Argument, *, is_list: bool) -> Value:
    if is_list:
        return text.split(",")
    if not argument.number:
        return text
    if not _NUMBER.fullmatch(text):
        raise ArgumentError([ArgumentFault(argument.param, text, "must be a number")])
    return float(text) if "." in text else int(text)


def _instant(argument: Argument, text: str, now: datetime) -> str:
    """Return the instant so long before `now`; what is no length of time is returned as it is.

    Raises:
        ArgumentError: it is no instant either, or none that the calendar has.
    """
    seconds = read_duration(text)
    try:
        found = read_instant(text) if seconds is None else now - timedelta(seconds=seconds)
    except OverflowError:
        found = None
    if found is None:
        reason = f"is no time; give {argument.description}"
        raise ArgumentError([ArgumentFault(argument.param, text, reason)])
    return text if seconds is None else f"{found:%Y-%m-%dT%H:%M}:00Z"


def _named(error: ArgumentError, name: str, argument: Argument) -> Iterator[ArgumentFault]:
    """Yield the faults of one parameter under the name that the prompt has for it."""
    for fault in error.faults:
        yield replace(fault, param=name) if fault.param == argument.param else fault
