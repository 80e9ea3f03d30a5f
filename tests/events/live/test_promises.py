"""Promises of a written answer: made, listed, reminded of, kept after the session, and mailed to who asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from events.live.deadlines import default_due, reminder
from events.live.models import Promise
from events.outbox import OutboxRow
from server.letters import render
from server.worker import remind_owners
from tests.live import Show, new_show
from tests.world import Person, World


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


async def letters(world: World, prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
    async with world.session() as session:
        rows = (await session.scalars(select(OutboxRow).order_by(OutboxRow.address, OutboxRow.id))).all()
    return [(row.template, row.data) for row in rows if row.template.startswith(prefix)]


async def email_of(person: Person) -> str:
    return str((await person.read("/me"))["user"]["email"])


async def promised(show: Show, question_id: str, **more: Any) -> dict[str, Any]:
    view = await show.act(show.host, "question.promise", {"question_id": question_id} | more)
    promise: dict[str, Any] = view["promise"]
    return promise


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-20T08:00:00Z", "2026-11-25T10:00:00Z"),  # Friday: over a weekend
        ("2026-09-30T08:00:00Z", "2026-10-10T10:00:00Z"),  # over the national holiday; the 10th is made up
        ("2026-11-22T17:00:00Z", "2026-11-26T10:00:00Z"),  # already Monday in Shanghai
        ("2040-11-20T08:00:00Z", "2040-11-23T10:00:00Z"),  # a year nobody has announced: weekdays
    ],
)
def test_default_deadline_is_the_third_working_day(now: str, due: str) -> None:
    found = default_due(datetime.fromisoformat(now), "Asia/Shanghai")

    assert found == datetime.fromisoformat(due)


def test_reminders_come_once_and_in_order() -> None:
    due = datetime(2026, 11, 25, 10, tzinfo=UTC)

    def at(hours: float, last: str = "") -> str:
        return reminder(due, due + timedelta(hours=hours), last)

    assert [at(-25), at(-24), at(-1, "soon"), at(0, "soon"), at(5, "late"), at(5)] == [
        "",
        "soon",
        "",
        "late",
        "",
        "late",
    ]


async def test_promise_falls_to_the_startup_asked_else_to_the_host(world: World, show: Show) -> None:
    asker = await world.person()

    startups = await promised(show, await show.ask(asker, about=show.project_id))
    whole = await promised(show, await show.ask(asker, about="whole"))

    assert (startups["owner"], startups["owner_name"], startups["kept_at"]) == ("startup", "示例光子科技有限公司", None)
    assert (whole["owner"], whole["owner_name"]) == ("host", "光谷路演中心")


async def test_kept_promise_is_public_after_the_session_and_mailed_once_to_all_who_asked(
    world: World, show: Show
) -> None:
    assert show.startup is not None
    first_author, second_author, guest = await world.person("甲"), await world.person("乙"), await world.stranger()
    await guest.made(f"{show.path}/guests", {"name": "游客"})
    await guest.refresh()
    first = await show.ask(first_author, "良率？", about=show.project_id, anonymous=True)
    for author, text in ((second_author, "良率多少？"), (guest, "良率高吗？")):
        await show.act(show.host, "question.merge", {"question_id": await show.ask(author, text), "into_id": first})
    await promised(show, first)
    await show.act(show.host, "room.close")

    await show.act(show.startup, "question.keep", {"question_id": first, "text": "86%。"})
    await show.act(show.startup, "question.keep", {"question_id": first, "text": "更正：86.5%。"})

    page = (await (await world.stranger()).read(f"{show.path}/questions"))["items"]
    sent = await letters(world, "question.answered")
    assert [(row["state"], row["answer"], row["author"]) for row in page] == [("answered", "更正：86.5%。", None)]
    assert page[0]["promise"]["kept_at"] is not None
    assert sorted(data["question"] for _, data in sent) == ["良率多少？", "良率？"]
    assert {data["answer"] for _, data in sent} == {"86%。"}


async def test_answer_letter_in_both_languages(world: World, show: Show) -> None:
    data = {"name": "甲", "title": "专场", "question": "良率？", "answer": "86%。", "owner_name": "示例公司",
            "roadshow_id": show.id}  # fmt: skip

    zh, en = (render("question.answered", data, locale, "https://a.example") for locale in ("zh-CN", "en"))

    assert zh.subject == "您的提问有了书面回答：专场"
    assert "示例公司 的回答：\n86%。" in zh.body
    assert f"https://a.example/r/{show.id}" in en.body
    assert en.subject == "Your question was answered: 专场"


async def test_only_the_owner_and_the_host_keep_a_promise(world: World, show: Show) -> None:
    assert show.startup is not None
    asker = await world.person()
    whole = await show.ask(asker, about="whole")
    free = {"question_id": await show.ask(asker, "二"), "text": "答"}
    await promised(show, whole)
    words = {"question_id": whole, "text": "答"}

    assert await show.refused(show.startup, "question.keep", words) == (403, "not_your_project")
    assert await show.refused(asker, "question.keep", words) == (403, "not_your_project")
    assert await show.refused(show.host, "question.keep", free) == (409, "not_promised")
    assert (await show.act(show.host, "question.keep", words))["answer"] == "答"


async def test_what_may_not_be_promised(world: World, show: Show) -> None:
    asker = await world.person()
    whole, done = await show.ask(asker, about="whole"), await show.ask(asker, "二")
    await show.act(show.host, "question.answer", {"question_id": done, "how": "aloud"})
    past = {"question_id": whole, "due_at": "2020-01-01T00:00:00Z"}

    assert await show.refused(show.host, "question.promise", past) == (422, "due_in_the_past")
    assert await show.refused(show.host, "question.promise", {"question_id": whole, "owner": "startup"}) == (
        409,
        "no_startup",
    )
    assert await show.refused(show.host, "question.promise", {"question_id": done}) == (409, "already_answered")


async def test_rest_of_the_questions_is_promised_at_once(world: World, show: Show) -> None:
    asker = await world.person()
    done, promised_before = await show.ask(asker, "一"), await show.ask(asker, "二", about="whole")
    await show.act(show.host, "question.answer", {"question_id": done, "how": "aloud"})
    await promised(show, promised_before)
    await show.ask(asker, "三", about=show.project_id)
    await show.ask(asker, "四", about="whole")

    made = await show.act(show.host, "question.promise_rest", {})
    again = await show.act(show.host, "question.promise_rest", {})

    rows = (await show.state(asker))["state"]["questions"]
    owners = {row["text"]: (row["promise"] or {}).get("owner") for row in rows}
    assert (made, again) == ({"count": 2}, {"count": 0})
    assert owners == {"一": None, "二": "host", "三": "startup", "四": "host"}


async def test_promise_is_taken_back(world: World, show: Show) -> None:
    question_id = await show.ask(await world.person())
    await promised(show, question_id)

    view = await show.act(show.host, "question.unpromise", {"question_id": question_id})

    assert view["promise"] is None


async def test_answer_aloud_keeps_the_promise_without_a_letter(world: World, show: Show) -> None:
    question_id = await show.ask(await world.person())
    await promised(show, question_id)

    view = await show.act(show.host, "question.answer", {"question_id": question_id, "how": "aloud"})

    assert view["promise"]["kept_at"] is not None
    assert await letters(world, "question.answered") == []


async def test_owner_is_reminded_once_before_and_once_when_overdue(world: World, show: Show) -> None:
    assert show.startup is not None
    asker = await world.person()
    due = datetime.now(UTC) + timedelta(days=3)
    for about in (show.project_id, "whole"):
        await promised(show, await show.ask(asker, about=about), due_at=due.isoformat())
    database = world.app.state.roadshow.database

    told = []
    for hours in (-48, -23, -22, 1, 2):
        while await remind_owners(database, due + timedelta(hours=hours)):
            pass
        told.append(sorted(template for template, _ in await letters(world, "promise.")))

    async with world.session() as session:
        rows = (await session.scalars(select(OutboxRow).where(OutboxRow.template == "promise.soon"))).all()
    assert told == [[], ["promise.soon"] * 2, ["promise.soon"] * 2, *[["promise.late"] * 2 + ["promise.soon"] * 2] * 2]
    assert {row.address for row in rows} == {await email_of(show.startup), await email_of(show.host)}


async def test_kept_or_hidden_promises_remind_nobody(world: World, show: Show) -> None:
    asker = await world.person()
    kept, hidden = await show.ask(asker, "一"), await show.ask(asker, "二")
    for question_id in (kept, hidden):
        await promised(show, question_id)
    await show.act(show.host, "question.keep", {"question_id": kept, "text": "答"})
    await show.act(show.host, "question.hide", {"question_id": hidden, "reason": "无关"})

    await remind_owners(world.app.state.roadshow.database, datetime.now(UTC) + timedelta(days=30))

    assert await letters(world, "promise.") == []


async def test_owners_see_what_is_due_and_what_is_late(world: World, show: Show) -> None:
    assert show.startup is not None
    asker = await world.person()
    late = await show.ask(asker, "一", about=show.project_id)
    soon = await show.ask(asker, "二", about=show.project_id)
    whole = await show.ask(asker, "三", about="whole")
    for question_id in (late, soon, whole):
        await promised(show, question_id)
    async with world.app.state.roadshow.database.write() as session:
        row = await session.get_one(Promise, late)
        row.due_at = datetime.now(UTC) - timedelta(hours=1)

    mine = await show.startup.read(f"/companies/{show.company_id}/promises", params={"state": "open"})
    all_ = await show.host.read(f"/organizers/{show.organizer_id}/promises")
    overdue = await show.host.read(f"/organizers/{show.organizer_id}/promises", params={"state": "overdue"})

    assert [(each["text"], each["is_overdue"], each["project_name"]) for each in mine["items"]] == [
        ("一", True, "示例光子芯片"),
        ("二", False, "示例光子芯片"),
    ]
    assert sorted(each["text"] for each in all_["items"]) == ["一", "三", "二"]
    assert [each["question_id"] for each in overdue["items"]] == [late]
