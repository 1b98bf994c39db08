"""Lines that are no message: answered where an id can be read, told on standard error, survived."""

from .talk import HANDSHAKE, encoded, request, talk

BOM = b"\xef\xbb\xbf"
PING = b'{"jsonrpc":"2.0","method":"ping","id":%d}'
DEEP = b'{"jsonrpc":"2.0","id":"deep","method":"ping","params":{"a":' + b"[" * 100_000
ANSWERED = {
    20: b'{"jsonrpc":"2.0","id":20,"method":"tools/list","params":{"a":"\\ud83d"}}',
    21: b'{"jsonrpc":"2.0","id":21,"method":"tools/list","params":{"a":"\xff"}}',
    22: b'{"jsonrpc":"2.0","id":22,"method":"tools/list","params":[1]}',
    23: b'{"jsonrpc":"1.0","id":23,"method":"tools/list"}',
    24: b'{"jsonrpc":"2.0","method":"ping","params":{"id":1},"id":24} trailing',
    "deep": DEEP,
}
NOT_ANSWERED = [
    b"hello",
    b'"id": 1',
    b"[" + PING % 1 + b"," + PING % 2 + b"]",
    b'{"jsonrpc":"2.0","method":"ping","params":{"id":1}',
    b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
    b'{"jsonrpc":"2.0","id":null,"method":"ping"}',
    b'{"jsonrpc":"2.0","id":true,"method":"ping"}',
    b'{"jsonrpc":"2.0","method":"tools/list"}',
    (BOM + PING % 1).decode().encode("utf-16"),
]


def test_unreadable_lines_are_answered_or_told_and_do_no_harm() -> None:
    said = talk(*HANDSHAKE, *ANSWERED.values(), *NOT_ANSWERED, request("end", "ping"))
    for request_id in ANSWERED:
        assert said.code(request_id) in (-32700, -32600)
    assert said.by_id.keys() == {0, *ANSWERED, "end"}
    told = said.stderr.splitlines()
    # UTF-16 has a byte of a line's end in it, and may be two lines.
    assert len(ANSWERED) + len(NOT_ANSWERED) <= len(told) <= len(ANSWERED) + len(NOT_ANSWERED) + 1
    assert all("line not read" in line for line in told)
    assert said.status == 0


def test_marks_empty_lines_odd_ids_and_long_lines_are_read() -> None:
    first = encoded(HANDSHAKE[0]).rstrip()
    said = talk(
        BOM + first,
        b"",
        b" \r",
        PING % 1 + b"\r",
        BOM + PING % 2,
        b'{"jsonrpc":"2.0",\r"id":3,"method":"ping"}',
        PING % (10**30),
        PING % -4,
        b'{"jsonrpc":"2.0","id":"\\u00e9\\"}","method":"ping"}',
        b'{"jsonrpc":"2.0","id":4,"method":"ping","params":{"a":"%s"}}' % (b"x" * 10**7),
        request("end", "ping"),
    )
    assert said.by_id.keys() == {0, 1, 2, 3, 4, 10**30, -4, 'é"}', "end"}
    assert all("result" in answer for answers in said.by_id.values() for answer in answers)
    assert said.stderr == ""
