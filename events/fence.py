"""What a process that opens a stranger's file takes away from itself first, so that such a file exhausts only it."""

from __future__ import annotations

import os
import resource
from contextlib import suppress

MIB = 1024 * 1024
OPEN_FILES = 64
LESS = 5


def fence(*, memory: int, cpu_seconds: int, output: int = 0) -> None:
    """From here on: bytes of address space, seconds of CPU, bytes in one written file, few open files, no core.

    And less of the processors where others want them: whoever answers requests goes first.
    """
    os.nice(LESS)
    for what, most in (
        (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, output), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        with suppress(ValueError):
            resource.setrlimit(what, (most, most))
