"""A conversation sends each stream without a gap, refuses what breaks the rules, and keeps the beat."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.backlog import PUSH_MAX_FRAMES
from realtime.frames import (
    DEADMAN_SECONDS,
    HEARTBEAT_SECONDS,
    MAX_FRAME_BYTES,
    CloseCode,
    Command,
    Frame,
    LogEntry,
    Subscribe,
    encode_entry,
    encode_snapshot,
)
from realtime.protocol import BURST_SECONDS, RATE_PER_SECOND, Conversation
from realtime.stream import Batch, Tail
from tests.realtime.worlds import AT, Client

SUBSCRIBE = b'{"type":"subscribe","stream":"public"}'
PING = b'{"type":"ping"}'


def conversation() -> Conversation:
    return Conversation(("public", "user"), now=0.0)


def said(talk: Conversation) -> list[dict[str, Any]]:
    frames = []
    while (frame := talk.next_frame()) is not None:
        frames.append(json.loads(frame.data))
    return frames


def batch(first: int, last: int) -> Batch:
    entries = (LogEntry(seq=seq, kind="said", at=AT, data={"word": str(seq)}) for seq in range(first, last + 1))
    return Batch(first, tuple(encode_entry("public", entry) for entry in entries))


def snapshot(seq: int, epoch: str = "e1") -> Frame:
    words = [str(number) for number in range(1, seq + 1)]
    return encode_snapshot("public", epoch, seq, {"words": words})


def no_tops() -> dict[str, int]:
    return {}


# In.


def test_subscribe_is_a_call() -> None:
    call = conversation().receive(b'{"type":"subscribe","stream":"public","epoch":"e1","seq":7}', 0)

    assert call == Subscribe(stream="public", epoch="e1", seq=7)


def test_command_is_a_call_with_its_body_untouched() -> None:
    call = conversation().receive(b'{"type":"command","cmd_id":"c1","name":"x.y","body":{"n": 1.50}}', 0)

    assert isinstance(call, Command)
    assert (call.cmd_id, call.name, bytes(call.body)) == ("c1", "x.y", b'{"n": 1.50}')


def test_stream_of_others_is_refused_and_the_talk_goes_on() -> None:
    talk = conversation()

    call = talk.receive(b'{"type":"subscribe","stream":"staff"}', 0)

    assert call is None
    assert talk.closing is None
    assert said(talk) == [{"type": "error", "code": "unknown_stream", "message": "no such stream for you in this room"}]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"type":"shout"}',
        b'{"type":"subscribe"}',
        b'{"type":"subscribe","stream":"public","seq":-1}',
        b'{"type":"subscribe","stream":"public","seq":"7"}',
        b'{"type":"command","cmd_id":"","name":"x","body":{}}',
        b'{"type":"command","cmd_id":"c","name":"x","body":{}',
        b'{"type":"ping"}{"type":"ping"}',
        b'{"type":"command","cmd_id":"c","name":"x","body":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    ],
)
def test_frame_that_is_not_of_the_wire_closes_with_1007(data: bytes) -> None:
    talk = conversation()

    call = talk.receive(data, 0)

    assert call is None
    assert talk.closing is not None
    assert talk.closing.code is CloseCode.BAD_FRAME
    assert len(talk.closing.reason.encode()) <= 123


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_conversation(data: bytes) -> None:
    talk = conversation()

    talk.receive(data, 0)

    assert talk.closing is None or talk.closing.code is CloseCode.BAD_FRAME


def test_frame_over_64_kib_closes_with_1009() -> None:
    talk = conversation()

    talk.receive(b" " * (MAX_FRAME_BYTES - len(PING)) + PING, 0)
    assert talk.closing is None
    talk.receive(b" " * MAX_FRAME_BYTES + PING, 0)

    assert talk.closing is not None
    assert talk.closing.code is CloseCode.TOO_BIG


def test_frames_within_the_rate_pass_and_a_flood_closes_with_4429() -> None:
    talk, now = conversation(), 0.0
    for _ in range(500):
        now += 1 / RATE_PER_SECOND
        talk.receive(PING, now)
    assert talk.closing is None

    for _ in range(int(BURST_SECONDS * RATE_PER_SECOND) + 1):
        talk.receive(PING, now)

    assert talk.closing is not None
    assert talk.closing.code is CloseCode.RATE


def test_nothing_is_heard_after_the_close() -> None:
    talk = conversation()
    talk.close(CloseCode.AUTH)

    assert talk.receive(SUBSCRIBE, 0) is None
    talk.ack("c1", 200, b"{}")
    talk.ephemeral("presence", Frame(b"{}"))
    assert said(talk) == []


# Streams.


def test_live_entries_wait_for_the_snapshot_and_follow_it() -> None:
    talk, client, tail = conversation(), Client(), Tail("e1", 3)
    talk.receive(SUBSCRIBE, 0)
    tail.extend(enumerate(batch(4, 5).frames, start=4))
    talk.deliver("public", batch(4, 5))
    missed = tail.since("e1", 4)
    assert isinstance(missed, Batch)

    talk.begin_snapshot("public", "e1", snapshot(4), missed)
    talk.deliver("public", batch(6, 6))
    for frame in said(talk):
        client.apply(frame)

    assert (client.words, client.faults) == (["1", "2", "3", "4", "5", "6"], [])


def test_resume_says_how_many_entries_follow() -> None:
    talk = conversation()
    talk.receive(b'{"type":"subscribe","stream":"public","epoch":"e1","seq":7}', 0)

    talk.begin_resumed("public", "e1", batch(8, 9))

    head, *entries = said(talk)
    assert head == {"type": "resumed", "stream": "public", "epoch": "e1", "seq": 9, "count": 2}
    assert [entry["seq"] for entry in entries] == [8, 9]


def test_gap_is_never_sent_and_makes_the_conversation_ask_again() -> None:
    talk = conversation()
    talk.receive(SUBSCRIBE, 0)
    talk.begin_snapshot("public", "e1", snapshot(2), batch(3, 2))
    said(talk)

    again = talk.deliver("public", batch(4, 5))

    assert (again, said(talk)) == (Subscribe(stream="public", epoch="e1", seq=2), [])


def test_repeated_and_overlapping_deliveries_are_sent_once() -> None:
    talk = conversation()
    talk.receive(SUBSCRIBE, 0)
    talk.begin_snapshot("public", "e1", snapshot(2), batch(3, 2))
    said(talk)

    for first, last in [(1, 2), (2, 4), (3, 4), (1, 5)]:
        talk.deliver("public", batch(first, last))

    assert [frame["seq"] for frame in said(talk)] == [3, 4, 5]


def test_entries_of_a_stream_not_followed_are_not_sent() -> None:
    talk = conversation()

    talk.deliver("public", batch(1, 2))
    talk.begin_resumed("public", "e1", batch(1, 2))

    assert said(talk) == []


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.integers(1, 4)),
            st.tuples(st.just("deliver"), st.integers(0, 6)),
            st.tuples(st.just("subscribe"), st.booleans()),
            st.tuples(st.just("snapshot"), st.integers(0, 3)),
            st.tuples(st.just("restart"), st.just(0)),
        ),
        min_size=10,
        max_size=60,
    )
)
def test_any_interleaving_gives_a_gap_free_sequence(steps: list[tuple[str, int]]) -> None:
    """Deliveries are repeated, skipped and late; snapshots are old; the client still sees 1, 2, 3…"""
    talk, client, tail = conversation(), Client(), Tail("e1", 0)
    asked: Subscribe | None = None

    def append(count: int) -> None:
        fresh = batch(tail.top + 1, tail.top + count)
        tail.extend(enumerate(fresh.frames, start=fresh.first))

    def begin(age: int) -> None:
        nonlocal asked
        if asked is None:
            return
        missed = tail.since(asked.epoch, asked.seq)
        if isinstance(missed, Batch):
            talk.begin_resumed("public", "e1", missed)
        else:
            seq = max(0, tail.top - age)
            since = tail.since("e1", seq)
            assert isinstance(since, Batch)
            talk.begin_snapshot("public", "e1", snapshot(seq), since)
        asked = None

    def step(kind: str, value: int) -> None:
        nonlocal asked
        if kind == "append":
            append(value)
        elif kind == "deliver":
            asked = talk.deliver("public", batch(max(1, tail.top - value), tail.top)) or asked
        elif kind == "subscribe":
            asked = Subscribe(stream="public")
            if value and client.epoch:
                asked = Subscribe(stream="public", epoch=client.epoch, seq=client.seq)
            talk.receive(json.dumps({"type": "subscribe", "stream": "public"}).encode(), 0)
        elif kind == "snapshot":
            begin(value)
        else:
            talk.restart("public")
            asked = Subscribe(stream="public")

    for kind, value in [*steps, ("subscribe", 0), ("snapshot", 2)]:
        step(kind, value)
        if talk.closing is not None:
            return
        for frame in said(talk):
            client.apply(frame)

    assert client.faults == []
    assert client.words == [str(seq) for seq in range(1, tail.top + 1)]


# P9.


def test_durable_overflow_closes_with_4408_and_lets_the_rest_go() -> None:
    talk = conversation()
    talk.receive(SUBSCRIBE, 0)
    talk.begin_snapshot("public", "e1", snapshot(0), batch(1, 0))

    talk.deliver("public", batch(1, PUSH_MAX_FRAMES + 1))

    assert talk.closing is not None
    assert (talk.closing.code, said(talk)) == (CloseCode.SLOW, [])


def test_ephemeral_flood_closes_nobody() -> None:
    talk = conversation()

    for number in range(10_000):
        talk.ephemeral(f"danmaku {number}", Frame(b'"%d"' % number))

    assert talk.closing is None
    assert said(talk) == [str(number) for number in range(10_000 - PUSH_MAX_FRAMES, 10_000)]


@pytest.mark.parametrize(
    ("code", "heard"), [(CloseCode.DRAIN, 1), (CloseCode.OVER, 1), (CloseCode.AUTH, 0), (CloseCode.ROOM, 0)]
)
def test_what_is_queued_is_sent_only_before_a_friendly_close(code: CloseCode, heard: int) -> None:
    talk = conversation()
    talk.ack("c1", 200, b"{}")

    talk.close(code)

    assert len(said(talk)) == heard


# Time.


def test_heartbeat_every_20_seconds_with_tops() -> None:
    talk = conversation()
    beats = []

    for second in range(1, 44):
        talk.tick(float(second), AT, lambda: {"public": 12})
        beats += [(second, frame) for frame in said(talk)]

    beat = {"type": "heartbeat", "at": "2026-03-02T01:00:00Z", "tops": {"public": 12}}
    assert beats == [(HEARTBEAT_SECONDS, beat), (2 * HEARTBEAT_SECONDS, beat)]


def test_ping_is_answered_but_pings_and_heartbeats_do_not_feed_each_other() -> None:
    talk, beats = conversation(), 0

    talk.receive(PING, 6)
    for second in range(6, 300):
        talk.tick(float(second), AT, no_tops)
        for _ in said(talk):
            beats += 1
            talk.receive(PING, float(second))

    assert beats == 1 + (299 - 6) // HEARTBEAT_SECONDS


def test_silent_client_is_closed_after_45_seconds() -> None:
    talk = conversation()
    talk.receive(PING, 10)

    talk.tick(10 + DEADMAN_SECONDS - 0.1, AT, no_tops)
    assert talk.closing is None
    talk.tick(10 + DEADMAN_SECONDS, AT, no_tops)

    assert talk.closing is not None
    assert talk.closing.code is CloseCode.SLOW
