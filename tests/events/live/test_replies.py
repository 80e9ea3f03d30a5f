"""Replies under a question: by the startup it is about and by the host, several, and taken back."""

from __future__ import annotations

import pytest

from tests.live import Show, new_show
from tests.world import World


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def test_startup_and_host_reply_under_a_question(world: World, show: Show) -> None:
    assert show.startup is not None
    asker = await world.person()
    question_id = await show.ask(asker, about=show.project_id)

    await show.act(show.startup, "question.reply", {"question_id": question_id, "text": "会后发报告。"})
    await show.act(show.host, "question.reply", {"question_id": question_id, "text": "已记录。"})

    replies = (await show.state(asker))["state"]["questions"][0]["replies"]
    assert [(each["author"], each["role"], each["text"]) for each in replies] == [
        ("创业者", "startup", "会后发报告。"),
        ("主办负责人", "host", "已记录。"),
    ]


async def test_only_the_company_asked_and_the_host_reply(world: World, show: Show) -> None:
    assert show.startup is not None
    asker = await world.person()
    about_all = {"question_id": await show.ask(asker, about="whole"), "text": "我们也回答"}
    about_us = {"question_id": await show.ask(asker, about=show.project_id), "text": "我来回答"}

    assert await show.refused(show.startup, "question.reply", about_all) == (403, "not_your_project")
    assert await show.refused(asker, "question.reply", about_us) == (403, "not_your_project")
    assert await show.refused(await world.stranger(), "question.reply", about_us) == (401, "sign_in_required")


async def test_reply_is_written_after_the_room_closed_too(world: World, show: Show) -> None:
    assert show.startup is not None
    question_id = await show.ask(await world.person(), about=show.project_id)
    await show.act(show.host, "room.close")

    view = await show.act(show.startup, "question.reply", {"question_id": question_id, "text": "补充数据。"})

    assert [each["text"] for each in view["replies"]] == ["补充数据。"]


async def test_nobody_replies_to_what_the_audience_cannot_see(world: World, show: Show) -> None:
    await show.act(show.host, "room.moderation", {"mode": "before"})
    words = {"question_id": await show.ask(await world.person(), about=show.project_id), "text": "好"}

    assert await show.refused(show.host, "question.reply", words) == (409, "question_not_public")


async def test_reply_is_taken_back_by_its_author_or_the_host(world: World, show: Show) -> None:
    assert show.startup is not None
    asker = await world.person()
    question_id = await show.ask(asker, about=show.project_id)
    words = {"question_id": question_id, "text": "说错了"}
    said = (await show.act(show.startup, "question.reply", words))["replies"][0]["id"]
    ref = {"question_id": question_id, "reply_id": said}

    by_another = await show.refused(asker, "question.unreply", ref)
    after = await show.act(show.startup, "question.unreply", ref)

    assert by_another == (403, "forbidden")
    assert after["replies"] == []
    assert await show.refused(show.host, "question.unreply", ref) == (404, "not_found")


async def test_replies_to_a_merged_question_stand_under_its_head(world: World, show: Show) -> None:
    asker = await world.person()
    first, second = await show.ask(asker, "一"), await show.ask(asker, "二")
    await show.act(show.host, "question.reply", {"question_id": second, "text": "在二下"})

    head = await show.act(show.host, "question.merge", {"question_id": second, "into_id": first})

    assert [each["text"] for each in head["replies"]] == ["在二下"]


@pytest.mark.parametrize(
    ("body", "label"),
    [({}, "technology"), ({"label": "market"}, "market"), ({"label": None}, None)],
)
async def test_label_is_the_askers_or_what_the_words_suggest(
    world: World, show: Show, body: dict[str, str | None], label: str | None
) -> None:
    asked = await show.act(await world.person(), "question.ask", {"text": "封装良率多少？"} | body)

    assert asked["label"] == label


async def test_host_corrects_a_label(world: World, show: Show) -> None:
    asker = await world.person()
    question_id = await show.ask(asker, "封装良率多少？")

    await show.act(show.host, "question.label", {"question_id": question_id, "label": "finance"})

    assert (await show.state(asker))["state"]["questions"][0]["label"] == "finance"


async def test_question_is_about_the_stage_the_whole_or_a_project(world: World, show: Show) -> None:
    asker = await world.person()
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[0]})

    abouts = {
        about: (await show.act(asker, "question.ask", {"text": "问", "about": about}))["project_id"]
        for about in ("stage", "whole", show.project_id)
    }

    assert abouts == {"stage": show.project_id, "whole": None, show.project_id: show.project_id}
