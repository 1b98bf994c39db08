"""Keys that are used at once, in one process: what belongs to one is never another's."""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from .door import OWN_KEYS, Door, bearer, message, serving, token_line, token_of
from .upstream import BURST, QUOTA, Signing, key_of, upstream, wall_of

KEYS = 3
CALLS_EACH = 60
SYMBOLS = ("BTC", "ETH", "SOL", "HYPE")
NAMES = ("alice", "bob", "carol")
WAYS = ("own keys", pytest.param("tokens", marks=pytest.mark.sweep))


@dataclass(frozen=True)
class Desk:
    """A server, what its callers present for each key, and the upstream of all."""

    door: Door
    credentials: tuple[str, ...]
    signing: Signing


@contextmanager
def desk(folder: Path, way: str) -> Iterator[Desk]:
    """Serve callers who bring their own keys, or tokens for which the operator has a key each."""
    signing = Signing(KEYS)
    own = tuple(map(key_of, range(KEYS)))
    with upstream(signing) as base_url:
        if way == "own keys":
            with serving(folder=folder, BASE_URL=base_url, **OWN_KEYS) as door:
                yield Desk(door, own, signing)
            return
        (folder / "tokens").write_text("\n".join(map(token_line, NAMES)))
        # Carol spends the operator's.
        keys = folder / "keys.toml"
        keys.write_text(f'[tokens]\nalice = "{own[0]}"\nbob = "{own[1]}"\n')
        keys.chmod(0o600)
        env = {"HTTP_TOKENS_FILE": str(folder / "tokens"), "HTTP_KEYS_FILE": str(keys)}
        with serving(folder=folder, BASE_URL=base_url, API_KEY=own[2], **env) as door:
            yield Desk(door, tuple(map(token_of, NAMES)), signing)


@pytest.fixture(scope="module", params=WAYS)
def at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk"), request.param) as at:
        yield at


def twin(result: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(result["_meta"]["bq-mcp/answer"])


def assert_is_of(number: int, text: str, meta: Mapping[str, Any]) -> None:
    """Assert that an answer has the figures and limits of one key, and of no other."""
    for other in range(KEYS):
        assert (f"{wall_of(other):,}" in text) == (other == number), text
    assert meta["burst_limit"] == BURST + number
    assert meta["quota_limit"] == QUOTA + number
    assert meta["request_id"] == f"req-{number}"


def test_under_load_no_answer_counter_or_limit_crosses(at: Desk) -> None:
    spent: Counter[int] = Counter()
    hits: Counter[int] = Counter()

    def one(number: int) -> tuple[int, Mapping[str, Any]]:
        rng = Random(number)
        key = number % KEYS
        arguments = {"symbol": rng.choice(SYMBOLS), "positioning": rng.choice(("flow", "std"))}
        reply = at.door.call("gex_levels", arguments, bearer(at.credentials[key]))
        meta = twin(reply.message["result"])
        assert_is_of(key, reply.text, meta)
        return key, meta

    before = Counter(at.signing.asked)
    with ThreadPoolExecutor(12) as threads:
        for key, meta in threads.map(one, range(KEYS * CALLS_EACH)):
            spent[key] += meta.get("spent", {}).get("requests", 0)
            hits[key] += meta.get("cache") == "hit"
    asked = at.signing.asked - before
    assert {key_of(number): spent[number] for number in range(KEYS)} == dict(asked)
    # Each key asked upstream for itself, and was then answered from its own store.
    assert all(spent[number] >= len(SYMBOLS) for number in range(KEYS))
    assert all(hits[number] > CALLS_EACH / 2 for number in range(KEYS))


def test_the_end_of_one_keys_minute_is_not_anothers(at: Desk) -> None:
    poor, rich = key_of(0), key_of(1)
    at.signing.refused.add(poor)
    try:
        for symbol in ("BTC", "ETH"):
            ask = ("gex_max_pain", {"symbol": symbol})
            refused = at.door.call(*ask, bearer(at.credentials[0])).message["result"]
            assert refused["isError"] and twin(refused)["error"] == "burst_limit"
            given = at.door.call(*ask, bearer(at.credentials[1])).message["result"]
            assert not given.get("isError")
        assert at.signing.asked[rich] > 0
    finally:
        at.signing.refused.clear()


def test_what_a_key_has_left_is_told_to_its_own_callers(at: Desk) -> None:
    for number, credential in enumerate(at.credentials):
        at.door.call("gex_levels", {}, bearer(credential))
        body = message("resources/read", uri="bq://limits")
        headers = (("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "resources/read"))
        reply = at.door.ask(body, *headers, ("Mcp-Name", "bq://limits"), bearer(credential))
        for other in range(KEYS):
            assert (f"{QUOTA + other:,}" in reply.whole) == (other == number), reply.whole


def test_each_key_goes_upstream_with_its_own_callers_only(at: Desk) -> None:
    for number, credential in enumerate(at.credentials):
        past = {"as_of": f"2026-01-0{number + 1}T00:00:00Z"}
        at.door.call("gex_levels", past, bearer(credential))
    for key, heads in at.signing.heads.items():
        others = {key_of(number) for number in range(KEYS)} - {key}
        others |= set(at.credentials) - {key}
        assert not [other for other in others if other in "".join(heads)]
