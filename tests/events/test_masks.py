"""Staff who may look at a library, not call its people, see contacts masked."""

from __future__ import annotations

from typing import Any

import pytest

from events import masks
from events.directory import library
from events.directory.models import Source
from tests.world import Person, World, new_credit_code, soon

CONTACT = {"contact_name": "王小明", "contact_phone": "13800001234", "contact_email": "wang@example.com"}
MASKED = {"contact_name": "王**", "contact_phone": "138****1234", "contact_email": "w***@example.com"}


@pytest.mark.parametrize(
    ("text", "seen"),
    [("13800001234", "138****1234"), ("+86 138-0000-1234", "861****1234"), ("12345", "****5"), ("", "")],
)
def test_phone_keeps_its_ends(text: str, seen: str) -> None:
    assert masks.phone(text) == seen


@pytest.mark.parametrize(("text", "seen"), [("wang@example.com", "w***@example.com"), ("wang", "***"), ("", "")])
def test_mail_keeps_where_it_leads(text: str, seen: str) -> None:
    assert masks.mail(text) == seen


async def seen(person: Person, path: str) -> list[dict[str, Any]]:
    answer = await person.read(path)
    items: list[dict[str, Any]] = answer.get("items", [answer])
    return items


async def test_viewers_see_contacts_masked_everywhere(world: World) -> None:
    owner, organizer = await world.organizer()
    viewer, host = [await world.staff(owner, organizer["id"], role) for role in ("viewer", "host")]
    founder, investor = await world.person(), await world.person()
    company = await world.company(founder)
    project = await world.project(founder, company["id"], **CONTACT)
    await world.verified(owner, organizer["id"], investor, credit_code=new_credit_code(), **CONTACT)
    roadshow = await world.roadshow(owner, organizer["id"])
    slots = (await owner.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    held = await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})
    await founder.made(f"/bookings/{held['id']}/confirm")
    async with world.app.state.roadshow.database.write() as session:
        await library.enlist(session, organizer["id"], "project", project["id"], Source.IMPORTED, soon())
    cards = [f"/organizers/{organizer['id']}/projects", f"/organizers/{organizer['id']}/institutions",
             f"/projects/{project['id']}"]  # fmt: skip

    for path in cards:
        for person, contact in ((viewer, MASKED), (host, CONTACT), (owner, CONTACT)):
            (item,) = await seen(person, path)
            assert {name: item[name] for name in contact} == contact, path
    bookings = f"/roadshows/{roadshow['id']}/bookings"
    mails = [(await seen(person, bookings))[0]["booked_by_email"] for person in (viewer, host)]
    staff = {item["email"] for item in await seen(viewer, f"/organizers/{organizer['id']}/staff")}

    assert mails == [masks.mail(founder.email), founder.email]
    assert staff == {masks.mail(each.email) for each in (owner, viewer, host)}
