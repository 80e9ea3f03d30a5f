"""What a picture says of itself before anybody opens it. A program with a process of its own.

    python -m events.directory.picture FILE    prints {"width": 800, "height": 600} or {"refused": "picture_too_large"}

It follows the file from part to part and unpacks nothing: a picture that is cut short, or whose sides say that a reader
would need gigabytes for it, is refused.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final

from events.fence import MIB, fence

MEMORY: Final = 512 * MIB
CPU_SECONDS: Final = 10
MOST_PIXELS: Final = 100_000_000
MOST_PARTS: Final = 100_000
PNG: Final = b"\x89PNG\r\n\x1a\n"
SIZES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Parts of a JPEG that begin with its sides."""
BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
SCAN, END = 0xDA, 0xD9


class Unreadable(Exception):
    """The file ends or goes on where a picture does not."""


def examine(path: Path) -> dict[str, Any]:
    """`width` and `height`, or the code of what is wrong with the file."""
    with path.open("rb") as file:
        try:
            width, height = _png(file) if file.read(8) == PNG else _jpeg(file)
        except (Unreadable, struct.error):
            return {"refused": "picture_unreadable"}
    if not width or not height:
        return {"refused": "picture_unreadable"}
    if width * height > MOST_PIXELS:
        return {"refused": "picture_too_large"}
    return {"width": width, "height": height}


def _exactly(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise Unreadable
    return found


def _png(file: BinaryIO) -> tuple[int, int]:
    """The sides of a PNG that is there to its last part."""
    length, kind = struct.unpack(">I4s", _exactly(file, 8))
    if (length, kind) != (13, b"IHDR"):
        raise Unreadable
    width, height = struct.unpack(">II", _exactly(file, 17)[:8])
    for _ in range(MOST_PARTS):
        length, kind = struct.unpack(">I4s", _exactly(file, 8))
        if kind == b"IEND":
            return int(width), int(height)
        _exactly(file, length + 4)
    raise Unreadable


def _jpeg(file: BinaryIO) -> tuple[int, int]:
    """The sides of a JPEG that is there to its end."""
    file.seek(0)
    if _exactly(file, 2) != b"\xff\xd8":
        raise Unreadable
    sides = (0, 0)
    for _ in range(MOST_PARTS):
        marker = _marker(file)
        if marker in BARE:
            continue
        (length,) = struct.unpack(">H", _exactly(file, 2))
        part = _exactly(file, max(length - 2, 0))
        if marker in SIZES:
            height, width = struct.unpack(">HH", part[1:5])
            sides = (width, height)
        if marker == SCAN:
            if b"\xff\xd9" not in file.read():
                raise Unreadable
            return sides
    raise Unreadable


def _marker(file: BinaryIO) -> int:
    if _exactly(file, 1) != b"\xff":
        raise Unreadable
    found = 0xFF
    while found == 0xFF:
        found = _exactly(file, 1)[0]
    if found in (0, END):
        raise Unreadable
    return found


if __name__ == "__main__":
    fence(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    sys.stdout.write(json.dumps(examine(Path(sys.argv[1]))))
