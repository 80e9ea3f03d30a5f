"""An organizer's records are its own; a company gets them from each organizer by proving who it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from events.changes import Change
from events.directory.models import Company, Institution, LibraryEntry, Recognition
from events.feeds.models import ImportKind
from events.outbox import OutboxRow
from server.importing import import_file
from tests import pdfs
from tests.world import Person, World, new_credit_code

LICENCE = {"file": ("licence.pdf", pdfs.plain(1))}


async def brought(
    world: World,
    organizer: dict[str, Any],
    code: str,
    tmp_path: Path,
    *,
    kind: str = "companies",
    name: str = "导入企业",
) -> None:
    """One imported line with the code, its contact, and its address."""
    sheet = tmp_path / f"{organizer['slug']}.csv"
    sheet.write_text(f"名称,统一社会信用代码,联系人,联系电话,邮箱\n{name},{code},{name}王总,13800001234,wang@{organizer['slug']}.example.com\n",
                     encoding="utf-8")  # fmt: skip
    state = world.app.state.roadshow
    job, _ = await import_file(state.settings, organizer["slug"], ImportKind(kind), sheet, lambda done, total: None)
    assert job.stored + job.updated + job.refused == 1


async def founded(world: World, code: str, name: str = "自称企业") -> tuple[Person, str]:
    person = await world.person(name)
    return person, (await person.made("/companies", {"credit_code": code, "name": name}))["company"]["id"]


async def cards(owner: Person, organizer: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await owner.read(f"/organizers/{organizer['id']}/projects"))["items"]
    return items


async def asked(person: Person, company_id: str, organizer: dict[str, Any]) -> str:
    await person.made(f"/companies/{company_id}/recognitions", {"organizer_id": organizer["id"]})
    return f"/companies/{company_id}/recognitions/{organizer['id']}"


async def letters(world: World, template: str) -> list[OutboxRow]:
    async with world.session() as session:
        return list(await session.scalars(select(OutboxRow).where(OutboxRow.template == template)))


async def test_a_stranger_with_an_organizer_of_its_own_takes_nothing(world: World, tmp_path: Path) -> None:
    """Import a line with a public code, let a friend sign up with it, approve the friend: nothing opens."""
    (honest, first), (thief, second) = await world.organizer("诚实的"), await world.organizer("冒名的")
    code = new_credit_code()
    await brought(world, first, code, tmp_path, name="真企业")
    await brought(world, second, code, tmp_path, name="假企业")
    victim = (await cards(honest, first))[0]
    friend, company_id = await founded(world, code)
    path = await asked(friend, company_id, second)
    await friend.made(f"{path}/evidence", files=LICENCE)

    for record_id in (victim["company_id"], (await cards(thief, second))[0]["company_id"], company_id):
        approved = await thief.post(f"/companies/{record_id}/members/{friend.id}/approve")
        assert (approved.status_code, approved.json()["code"]) == (404, "not_found")
    mine = await thief.post(f"/organizers/{second['id']}/recognitions/{company_id}", {"status": "recognised"})
    theirs = await thief.post(f"/organizers/{first['id']}/recognitions/{company_id}", {"status": "recognised"})

    assert (mine.status_code, theirs.status_code) == (200, 404)
    got = (await friend.read(f"/companies/{company_id}/projects"))["items"]
    assert [card["name"] for card in got] == ["假企业"]
    for person in (friend, thief):
        seen = (await person.get(f"/projects/{victim['id']}")).text
        assert "真企业" not in seen
        assert (await person.send("PATCH", f"/projects/{victim['id']}", {"name": "改"}, version=1)).status_code == 404
        assert (await person.get(f"/companies/{victim['company_id']}/intents")).status_code == 404
        assert (await person.get(f"/companies/{victim['company_id']}/projects")).status_code == 404
    assert (await cards(honest, first)) == [victim]
    async with world.session() as session:
        told = [row.data for row in await session.scalars(select(Change).where(Change.organizer_id == second["id"]))]
    assert "真企业" not in str(told)


async def test_sign_up_with_a_listed_code_learns_nothing_of_the_list(world: World, tmp_path: Path) -> None:
    _, organizer = await world.organizer()
    listed, unknown = new_credit_code(), new_credit_code()
    await brought(world, organizer, listed, tmp_path)
    person = await world.person()

    answers = [await person.post("/companies", {"credit_code": code, "name": "我的"}) for code in (listed, unknown)]
    views = [answer.json()["company"] for answer in answers]
    waits = []
    for view in views:
        path = await asked(person, view["id"], organizer)
        sent = await person.post(f"{path}/letters")
        waits.append((sent.status_code, sorted(sent.json()), sent.json()["status"]))

    assert [answer.status_code for answer in answers] == [201, 201]
    assert [view["name"] for view in views] == ["我的", "我的"]
    assert waits[0] == waits[1]
    assert len(await letters(world, "recognition_code")) == 1


async def test_recognition_without_evidence_is_refused(world: World, tmp_path: Path) -> None:
    owner, organizer = await world.organizer()
    code = new_credit_code()
    await brought(world, organizer, code, tmp_path)
    person, company_id = await founded(world, code)
    await asked(person, company_id, organizer)
    decided = f"/organizers/{organizer['id']}/recognitions/{company_id}"

    bare = await owner.post(decided, {"status": "recognised"})
    silent = await owner.post(decided, {"status": "rejected"})
    listed = (await owner.read(f"/organizers/{organizer['id']}/recognitions"))["items"][0]

    assert (bare.status_code, bare.json()["code"]) == (422, "evidence_missing")
    assert (silent.status_code, silent.json()["code"]) == (422, "reason_required")
    assert [card["name"] for card in listed["hands_over"]] == ["导入企业"]
    assert (await person.read(f"/companies/{company_id}/projects"))["items"] == []


async def test_the_code_sent_to_the_registered_address_proves_the_company(world: World, tmp_path: Path) -> None:
    owner, organizer = await world.organizer()
    code = new_credit_code()
    await brought(world, organizer, code, tmp_path)
    card = (await cards(owner, organizer))[0]
    person, company_id = await founded(world, code)
    path = await asked(person, company_id, organizer)

    await person.made(f"{path}/letters")
    (letter,) = await letters(world, "recognition_code")
    wrong = await person.post(f"{path}/code", {"code": "0000000000000000"})
    right = await person.post(f"{path}/code", {"code": letter.data["code"]})
    again = await person.post(f"{path}/code", {"code": letter.data["code"]})
    await owner.made(f"/organizers/{organizer['id']}/recognitions/{company_id}", {"status": "recognised"})
    await brought(world, organizer, code, tmp_path, name="再次导入")

    assert letter.address == f"wang@{organizer['slug']}.example.com"
    assert (wrong.status_code, wrong.json()["code"]) == (422, "recognition_code_wrong")
    assert right.json()["address_proved_at"] is not None
    assert again.json()["code"] == "recognition_code_wrong"
    mine = (await person.read(f"/companies/{company_id}/projects"))["items"]
    assert [(item["id"], item["name"], item["contact_name"]) for item in mine] == [
        (card["id"], "导入企业", "导入企业王总")
    ]
    assert [item["name"] for item in await cards(owner, organizer)] == ["导入企业"]
    async with world.session() as session:
        assert (await session.scalars(select(Company.id).where(Company.listed_by.is_not(None)))).all() == []


async def test_documents_are_read_by_that_organizer_alone(world: World, tmp_path: Path) -> None:
    owner, organizer = await world.organizer()
    other, _ = await world.organizer()
    planner, viewer = [await world.staff(owner, organizer["id"], role) for role in ("planner", "viewer")]
    person, company_id = await founded(world, new_credit_code())
    path = await asked(person, company_id, organizer)
    view = await person.made(f"{path}/evidence", files=LICENCE)
    file = f"/evidence/{view['evidence'][0]['id']}/file"

    answers = {name: await who.get(file) for name, who in
               {"member": person, "planner": planner, "viewer": viewer, "other": other}.items()}  # fmt: skip
    page = await person.post(f"{path}/evidence", files={"file": ("licence.pdf", b"<html><script>")})
    large = await person.post(f"{path}/evidence", files={"file": ("licence.pdf", b"%PDF-" + b"0" * (9 * 1024 * 1024))})

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "member": 200, "planner": 200, "viewer": 403, "other": 404,
    }  # fmt: skip
    assert answers["planner"].content == LICENCE["file"][1]
    assert answers["planner"].headers["content-disposition"].startswith("attachment")
    assert [answer.json()["code"] for answer in (page, large)] == ["document_kind", "document_too_large"]
    assert len(list((world.app.state.roadshow.settings.files_dir / "evidence").iterdir())) == 1


async def test_a_rejected_company_asks_again_with_new_evidence(world: World, tmp_path: Path) -> None:
    owner, organizer = await world.organizer()
    person, company_id = await founded(world, new_credit_code())
    path = await asked(person, company_id, organizer)
    await person.made(f"{path}/evidence", files=LICENCE)
    decided = f"/organizers/{organizer['id']}/recognitions/{company_id}"

    open_ = await person.post(f"/companies/{company_id}/recognitions", {"organizer_id": organizer["id"]})
    await owner.made(decided, {"status": "rejected", "reason": "执照看不清"})
    late = await person.post(f"{path}/evidence", files=LICENCE)
    await asked(person, company_id, organizer)
    bare = await owner.post(decided, {"status": "recognised"})

    assert (open_.status_code, open_.json()["code"]) == (409, "recognition_open")
    assert late.json()["code"] == "recognition_decided"
    assert bare.json()["code"] == "evidence_missing"
    assert [row.data["reason"] for row in await letters(world, "company_rejected")] == ["执照看不清"]


async def test_a_verified_institution_stands_in_for_the_record_of_that_organizer_only(
    world: World, tmp_path: Path
) -> None:
    (owner, first), (other, second) = await world.organizer("甲"), await world.organizer("乙")
    code = new_credit_code()
    for organizer in (first, second):
        await brought(world, organizer, code, tmp_path, kind="institutions", name=f"{organizer['name']}的记录")
    person = await world.person()
    institution = await world.verified(owner, first["id"], person, name="真机构", credit_code=code)

    async with world.session() as session:
        left = {
            row.listed_by
            for row in await session.scalars(select(Institution).where(Institution.id != institution["id"]))
        }
        keys = set(
            await session.scalars(select(LibraryEntry.external_key).where(LibraryEntry.organizer_id == first["id"]))
        )
    seen = [(await who.read(f"/organizers/{organizer['id']}/institutions"))["items"]
            for who, organizer in ((owner, first), (other, second))]  # fmt: skip

    assert left == {second["id"]}
    assert [[item["name"] for item in items] for items in seen] == [["真机构"], ["乙的记录"]]
    assert None not in keys


async def test_the_code_goes_to_addresses_of_the_asked_organizer_only(world: World, tmp_path: Path) -> None:
    """Somebody imports the code with an address of their own, and asks another organizer for the letter."""
    (_, own), (owner, asked_one) = await world.organizer("甲"), await world.organizer("乙")
    code = new_credit_code()
    for organizer in (own, asked_one):
        await brought(world, organizer, code, tmp_path, name=f"{organizer['name']}的记录")
    person, company_id = await founded(world, code)
    path = await asked(person, company_id, asked_one)

    await person.made(f"{path}/letters")

    assert [row.address for row in await letters(world, "recognition_code")] == [
        f"wang@{asked_one['slug']}.example.com"
    ]
    (request,) = (await owner.read(f"/organizers/{asked_one['id']}/recognitions"))["items"]
    assert [card["name"] for card in request["hands_over"]] == ["乙的记录"]


async def test_a_code_runs_out(world: World, tmp_path: Path) -> None:
    _, organizer = await world.organizer()
    code = new_credit_code()
    await brought(world, organizer, code, tmp_path)
    person, company_id = await founded(world, code)
    path = await asked(person, company_id, organizer)
    await person.made(f"{path}/letters")
    (letter,) = await letters(world, "recognition_code")
    async with world.app.state.roadshow.database.write() as session:
        await session.execute(update(Recognition).values(code_until=datetime.now(UTC) - timedelta(seconds=1)))

    answer = await person.post(f"{path}/code", {"code": letter.data["code"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "recognition_code_wrong")


async def test_a_request_is_decided_once_and_takes_five_documents(world: World) -> None:
    owner, organizer = await world.organizer()
    person, company_id = await founded(world, new_credit_code())
    path = await asked(person, company_id, organizer)
    decided = f"/organizers/{organizer['id']}/recognitions/{company_id}"

    shown = [await person.post(f"{path}/evidence", files=LICENCE) for _ in range(6)]
    file = await owner.get(f"/evidence/{shown[0].json()['evidence'][0]['id']}/file")
    await owner.made(decided, {"status": "rejected", "reason": "执照看不清"})
    again = await owner.post(decided, {"status": "recognised"})

    assert [answer.status_code for answer in shown] == [201] * 5 + [409]
    assert shown[-1].json()["code"] == "too_many_documents"
    assert file.headers["content-security-policy"].startswith("sandbox")
    assert (again.status_code, again.json()["code"]) == (409, "recognition_decided")
