"""Polls before they open: made, edited, copied; deleted, and the deleting undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from events.actor import Actor
from events.base import new_id
from events.errors import NotFound
from events.live import rules as room_rules
from events.live.polls import rules
from events.live.polls.models import Poll, PollKind, PollState
from events.live.polls.schemas import PollEdit, PollIn, PollRef, StaffPoll
from events.live.polls.telling import note, tell
from events.live.polls.views import is_public
from events.live.rooms import hosted
from events.programme.queries import agenda


async def create(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollIn, *, now: datetime) -> StaffPoll:
    """A draft. Refuses: options_invalid, close_in_past, project_not_here, room_over."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    room_rules.require_not_over(room.state)
    poll = Poll(
        id=new_id(), roadshow_id=roadshow_id, state=PollState.DRAFT, blocked=[], ballots=0, on_screen=False,
        revealed=False, created_at=now,
    )  # fmt: skip
    await _write(session, poll, data)
    session.add(poll)
    await session.flush()
    note(session, actor, roadshow, poll, "poll.created", now)
    return await tell(session, poll, now, was_public=False)


async def edit(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollEdit, *, now: datetime) -> StaffPoll:
    """Change a draft. Refuses: poll_state, and as `create`."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    poll = await find(session, roadshow_id, data.poll_id)
    rules.require_state(poll.state, PollState.DRAFT)
    await _write(session, poll, data)
    note(session, actor, roadshow, poll, "poll.edited", now)
    return await tell(session, poll, now, was_public=False)


async def copy(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollRef, *, now: datetime) -> StaffPoll:
    """A new draft that asks the same, by hand. Refuses: not_found, room_over."""
    room, roadshow = await hosted(session, actor, roadshow_id)
    room_rules.require_not_over(room.state)
    old = await find(session, roadshow_id, data.poll_id)
    poll = Poll(
        id=new_id(), roadshow_id=roadshow_id, state=PollState.DRAFT, blocked=[], ballots=0, on_screen=False,
        revealed=False, created_at=now, kind=old.kind, title=old.title, options=list(old.options),
        max_choices=old.max_choices, scale=old.scale, names=old.names, electorate=old.electorate,
        results_when=old.results_when, seconds=old.seconds,
    )  # fmt: skip
    session.add(poll)
    await session.flush()
    note(session, actor, roadshow, poll, "poll.created", now, copied_from=old.id)
    return await tell(session, poll, now, was_public=False)


async def delete(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollRef, *, now: datetime) -> StaffPoll:
    """Put a draft or a closed poll away; `restore` brings it back. Refuses: poll_state."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    poll = await find(session, roadshow_id, data.poll_id)
    rules.require_state(poll.state, PollState.DRAFT, PollState.CLOSED)
    was_public, poll.deleted_at, poll.on_screen = is_public(poll), now, False
    note(session, actor, roadshow, poll, "poll.deleted", now)
    return await tell(session, poll, now, was_public=was_public)


async def restore(session: AsyncSession, actor: Actor, roadshow_id: str, data: PollRef, *, now: datetime) -> StaffPoll:
    """Undo a deletion; a poll that is there stays as it is. Refuses: not_found."""
    _, roadshow = await hosted(session, actor, roadshow_id)
    poll = await find(session, roadshow_id, data.poll_id, deleted=True)
    poll.deleted_at = None
    note(session, actor, roadshow, poll, "poll.restored", now)
    return await tell(session, poll, now, was_public=False)


async def find(session: AsyncSession, roadshow_id: str, poll_id: str, *, deleted: bool = False) -> Poll:
    """A poll of this room. Refuses: not_found."""
    poll = await session.get(Poll, poll_id)
    if poll is None or poll.roadshow_id != roadshow_id or (poll.deleted_at is not None and not deleted):
        raise NotFound
    return poll


async def _write(session: AsyncSession, poll: Poll, data: PollIn) -> None:
    """Put what is asked into the row. Refuses: options_invalid, close_in_past, project_not_here."""
    rules.check_options(data.kind, [option.text for option in data.options], data.max_choices)
    if data.opens_at and data.closes_at and data.closes_at <= data.opens_at:
        raise rules.CloseInPast
    poll.kind, poll.title, poll.max_choices, poll.scale = data.kind, data.title, data.max_choices, data.scale
    poll.names, poll.electorate, poll.results_when = data.names, data.electorate, data.results_when
    poll.opens_at, poll.closes_at, poll.seconds = data.opens_at, data.closes_at, data.seconds
    poll.options = await _options(session, poll.roadshow_id, data)


async def _options(session: AsyncSession, roadshow_id: str, data: PollIn) -> list[dict[str, Any]]:
    """Options with short ids; a rating without options rates the one thing its title names."""
    wanted = {option.project_id for option in data.options if option.project_id}
    if wanted:
        here = {slot.project.id for slot in await agenda(session, roadshow_id) if slot.project}
        if not wanted <= here:
            raise room_rules.ProjectNotHere
    given = [{"text": option.text, "project_id": option.project_id} for option in data.options]
    if data.kind is PollKind.RATING and not given:
        given = [{"text": "", "project_id": None}]
    return [{"id": str(number)} | option for number, option in enumerate(given, start=1)]
