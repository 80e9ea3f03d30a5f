"""A backup holds everything of one moment; a restore puts back exactly that, under a new epoch, or nothing at all."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from events import audit, changes, log, outbox
from events.accounts.models import Login, User
from events.base import new_id
from events.changes import ChangeKind
from events.directory.models import Organizer
from events.errors import Refusal
from events.outbox import Delivery, OutboxRow
from server.backups import archive, postgres
from server.backups.service import back_up, restore
from server.database import Database, opened
from server.recorder import catch_up
from server.settings import Settings

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
KEY = "correct horse battery staple"
STREAM = log.public_stream("0" * 26)


def silent(_what: str, _count: int) -> None:
    """Nobody watches."""


def settings_of(place: Path, url: str) -> Settings:
    return Settings(database_url=url, files_dir=place / "files")


@pytest.fixture
async def filled(tmp_path: Path, database_url: str) -> Settings:
    """A small installation at rest."""
    settings = settings_of(tmp_path, database_url)
    await fill(settings)
    return settings


async def fill(settings: Settings) -> None:
    user, organizer = new_id(), new_id()
    async with opened(settings.database_url) as database:
        async with database.write() as session:
            session.add(User(id=user, email="a@example.com", name="王\t芳\\n\n", locale="zh-CN", created_at=NOW))
            session.add(User(id=new_id(), email=None, name="访客", locale="en", created_at=NOW))
            await session.flush()
            session.add(
                Login(id=new_id(), secret_hash="s", csrf_token="c", user_id=user, created_at=NOW, expires_at=NOW)
            )
            session.add(
                Organizer(id=organizer, slug="o", name="主办", name_en="", timezone="Asia/Shanghai", created_at=NOW)
            )
            await session.flush()
            changes.publish(session, [organizer], ChangeKind.PROJECT, new_id(), {"name": "甲"}, NOW)
            outbox.mail(session, "a@example.com", "verify", {"token": "t"}, NOW)
        for number in range(5):
            await say(database, f"问题 {number}")
        await catch_up(database)
    (settings.files_dir / "decks").mkdir(parents=True)
    (settings.files_dir / "decks" / "一.pdf").write_bytes(random.Random(1).randbytes(80_000))
    (settings.files_dir / ".half-written").write_bytes(b"no")


async def say(database: Database, words: str) -> None:
    async with database.write() as session:
        await log.append(session, STREAM, "question.put", {"text": words}, NOW)
        audit.record(session, audit_actor(), "question.ask", ("question", "1"), now=NOW)


def audit_actor() -> Any:
    from events.actor import SYSTEM

    return SYSTEM


async def said(database: Database) -> list[str]:
    async with database.read() as session:
        return [entry.data["text"] for entry in await log.since(session, STREAM, 0)]


async def everything(database: Database) -> dict[str, Any]:
    """How many rows each table has."""
    from events.tables import metadata

    async with database.read() as session:
        return {
            name: await session.scalar(select(func.count()).select_from(table))
            for name, table in metadata.tables.items()
        }


async def emptied(settings: Settings, place: Path) -> Settings:
    """Another, empty target of the same kind."""
    place.mkdir()
    if settings.is_sqlite:
        return settings_of(place, f"sqlite:///{place / 'other.sqlite3'}")
    async with postgres.connected(settings.database_url) as (_, driver):
        await postgres.clear(driver)
    return settings_of(place, settings.database_url)


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "sealed"])
async def test_restored_installation_has_every_row_and_file(filled: Settings, tmp_path: Path, key: str | None) -> None:
    async with opened(filled.database_url) as database:
        before, words = await everything(database), await said(database)
    target = tmp_path / "backup"
    made = await back_up(filled, target, key, NOW, silent)
    other = await emptied(filled, tmp_path / "other")

    await restore(other, target, key, NOW, silent)

    async with opened(other.database_url) as database:
        after = await everything(database)
        assert after == before | {"audit": before["audit"] + 1, "logins": 0}
        assert await said(database) == words
        await catch_up(database)
        async with database.read() as session:
            assert (await audit.verify(session)).broken_at is None
            assert (await log.broken(session))[1] == {}
            assert await session.scalar(select(User.name).where(User.email.is_not(None))) == "王\t芳\\n\n"
            if not database.is_sqlite:
                filled_users = text("SELECT reltuples FROM pg_class WHERE relname = 'users'")
                assert await session.scalar(filled_users) == 2, "counted, so that the right index is read at once"
        await say(database, "恢复之后")
    assert (other.files_dir / "decks" / "一.pdf").read_bytes() == (filled.files_dir / "decks" / "一.pdf").read_bytes()
    assert not (other.files_dir / ".half-written").exists()
    assert (made.rows["users"], made.files) == (2, ["files/decks/一.pdf"])


async def test_restore_begins_a_new_epoch_and_holds_letters_back(filled: Settings, tmp_path: Path) -> None:
    made = await back_up(filled, tmp_path / "backup", None, NOW, silent)
    other = await emptied(filled, tmp_path / "other")

    done = await restore(other, tmp_path / "backup", None, NOW + timedelta(days=1), silent)

    async with opened(other.database_url) as database, database.read() as session:
        current = await session.get_one(log.Installation, 1)
        letters = list(await session.scalars(select(OutboxRow.state)))
    assert current.epoch == done.epoch != made.epoch
    assert current.restored_at == NOW + timedelta(days=1)
    assert (letters, done.letters) == ([Delivery.HELD], 1)


async def test_sign_ins_of_accounts_end_whether_their_address_is_proved_or_not(
    filled: Settings, tmp_path: Path
) -> None:
    async with opened(filled.database_url) as database, database.write() as session:
        guest = await session.scalar(select(User.id).where(User.email.is_(None)))
        asking = User(id=new_id(), email=None, asked_email="b@example.com", name="来人", created_at=NOW)
        session.add(asking)
        await session.flush()
        for user_id in (guest, asking.id):
            secret = f"of {user_id}"
            session.add(
                Login(
                    id=new_id(), secret_hash=secret, csrf_token="c", user_id=user_id, created_at=NOW, expires_at=NOW
                )
            )  # fmt: skip
    await back_up(filled, tmp_path / "backup", None, NOW, silent)
    other = await emptied(filled, tmp_path / "other")

    await restore(other, tmp_path / "backup", None, NOW, silent)

    async with opened(other.database_url) as database, database.read() as session:
        assert list(await session.scalars(select(Login.user_id))) == [guest]


async def test_held_letters_go_out_or_are_dropped_when_somebody_says_so(filled: Settings) -> None:
    async with opened(filled.database_url) as database:
        counts = []
        for decide in (lambda session: outbox.release_held(session, NOW), outbox.drop_held):
            async with database.write() as session:
                await outbox.hold_waiting(session)
            async with database.write() as session:
                due_meanwhile = len(await outbox.take(session, NOW + timedelta(days=1), 5))
                counts.append((due_meanwhile, await decide(session)))
        async with database.read() as session:
            last = (await session.execute(select(OutboxRow.state, OutboxRow.data))).one()
    assert counts == [(0, 1), (0, 1)]
    assert tuple(last) == (Delivery.DEAD, {})


async def test_restore_into_data_is_refused_unless_told(filled: Settings, tmp_path: Path) -> None:
    await back_up(filled, tmp_path / "backup", None, NOW, silent)
    async with opened(filled.database_url) as database:
        await say(database, "备份之后")

    with pytest.raises(Refusal) as refused:
        await restore(filled, tmp_path / "backup", None, NOW, silent)
    shutil.rmtree(filled.files_dir)
    with pytest.raises(Refusal) as refused_again:
        await restore(filled, tmp_path / "backup", None, NOW, silent)
    async with opened(filled.database_url) as database:
        untouched = await said(database)
    done = await restore(filled, tmp_path / "backup", None, NOW, silent, replace=True)
    async with opened(filled.database_url) as database:
        replaced = await said(database)

    assert {error.value.code for error in (refused, refused_again)} == {"restore_target_not_empty"}
    assert untouched == [*replaced, "备份之后"]
    assert len(replaced) == 5
    assert all(path.exists() for path in done.kept)


async def test_restore_beside_a_connected_server_is_refused(fresh_postgres_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, fresh_postgres_url)
    await fill(settings)
    await back_up(settings, tmp_path / "backup", None, NOW, silent)

    async with opened(settings.database_url) as server:
        await server.ready()
        with pytest.raises(Refusal) as refused:
            await restore(settings, tmp_path / "backup", None, NOW, silent, replace=True)

    assert refused.value.code == "restore_target_in_use"


async def test_backup_of_the_other_kind_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, sqlite_url)
    await fill(settings)
    await back_up(settings, tmp_path / "backup", None, NOW, silent)
    other = settings_of(tmp_path / "other", "postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(Refusal) as refused:
        await restore(other, tmp_path / "backup", None, NOW, silent)

    assert refused.value.code == "backup_of_other_database"


@pytest.fixture
async def archives(sqlite_url: str, tmp_path: Path) -> dict[str, Path]:
    settings = settings_of(tmp_path, sqlite_url)
    await fill(settings)
    found = {"plain": tmp_path / "plain", "sealed": tmp_path / "sealed"}
    await back_up(settings, found["plain"], None, NOW, silent)
    await back_up(settings, found["sealed"], KEY, NOW, silent)
    return found


@pytest.mark.parametrize("kind", ["plain", "sealed"])
async def test_archive_with_a_byte_changed_or_cut_off_is_refused(
    archives: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    whole = archives[kind].read_bytes()
    middles = [len(whole) * part // 7 for part in range(1, 7)]
    spoiled = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in middles] + [whole[:at] for at in middles]
    spoiled += [whole[:-1], b""]

    codes = []
    for number, content in enumerate(spoiled):
        path = tmp_path / f"spoiled-{number}"
        path.write_bytes(content)
        try:
            archive.checked(path, KEY, silent)
            codes.append("taken")
        except Refusal as refusal:
            codes.append(refusal.code)

    assert set(codes) <= {"backup_damaged", "backup_key_wrong", "backup_unreadable"}


async def test_sealed_archive_opens_with_its_key_only_and_shows_nothing(archives: dict[str, Path]) -> None:
    codes = []
    for key in (None, "another key of some length"):
        with pytest.raises(Refusal) as refused:
            archive.checked(archives["sealed"], key, silent)
        codes.append(refused.value.code)

    assert codes == ["backup_key_missing", "backup_key_wrong"]
    assert archive.checked(archives["sealed"], KEY, silent).rows["users"] == 2
    assert archives["sealed"].read_bytes()[:2] != b"\x1f\x8b"
    assert {path.stat().st_mode & 0o777 for path in archives.values()} == {0o600}


async def test_member_that_leaves_its_folder_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, sqlite_url)
    await fill(settings)
    made = await back_up(settings, tmp_path / "backup", None, NOW, silent)
    with archive.written(tmp_path / "evil", None, silent) as writing:
        for name, content in archive.members(tmp_path / "backup", None):
            if name.startswith("database/"):
                writing.add_bytes(name, content.read())
        writing.add_bytes("files/../../escaped", b"out")
        writing.finish(made)
    other = settings_of(tmp_path / "other" / "deep", f"sqlite:///{tmp_path / 'other.sqlite3'}")

    with pytest.raises(Refusal) as refused:
        await restore(other, tmp_path / "evil", None, NOW, silent)

    assert refused.value.code == "backup_damaged"
    assert not list(tmp_path.rglob("escaped"))
    assert not (tmp_path / "other.sqlite3").exists()


async def test_backup_never_overwrites(archives: dict[str, Path], sqlite_url: str, tmp_path: Path) -> None:
    before = archives["plain"].read_bytes()

    with pytest.raises(Refusal) as refused:
        await back_up(settings_of(tmp_path, sqlite_url), archives["plain"], None, NOW, silent)

    assert refused.value.code == "backup_exists"
    assert archives["plain"].read_bytes() == before


async def test_backup_of_a_newer_version_is_refused(filled: Settings, tmp_path: Path) -> None:
    async with opened(filled.database_url) as database, database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = 'fromthefuture'"))
    await back_up(filled, tmp_path / "backup", None, NOW, silent)

    with pytest.raises(Refusal) as refused:
        await restore(filled, tmp_path / "backup", None, NOW, silent, replace=True)

    assert refused.value.code == "backup_too_new"


async def test_manifest_names_every_member(archives: dict[str, Path]) -> None:
    names = {name for name, _ in archive.members(archives["plain"], None)}

    manifest = archive.checked(archives["plain"], None, silent)

    assert names == {*manifest.members, archive.MANIFEST}
    assert json.dumps(manifest.rows)
