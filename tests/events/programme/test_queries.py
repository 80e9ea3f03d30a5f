"""Reads of the programme: what they show to whom, and what they cost."""

from __future__ import annotations

from events.actor import Actor, Role
from events.paging import Window
from events.programme.queries import agenda, list_roadshows, roadshow_view
from tests.queries import counted
from tests.world import World, soon, wire


async def test_agenda_costs_one_query_however_long(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"], slots=6)
    founder = await small_world.person()
    company = await small_world.company(founder)
    project = await small_world.project(founder, company["id"])
    slots = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    held = await founder.made(f"/slots/{slots[3]['id']}/bookings", {"project_id": project["id"]})
    await founder.made(f"/bookings/{held['id']}/confirm")

    async with small_world.session() as session, counted(session) as sent:
        found = await agenda(session, roadshow["id"])

    assert [slot.state for slot in found] == ["free", "free", "free", "booked", "free", "free"]
    assert [slot.position for slot in found] == [1, 2, 3, 4, 5, 6]
    assert len(sent) == 1


async def test_agenda_shows_no_private_field_of_a_project(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    founder = await small_world.person()
    company = await small_world.company(founder)
    secret = {"contact_name": "保密联系人", "contact_phone": "+8613800000000", "contact_email": "secret@example.com"}
    project = await small_world.project(founder, company["id"], **secret)
    slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
    held = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
    await founder.made(f"/bookings/{held['id']}/confirm")

    shown = await (await small_world.stranger()).get(f"/roadshows/{roadshow['id']}/slots")

    assert project["name"] in shown.text
    assert not any(value in shown.text for value in secret.values())


async def test_staff_list_filters_and_costs_one_query(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    early = await small_world.roadshow(owner, organizer["id"], starts_at=wire(soon(2)), title="人工智能专场")
    draft = await small_world.draft(owner, organizer["id"], starts_at=wire(soon(3)))
    late = await small_world.roadshow(owner, organizer["id"], starts_at=wire(soon(4)))
    where = f"/organizers/{organizer['id']}/roadshows"

    async def ids(**filters: str) -> list[str]:
        return [one["id"] for one in (await owner.read(where, params=filters))["items"]]

    assert await ids() == [early["id"], draft["id"], late["id"]]
    assert await ids(state="draft") == [draft["id"]]
    assert await ids(series=late["series_id"]) == [late["id"]]
    assert await ids(q="人工智能") == [early["id"]]
    assert await ids(**{"from": wire(soon(3))}) == [draft["id"], late["id"]]
    assert await ids(to=wire(soon(3))) == [early["id"]]
    actor = Actor(user_id=owner.id, organizer_roles={organizer["id"]: Role.VIEWER})
    async with small_world.session() as session, counted(session) as sent:
        await list_roadshows(session, actor, organizer["id"], Window())
    assert len(sent) == 1


async def test_staff_list_is_not_for_strangers(small_world: World) -> None:
    _, organizer = await small_world.organizer()
    person = await small_world.person()

    answer = await person.get(f"/organizers/{organizer['id']}/roadshows")

    assert answer.status_code == 404


async def test_approval_keeps_the_stream_address_from_the_public(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    channel = await small_world.venue(
        owner, organizer["id"], kind="online", stream_url="https://live.example.org/1", hours=None
    )
    gated = await small_world.roadshow(owner, organizer["id"], channel_id=channel["id"], needs_approval=True)
    stranger = await small_world.stranger()

    seen = await stranger.read(f"/roadshows/{gated['id']}")
    own = await owner.read(f"/roadshows/{gated['id']}")

    assert (seen["stream_url"], own["stream_url"]) == (None, "https://live.example.org/1")
    assert "seats_taken" not in seen


async def test_join_code_is_six_digits(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])

    async with small_world.session() as session:
        view = await roadshow_view(session, Actor(), roadshow["id"])

    assert view.join_code == roadshow["join_code"]
    assert len(roadshow["join_code"]) == 6
    assert roadshow["join_code"].isdecimal()
