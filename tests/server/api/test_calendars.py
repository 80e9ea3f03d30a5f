"""Calendars over HTTP: what is in them, who gets them, and what a client that has them is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import icalendar
import pytest
from sqlalchemy import select, text, update

from events.calendars.models import PersonalFeed
from events.programme.models import Roadshow, RoadshowState
from server.settings import Settings
from tests.world import Person, World, wire


async def events(person: Person, path: str) -> list[icalendar.Event]:
    response = await person.get(path)
    assert response.status_code == 200, response.text
    return in_it(response)


def in_it(response: httpx.Response) -> list[icalendar.Event]:
    whole = icalendar.Calendar.from_ical(response.content)
    return [part for part in whole.walk("VEVENT") if isinstance(part, icalendar.Event)]


async def feed_of(person: Person) -> str:
    made = await person.made("/me/feed")
    url: str = made["url"]
    return url.removeprefix("http://127.0.0.1:8000/api/v1")


async def cancel(owner: Person, roadshow: dict[str, Any], reason: str = "场地维修") -> None:
    answer = await owner.send(
        "POST", f"/roadshows/{roadshow['id']}/cancel", {"reason": reason}, version=roadshow["version"]
    )
    assert answer.is_success, answer.text


async def test_roadshow_is_a_calendar_file_for_everybody(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"], title="光电子信息专场")

    response = await (await world.stranger()).get(f"/roadshows/{roadshow['id']}/calendar.ics")
    (event,) = in_it(response)

    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert (event["UID"], event["SUMMARY"]) == (f"{roadshow['id']}@roadshow", "光电子信息专场")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)
    assert wire(event["DTSTART"].dt) == roadshow["starts_at"]
    assert "ATTENDEE" not in event
    assert "ORGANIZER" not in event


async def test_moved_roadshow_keeps_its_uid_and_raises_its_sequence(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    path = f"/roadshows/{roadshow['id']}"
    (before,) = await events(owner, f"{path}/calendar.ics")

    starts_at = roadshow["starts_at"].replace("T06", "T08")
    ends_at = roadshow["ends_at"].replace("T08", "T10")
    answer = await owner.send("PATCH", path, {"starts_at": starts_at, "ends_at": ends_at}, version=roadshow["version"])
    (after,) = await events(owner, f"{path}/calendar.ics")

    assert answer.is_success, answer.text
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert wire(after["DTSTART"].dt) == starts_at


async def test_feeds_keep_cancelled_and_never_show_drafts(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    series = await small_world.series(owner, organizer["id"])
    out = await small_world.roadshow(owner, organizer["id"], series_id=series["id"], title="已取消的")
    draft = await small_world.draft(owner, organizer["id"], series_id=series["id"], title="草稿")
    await cancel(owner, out)

    of_series = await events(owner, f"/series/{series['id']}/calendar.ics")
    of_organizer = await events(owner, f"/organizers/{organizer['id']}/calendar.ics")
    hidden = await owner.get(f"/roadshows/{draft['id']}/calendar.ics")

    assert [(event["SUMMARY"], event["STATUS"]) for event in of_series] == [("【已取消】已取消的", "CANCELLED")]
    assert [event["UID"] for event in of_organizer] == [event["UID"] for event in of_series]
    assert hidden.status_code == 404


@pytest.mark.parametrize("back", [timedelta(days=-179), timedelta(days=-182)], ids=["within", "beyond"])
async def test_feed_reaches_half_a_year_back_and_what_is_older_is_left_out(small_world: World, back: timedelta) -> None:
    """Left out, and not shown as cancelled: a reader that keeps it keeps what took place."""
    owner, organizer = await small_world.organizer()
    old = await small_world.roadshow(owner, organizer["id"], title="从前的")
    new = await small_world.roadshow(owner, organizer["id"], title="将来的")
    then = datetime.now(UTC) + back
    async with small_world.app.state.roadshow.database.write() as session:
        moved = {"starts_at": then, "ends_at": then + timedelta(hours=2), "state": RoadshowState.ENDED}
        await session.execute(update(Roadshow).where(Roadshow.id == old["id"]).values(moved))

    shown = await events(owner, f"/organizers/{organizer['id']}/calendar.ics")

    expected = {f"{new['id']}@roadshow": "CONFIRMED"}
    if back > timedelta(days=-180):
        expected[f"{old['id']}@roadshow"] = "CONFIRMED"
    assert {event["UID"]: event["STATUS"] for event in shown} == expected


async def test_client_that_has_the_feed_is_told_304_until_it_changes(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    path = f"/organizers/{organizer['id']}/calendar.ics"
    first = await owner.get(path)
    tag = {"If-None-Match": f'"other", {first.headers["etag"]}'}

    same = await owner.get(path, headers=tag)
    await cancel(owner, roadshow)
    changed = await owner.get(path, headers=tag)

    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert same.content == b""
    assert same.headers["etag"] == first.headers["etag"] != changed.headers["etag"]
    assert "last-modified" in first.headers


async def test_one_bad_title_does_not_break_a_feed(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    bad = "坏\r\nEND:VEVENT\r\nBEGIN:VEVENT\u2028;,\\"
    roadshow = await small_world.roadshow(owner, organizer["id"])
    await small_world.roadshow(owner, organizer["id"], title="好的")
    async with small_world.app.state.roadshow.database.write() as session:
        await session.execute(text("UPDATE roadshows SET title=:t WHERE id=:i"), {"t": bad, "i": roadshow["id"]})

    titles = {str(event["SUMMARY"]) for event in await events(owner, f"/organizers/{organizer['id']}/calendar.ics")}

    assert titles == {"坏 END:VEVENT BEGIN:VEVENT ;,\\", "好的"}


async def test_personal_feed_has_registrations_and_the_companys_slots(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"], title="专场")
    founder = await world.person()
    company = await world.company(founder)
    project = await world.project(founder, company["id"], name="示例光子芯片")
    registration = await founder.made(f"/roadshows/{roadshow['id']}/registrations", {})
    slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][1]
    booking = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
    path = await feed_of(founder)

    response = await (await world.stranger()).get(path)
    found = {str(event["UID"]): event for event in in_it(response)}

    assert response.headers["cache-control"] == "private, no-cache"
    assert {uid: (str(event["SUMMARY"]), event["STATUS"]) for uid, event in found.items()} == {
        f"{registration['id']}@roadshow": ("专场", "CONFIRMED"),
        f"{booking['id']}@roadshow": ("【未确认】示例光子芯片 · 专场", "TENTATIVE"),
    }
    assert wire(found[f"{booking['id']}@roadshow"]["DTSTART"].dt) == slot["starts_at"]


async def test_personal_feed_keeps_what_was_called_off_as_cancelled(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    kept, off = [await small_world.roadshow(owner, organizer["id"]) for _ in range(2)]
    person = await small_world.person()
    mine = [await person.made(f"/roadshows/{each['id']}/registrations", {}) for each in (kept, off)]
    path = await feed_of(person)

    await person.send("DELETE", f"/registrations/{mine[0]['id']}")
    await cancel(owner, off)

    assert {event["STATUS"] for event in await events(person, path)} == {"CANCELLED"}


async def test_new_feed_address_ends_the_old_one(small_world: World) -> None:
    person = await small_world.person()
    before = await person.read("/me/feed")
    old = await feed_of(person)
    new = await feed_of(person)

    statuses = [(await person.get(path)).status_code for path in (old, new)]

    assert before == {"exists": False, "created_at": None}
    assert old != new
    assert statuses == [404, 200]
    assert (await person.read("/me/feed"))["exists"] is True


async def test_repeated_rotation_tells_the_same_address_and_stores_it_nowhere(small_world: World) -> None:
    person = await small_world.person()
    key = str(uuid4())

    first, second = [await person.post("/me/feed", key=key) for _ in range(2)]
    secret = first.json()["url"].rpartition("/")[2].removesuffix(".ics")
    async with small_world.session() as session:
        answers = list(await session.scalars(text("SELECT body FROM commands")))
        stored = list(await session.scalars(select(PersonalFeed.secret_hash)))

    assert first.content == second.content
    assert len(secret) >= 43
    assert not any(secret.encode() in bytes(body) for body in answers)
    assert secret not in stored


async def test_revoked_feed_is_gone(small_world: World) -> None:
    person = await small_world.person()
    path = await feed_of(person)

    statuses = [(await person.send("DELETE", "/me/feed")).status_code for _ in range(2)]

    assert statuses == [204, 204]
    assert (await person.get(path)).status_code == 404


async def test_unknown_feed_is_answered_like_any_missing_page(small_world: World) -> None:
    stranger = await small_world.stranger()

    answers = [await stranger.get(path) for path in (f"/feeds/{'a' * 43}.ics", f"/roadshows/{'0' * 26}/calendar.ics")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


async def test_stranger_has_no_feed(small_world: World) -> None:
    stranger = await small_world.stranger()

    answers = [
        await stranger.get("/me/feed"),
        await stranger.post("/me/feed"),
        await stranger.send("DELETE", "/me/feed"),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]


async def test_guessing_feed_addresses_is_slowed_down(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=sqlite_url, files_dir=tmp_path / "files", rate_limits=True)
    async with World.open(settings) as world:
        person, stranger = await world.person(), await world.stranger()
        path = await feed_of(person)

        guesses = [(await stranger.get(f"/feeds/{n:043d}.ics")).status_code for n in range(21)]
        own = (await stranger.get(path)).status_code

    assert guesses == [404] * 20 + [429]
    assert own == 200


@pytest.mark.field
async def test_roadshow_called_off_says_so_in_its_title_and_by_the_readers_language(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"], title="专场")
    person = await small_world.person()
    await person.send("PATCH", "/me", {"locale": "en"})
    await person.made(f"/roadshows/{roadshow['id']}/registrations", {})
    mine = await feed_of(person)
    await cancel(owner, roadshow)

    (chinese,) = await events(owner, f"/organizers/{organizer['id']}/calendar.ics")
    (english,) = await events(owner, f"/roadshows/{roadshow['id']}/calendar.ics?lang=en")
    (own,) = await events(person, mine)

    assert [str(one["SUMMARY"]) for one in (chinese, english, own)] == [
        "【已取消】专场",
        "Cancelled: 专场",
        "Cancelled: 专场",
    ]
    assert "Confirmed" not in str(own["DESCRIPTION"])
    assert "已确认" not in str(own["DESCRIPTION"])


@pytest.mark.field
@pytest.mark.parametrize(("locale", "marks"), [
    ("zh-CN", ["【待审核】", "【未通过】", "【候补中】", "", "【已取消】"]),
    ("en", ["Awaiting approval: ", "Not accepted: ", "On the waitlist: ", "", "Cancelled: "]),
])  # fmt: skip
async def test_title_says_what_is_not_to_be_counted_on(small_world: World, locale: str, marks: list[str]) -> None:
    owner, organizer = await small_world.organizer()
    asked, full = [
        await small_world.roadshow(owner, organizer["id"], title="专场", **more)
        for more in ({"needs_approval": True}, {"capacity": 1})
    ]
    first, person = [await small_world.person() for _ in range(2)]
    await person.send("PATCH", "/me", {"locale": locale})
    path, seen = await feed_of(person), []

    async def look(roadshow: dict[str, Any]) -> None:
        found = {str(each["URL"]).rpartition("/")[2]: str(each["SUMMARY"]) for each in await events(person, path)}
        seen.append(found[roadshow["id"]].removesuffix("专场"))

    mine = await person.made(f"/roadshows/{asked['id']}/registrations", {})
    await look(asked)
    await owner.made(f"/registrations/{mine['id']}/reject", {"reason": "名额有限"})
    await look(asked)
    theirs = await first.made(f"/roadshows/{full['id']}/registrations", {})
    mine = await person.made(f"/roadshows/{full['id']}/registrations", {})
    await look(full)
    await first.send("DELETE", f"/registrations/{theirs['id']}")
    await look(full)
    await person.send("DELETE", f"/registrations/{mine['id']}")
    await look(full)

    assert seen == marks


@pytest.mark.field
async def test_feed_has_one_event_for_a_pitch_however_often_it_was_held(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    founder = await small_world.person()
    company = await small_world.company(founder)
    project = await small_world.project(founder, company["id"])
    slots = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"]
    path = await feed_of(founder)

    counts = []
    for _ in range(5):
        await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project["id"]})
        counts.append([str(event["STATUS"]) for event in await events(founder, path)])
        async with small_world.app.state.roadshow.database.write() as session:
            await session.execute(text("UPDATE bookings SET held_until=created_at WHERE state='held'"))
        counts.append([str(event["STATUS"]) for event in await events(founder, path)])
    booking = await founder.made(f"/slots/{slots[1]['id']}/bookings", {"project_id": project["id"]})
    await founder.post(f"/bookings/{booking['id']}/confirm")
    (event,) = await events(founder, path)

    assert counts == [["TENTATIVE"], []] * 5
    assert (event["UID"], event["STATUS"]) == (f"{booking['id']}@roadshow", "CONFIRMED")


@pytest.mark.field
@pytest.mark.parametrize("what", ["venue", "series", "title"])
async def test_whatever_changes_a_roadshows_text_raises_its_sequence_and_time(world: World, what: str) -> None:
    owner, organizer = await world.organizer()
    series = await world.series(owner, organizer["id"])
    roadshow = await world.roadshow(owner, organizer["id"], series_id=series["id"])
    hall = roadshow["hall"]["id"]
    path = f"/roadshows/{roadshow['id']}/calendar.ics"
    seen = [(await events(owner, path))[0]]
    dates = [(await owner.get(path)).headers["last-modified"]]

    for n in range(2):
        kinds = {
            "venue": (f"/venues/{hall}", {"address": f"新址 {n}"}),
            "series": (f"/series/{series['id']}", {"name": f"新名 {n}"}),
            "title": (f"/roadshows/{roadshow['id']}", {"title": f"新题 {n}"}),
        }
        where, body = kinds[what]
        version = {"venue": 1 + n, "series": series["version"] + n, "title": roadshow["version"] + n}[what]
        answer = await owner.send("PATCH", where, body, version=version)
        assert answer.is_success, answer.text
        seen.append((await events(owner, path))[0])
        dates.append((await owner.get(path)).headers["last-modified"])

    assert [one["SEQUENCE"] for one in seen] == [0, 1, 2]
    assert [one["LAST-MODIFIED"].dt for one in seen] == sorted(one["LAST-MODIFIED"].dt for one in seen)
    assert [parsedate_to_datetime(one) for one in dates] == sorted(parsedate_to_datetime(one) for one in dates)


@pytest.mark.field
async def test_projects_new_name_raises_the_sequence_of_its_pitch(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    founder = await world.person()
    company = await world.company(founder)
    project = await world.project(founder, company["id"])
    slot = (await founder.read(f"/roadshows/{roadshow['id']}/slots"))["items"][0]
    await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
    path = await feed_of(founder)
    seen = [(await events(founder, path))[0]]

    for n in range(2):
        body = {"name": f"新名 {n}"}
        answer = await founder.send("PATCH", f"/projects/{project['id']}", body, version=project["version"] + n)
        assert answer.is_success, answer.text
        seen.append((await events(founder, path))[0])

    sequences = [one["SEQUENCE"] for one in seen]
    times = [one["LAST-MODIFIED"].dt for one in seen]
    assert sequences == sorted(set(sequences))
    assert times == sorted(set(times))
