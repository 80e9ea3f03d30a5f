"""What lives as long as the process is set aside, so that the garbage collector does not visit it with every burst."""

from __future__ import annotations

import gc
from functools import cache

YOUNG, MIDDLE, OLD = 100_000, 50, 1000


@cache
def settle() -> None:
    """Once a process, when everything is loaded: the short-lived objects of a burst are then looked at alone."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
