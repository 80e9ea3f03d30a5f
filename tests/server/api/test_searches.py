"""Whoever searches finds the same however it is typed, and however the name was: in every list and export."""

from __future__ import annotations

import pytest

from tests.world import Person, World

NAME = "云\u200b岭【Ａ-1】"
WRITTEN = ["云岭(a-1)", "云岭（Ａ－１）", " 云岭[A‑1]\u3000", "云\u2060岭【a", "\ufeff云岭"]


async def lists(world: World) -> tuple[Person, dict[str, str]]:
    """The organizer, and for each list the key of its names; every list holds the name and another."""
    owner, organizer = await world.organizer()
    shows = [await world.roadshow(owner, organizer["id"], title=title) for title in (NAME, "别的专场")]
    for name in (NAME, "李雷"):
        await (await world.person(name)).made(f"/roadshows/{shows[0]['id']}/registrations", {})
    return owner, {
        f"/organizers/{organizer['id']}/roadshows": "title",
        f"/roadshows/{shows[0]['id']}/registrations": "user_name",
    }


@pytest.mark.field
async def test_lists_find_a_name_however_it_is_written(world: World) -> None:
    owner, paths = await lists(world)

    for path, key in paths.items():
        for q in WRITTEN:
            found = (await owner.read(path, params={"q": q}))["items"]
            assert [each[key] for each in found] == [NAME], (path, q)
        nothing = (await owner.read(path, params={"q": "云岭(b"}))["items"]
        unseen = (await owner.read(path, params={"q": "\u200b\u3000"}))["items"]
        assert (nothing, len(unseen)) == ([], 2)


@pytest.mark.field
async def test_exports_find_a_name_however_it_is_written(world: World) -> None:
    owner, paths = await lists(world)
    path = next(path for path in paths if "registrations" in path).replace("registrations", "exports/registrations.csv")

    for q in WRITTEN:
        content = (await owner.get(path, params={"q": q})).content.decode("utf-8-sig")
        assert ("云" in content, "李雷" in content) == (True, False), q
    assert "云" not in (await owner.get(path, params={"q": "云岭(b"})).content.decode("utf-8-sig")
