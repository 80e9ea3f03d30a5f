"""The demo's slides: a PDF of a few invented pages drawn at load, on stage with a word from the host."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from events.base import new_id
from events.live.stage import decks, messages
from events.live.stage.decks import Upload
from events.live.stage.schemas import MessageIn, MessageRef, PageIn
from server.demo.people import Ensemble

WIDTH, HEIGHT = 960, 540
PAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("硅光芯片，让算力更省电", ("示例企业 · 天天有路演", "全部内容为虚构，仅作演示")),
    ("问题：数据中心四成电费花在搬运数据", ("电互连带宽见顶，功耗随速率翻倍", "进口光模块交期 16 周")),
    ("方案：单片集成的硅光引擎", ("1.6T 单模块，功耗降低 28%", "交期 5 周，良率 86%")),
    ("客户与订单", ("三家服务器厂商送样通过", "在手订单 4,200 万元，意向 1.3 亿元")),
    ("本轮融资 3,000 万元", ("产线扩建 55%　研发 30%　市场 15%", "愿与产业资本共建封测线")),
)
DECK_NAME = "硅光引擎-路演.pdf"


async def speak_to_stage(session: AsyncSession, all_: Ensemble, roadshow_id: str, now: datetime) -> None:
    """One word that was read, and one that waits."""
    host, founder = all_.staff["host"], all_.founders[0]
    read = await messages.send(
        session, host, roadshow_id, MessageIn(text="声音很清楚，请继续"), now=now - timedelta(minutes=4)
    )
    seen = MessageRef(message_id=read.id)
    await messages.acknowledge(
        session, founder, roadshow_id, seen, now=now - timedelta(minutes=4) + timedelta(seconds=6)
    )
    await messages.send(session, host, roadshow_id, MessageIn(text="请讲一下良率的提升计划"), now=now)


async def show_slides(
    session: AsyncSession, all_: Ensemble, roadshow_id: str, slot_id: str, files: Path, now: datetime
) -> None:
    """The founder's deck, on its second page."""
    content, deck_id = drawn(), new_id()
    path = files / "decks" / f"{deck_id}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    upload = Upload(deck_id, DECK_NAME, len(content), hashlib.sha256(content).hexdigest(), len(PAGES))
    await decks.put(session, all_.founders[0], slot_id, upload, now=now - timedelta(minutes=7))
    await decks.turn(session, all_.founders[0], roadshow_id, PageIn(page=2), now=now - timedelta(minutes=5))


def drawn() -> bytes:
    """The pages as a PDF, in a Chinese font every reader brings along."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(PAGES), b" ".join(b"%d 0 R" % (6 + 2 * n) for n in range(len(PAGES)))),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000/FontDescriptor 5 0 R>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
        b"/Descent -120/CapHeight 880/StemV 93>>",
    ]
    for number, (title, lines) in enumerate(PAGES):
        content = _content(number, title, lines)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % (WIDTH, HEIGHT, 7 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    return _assembled(objects)


def _content(number: int, title: str, lines: tuple[str, ...]) -> bytes:
    """A bar, a title, a few lines, and the page's number as blocks."""
    parts = [b"1 1 1 rg 0 0 960 540 re f", b"0.05 0.28 0.42 rg 0 0 22 540 re f", b"0.05 0.14 0.22 rg"]
    parts.append(_text(72, 380 if number else 300, 46 if number else 60, title))
    parts += [_text(72, 290 - 62 * row if number else 220 - 50 * row, 30, line) for row, line in enumerate(lines)]
    blocks = [b"0.9 0.62 0.13 rg %d 40 %d 10 re f" % (72 + 44 * page, 36 if page <= number else 8) for page in range(5)]
    return b"\n".join([*parts, *blocks])


def _text(x: int, y: int, size: int, text: str) -> bytes:
    return b"BT /F1 %d Tf %d %d Td <%s> Tj ET" % (size, x, y, text.encode("utf-16-be").hex().encode())


def _assembled(objects: list[bytes]) -> bytes:
    target = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(target))
        target += b"%d 0 obj%s endobj\n" % (number, body)
    table = len(target)
    target += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    target += b"".join(b"%010d 00000 n \n" % place for place in places)
    target += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(target)
