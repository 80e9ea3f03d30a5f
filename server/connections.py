"""uvicorn's HTTP connection with limits: how long it may keep us waiting, how large a request's head is, how many
requests it sends ahead, and how many connections an address has. `server.deadlines` looks at each once a second.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from functools import cache
from typing import Any, Final, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from events.base import new_id
from events.errors import Refusal
from server.bodies import BODY_BYTES, HEARD_BYTES, HEARD_SECONDS, most_bytes
from server.deadlines import Patience, watch_of
from server.errors import HeadTooLarge, Malformed, Slow, TooManyConnections, problem
from server.limits import is_among
from server.middleware import HEADERS
from server.settings import Settings
from server.turns import turns_of

HEAD_BYTES: Final = 16 * 1024
HEAD_LINES: Final = 100
AHEAD: Final = 8
UPLOAD_BYTES: Final = 16 * 1024
UNSENT_BYTES: Final = 64 * 1024


class _Over(Exception):
    """Leaves the parser; the connection's `_refusal` says why."""


class Connection(HttpToolsProtocol):
    """One connection of somebody who may be slow, greedy or gone."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.address = ""
        self._watch, self._turns = watch_of(self.server_state), turns_of(self.server_state)
        self._running: RequestResponseCycle | None = None
        self._refusal: Refusal = Malformed()
        self._is_over, self._ignored = False, 0
        self._is_next_ahead = False
        self._leave_at: float | None = None
        self._begun = self._messages = self._fed = self._head = self._lines = self._body = 0
        self._is_open = self._in_head = self._is_heard = False

    # The transport.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Look at it from now on; one too many from this address is told so and nothing else."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._patience = Patience(self._since)
        peer = self.client[0] if self.client else ""
        self.address = _counted_as(peer)
        self._watch.add(self)
        _keep_little_in_the_kernel(transport)
        transport.set_write_buffer_limits(high=0)
        settings: Settings = self.config.loaded_app.state.settings
        if settings.connections_per_address and self._watch.from_address[self.address] > _most(settings, peer):
            self._is_over = True
            transport.write(_turned_away())
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever works for this connection is told, not only the last it asked for."""
        self._watch.forget(self)
        self.pipeline.clear()
        self._turns.forget(self)
        self._hang_up_on_running()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def resume_writing(self) -> None:
        """The client has taken some: time for what it asked for next."""
        super().resume_writing()
        self._patience.progress(self.loop.time())
        if self.pipeline and not self._is_answering:
            self._turns.ask(self)

    def handle_websocket_upgrade(self) -> None:
        """The handshake is looked at, the socket not any more. Not behind a request that is still to be answered."""
        if self._has_work:
            return self._refuse(Malformed())
        self._watch.forget(self)
        self.transport.set_write_buffer_limits()
        super().handle_websocket_upgrade()
        self._watch.shake_hands(self.transport.get_protocol())

    # In.

    def data_received(self, data: bytes) -> None:
        """Read on, unless nothing more is to be read; weigh what the parser keeps to itself."""
        if self._is_over:
            self._ignored += len(data)
            if self._ignored > HEARD_BYTES:
                self.transport.abort()
            return
        was_open, self._messages, self._is_heard = self._is_open, 0, False
        super().data_received(data)
        if self._is_over or not self._is_open:
            return
        if self._in_head:
            if self._messages == (0 if was_open else 1):
                self._fed += len(data)
        else:
            self._fed = 0 if self._is_heard else self._fed + len(data)
        if self._fed > HEAD_BYTES:
            self._refuse(HeadTooLarge())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_open = self._in_head = self._is_heard = True
        self._messages += 1
        self._fed = self._head = self._lines = self._body = 0
        self._since = self.loop.time()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer behind a body."""
        self._lines += 1
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= AHEAD:
            raise _Over
        self._in_head, self._fed = False, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._is_heard = True
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_open = False
        super().on_message_complete()

    def _count(self, size: int) -> None:
        self._is_heard = True
        self._head += size
        if self._head > HEAD_BYTES or self._lines > HEAD_LINES:
            self._refusal = HeadTooLarge()
            raise _Over

    # Out.

    @property
    def _is_answering(self) -> bool:
        return self._running is not None and not self._running.response_complete

    @property
    def _has_work(self) -> bool:
        return self._is_answering or bool(self.pipeline)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Begin to answer. What was sent ahead waits until all that was answered before is on its way, and its turn."""
        if self.flow.write_paused or self._is_next_ahead:
            self.flow.pause_reading()
            self.pipeline.append((cycle, app))
            if not self.flow.write_paused:
                self._turns.ask(self)
        else:
            self._begin(cycle, app)

    def _begin(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def take_turn(self) -> bool:
        """Begin to answer the next request that was sent ahead; False where nothing is to be begun now."""
        if not self.pipeline or self._is_answering or self.flow.write_paused or self.transport.is_closing():
            return False
        self._begin(*self.pipeline.pop())
        return True

    def on_response_complete(self) -> None:
        self._since = self.loop.time()
        self._turns.done(self)
        self._is_next_ahead = True
        try:
            super().on_response_complete()
        finally:
            self._is_next_ahead = False

    def send_400_response(self, msg: str) -> None:
        """Where uvicorn gives up on what it reads."""
        self._refuse(self._refusal)

    def _refuse(self, refusal: Refusal) -> None:
        """Read no more. What was asked for before is answered; then, or else with this refusal, the connection ends."""
        self._is_over = True
        is_asked_for = self.cycle is not None and not self._in_head and self.cycle.more_body
        if self._has_work and is_asked_for and self.cycle is not self._running:
            self.pipeline.popleft()
            is_asked_for = False
        if self._has_work and not is_asked_for:
            last = self.pipeline[0][0] if self.pipeline else self._running
            last.keep_alive = False  # type: ignore[union-attr]
        elif is_asked_for and self.cycle.response_started:
            self.transport.abort()
        else:
            self._leave(refusal)

    def _leave(self, refusal: Refusal) -> None:
        """Say why, and listen a moment, so that a client still sending gets to read it."""
        self.pipeline.clear()
        self._hang_up_on_running()
        self.transport.write(_answer(refusal))
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._leave_at = self.loop.time() + HEARD_SECONDS
        else:
            self.transport.close()

    def _hang_up_on_running(self) -> None:
        if self._running is not None and self._is_answering:
            self._running.disconnected = True
            self._running.message_event.set()

    # Once a second.

    def look(self, now: float, deadline: float) -> None:
        """End what has taken longer than `deadline` seconds."""
        left = self.transport.get_write_buffer_size()
        if self._patience.waited(now, left) > deadline or (self._leave_at is not None and now > self._leave_at):
            return self.transport.abort()
        if self.transport.is_closing() or self._is_over or self._waits_for_us(now):
            return
        if now - self._since <= deadline:
            return
        if self._is_open:
            self._refuse(Slow())
        else:
            self.transport.close()

    def _waits_for_us(self, now: float) -> bool:
        """Whether it is not the client's turn. An upload that goes on has its time anew."""
        is_sending = self._is_open and not self._in_head and self.cycle is self._running
        if (self._is_answering and not is_sending) or self.pipeline:
            return True
        if is_sending:
            is_going_on = self._body >= UPLOAD_BYTES and most_bytes(cast(Scope, self.scope)) > BODY_BYTES
            if is_going_on or self.flow.read_paused:
                self._since, self._body = now, 0
        return False


def _most(settings: Settings, peer: str) -> float:
    """How many connections this address may have."""
    free = f"{settings.uncounted_addresses},{settings.trusted_proxies}"
    return float("inf") if not peer or is_among(peer, free) else settings.connections_per_address


def _counted_as(peer: str) -> str:
    """IPv4 whole, IPv6 by its /64."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _keep_little_in_the_kernel(transport: asyncio.Transport) -> None:
    """Left alone, the kernel takes some 4 MB for a client that reads nothing, and its stall shows only then."""
    line, option = transport.get_extra_info("socket"), getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if line is not None and option is not None and line.family in {socket.AF_INET, socket.AF_INET6}:
        line.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)


@cache
def _turned_away() -> bytes:
    """Written once, since it may have to be said often."""
    return _answer(TooManyConnections())


def _answer(refusal: Refusal) -> bytes:
    answer = problem(refusal)
    headers = HEADERS | {
        "X-Request-Id": new_id(),
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(answer.body)),
        "Connection": "close",
    }
    if answer.status == 503:
        headers["Retry-After"] = "1"
    lines = "".join(f"{name.lower()}: {value}\r\n" for name, value in headers.items())
    return STATUS_LINE[answer.status] + lines.encode() + b"\r\n" + answer.body
