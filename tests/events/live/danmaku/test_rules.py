"""Who may send when, and when it is seen; no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events.errors import Refusal
from events.live.danmaku import rules
from events.live.danmaku.models import DanmakuRole, DanmakuState
from events.live.danmaku.rules import Ban, Standing

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
USUAL = Standing(role=DanmakuRole.AUDIENCE, is_on=True, guests_on=True, slow_seconds=3, delay_seconds=0)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("change", "is_guest", "refusal"),
    [
        ({}, True, None),
        ({"is_on": False}, False, rules.DanmakuOff),
        ({"guests_on": False}, True, rules.MembersOnly),
        ({"guests_on": False}, False, None),
        ({"ban": Ban("刷屏", None)}, False, rules.Muted),
        ({"ban": Ban("刷屏", NOW + timedelta(seconds=1))}, False, rules.Muted),
        ({"ban": Ban("刷屏", NOW)}, False, None),
        ({"last_sent_at": ago(2)}, False, rules.SlowDown),
        ({"last_sent_at": ago(3)}, False, None),
        ({"in_last_second": rules.ROOM_PER_SECOND}, False, rules.RoomBusy),
        ({"in_last_second": rules.ROOM_PER_SECOND - 1}, False, None),
    ],
)
def test_sending_is_allowed_or_refused(
    change: dict[str, object], is_guest: bool, refusal: type[Refusal] | None
) -> None:
    standing = replace(USUAL, **change)  # type: ignore[arg-type]

    if refusal is None:
        rules.may_send(standing, NOW, is_guest=is_guest)
    else:
        with pytest.raises(refusal):
            rules.may_send(standing, NOW, is_guest=is_guest)


def test_host_is_held_to_nothing_but_the_switch() -> None:
    host = replace(USUAL, role=DanmakuRole.HOST, last_sent_at=NOW, in_last_second=99, guests_on=False)

    rules.may_send(host, NOW, is_guest=False)
    with pytest.raises(rules.DanmakuOff):
        rules.may_send(replace(host, is_on=False), NOW, is_guest=False)


@pytest.mark.parametrize(("sent", "wait"), [(None, 0), (0.0, 3), (0.2, 3), (2.5, 1), (3.0, 0), (9.0, 0)])
def test_slow_mode_says_the_whole_seconds_left(sent: float | None, wait: int) -> None:
    assert rules.seconds_to_wait(None if sent is None else ago(sent), 3, NOW) == wait


@pytest.mark.parametrize(
    ("change", "is_found", "expected"),
    [
        ({}, False, (DanmakuState.SHOWN, None)),
        ({}, True, (DanmakuState.HELD, None)),
        ({"delay_seconds": 10}, False, (DanmakuState.DELAYED, NOW + timedelta(seconds=10))),
        ({"delay_seconds": 10}, True, (DanmakuState.HELD, None)),
        ({"line_ends_at": NOW + timedelta(seconds=4)}, False, (DanmakuState.DELAYED, NOW + timedelta(seconds=4))),
        ({"line_ends_at": ago(1)}, False, (DanmakuState.SHOWN, None)),
        ({"role": DanmakuRole.HOST, "delay_seconds": 10}, False, (DanmakuState.SHOWN, None)),
    ],
)
def test_first_state_and_when_it_is_due(
    change: dict[str, object], is_found: bool, expected: tuple[DanmakuState, datetime | None]
) -> None:
    standing = replace(USUAL, **change)  # type: ignore[arg-type]

    assert rules.first_state(standing, NOW, is_found=is_found) == expected


@pytest.mark.parametrize(
    ("was_shown", "due_at", "state"),
    [
        (True, None, DanmakuState.SHOWN),
        (False, None, DanmakuState.HELD),
        (False, NOW + timedelta(seconds=1), DanmakuState.DELAYED),
        (False, NOW, DanmakuState.SHOWN),
    ],
)
def test_removal_undone_returns_to_where_it_was(was_shown: bool, due_at: datetime | None, state: DanmakuState) -> None:
    assert rules.state_before_removal(was_shown=was_shown, due_at=due_at, now=NOW) == state


def test_reactions_are_told_at_most_once_a_second() -> None:
    assert [rules.is_tally_due(at, NOW) for at in (None, ago(0.9), ago(1.0))] == [True, False, True]
