"""What one client has yet to be sent: bounded, and what may be lost goes first (P9).

Three kinds of frame wait here. *Pushes* are durable and bounded: one too many and the client is slow.
*Replies* (acks, snapshots, what a resume brought) were asked for; they have bounds of their own, since
a whole resume is larger than the room a slow client is given. *Ephemeral* frames are kept by key, the
latest only, leave after everything durable, and are dropped, oldest first, to make room.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from realtime.frames import Frame

PUSH_MAX_FRAMES: Final = 256
PUSH_MAX_BYTES: Final = 1024 * 1024
REPLY_MAX_FRAMES: Final = 1024
REPLY_MAX_BYTES: Final = 4 * 1024 * 1024


class Overflow(Exception):
    """A durable frame does not fit: the client is too slow and must resume."""


class _Gauge:
    """How much of one kind waits, against its bounds; a frame larger than the bound may wait alone."""

    __slots__ = ("bytes", "frames", "max_bytes", "max_frames")

    def __init__(self, max_frames: int, max_bytes: int) -> None:
        self.max_frames = max_frames
        self.max_bytes = max_bytes
        self.frames = 0
        self.bytes = 0

    def fits(self, size: int) -> bool:
        if self.frames == 0:
            return True
        return self.frames < self.max_frames and self.bytes + size <= self.max_bytes

    def add(self, size: int) -> None:
        self.frames += 1
        self.bytes += size

    def remove(self, size: int) -> None:
        self.frames -= 1
        self.bytes -= size


class Backlog:
    """The frames waiting for one client, in the order in which they leave."""

    __slots__ = ("_durable", "_ephemeral", "_pushes", "_replies", "dropped")

    def __init__(self) -> None:
        self._durable: deque[tuple[Frame, _Gauge]] = deque()
        self._ephemeral: dict[str, Frame] = {}
        self._pushes = _Gauge(PUSH_MAX_FRAMES, PUSH_MAX_BYTES)
        self._replies = _Gauge(REPLY_MAX_FRAMES, REPLY_MAX_BYTES)
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._durable) + len(self._ephemeral)

    def push(self, frame: Frame) -> None:
        """Queue a durable frame; ephemeral ones make room for it; `Overflow` if that is not enough."""
        size = len(frame.data)
        while self._ephemeral and not self._pushes.fits(size):
            self._drop_oldest()
        self._append(frame, self._pushes)

    def reply(self, frame: Frame) -> None:
        """Queue a frame the client asked for; `Overflow` if it asks faster than it reads."""
        self._append(frame, self._replies)

    def ephemeral(self, key: str, frame: Frame) -> None:
        """Queue the latest frame of `key`; an older one of the same key is dropped."""
        replaced = self._ephemeral.pop(key, None)
        if replaced is not None:
            self._forget(replaced)
        size = len(frame.data)
        while self._ephemeral and not self._pushes.fits(size):
            self._drop_oldest()
        if self._pushes.fits(size):
            self._ephemeral[key] = frame
            self._pushes.add(size)
        else:
            self.dropped += 1

    def pop(self) -> Frame | None:
        """The next frame to send, or None."""
        if self._durable:
            frame, gauge = self._durable.popleft()
            gauge.remove(len(frame.data))
            return frame
        if not self._ephemeral:
            return None
        frame = self._ephemeral.pop(next(iter(self._ephemeral)))
        self._pushes.remove(len(frame.data))
        return frame

    def clear(self) -> None:
        """Forget everything: the client resumes, or is gone."""
        self.__init__()  # type: ignore[misc]

    def _append(self, frame: Frame, gauge: _Gauge) -> None:
        size = len(frame.data)
        if not gauge.fits(size):
            raise Overflow
        self._durable.append((frame, gauge))
        gauge.add(size)

    def _drop_oldest(self) -> None:
        self._forget(self._ephemeral.pop(next(iter(self._ephemeral))))

    def _forget(self, frame: Frame) -> None:
        self._pushes.remove(len(frame.data))
        self.dropped += 1
