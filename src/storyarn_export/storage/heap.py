"""Memory that the C library keeps when it has been freed."""

import ctypes
from collections.abc import Callable


def _malloc_trim() -> Callable[[int], int] | None:
    """The function of GNU's library; None where another one allocates."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None
    trim.argtypes = [ctypes.c_size_t]
    return trim


MALLOC_TRIM = _malloc_trim()


def give_back() -> None:
    """Give free pages of the heap back to the system; where that cannot be said, they stay.

    Takes a third of a millisecond with some megabytes free, and the interpreter runs on meanwhile.
    """
    if MALLOC_TRIM is not None:
        MALLOC_TRIM(0)
