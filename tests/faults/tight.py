"""A small disk of our own: a tmpfs that can be filled, and emptied again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BLOCK = 64 * 1024


@contextmanager
def small_disk(place: Path, mib: int) -> Iterator[Path]:
    """Mounts one, which only root may; fails plainly where it cannot be had."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=755", "tmpfs", str(place)], capture_output=True, text=True
    )
    if mounted.returncode:
        raise RuntimeError(f"this fault needs a disk of its own (a tmpfs, as root): {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room that is left, to the last page. Returns the file that holds it."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (BLOCK, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(os.urandom(size))
    return ballast
