"""One client's commands: carried out in the order in which they came, answered in that order.

Where the domain takes commands in bulk (`submit`), several are in flight at once and none has a task. All
others run one at a time, after what is in flight and before what came later.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final

from realtime.admission import Perform, Submit
from realtime.frames import Command

PERFORM_SECONDS: Final = 30.0
MAX_WAITING: Final = 256

_PROBLEM: Final = b'{"type":"about:blank","title":"%b","status":%d,"code":"%b"}'
FAILED: Final = (500, _PROBLEM % (b"Internal error", 500, b"internal"))
LATE: Final = (503, _PROBLEM % (b"Try again", 503, b"unavailable"))

log = logging.getLogger(__name__)

Work = asyncio.Future[tuple[int, bytes]]


class _Order:
    """A command in flight, and its answer once it is known."""

    __slots__ = ("answer", "begun_at", "cmd_id")

    def __init__(self, cmd_id: str) -> None:
        self.cmd_id = cmd_id
        self.begun_at = time.monotonic()
        self.answer: tuple[int, bytes] | None = None


class Orders:
    """`answer(cmd_id, status, body)` is called once for each command, in order of arrival.

    `keep(work)` holds on to what was begun, even when the client has gone.
    """

    __slots__ = ("_advancing", "_answer", "_flying", "_keep", "_perform", "_running", "_submit", "_waiting")

    def __init__(
        self, perform: Perform, answer: Callable[[str, int, bytes], None], keep: Callable[[Work], None]
    ) -> None:
        self._perform = perform
        self._submit: Submit | None = getattr(perform, "submit", None)
        self._answer = answer
        self._keep = keep
        self._flying: deque[_Order] = deque()
        self._waiting: deque[Command] = deque()
        self._running = False
        self._advancing = False

    @property
    def is_idle(self) -> bool:
        """Whether every command has been answered."""
        return not self._flying and not self._waiting

    @property
    def is_full(self) -> bool:
        """Whether the client should be held back."""
        return len(self._flying) + len(self._waiting) >= MAX_WAITING

    def take(self, command: Command) -> None:
        """Carry out `command` when its turn comes."""
        self._waiting.append(command)
        self._advance()

    def tick(self, now: float) -> None:
        """Give up on what has had no answer for 30 s: it may have happened, and a repeat will tell."""
        for order in tuple(self._flying):
            if now - order.begun_at >= PERFORM_SECONDS:
                self._done(order, *LATE)

    def drop(self) -> None:
        """The client has gone: what was begun is finished, what waits is not begun."""
        self._waiting.clear()

    def _advance(self) -> None:
        if self._advancing:
            return
        self._advancing = True
        while self._waiting and not self._running and self._began(self._waiting[0]):
            self._waiting.popleft()
        self._advancing = False

    def _began(self, command: Command) -> bool:
        if self._submitted(command):
            return True
        if self._flying:
            return False
        self._run(command)
        return True

    def _submitted(self, command: Command) -> bool:
        """Hand the command to the domain's bulk door, if there is one and it takes it."""
        if self._submit is None:
            return False
        order = _Order(command.cmd_id)
        self._flying.append(order)
        try:
            taken = self._submit(command.name, command.cmd_id, bytes(command.body), partial(self._done, order))
        except Exception:
            log.exception("command %s failed", command.name)
            self._done(order, *FAILED)
            return True
        if not taken:
            self._flying.remove(order)
        return taken

    def _run(self, command: Command) -> None:
        order = _Order(command.cmd_id)
        self._flying.append(order)
        self._running = True
        work = asyncio.ensure_future(self._perform(command.name, command.cmd_id, bytes(command.body)))
        self._keep(work)
        work.add_done_callback(partial(self._finish, order, command.name))

    def _finish(self, order: _Order, name: str, work: Work) -> None:
        if work.cancelled():
            self._done(order, *LATE)
        elif (error := work.exception()) is not None:
            log.error("command %s failed", name, exc_info=error)
            self._done(order, *FAILED)
        else:
            self._done(order, *work.result())

    def _done(self, order: _Order, status: int, body: bytes) -> None:
        if order.answer is not None:
            return
        order.answer = (status, body)
        while self._flying and (answer := self._flying[0].answer) is not None:
            self._answer(self._flying.popleft().cmd_id, *answer)
        if not self._flying:
            self._running = False
            self._advance()
