"""A room with polls in it, for the tests of this folder."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.live import Show
from tests.world import Person

KINDS: dict[str, dict[str, Any]] = {
    "single": {"options": ["很感兴趣", "再了解", "不感兴趣"]},
    "multiple": {"options": ["技术", "市场", "团队"], "max_choices": 2},
    "rating": {"options": []},
    "ranking": {"options": ["甲", "乙", "丙"]},
    "words": {"max_choices": 2},
}
BALLOTS: dict[str, list[dict[str, Any]]] = {
    "single": [{"options": ["1"]}, {"options": ["3"]}],
    "multiple": [{"options": ["1", "2"]}, {"options": ["3"]}],
    "rating": [{"scores": {"1": 5}}, {"scores": {"1": 2}}],
    "ranking": [{"options": ["1", "2", "3"]}, {"options": ["3", "1", "2"]}],
    "words": [{"words": ["光芯片", "AI"]}, {"words": ["ＡＩ"]}],
}


def draft(kind: str = "single", **more: Any) -> dict[str, Any]:
    """The body of poll.create."""
    body: dict[str, Any] = {"kind": kind, "title": "您对本项目的兴趣"} | KINDS[kind] | more
    body["options"] = [{"text": text} for text in body.get("options", [])]
    return body


async def new_poll(show: Show, kind: str = "single", *, is_open: bool = True, **more: Any) -> str:
    """A poll of the host's, open unless said otherwise; its id."""
    poll_id = str((await show.act(show.host, "poll.create", draft(kind, **more)))["id"])
    if is_open:
        await show.act(show.host, "poll.open", {"poll_id": poll_id})
    return poll_id


async def vote(show: Show, person: Person, poll_id: str, **choice: Any) -> dict[str, Any]:
    return await show.act(person, "poll.answer", {"poll_id": poll_id} | choice)


async def close(show: Show, poll_id: str) -> dict[str, Any]:
    return await show.act(show.host, "poll.close", {"poll_id": poll_id})


async def poll_of(show: Show, person: Person, stream: str = "public", at: int = 0) -> dict[str, Any]:
    """A poll as this person's snapshot has it."""
    poll: dict[str, Any] = (await show.state(person, stream))["state"]["polls"][at]
    return poll


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
