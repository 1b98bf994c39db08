"""Read a line of JSON-RPC; of one that cannot be read, the ids that wait for an answer."""

import json
import re
import sys

from mcp.types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    JSONRPCMessage,
    JSONRPCNotification,
    RequestId,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from ..text import clean

_METHOD_LIMIT = 64
_NO_OBJECT = "a message is one JSON object; batches are not taken"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A string, also one that never ends, or a run of brackets. Possessive, so that it is linear.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{\[]++|[}\]]++', re.DOTALL)
_AFTER_KEY = re.compile(
    r'\s*+:\s*+(?:(?P<integer>-?(?:0|[1-9]\d*+))(?![\w.+-]|\Z)|(?P<string>"(?:[^"\\]++|\\.)*+")|)',
    re.DOTALL,
)


class UnreadableLineError(ValueError):
    """A line is no message; `ids` are those of the requests in it, `code` is JSON-RPC's."""

    def __init__(self, code: int, reason: str, ids: list[RequestId]) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.ids = ids


def read_message(line: bytes) -> JSONRPCMessage:
    """Return the message in a line, which may begin with a byte order mark.

    Raises:
        UnreadableLineError: there is none, or it asks without an id that can be answered.
    """
    line = line.strip().removeprefix(_BYTE_ORDER_MARK)
    try:
        message = jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        ids = request_ids(line.decode(errors="surrogateescape"))
        if first["type"] == "json_invalid":
            raise UnreadableLineError(PARSE_ERROR, first["msg"], ids) from None
        place = ".".join(map(str, first["loc"][1:]))
        reason = f"{place}: {first['msg']}" if place else _NO_OBJECT
        raise UnreadableLineError(INVALID_REQUEST, reason, ids) from None
    if isinstance(message, JSONRPCNotification) and not message.method.startswith("notifications/"):
        # An id of another kind, which the SDK takes for none.
        reason = f"{clean(message.method, _METHOD_LIMIT)} without an id that is text or an integer"
        raise UnreadableLineError(INVALID_REQUEST, reason, [])
    return message


def request_ids(text: str) -> list[RequestId]:
    """Return the id of each object on the outermost level, whatever else the text is.

    An id is a string or an integer. Where an object has several, the last one counts, as for any
    reader of JSON.
    """
    ids: list[RequestId] = []
    depth, in_object = 0, False
    found: RequestId | None = None
    for token in _TOKEN.finditer(text):
        match text[token.start()]:
            case '"':
                if depth == 1 and in_object and _is_id(token[0]):
                    after = _AFTER_KEY.match(text, token.end())
                    found = _value(after) if after else found
            case "{" | "[" as opener:
                if depth == 0:
                    in_object, found = opener == "{", None
                depth += len(token[0])
            case _:
                depth = max(0, depth - len(token[0]))
                if depth == 0 and found is not None:
                    ids.append(found)
                    found = None
    if found is not None:
        ids.append(found)
    return ids


def _is_id(key: str) -> bool:
    return key == '"id"' or ("\\" in key and _text(key) == "id")


def _value(after: re.Match[str]) -> RequestId | None:
    integer, text = after["integer"], after["string"]
    if integer is None:
        return text and _text(text)
    # Python writes no longer figures.
    return int(integer) if len(integer) <= sys.int_info.default_max_str_digits else None


def _text(quoted: str) -> str | None:
    """Return what a JSON string says, None where that is no Unicode text."""
    try:
        text = str(json.loads(quoted, strict=False))
        text.encode()
    except ValueError:
        return None
    return text
