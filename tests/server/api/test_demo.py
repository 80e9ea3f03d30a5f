"""One-click roles exist in demo mode and nowhere else."""

from __future__ import annotations

from pathlib import Path

from server.demo.cast import ROLES
from server.settings import Settings
from tests.world import Person, World

KEY, EMAIL = ROLES[0][0], ROLES[0][-1]


async def cast_member(world: World) -> None:
    """The person behind the first role."""
    await world.prove(await world.newcomer("示例负责人", EMAIL))


async def name_of(person: Person) -> str | None:
    user = (await person.read("/me"))["user"]
    return user["name"] if user else None


async def test_outside_demo_mode_nobody_enters(small_world: World) -> None:
    await cast_member(small_world)
    visitor = await small_world.stranger()

    listed = await visitor.get("/demo/roles")
    entered = await visitor.post("/demo/enter", {"role": KEY})

    assert (listed.status_code, entered.status_code) == (404, 404)
    assert await name_of(visitor) is None


async def test_demo_visitor_becomes_the_role_it_clicks(sqlite_url: str, tmp_path: Path) -> None:
    async with World.open(Settings(database_url=sqlite_url, files_dir=tmp_path, demo=True)) as world:
        await cast_member(world)
        visitor = await world.stranger()

        listed = (await visitor.read("/demo/roles"))["items"]
        entered = await visitor.post("/demo/enter", {"role": KEY})
        unknown = await visitor.post("/demo/enter", {"role": "nobody"}, headers={"X-CSRF-Token": ""})

        assert [(role["key"], role["email"]) for role in listed] == [(KEY, EMAIL)]
        assert entered.status_code == 200
        assert await name_of(visitor) == "示例负责人"
        assert unknown.status_code == 403
