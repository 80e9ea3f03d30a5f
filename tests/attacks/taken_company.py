"""A stranger imports a public credit code and has its own organizer let a second account into that company."""

from __future__ import annotations

from typing import Any

from events.base import new_id
from events.directory import library
from events.directory.models import Company, Project, Source
from tests import pdfs
from tests.attacks.site import Site
from tests.world import Person, new_credit_code, soon

SECRET = "13900005678"


async def prepare(site: Site) -> None:
    """Two organizers whose lists hold the same code, each with contacts of its own."""
    (_, honest), (thief, own) = await site.organizer("诚实的主办方"), await site.organizer("冒名的主办方")
    code = new_credit_code()
    victim = await listed(site, honest["id"], code, SECRET)
    decoy = await listed(site, own["id"], code, "13000000000")
    site.kept |= {"code": code, "thief": thief, "own": own, "honest": honest, "victim": victim, "decoy": decoy}


async def attack(site: Site) -> list[str]:
    thief, friend = site.kept["thief"], await site.person("第二个账号")
    company = (await friend.made("/companies", {"credit_code": site.kept["code"], "name": "冒名企业"}))["company"]
    missed = []
    for record in (site.kept["victim"][0], site.kept["decoy"][0], company["id"]):
        answer = await thief.post(f"/companies/{record}/members/{friend.id}/approve")
        if answer.status_code != 404:
            missed.append(f"an organizer let somebody in: {answer.status_code}")
    own, path = site.kept["own"]["id"], f"/companies/{company['id']}/recognitions"
    await friend.made(path, {"organizer_id": own})
    await friend.made(f"{path}/{own}/evidence", files={"file": ("licence.pdf", pdfs.plain(1))})
    await thief.made(f"/organizers/{own}/recognitions/{company['id']}", {"status": "recognised"})
    return missed + [what for who in (thief, friend) for what in await reached(site, who, company["id"])]


async def reached(site: Site, person: Person, company_id: str) -> list[str]:
    """What of the victim's record this person can read or change."""
    company, card = site.kept["victim"]
    seen = []
    for path in (f"/companies/{company}/projects", f"/companies/{company_id}/projects", f"/projects/{card}",
                 f"/companies/{company}/intents", f"/organizers/{site.kept['own']['id']}/projects"):  # fmt: skip
        if SECRET in (await person.get(path)).text:
            seen.append(f"{path} shows another organizer's contact")
    answer = await person.send("PATCH", f"/projects/{card}", {"name": "改"}, version=1)
    return seen + ([f"the card was changed: {answer.status_code}"] if answer.status_code != 404 else [])


async def listed(site: Site, organizer_id: str, code: str, phone: str) -> tuple[str, str]:
    """A record of the organizer's list, as an import leaves it: (company, card)."""
    now, company, card = soon(0), new_id(), new_id()
    blank: dict[str, Any] = {"industries": [], "labels": [], "instruments": [], "created_at": now, "updated_at": now}
    async with site.database.write() as session:
        session.add(Company(id=company, credit_code=code, listed_by=organizer_id, name="名单企业", created_at=now))
        await session.flush()
        session.add(Project(id=card, company_id=company, name="名单项目", contact_phone=phone, **blank))
        await session.flush()
        await library.enlist(session, organizer_id, "project", card, Source.IMPORTED, now)
    return company, card
