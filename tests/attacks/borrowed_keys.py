"""A stranger sends again what others sent, with their keys, to be signed in as them or to stand in their way."""

from __future__ import annotations

from tests.attacks.site import Site
from tests.world import PASSWORD


async def prepare(site: Site) -> None:
    """A room that guests may come into."""
    owner, organizer = await site.organizer()
    site.kept["room"] = (await site.roadshow(owner, organizer["id"], open_to_guests=True))["id"]


async def attack(site: Site) -> list[str]:
    missed: list[str] = []
    guests = f"/roadshows/{site.kept['room']}/guests"
    for number in range(site.pick(3, 50)):
        account = {"email": f"victim{number}@example.com", "password": PASSWORD, "name": "受害者"}
        for path, said, other in ((guests, {"name": "游客"}, {"name": "路人"}), ("/accounts", account, None)):
            key = f"key-{number}"
            victim, thief, bystander = [await site.stranger() for _ in range(3)]
            first = await victim.post(path, said, key=key)
            await thief.post(path, said, key=key)
            await victim.refresh()
            await thief.refresh()
            if not first.is_success or not victim.id:
                missed.append(f"{path}: {first.status_code} to who came first")
            if thief.id and thief.id == victim.id:
                missed.append(f"{path}: a repeat was signed in as {victim.id}")
            elsewhere = await bystander.post(path, other or account | {"email": f"b{number}@example.com"}, key=key)
            if not elsewhere.is_success:
                missed.append(f"{path}: a stranger's key stands in another's way: {elsewhere.status_code}")
    return missed
