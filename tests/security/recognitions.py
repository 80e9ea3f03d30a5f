"""Makers for what a company asks of an organizer."""

from __future__ import annotations

from typing import Any

from tests import pdfs
from tests.security.place import Place, makes
from tests.security.table import Who


async def recognition(place: Place) -> dict[str, Any]:
    """What a new company asks of the place's organizer, with a licence shown."""
    person = await place.world.person("另一家企业")
    company = await place.world.company(person)
    await person.made(f"/companies/{company['id']}/recognitions", {"organizer_id": await place.get("organizer_id")})
    path = f"/companies/{company['id']}/recognitions/{await place.get('organizer_id')}/evidence"
    return await person.made(path, files={"file": ("licence.pdf", pdfs.plain(1))})


@makes("recognised_id")
async def recognised_id(place: Place) -> str:
    """A company that waits for the organizer's word."""
    return str((await recognition(place))["company_id"])


@makes("asked_id")
async def asked_id(place: Place) -> str:
    """An organizer the company member's company has asked, and shown a document."""
    _, organizer = await place.world.organizer("被申请的主办方")
    path = await place.filled("/companies/{company_id}/recognitions")
    await place.people[Who.COMPANY].made(path, {"organizer_id": organizer["id"]})
    return str(organizer["id"])


@makes("evidence_id")
async def evidence_id(place: Place) -> str:
    """A document of the company member's, shown to the place's organizer."""
    path = await place.filled("/companies/{company_id}/recognitions")
    founder = place.people[Who.COMPANY]
    await founder.post(path, {"organizer_id": await place.get("organizer_id")})
    view = await founder.made(f"{path}/{await place.get('organizer_id')}/evidence",
                              files={"file": ("licence.pdf", pdfs.plain(1))})  # fmt: skip
    return str(view["evidence"][0]["id"])


@makes("another_organizer_id")
async def another_organizer_id(place: Place) -> str:
    return str((await place.world.organizer("又一家主办方"))[1]["id"])
