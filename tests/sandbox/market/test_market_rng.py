import numpy as np
import pytest

from bq_mcp.sandbox.market.rng import Stream, philox4x32

# Known answers of Philox4x32-10 as published with the Random123 library.
_KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (
        (0xFFFFFFFF,) * 4,
        (0xFFFFFFFF,) * 2,
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), _KNOWN)
def test_generator_gives_the_published_words(counter, key, words):
    c0, c1, c2, c3 = (np.array(word, dtype=np.uint64) for word in counter)
    assert tuple(int(word) for word in philox4x32((c0, c1, c2, c3), key)) == words


def test_a_draw_does_not_depend_on_its_neighbours():
    stream = Stream(7, "BTCUSDT", "test")
    together = stream.normals(3, np.arange(-50, 50))
    alone = [stream.normals(3, index).item() for index in range(-50, 50)]
    assert together.tolist() == alone


def test_seed_symbol_name_level_index_and_lane_all_matter():
    draws = {
        Stream(7, "BTCUSDT", "a").uniforms(1, 2, 3).item(),
        Stream(8, "BTCUSDT", "a").uniforms(1, 2, 3).item(),
        Stream(7, "ETHUSDT", "a").uniforms(1, 2, 3).item(),
        Stream(7, "BTCUSDT", "b").uniforms(1, 2, 3).item(),
        Stream(7, "BTCUSDT", "a").uniforms(2, 2, 3).item(),
        Stream(7, "BTCUSDT", "a").uniforms(1, -2, 3).item(),
        Stream(7, "BTCUSDT", "a").uniforms(1, 2, 4).item(),
    }
    assert len(draws) == 7


def test_uniforms_stay_inside_the_open_interval_and_are_even():
    draws = Stream(1, "x").uniforms(0, np.arange(100_000))
    assert 0 < draws.min() < 1e-4
    assert 1 - 1e-4 < draws.max() < 1
    counts, _ = np.histogram(draws, bins=10, range=(0, 1))
    assert np.all(np.abs(counts - 10_000) < 400)


def test_normals_have_unit_moments():
    draws = Stream(2, "x").normals(0, np.arange(100_000))
    assert abs(draws.mean()) < 0.01
    assert abs(draws.std() - 1) < 0.01
    assert abs((draws**4).mean() - 3) < 0.1
