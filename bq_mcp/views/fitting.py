"""Find the largest size that fits with few attempts, as each may cost a rendering."""

from collections.abc import Callable, Sequence


def most_that_fits(
    sizes: Sequence[int],
    fits: Callable[[int], bool],
    guess: Callable[[int], float],
    start: int | None = None,
) -> int:
    """Return the largest of `sizes`, which fall, that fits; the last one where none does.

    What is smaller than a size that fits is taken to fit as well. `guess` returns what would fit
    going by a size that does not, and is rather too large. The search begins at `start`, a likely
    size, and there costs two attempts where it is right.
    """
    over, fitting = -1, len(sizes)
    first = place = sizes.index(start) if start in sizes else 0
    while over < place < fitting:
        if fits(sizes[place]):
            fitting = place
            place = place - 1 if place == first else (over + fitting) // 2
        else:
            guessed = _first_within(sizes, guess(sizes[place]))
            halfway = (place + fitting) // 2 if over >= 0 else place + 1
            over, place = place, min(max(guessed, halfway, place + 1), fitting - 1)
    return sizes[min(fitting, len(sizes) - 1)]


def _first_within(sizes: Sequence[int], limit: float) -> int:
    return next((place for place, size in enumerate(sizes) if size <= limit), len(sizes))
