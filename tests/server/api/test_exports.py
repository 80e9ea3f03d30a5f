"""Exports over HTTP: the whole list, for whom it is meant, with a trace of who took it."""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import io
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from events.accounts.models import User
from events.audit import AuditRow
from events.base import new_id
from events.exports import service
from events.registrations.models import Registration
from server import exporting
from server.database import Database
from tests.world import Person, World

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Day:
    """A roadshow with a registration, an intent and a question."""

    owner: Person
    organizer_id: str
    roadshow_id: str
    project_id: str

    @classmethod
    async def of(cls, world: World) -> Day:
        day = cls()
        day.owner, organizer = await world.organizer()
        day.organizer_id = organizer["id"]
        roadshow = await world.roadshow(day.owner, day.organizer_id, title="=专场")
        day.roadshow_id = roadshow["id"]
        founder = await world.person("创始人")
        company = await world.company(founder)
        project = await world.project(founder, company["id"], name="示例光子芯片")
        day.project_id = project["id"]
        slot = (await founder.read(f"/roadshows/{day.roadshow_id}/slots"))["items"][0]
        booking = await founder.made(f"/slots/{slot['id']}/bookings", {"project_id": project["id"]})
        await founder.made(f"/bookings/{booking['id']}/confirm")
        day.investor = await world.person("+8613800000000")
        day.institution = await world.verified(day.owner, day.organizer_id, day.investor, name="@示例创投")
        note = {"institution_id": day.institution["id"], "note": "=HYPERLINK(1)"}
        await day.investor.made(f"/roadshows/{day.roadshow_id}/registrations", note)
        intent = {
            "project_id": project["id"],
            "kind": "equity",
            "amount_min_fen": 500_000_001,
            "amount_max_fen": 2_000_000_000,
        }
        await day.investor.made(f"/roadshows/{day.roadshow_id}/intents", intent | {"note": "-先看材料"})
        return day

    investor: Person
    institution: dict[str, Any]

    async def leave(self, kind: str) -> None:
        """Another intent of the investor's on the same project."""
        intent = {"project_id": self.project_id, "kind": kind, "amount_min_fen": None, "amount_max_fen": None}
        await self.investor.made(f"/roadshows/{self.roadshow_id}/intents", intent)

    async def sheet(self, path: str) -> list[list[Any]]:
        response = await self.owner.get(path)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == XLSX
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]

    async def lines(self, path: str) -> list[list[str]]:
        response = await self.owner.get(path)
        assert response.status_code == 200, response.text
        return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


async def test_registrations_as_a_sheet(world: World) -> None:
    day = await Day.of(world)

    header, row = await day.sheet(f"/roadshows/{day.roadshow_id}/exports/registrations.xlsx")
    found = dict(zip(header, row, strict=True))

    assert {name: found[name] for name in ("路演", "姓名", "机构", "状态", "留言")} == {
        "路演": "=专场", "姓名": "+8613800000000", "机构": "@示例创投", "状态": "已确认", "留言": "=HYPERLINK(1)",
    }  # fmt: skip
    assert found["报名时间"].year >= 2026


async def test_intents_as_csv_keep_exact_amounts_and_risky_text(world: World) -> None:
    day = await Day.of(world)

    header, row = await day.lines(f"/organizers/{day.organizer_id}/exports/intents.csv?lang=en")
    found = dict(zip(header, row, strict=True))

    wanted = ("Roadshow", "Person", "Kind", "At least (10,000 yuan)", "Note", "State")
    assert {name: found[name] for name in wanted} == {
        "Roadshow": "'=专场", "Person": "'+8613800000000", "Kind": "Equity", "At least (10,000 yuan)": "500.000001",
        "Note": "'-先看材料", "State": "Awaiting reply",
    }  # fmt: skip


async def test_questions_know_the_host_side_of_an_anonymous_one(small_world: World) -> None:
    day = await Day.of(small_world)
    await day.owner.made(f"/roadshows/{day.roadshow_id}/live/room.open", {})
    asked = {"text": "毛利率多少？", "anonymous": True}
    await day.investor.made(f"/roadshows/{day.roadshow_id}/live/question.ask", asked)

    header, row = await day.sheet(f"/roadshows/{day.roadshow_id}/exports/questions.xlsx")
    found = dict(zip(header, row, strict=True))

    assert (found["问题"], found["匿名"], found["提问人"], found["票数"]) == ("毛利率多少？", "是", "+8613800000000", 0)


async def test_questions_carry_label_merge_replies_and_promise(world: World) -> None:
    day = await Day.of(world)
    live = f"/roadshows/{day.roadshow_id}/live"
    await day.owner.made(f"{live}/room.open", {})
    kept, twin = [
        (await day.investor.made(f"{live}/question.ask", {"text": text, "about": "whole"}))["id"]
        for text in ("毛利率多少？", "=毛利率是多少？")
    ]
    await day.owner.made(f"{live}/question.merge", {"question_id": twin, "into_id": kept})
    await day.owner.made(f"{live}/question.reply", {"question_id": kept, "text": "稍后补充"})
    await day.owner.made(f"{live}/question.promise", {"question_id": kept, "due_at": "2099-01-05T10:00:00Z"})

    header, *rows = await day.sheet(f"/roadshows/{day.roadshow_id}/exports/questions.xlsx")

    told = ("问题", "状态", "标签", "并入的提问", "回复", "补答负责方", "补答期限", "补答时间")
    found = [tuple(str(row[header.index(name)] or "") for name in told) for row in rows]
    assert sorted(found) == [
        ("=毛利率是多少？", "已合并", "财务", "毛利率多少？", "", "", "", ""),
        ("毛利率多少？", "已公开", "财务", "", "主办负责人：稍后补充", "光谷路演中心", "2099-01-05 18:00:00", ""),
    ]


async def test_filter_narrows_the_list_and_stands_in_the_notes(small_world: World) -> None:
    day = await Day.of(small_world)

    response = await day.owner.get(f"/organizers/{day.organizer_id}/exports/intents.xlsx?kind=loan&q=光子")
    data, notes = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets

    assert data.max_row == 1
    told = {row[0].value: row[1].value for row in notes.iter_rows()}
    assert (told["筛选条件"], told["行数"], told["导出人"]) == ("kind = loan; q = 光子", "0", "主办负责人")


@pytest.mark.parametrize("filters", ["state=confirmed", "q=示例", "from=2026-01-01&to=2099-01-01", "q=8613"])
async def test_filters_that_fit_keep_the_row(small_world: World, filters: str) -> None:
    day = await Day.of(small_world)

    rows = await day.sheet(f"/organizers/{day.organizer_id}/exports/registrations.xlsx?{filters}")

    assert len(rows) == 2


async def test_export_leaves_a_trace_with_the_files_digest(small_world: World) -> None:
    day = await Day.of(small_world)

    response = await day.owner.get(f"/roadshows/{day.roadshow_id}/exports/registrations.csv?state=confirmed")
    async with small_world.session() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.action == "export.made"))).one()
    digest = hashlib.sha256(response.content)

    assert (row.actor_id, row.organizer_id) == (day.owner.id, day.organizer_id)
    assert (row.detail["what"], row.detail["rows"], row.detail["sha256"]) == ("registrations", 1, digest.hexdigest())
    assert row.detail["filter"] == {"roadshow_id": day.roadshow_id, "state": "confirmed"}
    assert response.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert "filename*=UTF-8''%E6%8A%A5%E5%90%8D" in response.headers["content-disposition"]


async def test_host_may_not_export_and_strangers_learn_nothing(small_world: World) -> None:
    day = await Day.of(small_world)
    host = await small_world.staff(day.owner, day.organizer_id, "host")
    other, _ = await small_world.organizer("别家")
    path = f"/roadshows/{day.roadshow_id}/exports/intents.csv"

    statuses = [(await who.get(path)).status_code for who in (host, other, day.investor, await small_world.stranger())]

    assert statuses == [403, 404, 404, 401]


async def test_no_connection_is_held_while_rows_are_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is read, its session ends, and only then do its rows go to the child that writes the file."""
    day = await Day.of(world)
    for kind in ("loan", "meeting"):
        await day.leave(kind)
    read = Database.read
    opened: Counter[asyncio.Task[Any] | None] = Counter()
    held: list[tuple[str, int]] = []
    send = exporting.send

    @asynccontextmanager
    async def counted(database: Database) -> AsyncIterator[AsyncSession]:
        async with read(database) as session:
            opened[asyncio.current_task()] += 1
            yield session
            opened[asyncio.current_task()] -= 1

    async def watched(process: Any, what: Any) -> None:
        held.append((type(what).__name__, opened[asyncio.current_task()]))
        await send(process, what)

    monkeypatch.setattr(Database, "read", counted)
    monkeypatch.setattr(exporting, "send", watched)
    monkeypatch.setattr(service, "PAGE", 1)
    rows = await day.sheet(f"/organizers/{day.organizer_id}/exports/intents.xlsx")

    assert len(rows) == 1 + 3
    assert len(set(map(str, rows))) == 4
    assert held == [("dict", 0), ("list", 0), ("list", 0), ("list", 0), ("tuple", 0)]


@pytest.mark.parametrize("subject", ["intents", "registrations", "questions"])
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
async def test_child_writes_what_is_written_here(
    small_world: World, monkeypatch: pytest.MonkeyPatch, subject: str, suffix: str
) -> None:
    day = await Day.of(small_world)
    await day.leave("loan")
    path = f"/organizers/{day.organizer_id}/exports/{subject}.{suffix}"
    read = day.sheet if suffix == "xlsx" else day.lines

    here = await read(path)
    monkeypatch.setattr(service, "PAGE", 1)

    assert await read(path) == here


async def test_child_that_ends_early_is_an_error_and_nothing_is_noted(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = await Day.of(small_world)
    monkeypatch.setattr(service, "PAGE", 1)
    send = exporting.send

    async def ended(process: Any, what: Any) -> None:
        process.kill()
        await process.wait()
        await send(process, what)

    monkeypatch.setattr(exporting, "send", ended)
    answer = await day.owner.get(f"/organizers/{day.organizer_id}/exports/intents.xlsx")

    assert answer.status_code >= 500
    async with small_world.session() as session:
        assert not list(await session.scalars(select(AuditRow).where(AuditRow.action == "export.made")))


async def test_thousands_of_rows_come_whole_and_in_order(world: World) -> None:
    day = await Day.of(world)
    async with world.app.state.roadshow.database.write() as session:
        investor = await session.get_one(Registration, (await session.scalars(select(Registration.id))).one())
        at = investor.created_at
        people = [{"id": new_id(), "name": f"来宾{n}", "locale": "zh-CN", "created_at": at} for n in range(2500)]
        await session.execute(insert(User), people)
        same = {"roadshow_id": day.roadshow_id, "note": "", "state": "confirmed", "reason": "", "created_at": at}
        own = [{"id": new_id(), "user_id": who["id"], "ticket_code": f"T{n}"} for n, who in enumerate(people)]
        await session.execute(insert(Registration), [each | same | {"updated_at": at} for each in own])

    rows = await day.lines(f"/organizers/{day.organizer_id}/exports/registrations.csv")

    assert len(rows) == 2502
    assert {row[2] for row in rows[1:]} == {f"来宾{n}" for n in range(2500)} | {"'+8613800000000"}
