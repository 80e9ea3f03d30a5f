"""Questions: asked, moderated, pinned, answered; and what each audience may know of them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from events.changes import Change, ChangeKind
from tests.live import Show, new_show
from tests.world import World


@pytest.fixture
def world(small_world: World) -> World:
    """The fold and the votes are proved on both databases."""
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def texts(show: Show) -> list[str]:
    state = (await show.state(await show.world.stranger()))["state"]
    return [question["text"] for question in state["questions"]]


async def test_question_is_public_at_once_unless_the_host_wants_to_see_it_first(world: World, show: Show) -> None:
    asker = await world.person()

    await show.ask(asker, "一")
    await show.act(show.host, "room.moderation", {"mode": "before"})
    waiting = await show.ask(asker, "二")
    before = await texts(show)
    await show.act(show.host, "question.approve", {"question_id": waiting})

    assert before == ["一"]
    assert await texts(show) == ["一", "二"]


async def test_anonymous_author_is_known_to_staff_only(world: World, show: Show) -> None:
    asker = await world.person("不愿具名者")
    await world.institution(asker, name="隐名资本")
    await asker.refresh()

    await show.ask(asker, "匿名问", anonymous=True)

    public = (await show.state(await world.person()))["state"]["questions"][0]
    staff = (await show.state(show.host, "staff"))["state"]["questions"][0]
    assert public["author"] is None
    assert "不愿具名者" not in str(public)
    assert "隐名资本" not in str(public)
    assert (staff["author"], staff["author_name"], staff["author_institution"]) == (None, "不愿具名者", "隐名资本")


async def test_hidden_question_leaves_and_its_author_reads_why(world: World, show: Show) -> None:
    asker = await world.person()
    question_id = await show.ask(asker)
    await show.act(show.host, "question.pin", {"question_id": question_id})

    hidden = await show.act(show.host, "question.hide", {"question_id": question_id, "reason": "与项目无关"})

    public = (await show.state(await world.person()))["state"]
    own = (await show.state(asker, "user"))["state"]["questions"][0]
    assert hidden["state"] == "hidden"
    assert (public["questions"], public["room"]["pinned_question_id"]) == ([], None)
    assert (own["state"], own["hidden_reason"]) == ("hidden", "与项目无关")


@pytest.mark.parametrize("mode", ["before", "after"])
async def test_restore_returns_a_question_to_where_it_was(world: World, show: Show, mode: str) -> None:
    await show.act(show.host, "room.moderation", {"mode": mode})
    question_id = await show.ask(await world.person())
    await show.act(show.host, "question.hide", {"question_id": question_id, "reason": "误操作"})

    restored = await show.act(show.host, "question.restore", {"question_id": question_id})

    assert (restored["state"], restored["hidden_reason"]) == ("pending" if mode == "before" else "published", "")


@pytest.mark.field
async def test_approval_taken_back_leaves_nothing_with_the_audience(world: World, show: Show) -> None:
    await show.act(show.host, "room.moderation", {"mode": "before"})
    waiting = await show.ask(await world.person(), "加微信 abc12345 详谈")
    held = (await show.state(show.host, "staff"))["state"]["questions"][0]
    await show.act(show.host, "question.approve", {"question_id": waiting})
    await show.act(show.host, "question.pin", {"question_id": waiting})

    back = await show.act(show.host, "question.unapprove", {"question_id": waiting})
    again = await show.act(show.host, "question.unapprove", {"question_id": waiting})

    state = (await show.state(await world.person()))["state"]
    assert back == held
    assert again == back
    assert (state["questions"], state["room"]["pinned_question_id"]) == ([], None)


@pytest.mark.field
@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("question.answer", {"how": "aloud"}),
        ("question.promise", {"owner": "host"}),
        ("question.reply", {"text": "已在评估。"}),
    ],
)
async def test_approval_is_not_taken_back_once_something_hangs_on_it(
    world: World, show: Show, act: str, body: dict[str, str]
) -> None:
    question_id = await show.ask(await world.person())
    await show.act(show.host, act, {"question_id": question_id} | body)

    refused = await show.refused(show.host, "question.unapprove", {"question_id": question_id})

    assert refused == (409, "approval_used")
    assert len(await texts(show)) == 1


async def test_taking_up_a_question_lets_go_of_the_one_before(world: World, show: Show) -> None:
    asker = await world.person()
    first, second = await show.ask(asker, "一"), await show.ask(asker, "二")

    await show.act(show.host, "question.answering", {"question_id": first})
    room = await show.act(show.host, "question.answering", {"question_id": second})

    states = {each["id"]: each["state"] for each in (await show.state(asker))["state"]["questions"]}
    assert states == {first: "published", second: "answering"}
    assert room["answering_question_id"] == second


async def test_written_answer_is_shown_and_published_to_partners(world: World, show: Show) -> None:
    asker = await world.person("匿名者")
    question_id = await show.ask(asker, "何时量产？", anonymous=True)
    await show.act(show.host, "question.answering", {"question_id": question_id})

    await show.act(show.host, "question.answer", {"question_id": question_id, "how": "written", "text": "明年三月。"})

    state = (await show.state(asker))["state"]
    async with world.session() as session:
        change = (await session.scalars(select(Change).where(Change.kind == ChangeKind.QUESTION))).one()
    assert (state["questions"][0]["state"], state["questions"][0]["answer"]) == ("answered", "明年三月。")
    assert state["room"]["answering_question_id"] is None
    assert change.data is not None
    assert (change.object_id, change.data["answer"], change.data["author"]) == (question_id, "明年三月。", None)
    assert "匿名者" not in str(change.data)


async def test_hiding_an_answered_question_takes_it_back_from_partners(world: World, show: Show) -> None:
    question_id = await show.ask(await world.person())
    await show.act(show.host, "question.answer", {"question_id": question_id, "how": "aloud"})
    await show.act(show.host, "question.hide", {"question_id": question_id, "reason": "撤回"})
    await show.act(show.host, "question.restore", {"question_id": question_id})

    async with world.session() as session:
        rows = (
            await session.scalars(select(Change).where(Change.kind == ChangeKind.QUESTION).order_by(Change.n))
        ).all()
    assert [row.data is None for row in rows] == [False, True, False]


async def test_answer_in_writing_needs_words(world: World, show: Show) -> None:
    question_id = await show.ask(await world.person())

    refused = await show.refused(show.host, "question.answer", {"question_id": question_id, "how": "written"})

    assert refused == (422, "answer_missing")


async def test_pending_question_can_be_neither_pinned_nor_answered(world: World, show: Show) -> None:
    await show.act(show.host, "room.moderation", {"mode": "before"})
    ref = {"question_id": await show.ask(await world.person())}

    assert await show.refused(show.host, "question.pin", ref) == (409, "question_not_public")
    assert await show.refused(show.host, "question.answering", ref) == (409, "question_not_public")
    assert await show.refused(show.host, "question.answer", ref | {"how": "aloud"}) == (409, "question_not_public")


async def test_question_follows_the_stage_or_the_project_it_names(world: World, show: Show) -> None:
    asker = await world.person()
    await show.act(show.host, "room.stage", {"slot_id": show.slot_ids[1]})

    on_stage = await show.act(asker, "question.ask", {"text": "一"})
    named = await show.act(asker, "question.ask", {"text": "二", "project_id": show.project_id})

    assert (on_stage["project_id"], on_stage["slot_id"]) == (None, show.slot_ids[1])
    assert (named["project_id"], named["slot_id"]) == (show.project_id, show.slot_ids[0])
    unknown = {"text": "三", "project_id": show.slot_ids[0]}
    assert await show.refused(asker, "question.ask", unknown) == (404, "project_not_here")


async def test_asking_outside_opening_is_refused(world: World) -> None:
    show, asker = await new_show(world), await world.person()

    early = await show.refused(asker, "question.ask", {"text": "早"})
    await show.act(show.host, "room.open")
    await show.act(show.host, "room.close")

    assert early == (409, "room_not_open")
    assert await show.refused(asker, "question.ask", {"text": "晚"}) == (410, "room_over")


@pytest.mark.parametrize("text", ["", "  ", "字" * 501, "\u0000"])
async def test_question_without_proper_text_is_refused(world: World, show: Show, text: str) -> None:
    assert await show.refused(await world.person(), "question.ask", {"text": text}) == (422, "validation_failed")


async def test_question_of_another_room_is_not_found(world: World, show: Show) -> None:
    other = await new_show(world, is_open=True)
    foreign = {"question_id": await other.ask(await world.person())}

    assert await show.refused(show.host, "question.pin", foreign) == (404, "not_found")
    assert await show.refused(show.host, "question.hide", foreign | {"reason": "x"}) == (404, "not_found")
    assert await show.refused(await world.person(), "question.vote", foreign) == (404, "not_found")


async def test_room_that_needs_approval_takes_confirmed_registrants_only(world: World) -> None:
    show = await new_show(world, is_open=True, needs_approval=True)
    outsider, registrant = await world.person(), await world.person()
    await show.register(registrant)

    assert await show.refused(outsider, "question.ask", {"text": "可以吗"}) == (403, "not_admitted")
    assert (await show.act(registrant, "question.ask", {"text": "可以"}))["state"] == "published"
    assert (await outsider.get(f"{show.path}/live/snapshot")).status_code == 403
    assert show.startup is not None
    assert (await show.startup.get(f"{show.path}/live/snapshot")).status_code == 200
