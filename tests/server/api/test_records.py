"""The record over HTTP: attendance, figures, archives, the seal, and who may have them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from events import log
from events.audit import AuditRow
from events.live.record.archive import broken
from events.live.record.attendance import pseudonym
from events.live.record.models import Seal
from server.attendance import Attendances
from server.worker import seal_records
from tests.live import Show, new_show
from tests.world import World

SOON = datetime(2026, 11, 21, 7, 0, 30, tzinfo=UTC)


class Here:
    """Presence as a test says it is."""

    def __init__(self, members: dict[str, set[str]]) -> None:
        self._members = members

    def rooms(self) -> list[str]:
        return [room for room, members in self._members.items() if members]

    async def members(self, room: str) -> set[str]:
        return self._members[room]


async def lines(show: Show) -> list[tuple[str, dict[str, Any]]]:
    async with show.world.app.state.roadshow.database.read() as session:
        entries = await log.since(session, log.record_stream(show.id), 0)
    return [(entry.kind, entry.data) for entry in entries]


def attendances(show: Show, members: dict[str, set[str]]) -> Attendances:
    return Attendances(Here(members), show.world.app.state.roadshow.commands)  # type: ignore[arg-type]


async def test_a_minute_is_written_once_whoever_asks(world: World) -> None:
    show = await new_show(world, is_open=True)
    members = {show.id: {"ann", "bo"}}
    one, two = attendances(show, members), attendances(show, members)

    for taker in (one, two):
        await taker.sample(datetime.now(UTC))

    written = await lines(show)
    assert [kind for kind, _ in written] == ["session.opened", "presence.sampled"]
    assert written[1][1]["count"] == 2
    assert written[1][1]["joined"] == sorted(pseudonym(show.id, member) for member in ("ann", "bo"))


async def test_nobody_is_named(world: World) -> None:
    show = await new_show(world, is_open=True)

    await attendances(show, {show.id: {"ann"}}).sample(datetime.now(UTC))

    assert "ann" not in str(await lines(show))


async def test_figures_and_archive_tell_the_same(world: World) -> None:
    show = await new_show(world, is_open=True)
    asker = await world.person("提问人")
    question = await show.ask(asker)
    await show.act(show.host, "question.vote", {"question_id": question})
    await attendances(show, {show.id: {"ann"}}).sample(datetime.now(UTC))

    figures = (await show.host.read(f"{show.path}/record"))["figures"]
    archive = await show.host.read(f"{show.path}/record.json")

    assert broken(archive) is None
    assert (figures["questions"]["asked"], figures["questions"]["votes"], figures["presence"]["peak"]) == (1, 1, 1)
    assert archive["figures"]["questions"] == figures["questions"]
    assert archive["figures"]["projects"] == figures["projects"]


async def test_a_session_is_sealed_once_it_is_over(world: World) -> None:
    show = await new_show(world, is_open=True)
    database = world.app.state.roadshow.database
    await show.ask(show.host)
    await show.act(show.host, "room.close")

    too_early = await seal_records(database, datetime.now(UTC))
    sealed = await seal_records(database, datetime.now(UTC) + timedelta(minutes=3))
    again = await seal_records(database, datetime.now(UTC) + timedelta(minutes=4))

    archive = await show.host.read(f"{show.path}/record.json")
    assert (too_early, sealed, again) == (0, 1, 0)
    assert archive["seal"]["digest"] == archive["digest"]
    assert broken(archive) is None


async def test_what_was_changed_before_the_seal_is_found_after_it(world: World) -> None:
    show = await new_show(world, is_open=True)
    database = world.app.state.roadshow.database
    await show.ask(show.host)
    await show.act(show.host, "room.close")
    await seal_records(database, datetime.now(UTC) + timedelta(minutes=3))

    async with database.write() as session:
        staff = log.LogEntry.stream_id == log.staff_stream(show.id)
        asked = log.LogEntry.kind == "question.changed"
        await session.execute(update(log.LogEntry).where(staff, asked).values(at=SOON))

    assert broken(await show.host.read(f"{show.path}/record.json")) is not None


async def test_who_takes_an_archive_is_written_down(world: World) -> None:
    show = await new_show(world, is_open=True)

    page = await show.host.get(f"{show.path}/record.html")

    async with world.app.state.roadshow.database.read() as session:
        row = await session.scalar(select(AuditRow).where(AuditRow.action == "record.taken"))
        assert await session.get(Seal, show.id) is None
    assert page.headers["content-disposition"].startswith("attachment;")
    assert row is not None
    assert (row.actor_id, row.detail["form"]) == (show.host.id, "html")
