"""One client of the engine, whatever carries its frames: what hub, presence and registry say to it.

A participant is a conversation with an admission. Each kind of connection adds how frames come in and go
out; when there is something to send, `_nudge` is called.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from realtime.admission import Admission
from realtime.frames import CloseCode, Command, Frame, Subscribe
from realtime.hub import Hub
from realtime.metrics import Metrics
from realtime.orders import Orders
from realtime.presence import Presence
from realtime.protocol import Conversation
from realtime.registry import Registry
from realtime.stream import Batch
from realtime.turn import Turn


@dataclass(frozen=True, slots=True)
class House:
    """What all sockets of a process share."""

    hub: Hub
    registry: Registry
    presence: Presence

    @property
    def turn(self) -> Turn:
        """What leaves at the end of this loop turn."""
        return self.hub.turn

    @property
    def metrics(self) -> Metrics:
        """What is counted."""
        return self.hub.metrics


class Participant:
    """One client, from welcome to parting."""

    __slots__ = ("_admission", "_house", "_orders", "_talk")

    def __init__(self, house: House, admission: Admission) -> None:
        self._house = house
        self._admission = admission
        self._talk = Conversation(admission.streams, now=time.monotonic(), rate=admission.frames_per_second)
        self._orders: Orders | None = None

    @property
    def tags(self) -> frozenset[str]:
        """What it can be closed by."""
        return self._admission.tags

    @property
    def owner(self) -> str | None:
        """Whose sockets it is counted among."""
        return self._admission.owner

    @property
    def waiting(self) -> int:
        """How many frames wait because the client does not read."""
        return self._talk.waiting

    def _enter(self) -> None:
        self._talk.welcome(datetime.now(UTC))
        self._house.registry.add(self)
        seat = self._admission.seat
        if seat is not None:
            self._house.presence.join(seat.room, seat.member, self)

    def _part(self) -> None:
        """Be forgotten by everyone."""
        for key in self._admission.streams.values():
            self._house.hub.leave(key, self)
        self._house.registry.remove(self)
        seat = self._admission.seat
        if seat is not None:
            self._house.presence.leave(seat.room, self)
        self._house.metrics.drops += self._talk.dropped
        if self._orders is not None:
            self._orders.drop()

    def _nudge(self) -> None:
        """There may be something to send."""
        raise NotImplementedError

    # What the client says.

    def _hear(self, data: bytes) -> None:
        self._house.metrics.frames_in += 1
        call = self._talk.receive(data, time.monotonic())
        if isinstance(call, Command):
            self._carry_out(call)
        elif isinstance(call, Subscribe):
            self._follow(call)
        self._nudge()

    def _follow(self, call: Subscribe) -> None:
        self._house.hub.follow(self._admission.streams[call.stream], call.stream, self, call.epoch, call.seq)

    def _carry_out(self, command: Command) -> None:
        if self._orders is None:
            self._orders = Orders(self._admission.perform, self._answer, self._house.registry.finish)
        self._orders.take(command)

    def _answer(self, cmd_id: str, status: int, body: bytes) -> None:
        if self._orders is not None and self._orders.is_idle:
            self._orders = None
        self._talk.ack(cmd_id, status, body)
        self._nudge()

    # What the hub and presence say (Follower, Listener).

    def begin_snapshot(self, stream: str, epoch: str, snapshot: Frame, missed: Batch) -> None:
        """The stream starts from a state."""
        self._talk.begin_snapshot(stream, epoch, snapshot, missed)
        self._nudge()

    def begin_resumed(self, stream: str, epoch: str, missed: Batch) -> None:
        """The stream goes on where the client left it."""
        self._talk.begin_resumed(stream, epoch, missed)
        self._nudge()

    def deliver(self, stream: str, batch: Batch) -> None:
        """Live entries."""
        again = self._talk.deliver(stream, batch)
        if again is not None:
            self._follow(again)
        self._nudge()

    def deliver_lossy(self, stream: str, batch: Batch) -> None:
        """Live entries that may be lost."""
        self._talk.deliver_lossy(stream, batch)
        self._nudge()

    def restart(self, stream: str) -> None:
        """The stream broke off; a snapshot will come."""
        self._talk.restart(stream)

    def ephemeral(self, key: str, frame: Frame) -> None:
        """A frame that may be lost."""
        self._talk.ephemeral(key, frame)
        self._nudge()

    # What the registry says (Socket).

    def tick(self, now: float, at: datetime) -> None:
        """A second has passed."""
        if self._orders is not None:
            self._orders.tick(now)
        self._talk.tick(now, at, self._tops)
        self._nudge()

    def drain(self, jitter_seconds: float) -> None:
        """The server is leaving."""
        self._talk.drain(jitter_seconds)
        self._nudge()

    def close(self, code: CloseCode) -> None:
        """Show the client out."""
        self._talk.close(code)
        self._nudge()

    def _tops(self) -> dict[str, int]:
        tops = ((alias, self._house.hub.top(self._admission.streams[alias])) for alias in self._talk.live)
        return {alias: top for alias, top in tops if top is not None}
