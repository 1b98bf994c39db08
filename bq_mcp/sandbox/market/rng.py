"""Counter-based random numbers: a draw is a function of its key and its place.

The generator is Philox4x32-10: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers:
as easy as 1, 2, 3", SC11 (2011), section 4. Nothing is stored between calls, so no draw depends on
which others were made.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from bq_mcp.sandbox.market.arrays import Floats

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = 0x9E3779B9
_WEYL_1 = 0xBB67AE85
_WORD = np.uint64(0xFFFFFFFF)
_WORD_BITS = np.uint64(32)
_ROUNDS = 10
_HALF_MANTISSA = 26

UnsignedInts = NDArray[np.uint64]


def philox4x32(
    counter: tuple[UnsignedInts, UnsignedInts, UnsignedInts, UnsignedInts], key: tuple[int, int]
) -> list[UnsignedInts]:
    """Return the four 32-bit words of each counter, held in 64-bit arrays of one shape."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        low = c0 * _MULTIPLIER_0
        high = c2 * _MULTIPLIER_1
        c0 = (high >> _WORD_BITS) ^ c1 ^ np.uint64(k0)
        c2 = (low >> _WORD_BITS) ^ c3 ^ np.uint64(k1)
        c1 = high & _WORD
        c3 = low & _WORD
        k0 = (k0 + _WEYL_0) & 0xFFFFFFFF
        k1 = (k1 + _WEYL_1) & 0xFFFFFFFF
    return [c0, c1, c2, c3]


class Stream:
    """One named stream of draws, addressed by level, index and lane.

    Arguments broadcast like numpy operands. An index may be any signed 64-bit integer, a level and
    a lane any unsigned 32-bit one.
    """

    def __init__(self, seed: int, *names: str) -> None:
        text = "\x1f".join((str(seed), *names)).encode()
        digest = int.from_bytes(blake2b(text, digest_size=8).digest(), "little")
        self._key = (digest & 0xFFFFFFFF, digest >> 32)

    def uniforms(self, level: ArrayLike, index: ArrayLike, lane: ArrayLike = 0) -> Floats:
        """Draw uniforms on the open interval (0, 1)."""
        place = np.asarray(index, dtype=np.int64).astype(np.uint64)
        words = philox4x32(
            (
                place & _WORD,
                place >> _WORD_BITS,
                np.asarray(level, dtype=np.uint64),
                np.asarray(lane, dtype=np.uint64),
            ),
            self._key,
        )
        shift = np.uint64(32 - _HALF_MANTISSA)
        high = (words[0] >> shift).astype(np.float64)
        low = (words[1] >> shift).astype(np.float64)
        uniforms: Floats = np.ldexp(np.ldexp(high, _HALF_MANTISSA) + low + 0.5, -2 * _HALF_MANTISSA)
        return uniforms

    def normals(self, level: ArrayLike, index: ArrayLike, lane: ArrayLike = 0) -> Floats:
        """Draw standard normals by inversion of the uniforms at the same place."""
        normals: Floats = ndtri(self.uniforms(level, index, lane))
        return normals
