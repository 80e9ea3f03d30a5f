"""The tail of a stream gives all that was missed, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.frames import RESUME_MAX_BYTES, RESUME_MAX_ENTRIES, Frame
from realtime.stream import TAKE_SNAPSHOT, Batch, Gap, Tail


def entry(seq: int, size: int = 8) -> tuple[int, Frame]:
    return seq, Frame(str(seq).encode().ljust(size, b"."))


def filled(top: int, size: int = 8) -> Tail:
    tail = Tail("e1", 0)
    tail.extend(entry(seq, size) for seq in range(1, top + 1))
    return tail


def seqs(batch: object) -> list[int]:
    assert isinstance(batch, Batch)
    return [int(frame.data.rstrip(b".")) for frame in batch.frames]


def test_since_returns_every_entry_after_seq() -> None:
    tail = filled(5)

    assert seqs(tail.since("e1", 2)) == [3, 4, 5]
    assert seqs(tail.since("e1", 5)) == []
    assert seqs(tail.since("e1", 0)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("epoch", "seq"), [("e2", 3), (None, None), ("e1", None), ("e1", 6)])
def test_since_asks_for_a_snapshot_when_it_cannot_know(epoch: str | None, seq: int | None) -> None:
    assert filled(5).since(epoch, seq) is TAKE_SNAPSHOT


def test_ring_keeps_300_entries_and_never_a_part_of_a_resume() -> None:
    tail = filled(RESUME_MAX_ENTRIES + 50)

    assert seqs(tail.since("e1", 50)) == list(range(51, RESUME_MAX_ENTRIES + 51))
    assert tail.since("e1", 49) is TAKE_SNAPSHOT


def test_ring_keeps_256_kib() -> None:
    size = 64 * 1024

    tail = filled(10, size)

    assert seqs(tail.since("e1", tail.floor)) == [7, 8, 9, 10]
    assert 4 * size == RESUME_MAX_BYTES
    assert tail.since("e1", 5) is TAKE_SNAPSHOT


def test_extend_returns_only_what_is_new() -> None:
    tail = filled(3)

    fresh = tail.extend(entry(seq) for seq in (2, 3, 4, 5))

    assert (fresh.first, seqs(fresh), tail.top) == (4, [4, 5], 5)


def test_extend_refuses_to_go_past_a_gap() -> None:
    with pytest.raises(Gap):
        filled(3).extend([entry(5)])


def test_fill_lets_clients_resume_from_before_the_tail_was_opened() -> None:
    tail = Tail("e1", 5)
    tail.extend([entry(6)])

    tail.fill([entry(seq) for seq in (3, 4, 5)])

    assert seqs(tail.since("e1", 2)) == [3, 4, 5, 6]
    assert tail.since("e1", 1) is TAKE_SNAPSHOT


def test_fill_takes_nothing_beyond_a_hole_or_the_bounds() -> None:
    holed, full = Tail("e1", 5), filled(RESUME_MAX_ENTRIES + 1)

    holed.fill([entry(seq) for seq in (1, 2, 4, 5)])
    full.fill([entry(1)])

    assert (holed.floor, full.floor) == (3, 1)


def test_batch_after_cuts_what_is_known() -> None:
    batch = filled(6).since("e1", 2)

    assert isinstance(batch, Batch)
    assert [seqs(batch.after(seq)) for seq in (0, 2, 4, 6)] == [[3, 4, 5, 6], [3, 4, 5, 6], [5, 6], []]


@given(
    sizes=st.lists(st.integers(1, 90_000), max_size=40),
    start=st.integers(0, 1000),
    data=st.data(),
)
def test_since_is_all_or_nothing(sizes: list[int], start: int, data: st.DataObject) -> None:
    tail = Tail("e1", start)
    tail.extend((start + n, Frame(b"x" * size)) for n, size in enumerate(sizes, start=1))
    seq = data.draw(st.integers(max(0, start - 2), tail.top + 2))

    missed = tail.since("e1", seq)

    kept = sizes[seq - start :] if start <= seq <= tail.top else None
    if kept is not None and sum(kept) <= RESUME_MAX_BYTES:
        assert isinstance(missed, Batch)
        assert [len(frame.data) for frame in missed.frames] == kept
    else:
        assert missed is TAKE_SNAPSHOT
