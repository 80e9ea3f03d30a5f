"""Roadshows: planned, changed, published; hall and channel are one booking."""

from __future__ import annotations

from tests.world import World


async def test_draft_is_published_and_seen_by_everybody(world: World) -> None:
    owner, organizer = await world.organizer()
    stranger = await world.stranger()

    draft = await world.draft(owner, organizer["id"], slots=3)
    hidden = await stranger.get(f"/roadshows/{draft['id']}")
    published = await owner.made(f"/roadshows/{draft['id']}/publish")
    seen = await stranger.read(f"/roadshows/{draft['id']}")
    agenda = await stranger.read(f"/roadshows/{draft['id']}/slots")

    assert hidden.status_code == 404
    assert (published["state"], published["audience"], seen["audience"]) == ("published", "staff", "public")
    assert seen["slots_total"] == seen["slots_free"] == 3
    assert [slot["state"] for slot in agenda["items"]] == ["free"] * 3
