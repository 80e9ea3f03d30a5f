"""What an open socket was let in by is asked for again: it closes once that no longer holds."""

from __future__ import annotations

from realtime.frames import CloseCode
from server.revocation import Revocation
from tests.world import World


async def test_role_in_a_room_holds_until_it_is_changed_or_taken_back(world: World) -> None:
    owner, organizer = await world.organizer()
    roadshow = await world.roadshow(owner, organizer["id"])
    path, helper = f"/roadshows/{roadshow['id']}/roles", await world.person()
    revoked = Revocation(world.app.state.roadshow.database)
    moderator, cohost = (f"role:{roadshow['id']}:{helper.id}:{role}" for role in ("moderator", "cohost"))

    role = await owner.made(path, {"email": helper.email, "role": "moderator"})
    given = await revoked({moderator})
    await owner.made(path, {"email": helper.email, "role": "cohost"})
    changed = await revoked({moderator, cohost})
    await owner.send("DELETE", f"{path}/{role['id']}")
    taken = await revoked({cohost})

    assert (given, changed, taken) == ({}, {moderator: CloseCode.ROOM}, {cohost: CloseCode.ROOM})
