"""A line is a message, or a refusal with the ids that wait for an answer."""

import pytest
from mcp.types import INVALID_REQUEST, PARSE_ERROR, JSONRPCRequest

from bq_mcp.server.lines import UnreadableLineError, read_message, request_ids

MARK = b"\xef\xbb\xbf"


def refused(line: bytes) -> UnreadableLineError:
    with pytest.raises(UnreadableLineError) as caught:
        read_message(line)
    return caught.value


def test_a_message_is_read_behind_a_byte_order_mark() -> None:
    message = read_message(MARK + b'{"jsonrpc":"2.0","id":1,"method":"ping"}\r\n')
    assert isinstance(message, JSONRPCRequest) and message.id == 1


def test_what_is_no_json_and_what_is_no_request_have_codes_of_their_own() -> None:
    broken, wrong = refused(b'{"id":1,"method":'), refused(b'{"id":2,"method":"x"}')
    assert (broken.code, broken.ids) == (PARSE_ERROR, [1])
    assert (wrong.code, wrong.ids) == (INVALID_REQUEST, [2])
    assert wrong.reason == "jsonrpc: Field required"


@pytest.mark.parametrize("number", ["1.5", "null", "true", "1e3", "[1]"])
def test_a_request_whose_id_is_of_another_kind_is_refused(number: str) -> None:
    error = refused(b'{"jsonrpc":"2.0","id":%s,"method":"tools/list"}' % number.encode())
    assert error.ids == [] and "id" in error.reason


def test_the_reason_does_not_repeat_the_line() -> None:
    assert "s3cret" not in refused(b'{"jsonrpc":"2.0","id":1,"method":["s3cret"]}').reason


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('{"id":7', []),  # may go on with more figures
        ('{"id":7,', [7]),
        ('{"id":7 x', [7]),
        ('{"id":7.0}', []),
        ('{"id":07}', []),
        ('{"id":-7}', [-7]),
        ('{"id":"7"', ["7"]),
        ('{"id":"7', []),
        ('{"id":"\\ud800"}', []),
        ('{"id":"\udcff"}', []),
        ('{"\\u0069\\u0064" : "\\"}" }', ['"}']),
        ('{"id":1,"id":2}', [2]),
        ('{"id":1,"id":null}', []),
        ('{"x":"id","id":3}', [3]),
        ('{"x":"\\"id\\":4"}', []),
        ('{"x":{"id":5}}', []),
        ('{"x":[{"id":5}],"id":6}', [6]),
        ('[{"id":1},{"id":2}]', []),
        ('{"id":1}{"id":2}', [1, 2]),
        ('"id":1', []),
        ('}}{"id":8}', [8]),
        ('Content-Length: 9\t{"id":9}', [9]),
        ('{"id":%s}' % ("9" * 4300), [int("9" * 4300)]),
        ('{"id":%s}' % ("9" * 4301), []),
        ("", []),
    ],
)
def test_ids_are_read_on_the_outermost_level_only(text: str, ids: list[object]) -> None:
    assert request_ids(text) == ids
