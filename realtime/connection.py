"""One WebSocket over any ASGI server: a reader, one writer, deadlines.

Only the writer sends. The reader holds a client back that has many commands in flight. Whoever closes the
conversation wakes the writer, which says the close and ends; the reader ends with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.websockets import WebSocketDisconnect

from realtime.admission import Admission, Perform, Seat
from realtime.frames import CloseCode, Frame
from realtime.participant import House, Participant

__all__ = ["Admission", "Connection", "Message", "Perform", "Seat"]

STALL_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 1.0

Message = MutableMapping[str, Any]


class Connection(Participant):
    """One accepted WebSocket. `receive` and `send` are ASGI's."""

    def __init__(
        self,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        admission: Admission,
        house: House,
    ) -> None:
        super().__init__(house, admission)
        self._receive = receive
        self._send = send
        self._metrics = house.metrics
        self._wake = asyncio.Event()
        self._answered = asyncio.Event()

    async def run(self) -> None:
        """Serve until either side leaves."""
        self._enter()
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write())
        try:
            await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._part()
            reader.cancel()
            writer.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)
        _raise_unexpected(reader, writer)

    # The reader.

    async def _read(self) -> None:
        while (data := await self._next_message()) is not None:
            self._hear(data)
            while self._orders is not None and self._orders.is_full:
                self._answered.clear()
                await self._answered.wait()

    async def _next_message(self) -> bytes | None:
        try:
            message = await self._receive()
        except (WebSocketDisconnect, OSError):
            return None
        if message["type"] != "websocket.receive":
            return None
        text = message.get("text")
        return bytes(message.get("bytes") or b"") if text is None else text.encode("utf-8", "replace")

    def _answer(self, cmd_id: str, status: int, body: bytes) -> None:
        super()._answer(cmd_id, status, body)
        self._answered.set()

    # The writer.

    async def _write(self) -> None:
        try:
            await self._send_frames()
        except TimeoutError:
            self._talk.close(CloseCode.SLOW, "stalled")
            self._talk.forget()
        except (WebSocketDisconnect, OSError, RuntimeError):
            return
        await self._send_close()

    async def _send_frames(self) -> None:
        while True:
            frame = self._talk.next_frame()
            if frame is not None:
                await self._send_frame(frame)
            elif self._talk.closing is not None:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _send_frame(self, frame: Frame) -> None:
        async with asyncio.timeout(STALL_SECONDS):
            await self._send({"type": "websocket.send", "text": frame.text})
        self._metrics.writes += 1
        self._metrics.bytes_out += len(frame.data)

    async def _send_close(self) -> None:
        closing = self._talk.closing
        if closing is None:
            return
        self._metrics.slow_closes += closing.code is CloseCode.SLOW
        message = {"type": "websocket.close", "code": int(closing.code), "reason": closing.reason}
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send(message)
        except (TimeoutError, WebSocketDisconnect, OSError, RuntimeError):
            return

    def _nudge(self) -> None:
        """Wake the writer, if there is something to send."""
        if self._talk.has_output:
            self._wake.set()


def _raise_unexpected(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
