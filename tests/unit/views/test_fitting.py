"""Looking for the size of an answer without rendering every size."""

from functools import partial
from itertools import product
from operator import ge

from bq_mcp.views.fitting import most_that_fits

SIZES = (80, 60, 45, 34, 26, 20, 15, 11, 8, 6, 4, 2, 1, 0)


def test_largest_size_that_fits_is_found_wherever_the_search_begins() -> None:
    for room, start, error in product([*SIZES, 100], [None, 999, *SIZES], [-50, -1, 0, 1, 50]):
        fits, guess = partial(ge, room), partial(guessing, room + error)
        found = most_that_fits(SIZES, fits, guess, start)
        assert found == max(filter(fits, SIZES)), (room, start, error)


def test_last_size_stands_where_none_fits() -> None:
    assert most_that_fits(SIZES, lambda size: False, lambda size: size / 2) == 0


def test_size_that_fits_at_once_is_tried_alone() -> None:
    assert tried_until(100, guess=0) == [80]


def test_guess_is_tried_second() -> None:
    assert tried_until(20, guess=23)[:2] == [80, 20]


def test_size_that_fitted_last_time_takes_two_attempts_where_it_fits_again() -> None:
    assert tried_until(20, guess=0, start=20) == [20, 26]
    assert tried_until(100, guess=0, start=80) == [80]


def test_bad_guess_costs_no_more_than_halving() -> None:
    assert len(tried_until(1, guess=80)) <= 6


def guessing(answer: float, size: int) -> float:
    return answer


def tried_until(room: int, *, guess: float, start: int | None = None) -> list[int]:
    """Return the sizes tried until the largest within `room` is known."""
    tried: list[int] = []

    def fits(size: int) -> bool:
        tried.append(size)
        return size <= room

    most_that_fits(SIZES, fits, lambda size: guess, start)
    assert len(tried) == len(set(tried))
    return tried
