"""One roadshow from a free slot to the exported list, driven through the screens by five people at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from playwright.async_api import Locator, Page, expect

from server.demo.people import PASSWORD
from tests.e2e.cable import Cable
from tests.e2e.readers import SHANGHAI, Seen, seen_by_ical_js, seen_by_icalendar, seen_by_khal
from tests.e2e.visitors import PHONE, Visitor, Visitors
from tests.faults.nodes import Node

TITLE = "从头走到尾的一场路演"
OFFLINE_SECONDS = 20
NAMED = "贵司的良率何时能到 90%？"
ANONYMOUS = "账上现金还能用几个月？"
MEANWHILE = "海外订单占多少？"
ANSWER = "按目前的开支还能用 18 个月。"
NOTE = "希望下周看产线"


@dataclass(slots=True)
class Company:
    """Everybody who takes part, each in a browser context of their own."""

    organizer: Visitor
    host: Visitor
    startup: Visitor
    phone: Visitor
    second: Visitor
    cable: Cable
    organizer_id: str = ""
    series_id: str = ""
    roadshow_id: str = ""
    starts_at: datetime = datetime.min
    project: str = ""
    founder: str = ""

    @property
    def audience(self) -> tuple[Visitor, Visitor]:
        return self.phone, self.second


@pytest.fixture
async def company(house: Node, visitors: Visitors) -> AsyncIterator[Company]:
    cable = Cable(house.port)
    await cable.plug_in()
    yield Company(
        organizer=await visitors.enter(house.url, "organizer"),
        host=await visitors.enter(house.url, "host"),
        startup=await visitors.enter(house.url, "startup"),
        phone=await visitors.enter(cable.url, "investor", PHONE),
        second=await visitors.enter(house.url),
        cable=cable,
    )
    await cable.pull_out()


async def test_whole_roadshow_through_the_screens(company: Company, tmp_path: Path) -> None:
    await _plan(company)
    await _book_a_slot(company)
    await _register(company)
    await _open_the_room(company)
    await _ask_and_answer(company)
    await _miss_twenty_seconds(company)
    await _leave_an_intent_and_accept_it(company)
    await _close_the_room(company)

    await _all_screens_show_the_same(company)
    await _export_the_intents(company, tmp_path)
    await _subscribe(company, tmp_path)


async def _plan(company: Company) -> None:
    """A published roadshow with two free slots, three days from now in the evening."""
    organizer = company.organizer
    organizer_id = company.organizer_id = (await organizer.read("/organizers"))["items"][0]["id"]
    venues = (await organizer.read(f"/organizers/{organizer_id}/venues"))["items"]
    series = (await organizer.read(f"/organizers/{organizer_id}/series"))["items"]
    company.series_id = next(each["id"] for each in series if each["name"] == "天天有路演")
    evening = (datetime.now(SHANGHAI) + timedelta(days=3)).replace(hour=19, minute=0, second=0, microsecond=0)
    company.starts_at = evening.astimezone(UTC)
    planned = {
        "series_id": company.series_id,
        "title": TITLE,
        "channel_id": next(each["id"] for each in venues if each["kind"] == "online"),
        "starts_at": _text(company.starts_at),
        "ends_at": _text(company.starts_at + timedelta(hours=1)),
    }
    company.roadshow_id = (await organizer.send(f"/organizers/{organizer_id}/roadshows", planned))["id"]
    starts = [company.starts_at + timedelta(minutes=minutes) for minutes in (5, 30)]
    slots = [{"starts_at": _text(at), "ends_at": _text(at + timedelta(minutes=20))} for at in starts]
    await organizer.send(f"/roadshows/{company.roadshow_id}/slots", {"slots": slots}, "PUT")
    await organizer.send(f"/roadshows/{company.roadshow_id}/publish")


async def _book_a_slot(company: Company) -> None:
    page, desk = company.startup.page, await _desk(company.startup, "company")
    company.project = (await company.startup.read(f"/companies/{desk}/projects"))["items"][0]["name"]
    await company.startup.open(f"/desk/company/{desk}/book")

    roadshow = page.get_by_role("group").filter(has_text=TITLE)
    await _unfold(roadshow)
    await roadshow.get_by_role("button", name="占位").first.click()
    held = page.get_by_role("region", name="已为您占位")
    await expect(held).to_contain_text(TITLE)
    await held.get_by_role("button", name="确认预约").click()

    await expect(page.get_by_text("预约成功")).to_be_visible()


async def _unfold(roadshow: Locator) -> None:
    if await roadshow.get_attribute("open") is None:
        await roadshow.locator("summary").click()


async def _register(company: Company) -> None:
    await _sign_in(company.second, "investor2@demo.example")
    for investor in company.audience:
        await investor.open(f"/r/{company.roadshow_id}")
        await investor.page.get_by_role("button", name="报名参加").click()
        await expect(investor.page.get_by_text("报名成功")).to_be_visible()


async def _sign_in(visitor: Visitor, email: str) -> None:
    await visitor.open("/sign-in")
    await visitor.page.get_by_label("邮箱").fill(email)
    await visitor.page.get_by_label("密码").fill(PASSWORD)
    await visitor.page.get_by_role("main").get_by_role("button", name="登录").click()
    await visitor.page.wait_for_url(lambda url: "/sign-in" not in url)
    await visitor.settle()


async def _open_the_room(company: Company) -> None:
    page = company.host.page
    await company.host.open(f"/host/{company.roadshow_id}")
    await page.get_by_role("button", name="开场", exact=True).click()
    await expect(page.get_by_text("进行中")).to_be_visible()
    await page.get_by_role("group", name="审核方式").get_by_text("先审后发").click()
    await page.get_by_role("region", name="议程").get_by_role("button", name=company.project).click()
    await company.organizer.open(f"/screen/{company.roadshow_id}")
    for investor in company.audience:
        await investor.open(f"/live/{company.roadshow_id}")
    for visitor in (*company.audience, company.organizer):
        await expect(visitor.page.get_by_role("heading", name=company.project)).to_be_visible()


async def _ask_and_answer(company: Company) -> None:
    host, phone, second = company.host.page, company.phone.page, company.second.page
    await _ask(phone, NAMED)
    await _ask(phone, ANONYMOUS, anonymous=True)
    asked = _row(host, ANONYMOUS)
    await expect(asked).to_contain_text("对听众匿名")
    await expect(asked).to_contain_text(await _name(company.phone))
    await expect(_question(second, NAMED)).to_have_count(0)
    for text in (NAMED, ANONYMOUS):
        await _row(host, text).get_by_role("button", name="通过").click()
    await expect(_question(second, NAMED)).to_contain_text(await _name(company.phone))
    await expect(_question(second, ANONYMOUS)).to_contain_text("匿名")
    await expect(_question(second, ANONYMOUS)).not_to_contain_text(await _name(company.phone))

    await _question(second, ANONYMOUS).get_by_role("button", name="想听这个").click()
    await expect(_question(phone, ANONYMOUS).get_by_role("button", name="现有 1 票")).to_be_visible()
    await host.get_by_role("tab", name="公开").click()
    await _row(host, NAMED).get_by_role("button", name="置顶").click()
    await _row(host, NAMED).get_by_role("button", name="开始回答").click()
    for page in (phone, second):
        await expect(_question(page, NAMED)).to_contain_text("置顶")
        await expect(_question(page, NAMED)).to_contain_text("正在回答")
    await _answer_in_writing(host, ANONYMOUS, ANSWER)
    await second.get_by_role("tab", name="已回答").click()
    await expect(_question(second, ANONYMOUS)).to_contain_text(ANSWER)
    await second.get_by_role("tab", name="热门").click()


async def _miss_twenty_seconds(company: Company) -> None:
    """The phone loses its network while the host does three things; it comes back and has missed nothing."""
    host, phone, second = company.host.page, company.phone.page, company.second.page
    company.phone.forgive("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION", "WebSocket connection to")
    back_at = asyncio.get_running_loop().time() + OFFLINE_SECONDS
    await company.phone.context.set_offline(True)
    await company.cable.pull_out()
    await expect(phone.get_by_role("status").filter(has_text=re.compile("重连中|离线"))).to_be_visible()

    await _ask(second, MEANWHILE)
    await host.get_by_role("tab", name="待审").click()
    await _row(host, MEANWHILE).get_by_role("button", name="通过").click()
    await host.get_by_role("tab", name="公开").click()
    await _row(host, NAMED).get_by_role("button", name="已现场回答").click()
    await _row(host, MEANWHILE).get_by_role("button", name="置顶").click()
    await expect(_question(second, MEANWHILE)).to_contain_text("置顶")
    assert await _question(phone, MEANWHILE).count() == 0
    await asyncio.sleep(max(0, back_at - asyncio.get_running_loop().time()))

    await company.cable.plug_in()
    await company.phone.context.set_offline(False)
    caught_up = phone.get_by_role("status").filter(has_text=re.compile(r"已补齐 \d+ 条"))
    await expect(caught_up).to_be_visible()
    said = re.search(r"\d+", await caught_up.inner_text())
    assert said is not None
    assert int(said[0]) >= 3
    await expect(_question(phone, MEANWHILE)).to_contain_text("置顶")
    await phone.get_by_role("tab", name="已回答").click()
    await expect(_question(phone, NAMED)).to_contain_text("已现场回答")
    await phone.get_by_role("tab", name="热门").click()


async def _leave_an_intent_and_accept_it(company: Company) -> None:
    phone, startup = company.phone.page, company.startup.page
    institution = await _desk(company.phone, "institution")
    institution_name = (await company.phone.read("/me"))["memberships"][0]["name"]
    await phone.get_by_role("button", name="留下意向").click()
    dialog = phone.get_by_role("dialog", name="留下意向")
    await dialog.get_by_text("股权", exact=True).click()
    await dialog.get_by_text("500–1000 万").click()
    await dialog.get_by_label("备注").fill(NOTE)
    await dialog.get_by_role("button", name="送出意向").click()
    await expect(phone.get_by_text("意向已送达")).to_be_visible()
    await expect(company.host.page.get_by_role("list", name="意向", exact=True)).to_contain_text(institution_name)

    await company.startup.open(f"/desk/company/{await _desk(company.startup, 'company')}/intents")
    left = startup.get_by_role("article").filter(has_text=NOTE)
    await expect(left).to_contain_text(institution_name)
    await left.get_by_role("button", name="接受").click()
    await startup.get_by_role("dialog").get_by_role("button", name="接受").click()
    await startup.get_by_role("tab", name="已接受").click()
    await expect(left).to_contain_text("双方联系方式已互相公开")

    await company.phone.open(f"/desk/institution/{institution}/intents")
    accepted = phone.get_by_role("article").filter(has_text=NOTE)
    await expect(accepted).to_contain_text("双方联系方式已互相公开")
    await expect(accepted.get_by_role("link", name=re.compile("@"))).to_be_visible()
    await company.phone.open(f"/live/{company.roadshow_id}")


async def _close_the_room(company: Company) -> None:
    host = company.host.page
    await host.get_by_role("button", name="结束本场").click()
    await host.get_by_role("dialog", name="结束本场？").get_by_role("button", name="结束本场").click()
    await expect(host.get_by_text("已结束", exact=True)).to_be_visible()
    for investor in company.audience:
        await expect(investor.page.get_by_role("region", name="正在路演的项目")).to_contain_text("本场已结束")
        await expect(investor.page.get_by_role("textbox", name="提问")).to_have_count(0)


async def _all_screens_show_the_same(company: Company) -> None:
    snapshot = await company.host.read(f"/roadshows/{company.roadshow_id}/live/snapshot", stream="public")
    questions: list[dict[str, Any]] = snapshot["state"]["questions"]
    answered = {each["text"] for each in questions if each["state"] == "answered"}
    waiting = {each["text"] for each in questions} - answered
    votes = {each["text"]: each["votes"] for each in questions}
    assert (waiting, answered) == ({MEANWHILE}, {NAMED, ANONYMOUS})
    assert votes == {NAMED: 0, ANONYMOUS: 1, MEANWHILE: 0}

    for investor in company.audience:
        assert await _shown(investor.page, "热门", "article") == waiting
        assert await _shown(investor.page, "已回答", "article") == answered
    assert await _shown(company.host.page, "会后补答", "#queue li") == waiting
    assert await _shown(company.host.page, "已回答", "#queue li") == answered
    assert {text for text in votes if await company.organizer.page.get_by_text(text).count()} == waiting


async def _shown(page: Page, tab: str, rows: str) -> set[str]:
    await page.get_by_role("tab", name=tab).click()
    await expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    return set(await page.locator(rows).locator(".text").all_inner_texts())


async def _export_the_intents(company: Company, tmp_path: Path) -> None:
    page = company.organizer.page
    await company.organizer.open(f"/desk/organizer/{company.organizer_id}/roadshows/{company.roadshow_id}")
    await page.get_by_role("tab", name="意向").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="导出 Excel").click()
    file = tmp_path / "intents.xlsx"
    await (await download.value).save_as(file)

    sheet = load_workbook(file).worksheets[0]
    titles, *rows = sheet.iter_rows(values_only=True)
    wanted = ("路演", "项目", "意向类型", "金额下限（万元）", "金额上限（万元）", "状态", "备注")
    found = [{title: cell for title, cell in zip(titles, row, strict=True) if title in wanted} for row in rows]
    assert sheet.freeze_panes == "A2"
    assert found == [dict(zip(wanted, (TITLE, company.project, "股权", 500, 1000, "已接受", NOTE), strict=True))]


async def _subscribe(company: Company, tmp_path: Path) -> None:
    """The investor's own feed and the series' feed, as three other programs understand them."""
    phone = company.phone
    await phone.open(f"/desk/institution/{await _desk(phone, 'institution')}/calendar")
    await phone.page.get_by_role("button", name="生成我的日历链接").click()
    own = await phone.page.get_by_role("textbox", name="个人日历链接").input_value()
    series = f"{company.organizer.url}/api/v1/series/{company.series_id}/calendar.ics"

    for name, address in (("own", own), ("series", series)):
        file = tmp_path / f"{name}.ics"
        async with httpx.AsyncClient() as client:
            file.write_bytes((await client.get(address)).raise_for_status().content)
        seen = seen_by_icalendar(file)
        assert [entry.starts_at for entry in seen if entry.summary == TITLE] == [company.starts_at]
        assert await seen_by_khal(file, tmp_path / "khal") == seen
        assert await seen_by_ical_js(file) == seen
    assert Seen(f"{company.roadshow_id}@roadshow", TITLE, company.starts_at) in seen


async def _ask(page: Page, text: str, *, anonymous: bool = False) -> None:
    await page.get_by_role("textbox", name="提问").fill(text)
    await page.get_by_role("checkbox").set_checked(anonymous)
    await page.get_by_role("button", name="发送").click()
    await expect(page.get_by_role("textbox", name="提问")).to_have_value("")


async def _answer_in_writing(host: Page, text: str, answer: str) -> None:
    await _row(host, text).get_by_role("button", name="书面回答").click()
    dialog = host.get_by_role("dialog", name="书面回答")
    await dialog.get_by_label("回答").fill(answer)
    await dialog.get_by_role("button", name="发布回答").click()


def _row(host: Page, text: str) -> Locator:
    return host.locator("#queue").get_by_role("listitem").filter(has_text=text)


def _question(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text)


async def _name(visitor: Visitor) -> str:
    return str((await visitor.read("/me"))["user"]["name"])


async def _desk(visitor: Visitor, kind: str) -> str:
    memberships = (await visitor.read("/me"))["memberships"]
    return str(next(each["id"] for each in memberships if each["kind"] == kind))


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
