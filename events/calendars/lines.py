"""Content lines of iCalendar (RFC 5545, 3.1): escaped, folded, as bytes. A large feed has ten thousand of them."""

from __future__ import annotations

from typing import Final

OCTETS: Final = 74
"""So many of a line stand before it is folded; RFC 5545 allows 75, the space of a folded line included."""
FOLD: Final = b"\r\n "
BEGINS_ESCAPE: Final = b"\\^"


def content_line(name: str, value: str) -> bytes:
    """`NAME:value` with its line end; `name` may carry parameters, the value is as the wire has it."""
    return folded(f"{name}:{value}".encode()) + b"\r\n"


def escaped(text: str) -> str:
    """A value of type TEXT (3.3.11)."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def folded(line: bytes) -> bytes:
    """The line in pieces that no reader finds too long, none of them ending inside a character or an escape."""
    if len(line) <= OCTETS:
        return line
    pieces, begin = [], 0
    while len(line) - begin > OCTETS:
        end = begin + OCTETS
        while line[end] & 0xC0 == 0x80:
            end -= 1
        if line[end - 1] in BEGINS_ESCAPE:
            end -= 1
        pieces.append(line[begin:end])
        begin = end
    return FOLD.join((*pieces, line[begin:]))
