"""A refused field says what is wrong with it, in both languages."""

from __future__ import annotations

from tests.world import World


async def test_each_refused_field_is_named_and_explained(small_world: World) -> None:
    stranger = await small_world.stranger()

    answer = await stranger.post("/accounts", {"email": "a@example.com", "password": "short", "nick": "甲"})

    assert answer.status_code == 422
    said = {error["loc"][-1]: error["message"] for error in answer.json()["errors"]}
    assert said == {
        "password": {"zh-CN": "至少 10 个字符。", "en": "At least 10 characters."},
        "name": {"zh-CN": "必填。", "en": "Required."},
        "nick": {"zh-CN": "没有这个字段。", "en": "There is no such field."},
    }
