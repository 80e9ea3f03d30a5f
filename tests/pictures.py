"""Pictures written by hand: whole ones, and those no reader should open."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 8, height: int = 8, *, rows: int | None = None) -> bytes:
    """A grey PNG that says it is `width` × `height`; `rows` of it are there."""
    packed = zlib.compress((b"\x00" + b"\x80" * width) * (height if rows is None else rows))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _part(b"IHDR", head) + _part(b"IDAT", packed) + _part(b"IEND", b"")


def _part(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """The frame of a JPEG; there is nothing to be seen in it."""
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"none"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x3f\x00"
    return b"\xff\xd8" + comment + frame + scan + b"\x00" * 16 + b"\xff\xd9"
