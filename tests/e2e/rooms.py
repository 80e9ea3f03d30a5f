"""The demo's open room, made plain for tests that are about its questions."""

from __future__ import annotations

from tests.e2e.visitors import Visitor


async def only_questions(host: Visitor, roadshow_id: str) -> None:
    """Questions appear at once, and the big screen shows nothing but them."""
    path = f"/roadshows/{roadshow_id}/live"
    await host.send(f"{path}/room.moderation", {"mode": "after"})
    for poll in (await host.read(f"{path}/snapshot", stream="public"))["state"]["polls"]:
        if poll["state"] == "open":
            await host.send(f"{path}/poll.close", {"poll_id": poll["id"]})
    await host.send(f"{path}/poll.show", {"poll_id": None})


async def live_now(host: Visitor) -> str:
    """The roadshow of the demo that is on."""
    organizer_id = (await host.read("/organizers"))["items"][0]["id"]
    roadshows = (await host.read(f"/organizers/{organizer_id}/roadshows", state="live"))["items"]
    return str(roadshows[0]["id"])
