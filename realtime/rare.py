"""The frames a lean socket does not read itself, by `websockets`' own rules: fragments, control frames, faults.

It exists only while such a frame is being dealt with, so that a socket that never sends one carries nothing
for it. It is given whole frames, or the beginning of one that cannot be right.
"""

from __future__ import annotations

import logging
from typing import Final

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from realtime.frames import MAX_FRAME_BYTES

FRAGMENT_BYTES: Final = 1024
REASON_BYTES: Final = 120

log = logging.getLogger("realtime.frames")
log.setLevel(logging.WARNING)


class RareFrames:
    """Frames in; whole messages and bytes to write out. `idle` when a later frame does not depend on an earlier one.

    `empty` counts the frames that brought no message of their own: pings, pongs, and small fragments.
    """

    __slots__ = ("_core", "_is_text", "_parts", "empty", "output")

    def __init__(self) -> None:
        self._core = ServerProtocol(state=OPEN, max_size=MAX_FRAME_BYTES, logger=log)
        self._parts: list[bytes] = []
        self._is_text = True
        self.output = b""
        self.empty = 0

    @property
    def idle(self) -> bool:
        """Whether no message is half said."""
        return not self._parts

    @property
    def ended(self) -> bool:
        """Whether the connection is over, and `output` the last to write."""
        return self._core.eof_sent

    def feed(self, data: bytes) -> list[bytes]:
        """The whole messages these bytes complete; text among them is valid UTF-8."""
        self._core.receive_data(data)
        messages = [message for frame in self._core.events_received() if isinstance(frame, Frame)
                    for message in self._take(frame)]  # fmt: skip
        self.output = b"".join(self._core.data_to_send())
        return messages

    def close(self, code: int, reason: str) -> bytes:
        """The bytes that begin to close; what the peer still says is fed, until `ended`."""
        if self._core.state is OPEN:
            self._core.send_close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))
        return b"".join(self._core.data_to_send())

    def fail(self, code: int, reason: str) -> bytes:
        """The bytes that end the connection at once (RFC 6455, 7.1.7)."""
        if not self.ended:
            self._core.fail(code, reason)
        return b"".join(self._core.data_to_send())

    def _take(self, frame: Frame) -> list[bytes]:
        if frame.opcode in (Opcode.PING, Opcode.PONG):
            self.empty += 1
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return []
        if frame.opcode is not Opcode.CONT:
            self._is_text = frame.opcode is Opcode.TEXT
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            self.empty += len(frame.data) < FRAGMENT_BYTES
            return []
        message, self._parts = b"".join(self._parts), []
        return self._checked(message)

    def _checked(self, message: bytes) -> list[bytes]:
        if self._is_text and not is_utf8(message):
            self._core.fail(1007, "text is not UTF-8")
            return []
        return [message]


def is_utf8(text: bytes) -> bool:
    """Whether the bytes are what a text frame may carry (RFC 6455, 8.1)."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
