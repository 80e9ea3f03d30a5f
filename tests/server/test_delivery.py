"""Letters through a real SMTP server: what arrives is exactly one letter, to one address, with our headers only."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from events.base import new_id
from events.deals.news import Letter as IntentLetter
from events.outbox import OutboxRow
from events.programme.letters import Letter as ProgrammeLetter
from events.registrations.notices import Notice
from server.delivery import LogSender, SmtpSender, Undeliverable, compose, sender_of
from server.letter_texts import TEXTS
from server.letters import render
from server.settings import Settings
from tests.services import free_port

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
HEADERS = {
    "To", "From", "Subject", "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding",
}  # fmt: skip
DATA: dict[str, Any] = {
    "name": "韩梅梅", "title": "光电子信息专场", "starts_at": "2026-11-21T06:30:00Z", "timezone": "Asia/Shanghai",
    "roadshow_id": "01JD3V0000000000000000000A", "reason": "", "ticket_code": "K7M2P9",
}  # fmt: skip
HOSTILE = [
    "\r\n", "\n", "\r", "\0", "\u2028", "\u0085", "Bcc: evil@example.net", "甲", " ", ":", ",", "<a@b.c>", '"', "\\",
    "=?utf-8?b?QmNj?=", "{name}", "{0.__class__}", "\r\n\r\n", "\r\n.\r\n", "To: x@example.net", "\x0b", "; ",
]  # fmt: skip


class Sink:
    """Keeps what arrives; refuses the recipients it is told to."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refuse = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    sink.url = f"smtp://127.0.0.1:{controller.port}"  # type: ignore[attr-defined]
    yield sink
    controller.stop()


def settings(sink: Sink | None = None) -> Settings:
    url = sink.url if sink else None  # type: ignore[attr-defined]
    return Settings(smtp_url=url, mail_from="roadshow@example.org", base_url="https://roadshow.example.org")


def row(template: str, data: dict[str, Any], address: str = "han@example.com") -> OutboxRow:
    return OutboxRow(
        id=new_id(), channel="mail", address=address, template=template, data=data, tries=1, created_at=NOW, due_at=NOW
    )


def parsed(envelope: Envelope) -> EmailMessage:
    content = envelope.original_content
    assert content is not None
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def test_letter_arrives_in_the_persons_language(sink: Sink) -> None:
    queued = row("registration.confirmed", DATA)

    await SmtpSender(settings(sink))(queued, "zh-CN")
    message = parsed(sink.envelopes[0])

    assert sink.envelopes[0].rcpt_tos == ["han@example.com"]
    assert message["Subject"] == "报名成功：光电子信息专场"
    assert message["Message-ID"] == f"<{queued.id}@example.org>"
    assert message.get_content().replace("\r\n", "\n") == (
        "韩梅梅，您好：\n\n您已报名“光电子信息专场”，时间 2026年11月21日 周六 14:30（Asia/Shanghai）。\n\n签到码："
        "K7M2P9\n入场时请出示门票二维码。\n\nhttps://roadshow.example.org/r/01JD3V0000000000000000000A\n\n"
        "天天有路演\nhttps://roadshow.example.org\n"
    )


def test_unknown_language_is_answered_in_chinese() -> None:
    assert render("booking.cancelled", DATA, "fr", "https://x").subject == "预约已取消：光电子信息专场"


def test_amounts_are_told_in_ten_thousands() -> None:
    data = {"project_name": "甲", "institution_name": "乙", "kind": "equity", "amount_min_fen": 500_000_000}

    letters = [
        render("intent.left", data | {"amount_max_fen": most}, locale, "https://x").body.splitlines()[0]
        for most, locale in ((2_000_000_000, "zh-CN"), (None, "en"), (500_000_000, "zh-CN"))
    ]

    assert letters == [
        "乙 对项目“甲”留下了意向：股权，500–2,000 万元。",
        "乙 left an intent on “甲”: Equity, 500 × 10,000 yuan.",
        "乙 对项目“甲”留下了意向：股权，500 万元。",
    ]


def test_every_letter_the_domain_queues_has_its_text() -> None:
    named = {*Notice, *ProgrammeLetter, *IntentLetter, "institution_verified", "institution_rejected"}
    for path in Path("events").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "outbox.mail":
                named |= {arg.value for arg in node.args[2:3] if isinstance(arg, ast.Constant)}

    assert named - set(TEXTS) == set()
    assert all(set(languages) == {"zh-CN", "en"} for languages in TEXTS.values())


@pytest.mark.parametrize("template", TEXTS)
def test_every_text_can_be_filled(template: str) -> None:
    assert all("{" not in render(template, DATA, locale, "https://x").body for locale in ("zh-CN", "en"))


async def test_thousand_hostile_names_add_no_header_and_no_recipient(sink: Sink) -> None:
    dice = random.Random(20261121)
    send = SmtpSender(settings(sink))
    for _ in range(100):
        text = "".join(dice.choices(HOSTILE, k=dice.randint(1, 8)))
        await send(row("registration.rejected", DATA | {"name": text, "title": text, "reason": text}), "en")
    for _ in range(900):
        text = "".join(dice.choices(HOSTILE, k=dice.randint(1, 8)))
        queued = row(
            "staff_invitation", {"name": text, "organizer": text, "inviter": text, "role": text, "token": text}
        )
        message = message_from_bytes(
            compose(queued, "zh-CN", settings()).as_bytes(policy=policy.SMTP), policy=policy.default
        )
        assert set(message.keys()) == HEADERS
        assert [each.addr_spec for each in message["To"].addresses] == ["han@example.com"]

    assert len(sink.envelopes) == 100
    assert {tuple(envelope.rcpt_tos) for envelope in sink.envelopes} == {("han@example.com",)}
    assert {frozenset(parsed(envelope).keys()) for envelope in sink.envelopes} == {frozenset(HEADERS)}
    assert {len(parsed(envelope)["To"].addresses) for envelope in sink.envelopes} == {1}


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "a b@example.com"]
)
def test_address_that_is_not_one_address_is_undeliverable(address: str) -> None:
    with pytest.raises(Undeliverable):
        compose(row("registration.confirmed", DATA, address), "en", settings())


def test_letter_without_text_is_undeliverable() -> None:
    with pytest.raises(Undeliverable):
        compose(row("nobody.wrote_it", DATA), "en", settings())


async def test_refused_recipient_is_undeliverable(sink: Sink) -> None:
    sink.refuse = "550 no such mailbox"

    with pytest.raises(Undeliverable):
        await SmtpSender(settings(sink))(row("registration.confirmed", DATA), "en")


async def test_recipient_told_to_come_back_later_is_tried_again(sink: Sink) -> None:
    sink.refuse = "450 greylisted"

    with pytest.raises(Exception) as raised:  # noqa: PT011
        await SmtpSender(settings(sink))(row("registration.confirmed", DATA), "en")

    assert not isinstance(raised.value, Undeliverable)


async def test_without_smtp_letters_are_noted_without_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    sender = sender_of(settings())

    await sender(row("staff_invitation", {"token": "a-secret-token", "organizer": "甲"}), "en")

    assert isinstance(sender, LogSender)
    assert "a-secret-token" not in "".join(capsys.readouterr())
