"""What lives as long as the process is set aside, so that the garbage collector does not visit it with every burst."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 100_000, 50, 1000


def settle() -> None:
    """Once a process, when everything is loaded: the short-lived objects of a burst are then looked at alone."""
    if gc.get_freeze_count():
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
