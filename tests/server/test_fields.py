"""A refused field says what is wrong with it, in both languages."""

from __future__ import annotations

import json

import pytest

from server.fields import MOST_ANSWER, MOST_PART, MOST_PARTS, MOST_SHOWN, field_errors
from tests.world import World


@pytest.mark.field
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


@pytest.mark.field
async def test_what_several_fields_must_have_is_said_in_words_at_the_one_to_fill(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    venue = {"kind": "online", "name": "线上", "capacity": 10}

    answer = await owner.post(f"/organizers/{organizer['id']}/venues", venue)

    said = {error["loc"][-1]: error["message"]["zh-CN"] for error in answer.json()["errors"]}
    assert (answer.status_code, said) == (422, {"stream_url": "线上直播间需要观看地址。"})


@pytest.mark.field
def test_words_and_names_of_validators_are_never_shown() -> None:
    error = {"type": "value_error", "loc": ("body", "due_at", "function-after[_validate()]"), "msg": "Value error, x"}

    said = field_errors([error])[0]

    assert said["loc"] == ["body", "due_at"]
    assert said["message"] == {
        "zh-CN": "填写有误，请检查后再提交。",
        "en": "Not as required; check it and send it again.",
    }


def test_what_is_told_of_fields_is_bounded_in_number_depth_and_length() -> None:
    deep = [{"type": "missing", "loc": ("body", *["长" * 400] * 40)} for _ in range(200)]

    said = field_errors(deep)

    assert 0 < len(said) <= MOST_SHOWN
    assert max(len(part) for each in said for part in each["loc"]) <= MOST_PART
    assert max(len(each["loc"]) for each in said) <= MOST_PARTS
    assert len(json.dumps(said, ensure_ascii=False).encode()) <= MOST_ANSWER + 2 * len(said)
