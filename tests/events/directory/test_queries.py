"""Lists cost the same whatever their length."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from events.actor import Actor, Role
from events.directory import library, queries
from events.directory.models import Source
from events.directory.queries import ProjectFilter, library_institutions, library_projects, public_projects
from events.paging import Window
from tests.queries import counted
from tests.world import World


@pytest.mark.parametrize("length", [1, 5])
async def test_library_lists_are_one_query_each(small_world: World, length: int) -> None:
    owner, organizer = await small_world.organizer()
    person = await small_world.person()
    company = await small_world.company(person)
    ids = [(await small_world.project(person, company["id"]))["id"] for _ in range(length)]
    for _ in range(length):
        await small_world.verified(owner, organizer["id"], person)
    async with small_world.app.state.roadshow.database.write() as session:
        for project_id in ids:
            await library.enlist(session, organizer["id"], "project", project_id, Source.SIGNED_UP, datetime.now(UTC))
    actor = Actor(user_id=owner.id, organizer_roles={organizer["id"]: Role.OWNER})

    async with small_world.session() as session, counted(session) as sent:
        projects = await library_projects(session, actor, organizer["id"], ProjectFilter(), Window())
        institutions = await library_institutions(session, actor, organizer["id"], "", None, Window())
        cards = await public_projects(session, ids)

    assert (len(projects.items), len(institutions.items), len(cards)) == (length, length, length)
    assert len(sent) == 3


@pytest.mark.parametrize("few", [0, 9], ids=["walked", "looked up"])
async def test_projects_of_an_industry_and_stage_are_the_same_however_many_fit(
    small_world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Where few of a library fit they are looked up in the index, else the library is walked."""
    monkeypatch.setattr(queries, "FEW_OF_ALL", few)
    founder = await small_world.person()
    company = await small_world.company(founder)
    for name, industries, stage in (
        ("甲", ["ai", "health"], "seed"), ("乙", ["ai"], "growth"), ("丙", ["health"], "seed"), ("丁", [], "mature"),
    ):  # fmt: skip
        await small_world.project(founder, company["id"], name=name, industries=industries, stage=stage)
    changed = await small_world.project(founder, company["id"], name="戊", industries=["automotive"], stage="seed")
    answer = await founder.send(
        "PATCH", f"/projects/{changed['id']}", {"industries": ["ai"]}, version=changed["version"]
    )
    assert answer.is_success, answer.text

    async def names(**asked: str) -> set[str]:
        found = await founder.get("/projects", params=asked)
        return {item["name"] for item in found.json()["items"]}

    assert await names(industry="ai") == {"甲", "乙", "戊"}
    assert await names(industry="ai", stage="seed") == {"甲", "戊"}
    assert await names(stage="mature") == {"丁"}
    assert await names(industry="automotive") == set()
