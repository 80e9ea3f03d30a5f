"""Project cards: every field kept, and each audience sees its own depth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from events.actor import NOBODY
from events.changes import Change
from events.directory import library
from events.directory.models import Source
from events.directory.queries import project_view, public_projects
from tests.world import Person, World

CARD = {
    "name": "示例光子芯片",
    "one_liner": "硅光互连，功耗减半",
    "stage": "growth",
    "industries": ["semiconductor", "ai"],
    "region": "武汉",
    "labels": ["high_tech", "little_giant"],
    "round": "b",
    "founded_on": "2019-04-01",
    "ask_amount_fen": 5_000_000_000,
    "instruments": ["equity", "loan"],
    "team": "张示例，博士",
    "highlights": "已流片三次",
    "contact_name": "张示例",
    "contact_phone": "+86 138-0000-0000",
    "contact_email": "zhang@example.com",
}
PUBLIC = {"name", "one_liner", "stage", "industries", "region", "labels", "round"}
CONTACT = {"contact_name", "contact_phone", "contact_email"}


async def card(world: World) -> tuple[Person, dict[str, Any]]:
    person = await world.person()
    company = await world.company(person)
    return person, await world.project(person, company["id"], **CARD)


async def put_into_library(world: World, organizer_id: str, project_id: str) -> None:
    async with world.app.state.roadshow.database.write() as session:
        await library.enlist(session, organizer_id, "project", project_id, Source.SIGNED_UP, datetime.now(UTC))


async def test_own_card_keeps_every_field(world: World) -> None:
    person, project = await card(world)

    answer = await person.get(f"/projects/{project['id']}")

    assert answer.headers["etag"] == '"1"'
    assert answer.json() == project
    assert {name: project[name] for name in CARD} == CARD
    assert project["audience"] == "own"


async def test_stranger_learns_nothing_of_a_card_nobody_showed(world: World) -> None:
    _, project = await card(world)

    answer = await (await world.person()).get(f"/projects/{project['id']}")

    assert answer.status_code == 404


async def test_shown_card_is_public_and_no_deeper(world: World) -> None:
    _, project = await card(world)

    async with world.session() as session:
        view = (await project_view(session, NOBODY, project["id"], shown=True)).model_dump(mode="json")
        cards = await public_projects(session, [project["id"], "missing"])

    assert {name: view[name] for name in PUBLIC} == {name: CARD[name] for name in PUBLIC}
    assert set(view) == PUBLIC | {"audience", "id", "company_id", "company_name"}
    assert {id_: found.model_dump(mode="json") for id_, found in cards.items()} == {project["id"]: view}


async def test_verified_institution_sees_the_gated_card_without_contact(world: World) -> None:
    _, project = await card(world)
    owner, organizer = await world.organizer()
    investor, other = await world.person(), await world.person()
    await world.verified(owner, organizer["id"], investor)
    await world.institution(other)
    await put_into_library(world, organizer["id"], project["id"])

    view = await investor.read(f"/projects/{project['id']}")
    listed = await investor.read("/projects")
    unverified = await other.get(f"/projects/{project['id']}")

    assert view["audience"] == "gated"
    assert {name: view[name] for name in CARD.keys() - CONTACT} == {name: CARD[name] for name in CARD.keys() - CONTACT}
    assert not CONTACT & view.keys()
    assert [item["id"] for item in listed["items"]] == [project["id"]]
    assert unverified.status_code == 404
    assert (await other.read("/projects"))["items"] == []


async def test_gate_closes_when_the_organizer_takes_its_word_back(world: World) -> None:
    _, project = await card(world)
    owner, organizer = await world.organizer()
    investor = await world.person()
    institution = await world.verified(owner, organizer["id"], investor)
    await put_into_library(world, organizer["id"], project["id"])

    decided = f"/organizers/{organizer['id']}/institutions/{institution['id']}/verification"
    await owner.made(decided, {"status": "rejected", "reason": "登记已注销"})

    assert (await investor.get(f"/projects/{project['id']}")).status_code == 404


async def test_staff_see_the_contact_only_of_what_is_in_their_library(world: World) -> None:
    _, project = await card(world)
    owner, organizer = await world.organizer()
    stranger, _ = await world.organizer("另一家")
    await put_into_library(world, organizer["id"], project["id"])

    view = await owner.read(f"/projects/{project['id']}")

    assert (view["audience"], view["contact_phone"]) == ("staff", CARD["contact_phone"])
    assert (await stranger.get(f"/projects/{project['id']}")).status_code == 404


async def test_accepted_intent_opens_the_contact(world: World) -> None:
    _, project = await card(world)

    async with world.session() as session:
        view = await project_view(session, NOBODY, project["id"], opened=True)

    assert view.model_dump()["contact_phone"] == CARD["contact_phone"]
    assert view.audience == "opened"


async def test_change_keeps_what_was_not_sent_and_moves_the_version(world: World) -> None:
    person, project = await card(world)

    answer = await person.send("PATCH", f"/projects/{project['id']}", {"stage": None, "labels": []}, version=1)

    changed = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert changed == project | {"stage": None, "labels": [], "version": 2, "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > project["updated_at"]


async def test_change_without_or_with_an_old_version_is_refused(world: World) -> None:
    person, project = await card(world)
    path = f"/projects/{project['id']}"
    await person.send("PATCH", path, {"region": "襄阳"}, version=1)

    missing = await person.send("PATCH", path, {"region": "宜昌"})
    stale = await person.send("PATCH", path, {"region": "宜昌"}, version=1)

    assert (missing.status_code, stale.status_code) == (428, 412)
    assert (await person.read(path))["region"] == "襄阳"


async def test_null_name_or_unknown_field_is_refused(small_world: World) -> None:
    person, project = await card(small_world)
    path = f"/projects/{project['id']}"

    answers = [
        await person.send("PATCH", path, body, version=1)
        for body in ({"name": None}, {"name": ""}, {"company_id": "X"}, {"version": 9}, {"ask_amount_fen": -1})
    ]

    assert [answer.status_code for answer in answers] == [422] * 5
    assert await person.read(path) == project


async def test_partners_are_told_of_a_card_and_of_its_change_without_persons(world: World) -> None:
    person, project = await card(world)
    _, one = await world.organizer()
    _, two = await world.organizer("另一家")
    await put_into_library(world, one["id"], project["id"])
    await put_into_library(world, one["id"], project["id"])
    await put_into_library(world, two["id"], project["id"])

    await person.send("PATCH", f"/projects/{project['id']}", {"region": "襄阳"}, version=1)

    async with world.session() as session:
        rows = (await session.scalars(select(Change).order_by(Change.n))).all()
    told = [(row.organizer_id, row.kind, row.object_id, (row.data or {})["region"]) for row in rows]
    assert sorted(told) == sorted(
        (organizer["id"], "project", project["id"], region) for organizer in (one, two) for region in ("武汉", "襄阳")
    )
    assert not CONTACT & (rows[0].data or {}).keys()
    assert (rows[0].data or {})["credit_code"] == project["credit_code"]


async def test_library_is_filtered_and_paged(world: World) -> None:
    owner, organizer = await world.organizer()
    person = await world.person()
    company = await world.company(person, "示例百分号%公司")
    for n, (stage, industry) in enumerate(
        [("seed", "ai"), ("growth", "ai"), ("growth", "health"), ("seed", "digital")]
    ):
        project = await world.project(person, company["id"], name=f"项目{n}", stage=stage, industries=[industry])
        await put_into_library(world, organizer["id"], project["id"])
    path = f"/organizers/{organizer['id']}/projects"

    async def names(query: str) -> list[str]:
        return [item["name"] for item in (await owner.read(path + query))["items"]]

    first = await owner.get(f"{path}?limit=3")
    link = first.headers["link"].split(";")[0].strip("<>").removeprefix("/api/v1")

    assert await names("?stage=growth") == ["项目2", "项目1"]
    assert await names("?industry=ai") == ["项目1", "项目0"]
    assert await names("?stage=seed&industry=ai") == ["项目0"]
    assert await names("?q=项目3") == ["项目3"]
    assert len(await names("?q=%25公司")) == 4
    assert await names("?q=_") == []
    assert [item["name"] for item in first.json()["items"]] == ["项目3", "项目2", "项目1"]
    assert [item["name"] for item in (await owner.read(link))["items"]] == ["项目0"]
