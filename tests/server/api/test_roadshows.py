"""The programme over HTTP: versions, pages, repeats, and who may."""

from __future__ import annotations

from tests.world import World, soon, wire


async def test_read_and_write_carry_the_same_version(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    paths = (f"/roadshows/{roadshow['id']}", f"/series/{roadshow['series_id']}", f"/venues/{roadshow['hall']['id']}")

    answers = [await owner.get(path) for path in paths]

    assert [answer.headers["etag"] for answer in answers] == [f'"{answer.json()["version"]}"' for answer in answers]


async def test_change_needs_the_version_it_is_based_on(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    path = f"/roadshows/{roadshow['id']}"
    first = await owner.send("PATCH", path, {"title": "甲"}, version=roadshow["version"])

    missing = await owner.send("PATCH", path, {"title": "乙"})
    stale = await owner.send("PATCH", path, {"title": "乙"}, version=roadshow["version"])

    assert first.headers["etag"] == f'"{roadshow["version"] + 1}"'
    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_required")
    assert (stale.status_code, stale.json()["code"]) == (412, "version_stale")
    assert (await owner.read(path))["title"] == "甲"


async def test_repeated_plan_is_one_roadshow(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    series, hall = await small_world.series(owner, organizer["id"]), await small_world.venue(owner, organizer["id"])
    plan = {
        "series_id": series["id"], "hall_id": hall["id"], "title": "专场",
        "starts_at": wire(soon(3)), "ends_at": wire(soon(3, hour=8)),
    }  # fmt: skip
    where = f"/organizers/{organizer['id']}/roadshows"

    first = await owner.post(where, plan, key="k1")
    again = await owner.post(where, plan, key="k1")
    anew = await owner.post(where, plan, key="k2")

    assert (first.status_code, again.content) == (201, first.content)
    assert (anew.status_code, anew.json()["code"]) == (409, "venue_taken")
    assert len((await owner.read(where))["items"]) == 1


async def test_list_continues_by_its_link(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    made = [(await small_world.roadshow(owner, organizer["id"], starts_at=wire(soon(n))))["id"] for n in (2, 3, 4)]
    where = f"/organizers/{organizer['id']}/roadshows"

    first = await owner.get(where, params={"limit": 2})
    link = first.headers["link"]
    second = await owner.client.get(link[1 : link.index(">")])

    assert link.endswith('rel="next"')
    assert [one["id"] for one in first.json()["items"] + second.json()["items"]] == made
    assert (second.json()["next"], "link" in second.headers) == (None, False)


async def test_roles_decide_who_plans(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"])
    people = {
        "planner": await small_world.staff(owner, organizer["id"], "planner"),
        "host": await small_world.staff(owner, organizer["id"], "host"),
        "viewer": await small_world.staff(owner, organizer["id"], "viewer"),
        "another": await small_world.person(),
        "nobody": await small_world.stranger(),
    }

    answers = {
        who: (await one.send("PATCH", f"/roadshows/{roadshow['id']}", {"summary": ""}, version=99)).status_code
        for who, one in people.items()
    }

    assert answers == {"planner": 412, "host": 403, "viewer": 403, "another": 404, "nobody": 401}


async def test_registered_people_learn_of_a_move_and_those_waiting_get_new_seats(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    roadshow = await small_world.roadshow(owner, organizer["id"], capacity=1)
    first, second = await small_world.person("先到"), await small_world.person("后到")
    for person in (first, second):
        await person.made(f"/roadshows/{roadshow['id']}/registrations", {})

    more = {"capacity": 2, "starts_at": wire(soon(3)), "ends_at": wire(soon(3, hour=8))}
    changed = await owner.send("PATCH", f"/roadshows/{roadshow['id']}", more, version=roadshow["version"])

    state = (await second.read("/me/registrations"))["items"][0]["state"]
    assert (changed.status_code, changed.json()["seats_free"], state) == (200, 0, "confirmed")
