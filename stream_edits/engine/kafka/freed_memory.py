"""Gives freed memory back to the operating system.

The state of a partition is many small values. When it goes to another process they are freed, but
between them stand values that stay, and glibc then keeps all of it. A process that had every
partition for a moment would stay as large as it was then.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Takes milliseconds for a large state. Without glibc it does nothing."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None
    return found
