"""Senders: an outbox row becomes a letter on the wire, once as far as the wire allows (P14)."""

from __future__ import annotations

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from events.outbox import OutboxRow
from server.letters import render
from server.settings import Settings

TIMEOUT_SECONDS = 20
logger = structlog.get_logger()


class Undeliverable(Exception):
    """It will never arrive: the address or the text is wrong, and trying again is no use."""


class Sender(Protocol):
    """Hands one row to the outside. Raises `Undeliverable`, or anything else to be tried again."""

    async def __call__(self, row: OutboxRow, locale: str) -> None: ...


def sender_of(settings: Settings) -> Sender:
    """SMTP when it is configured; otherwise letters are only noted in the log."""
    return SmtpSender(settings) if settings.smtp_url else LogSender(settings)


def server_of(settings: Settings) -> dict[str, Any]:
    """Where and how letters are handed over, as aiosmtplib names it."""
    url = urlsplit(settings.smtp_url or "")
    return {
        "hostname": url.hostname or "localhost",
        "port": url.port or (465 if url.scheme == "smtps" else 25),
        "username": unquote(url.username) if url.username else None,
        "password": unquote(url.password) if url.password else None,
        "use_tls": url.scheme == "smtps",
    }


class LogSender:
    """For a machine without mail: says that a letter would have gone out, and to no one's harm not what it says.

    In the demo, where everybody is invented and nobody from outside comes in, it is told in full: its links work.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self, row: OutboxRow, locale: str) -> None:
        if self._settings.demo:
            letter = render(row.template, row.data, locale, self._settings.public_url)
            logger.info("letter", to=row.address, subject=letter.subject, text=letter.body)
            return
        logger.info("letter_not_sent", id=row.id, template=row.template, reason="ROADSHOW_SMTP_URL is not set")


class SmtpSender:
    """Sends by SMTP; STARTTLS where the server offers it, TLS from the start for `smtps://`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server = server_of(settings)

    async def __call__(self, row: OutboxRow, locale: str) -> None:
        message = compose(row, locale, self._settings)
        try:
            await aiosmtplib.send(
                message,
                sender=self._settings.mail_from,
                recipients=[row.address],
                timeout=TIMEOUT_SECONDS,
                **self._server,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if all(500 <= each.code < 600 for each in refused.recipients):
                raise Undeliverable(f"recipient refused: {refused.recipients[0].code}") from None
            raise


def compose(row: OutboxRow, locale: str, settings: Settings) -> EmailMessage:
    """The row as a message to exactly one address; nothing in its data can add a header or a recipient.

    The Message-ID is the row's, so a letter sent twice after a crash can be told as one. Raises `Undeliverable`.
    """
    message = EmailMessage()
    try:
        letter = render(row.template, row.data, locale, settings.public_url)
        message["To"] = Address(addr_spec=row.address)
        message["From"] = Address("天天有路演", addr_spec=settings.mail_from)
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{row.id}@{settings.mail_from.rpartition('@')[2]}>"
        message["Date"] = row.created_at
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
    except (ValueError, IndexError, KeyError, HeaderParseError) as error:
        raise Undeliverable(f"{type(error).__name__}: {row.template}") from None
    return message
