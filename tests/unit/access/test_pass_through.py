"""The caller's own key: how it is presented, what is remembered of it, how many may be tried."""

import pytest

from bq_mcp.access import AccessError
from bq_mcp.access.pass_through import (
    MOST_REFUSED,
    MOST_WAITING,
    WINDOW_S,
    PassThrough,
    network_of,
)

KEY = "bq_live_0123456789abcdefghijklmnopqrstuv"
HOME = "203.0.113.7"


class Door(PassThrough):
    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__(lambda: self.now)

    def enter(self, key: str = KEY, address: str = HOME) -> str:
        return str(self.admit({"x-api-key": key}, address).key)

    def refusal(self, key: str = KEY, address: str = HOME) -> AccessError:
        with pytest.raises(AccessError) as caught:
            self.enter(key, address)
        assert key not in caught.value.description
        return caught.value


def key_number(n: int) -> str:
    return f"bq_live_{n:032d}"


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer   {KEY} "},
        {"x-api-key": KEY},
        {"x-api-key": f'"Bearer {KEY}"'},
        {"x-api-key": KEY, "authorization": f"Bearer {KEY}"},
        {"x-api-key": KEY, "authorization": "Basic bm9ib2R5"},
    ],
)
def test_a_key_comes_in_either_header(headers: dict[str, str]) -> None:
    caller = Door().admit(headers, HOME)
    assert caller.key == KEY
    assert caller.name.startswith("key-") and len(caller.name) == 12
    assert KEY not in repr(caller) and caller.name[4:] not in KEY


@pytest.mark.parametrize(
    ("headers", "status", "error", "words"),
    [
        ({}, 401, "", "Authorization: Bearer"),
        ({"authorization": KEY}, 401, "", "Authorization: Bearer"),
        ({"authorization": "Bearer "}, 401, "", "Authorization: Bearer"),
        ({"x-api-key": ""}, 401, "", "X-API-Key"),
        ({"x-api-key": "bq_live_..."}, 401, "invalid_token", "placeholder"),
        ({"authorization": "Bearer ${BACKQUANT_KEY}"}, 401, "invalid_token", "placeholder"),
        ({"x-api-key": f"{KEY} {KEY}"}, 401, "invalid_token", "no key has"),
        ({"x-api-key": f"{KEY}\u200b"}, 401, "invalid_token", "no key has"),
        ({"x-api-key": "none"}, 401, "invalid_token", "length"),
        ({"x-api-key": KEY * 10}, 401, "invalid_token", "length"),
        (
            {"x-api-key": KEY, "authorization": f"Bearer {key_number(1)}"},
            400,
            "invalid_request",
            "different keys",
        ),
    ],
)
def test_what_can_be_no_key_is_refused(
    headers: dict[str, str], status: int, error: str, words: str
) -> None:
    with pytest.raises(AccessError, match=words) as caught:
        Door().admit(headers, HOME)
    assert (caught.value.status, caught.value.error) == (status, error)
    assert KEY[8:] not in caught.value.description


def test_two_keys_have_two_names() -> None:
    names = {Door().admit({"x-api-key": key_number(n)}, HOME).name for n in range(50)}
    assert len(names) == 50


def test_a_refused_key_is_not_tried_again_for_a_minute() -> None:
    door = Door()
    assert door.enter() == KEY
    door.refused(KEY)
    assert (door.refusal().status, door.refusal().error) == (401, "invalid_token")
    assert door.refusal(address="198.51.100.1").status == 401
    door.now += WINDOW_S + 1
    assert door.enter() == KEY


def test_who_tries_many_keys_is_stopped_and_told_for_how_long() -> None:
    door = Door()
    for n in range(MOST_REFUSED):
        door.refused(door.enter(key_number(n)))
    door.now += 20
    refusal = door.refusal()
    assert (refusal.status, refusal.error, refusal.retry_after) == (429, "too_many_attempts", 40)
    # Others are not, and the same key again is no further attempt.
    assert door.enter(address="198.51.100.1") == KEY
    assert door.refusal(key_number(0)).status == 401
    door.now += 41
    assert door.enter() == KEY


def test_keys_tried_at_once_are_counted_before_upstream_has_answered() -> None:
    door = Door()
    for n in range(MOST_WAITING):
        door.enter(key_number(n))
    refusal = door.refusal()
    assert refusal.status == 429 and refusal.retry_after == 5
    door.accepted(key_number(0))
    assert door.enter() == KEY


def test_a_key_upstream_took_may_enter_from_a_place_where_others_guess() -> None:
    door = Door()
    door.accepted(door.enter())
    for n in range(MOST_REFUSED):
        door.refused(door.enter(key_number(n)))
    assert door.refusal(key_number(99)).status == 429
    assert door.enter() == KEY
    door.refused(KEY)
    assert door.refusal().status == 401


def test_attempts_are_counted_by_the_network_a_customer_has() -> None:
    assert network_of("2001:db8:1:2:3::1") == network_of("2001:db8:1:2:ffff::9%eth0")
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:203.0.113.7") == network_of("203.0.113.7") == HOME
    assert network_of("203.0.113.8") != HOME
    assert network_of("") == ""
    assert len(network_of("x" * 1000)) == 64


def test_nothing_grows_with_the_number_of_keys_and_addresses() -> None:
    door = Door()
    for n in range(10_500):
        key = door.enter(key_number(n), f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}")
        door.accepted(key)
        door.refused(key)
        door.accepted(key)
    sizes = [len(table) for table in (door._accepted, door._refused, door._attempts)]
    assert max(sizes) <= 10_000
