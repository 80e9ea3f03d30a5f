"""Series: made, changed, archived when used and deleted when not."""

from __future__ import annotations

from tests.world import World


async def test_series_is_public(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    made = await small_world.series(owner, organizer["id"], name="金融早咖啡", colour="#aa3300", cadence="每周五")

    seen = await (await small_world.stranger()).read(f"/series/{made['id']}")
    listed = await (await small_world.stranger()).read(f"/organizers/{organizer['id']}/series")

    assert seen == made
    assert listed == {"items": [made], "next": None}
    assert (made["name"], made["colour"], made["cadence"], made["version"]) == ("金融早咖啡", "#aa3300", "每周五", 1)


async def test_slug_is_the_organizers_own(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    other_owner, other = await small_world.organizer("另一主办方")
    await small_world.series(owner, organizer["id"], slug="coffee")

    twice = await owner.post(f"/organizers/{organizer['id']}/series", {"name": "又一个", "slug": "coffee"})
    elsewhere = await other_owner.post(f"/organizers/{other['id']}/series", {"name": "别家", "slug": "coffee"})

    assert (twice.status_code, twice.json()["code"]) == (409, "slug_taken")
    assert elsewhere.status_code == 201


async def test_unused_series_is_deleted_and_a_used_one_archived(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    unused = await small_world.series(owner, organizer["id"])
    used = await small_world.series(owner, organizer["id"], name="用过")
    roadshow = await small_world.roadshow(owner, organizer["id"], series_id=used["id"])

    deleted = await owner.send("DELETE", f"/series/{unused['id']}", version=1)
    archived = await owner.send("DELETE", f"/series/{used['id']}", version=1)

    assert (deleted.json()["outcome"], archived.json()["outcome"]) == ("deleted", "archived")
    assert (await owner.get(f"/series/{unused['id']}")).status_code == 404
    assert (await owner.read(f"/organizers/{organizer['id']}/series"))["items"] == []
    assert (await owner.read(f"/roadshows/{roadshow['id']}"))["series_name"] == "用过"
    shown = await owner.read(f"/organizers/{organizer['id']}/series?archived=true")
    assert [one["id"] for one in shown["items"]] == [used["id"]]


async def test_archived_series_takes_no_new_roadshow_until_it_is_back(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    series = await small_world.series(owner, organizer["id"])
    archived = await owner.send("PATCH", f"/series/{series['id']}", {"archived": True}, version=1)
    hall = await small_world.venue(owner, organizer["id"])
    plan = {"series_id": series["id"], "title": "专场", "hall_id": hall["id"]} | {
        "starts_at": "2099-01-01T06:00:00Z", "ends_at": "2099-01-01T08:00:00Z",
    }  # fmt: skip

    refused = await owner.post(f"/organizers/{organizer['id']}/roadshows", plan)
    back = await owner.send("PATCH", f"/series/{series['id']}", {"archived": False}, version=archived.json()["version"])
    taken = await owner.post(f"/organizers/{organizer['id']}/roadshows", plan)

    assert refused.json()["code"] == "series_unknown"
    assert back.json()["archived_at"] is None
    assert taken.status_code == 201


async def test_stale_and_missing_versions_are_refused(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    series = await small_world.series(owner, organizer["id"])
    fresh = await owner.send("PATCH", f"/series/{series['id']}", {"theme": "新主题"}, version=1)

    missing = await owner.send("PATCH", f"/series/{series['id']}", {"theme": "甲"})
    stale = await owner.send("PATCH", f"/series/{series['id']}", {"theme": "乙"}, version=1)
    stale_delete = await owner.send("DELETE", f"/series/{series['id']}", version=1)

    assert (fresh.status_code, fresh.headers["etag"]) == (200, '"2"')
    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_required")
    assert [one.status_code for one in (stale, stale_delete)] == [412, 412]
    assert (await owner.read(f"/series/{series['id']}"))["theme"] == "新主题"
