"""Slides over HTTP: what is kept, what is refused, who may read the bytes, and how they are served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from events import log
from events.programme.announcements import announce_agenda
from events.programme.models import Booking, BookingState
from server.decks import forget_decks
from tests import pdfs
from tests.live import Show, new_show
from tests.world import Person, World


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def send(show: Show, person: Person, content: bytes, name: str = "路演.pdf", **options: Any) -> httpx.Response:
    files = {"file": (name, content)}
    return await person.post(f"/slots/{show.slot_ids[0]}/deck", files=files, **options)


def kept(world: World) -> list[Path]:
    folder = world.app.state.settings.files_dir / "decks"
    return sorted(folder.glob("*")) if folder.exists() else []


async def test_startup_gives_its_slot_slides_and_the_room_sees_them_when_on_stage(world: World, show: Show) -> None:
    assert show.startup is not None
    investor = await world.person()

    made = (await send(show, show.startup, pdfs.plain(3))).json()
    before = await investor.get(f"/decks/{made['id']}/file")
    await show.act(show.host, "stage.start", {"slot_id": show.slot_ids[0]})
    shown = await investor.get(f"/decks/{made['id']}/file")
    deck = (await show.state(investor))["state"]["deck"]
    await show.act(show.host, "room.stage", {"slot_id": None})
    after = await investor.get(f"/decks/{made['id']}/file")

    assert (made["pages"], made["filename"], made["is_on_stage"]) == (3, "路演.pdf", False)
    assert deck == {"id": made["id"], "slot_id": show.slot_ids[0], "pages": 3, "page": 1}
    assert (before.status_code, shown.status_code, after.status_code) == (404, 200, 404)
    assert shown.content == pdfs.plain(3)


async def test_bytes_are_served_as_a_document_that_may_do_nothing(world: World, show: Show) -> None:
    assert show.startup is not None
    deck_id = (await send(show, show.startup, pdfs.plain())).json()["id"]

    response = await show.startup.get(f"/decks/{deck_id}/file", headers={"Range": "bytes=0-4"})

    assert (response.status_code, response.content) == (206, b"%PDF-")
    assert {name: response.headers[name] for name in ("content-type", "x-content-type-options", "cache-control")} == {
        "content-type": "application/pdf",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert response.headers["content-disposition"].startswith("inline; filename*=")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ\x90\x00 not a document", "pdf_unreadable"),
        (b"<html><script>alert(1)</script>", "pdf_unreadable"),
        (b"", "pdf_unreadable"),
        (pdfs.truncated(), "pdf_unreadable"),
        (pdfs.endless(), "pdf_unreadable"),
        (pdfs.too_wide(), "pdf_unreadable"),
        (pdfs.encrypted(), "pdf_encrypted"),
        (pdfs.with_script(), "pdf_acts"),
        (pdfs.launching(), "pdf_acts"),
        (pdfs.with_attachment(), "pdf_acts"),
        (pdfs.too_long(), "pdf_too_many_pages"),
    ],
    ids=[
        "program",
        "page",
        "nothing",
        "truncated",
        "endless",
        "wide",
        "locked",
        "script",
        "launch",
        "attached",
        "long",
    ],
)
async def test_what_is_not_a_plain_pdf_is_refused_and_not_kept(
    world: World, show: Show, content: bytes, code: str
) -> None:
    assert show.startup is not None
    already = kept(world)

    response = await send(show, show.startup, content)

    assert (response.status_code, response.json()["code"]) == (422, code)
    assert kept(world) == already


async def test_a_link_in_a_slide_is_allowed(show: Show) -> None:
    assert show.startup is not None

    assert (await send(show, show.startup, pdfs.with_link())).status_code == 201


async def test_too_large_a_file_is_refused(world: World, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    assert show.startup is not None
    monkeypatch.setattr("server.decks.MOST_BYTES", 100)

    response = await send(show, show.startup, pdfs.plain())

    assert (response.status_code, response.json()["code"], kept(world)) == (422, "deck_too_large", [])


@pytest.mark.parametrize(
    ("setting", "value"), [("examining.EXAMINED_WITHIN", 0.001), ("parsing.sys.executable", "/bin/false")]
)
async def test_a_file_its_reader_cannot_finish_is_refused_and_not_kept(
    world: World, show: Show, monkeypatch: pytest.MonkeyPatch, setting: str, value: object
) -> None:
    assert show.startup is not None
    monkeypatch.setattr(f"server.{setting}", value)

    response = await send(show, show.startup, pdfs.plain())

    assert (response.status_code, response.json()["code"], kept(world)) == (422, "pdf_too_heavy", [])


async def test_the_same_upload_twice_is_one_deck(world: World, show: Show) -> None:
    assert show.startup is not None

    first = await send(show, show.startup, pdfs.plain(), key="once")
    again = await send(show, show.startup, pdfs.plain(), key="once")

    assert first.json() == again.json()
    assert [path.stem for path in kept(world)] == [first.json()["id"]]


async def test_another_startup_and_the_audience_cannot_change_slides(world: World, show: Show) -> None:
    other, audience = await world.person("另一家"), await world.person()
    await world.company(other)

    statuses = [(await send(show, person, pdfs.plain())).status_code for person in (other, audience)]

    assert statuses == [404, 404]


async def test_the_page_turned_by_the_startup_is_everybodys(world: World, show: Show) -> None:
    assert show.startup is not None
    await send(show, show.startup, pdfs.plain(3))
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})
    latecomer = await world.person()

    await show.act(show.startup, "deck.page", {"page": 2})
    refused = await show.refused(latecomer, "deck.page", {"page": 3})
    missing = await show.refused(show.host, "deck.page", {"page": 4})

    assert (await show.state(latecomer))["state"]["deck"]["page"] == 2
    assert refused == (403, "not_your_stage")
    assert missing == (404, "page_missing")


async def test_slides_taken_away_leave_the_stage_and_cannot_be_read(world: World, show: Show) -> None:
    assert show.startup is not None
    deck_id = (await send(show, show.startup, pdfs.plain())).json()["id"]
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})

    await show.startup.send("DELETE", f"/slots/{show.slot_ids[0]}/deck")

    assert (await show.state(show.startup))["state"]["deck"] is None
    assert (await show.startup.get(f"/decks/{deck_id}/file")).status_code == 404


async def test_files_of_replaced_slides_and_of_none_go_after_an_hour_and_no_others(world: World, show: Show) -> None:
    assert show.startup is not None
    state = world.app.state.roadshow
    await send(show, show.startup, pdfs.plain(1))
    second = (await send(show, show.startup, pdfs.plain(2))).json()["id"]
    (kept(world)[0].parent / "unknown.pdf").write_bytes(b"%PDF-")

    now = datetime.now(UTC)
    at_once = await forget_decks(state.database, state.settings, now)
    later = await forget_decks(state.database, state.settings, now + timedelta(hours=1, minutes=1))

    assert (at_once, later, [path.stem for path in kept(world)]) == (0, 2, [second])
    assert (await show.startup.get(f"/decks/{second}/file")).status_code == 200


@pytest.mark.field
async def test_slides_go_with_a_booking_that_is_moved(world: World, show: Show) -> None:
    assert show.startup is not None
    made = (await send(show, show.startup, pdfs.plain())).json()
    booking = (await booking_in(world, show.slot_ids[0])).id
    await moved(world, booking, show.slot_ids[1])

    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[1]})
    shown = (await show.state(show.startup))["state"]["deck"]
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})

    assert (shown["id"], shown["slot_id"]) == (made["id"], show.slot_ids[1])
    assert (await show.startup.read(f"/slots/{show.slot_ids[1]}/deck"))["id"] == made["id"]
    assert (await show.state(show.startup))["state"]["deck"] is None


@pytest.mark.field
async def test_slides_of_a_called_off_booking_are_its_companys_alone(world: World, show: Show) -> None:
    assert show.startup is not None
    deck_id = (await send(show, show.startup, pdfs.plain())).json()["id"]
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})
    await called_off(world, (await booking_in(world, show.slot_ids[0])).id)

    audience = await world.person()
    statuses = [(await who.get(f"/decks/{deck_id}/file")).status_code for who in (show.startup, show.host, audience)]

    assert statuses == [200, 404, 404]
    assert (await show.startup.get(f"/slots/{show.slot_ids[0]}/deck")).status_code == 404
    assert (await show.state(audience))["state"]["deck"] is None


@pytest.mark.field
async def test_slides_leave_every_screen_with_a_booking_called_off_while_it_pitches(world: World, show: Show) -> None:
    assert show.startup is not None
    await send(show, show.startup, pdfs.plain())
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})
    booking = await booking_in(world, show.slot_ids[0])

    async with world.app.state.roadshow.database.write() as session:
        (await session.get_one(Booking, booking.id)).state = BookingState.CANCELLED
        await announce_agenda(session, [show.id], datetime.now(UTC))

    async with world.session() as session:
        entries = await log.since(session, log.public_stream(show.id), 0)
    assert [entry.data["deck"] for entry in entries if entry.kind == "deck.changed"][-1] is None
    assert (await show.state(show.host))["state"]["deck"] is None


async def booking_in(world: World, slot_id: str) -> Booking:
    async with world.session() as session:
        found: Booking | None = await session.scalar(select(Booking).where(Booking.slot_id == slot_id))
        assert found is not None
        return found


async def moved(world: World, booking_id: str, slot_id: str) -> None:
    async with world.app.state.roadshow.database.write() as session:
        (await session.get_one(Booking, booking_id)).slot_id = slot_id


async def called_off(world: World, booking_id: str) -> None:
    async with world.app.state.roadshow.database.write() as session:
        (await session.get_one(Booking, booking_id)).state = BookingState.CANCELLED
