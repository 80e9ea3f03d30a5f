"""The doctor looks at everything an installation stands on, and says what to do; nothing it finds is a traceback."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from events.accounts.addresses import vouch
from events.accounts.models import User
from events.actor import SYSTEM
from events.base import new_id
from server.database import Database
from server.doctor import Finding, Health, examine
from server.settings import Settings
from tests.services import free_port

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


async def found(settings: Settings) -> list[Finding]:
    return [finding async for finding in examine(settings)]


def bad(findings: list[Finding]) -> list[str]:
    return [finding.what for finding in findings if finding.health is Health.BAD]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.html").write_text("")
    return tmp_path / "pages"


def installed(place: Path, pages: Path, url: str, **more: str) -> Settings:
    return Settings(database_url=url, files_dir=place / "files", static_dir=pages, **more)  # type: ignore[arg-type]


async def test_sound_installation_has_nothing_bad(database_url: str, tmp_path: Path, pages: Path) -> None:
    assert bad(await found(installed(tmp_path, pages, database_url))) == []


async def test_accounts_that_share_an_address_are_told_with_the_mend(
    database: Database, database_url: str, tmp_path: Path, pages: Path
) -> None:
    old = User(id=new_id(), email="ｗａｎｇ5@example.com", asked_email="wang5@example.com", name="旧", created_at=NOW)
    new = User(id=new_id(), email="wang5@example.com", name="新", created_at=NOW)
    async with database.write() as session:
        session.add_all([old, new])

    told = [each for each in await found(installed(tmp_path, pages, database_url)) if "another account" in each.what]
    async with database.write() as session:
        await vouch(session, SYSTEM, "wang.old@example.com", account=old.id, now=NOW)
    after = [each for each in await found(installed(tmp_path, pages, database_url)) if "another account" in each.what]

    assert [(old.id in each.what, old.id in each.mend) for each in told] == [(True, True)]
    assert after == []


async def test_servers_that_do_not_answer_are_named(tmp_path: Path, pages: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    settings = installed(
        tmp_path,
        pages,
        f"postgresql://u:hunter2@{nowhere}/d",
        redis_url=f"redis://{nowhere}",
        smtp_url=f"smtp://{nowhere}",
    )

    findings = await found(settings)

    assert len(bad(findings)) == 3
    assert [any(name in what for what in bad(findings)) for name in ("PostgreSQL", "Redis", "mail server")] == [
        True
    ] * 3
    assert "hunter2" not in str(findings)
    assert all(finding.mend for finding in findings if finding.health is Health.BAD)


async def test_mail_server_that_answers_is_good(sqlite_url: str, tmp_path: Path, pages: Path) -> None:
    controller = Controller(object(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        settings = installed(tmp_path, pages, sqlite_url, smtp_url=f"smtp://127.0.0.1:{controller.port}")
        assert any(finding.what.startswith("The mail server answers") for finding in await found(settings))
    finally:
        controller.stop()


@pytest.mark.parametrize(("mib", "health"), [(99, Health.BAD), (101, Health.WARN), (2000, Health.GOOD)])
async def test_room_on_the_disk(
    mib: int, health: Health, sqlite_url: str, tmp_path: Path, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(0, 0, mib * 2**20))

    findings = await found(installed(tmp_path, pages, sqlite_url))

    assert {finding.health for finding in findings if "MiB are free" in finding.what} == {health}


async def test_files_that_everybody_may_read_are_told(sqlite_url: str, pages: Path, scratch: Path) -> None:
    place = scratch / "open"
    place.mkdir(mode=0o755)
    (place / "files").mkdir(mode=0o755)
    settings = installed(place, pages, sqlite_url)

    before = [finding.health for finding in await found(settings) if finding.what.endswith(f"read {place / 'files'}")]
    (place / "files").chmod(0o750)
    after = [finding.health for finding in await found(settings) if finding.what.endswith(f"read {place / 'files'}")]

    assert (before, after) == ([Health.WARN], [Health.GOOD])


async def test_folder_that_cannot_be_written_is_bad(sqlite_url: str, tmp_path: Path, pages: Path) -> None:
    (tmp_path / "files").write_text("in the way")

    assert any("ROADSHOW_FILES_DIR" in what for what in bad(await found(installed(tmp_path, pages, sqlite_url))))
