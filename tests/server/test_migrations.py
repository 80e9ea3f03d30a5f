"""Migrations lead to exactly the tables the code has, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import column, insert, inspect, select, table, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from events import search
from events.accounts.models import Membership, User
from events.accounts.users import find_by_email, sharing
from events.base import new_id
from events.directory.models import Company, Institution, LibraryEntry, Project, Recognition
from events.directory.naming import name_key
from events.live.stage.models import Deck
from events.programme.models import Booking, Roadshow, Venue
from events.tables import metadata
from server.database import Database
from server.migrate import revisions, upgrade

FIRST = "5f07a84b3432"
SHARED = "d101scale0101"
"""The last schema in which all imports of a credit code shared one company."""
ON_SLOTS = "d111trust0111"
"""The last schema in which slides belonged to slots."""
AS_TYPED = "d160roles0160"
"""The last schema in which an address stood as it was typed, and brackets told names apart."""
UNCOUNTED = "d131names0131"
"""The last schema in which calendars counted a booking's changes by its age in seconds."""


@pytest.fixture
async def empty_database(database: Database, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of either kind that nothing was ever migrated in."""
    if database.is_sqlite:
        empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
        yield empty
        await empty.close()
        return
    async with database.writer.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    yield database


def is_known(name: str | None, _kind: str, _parents: object) -> bool:
    """The index of search is written in each database's own words, in its migration."""
    return not (name or "").startswith("search_tokens")


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_known})
    return list(compare_metadata(context, metadata))


async def test_a_migrated_database_has_the_tables_of_the_code(database: Database) -> None:
    async with database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_again_changes_nothing(database: Database) -> None:
    await upgrade(database)

    current, newest = await revisions(database)

    assert current == newest is not None


async def test_an_old_database_is_upgraded_with_its_data(empty_database: Database) -> None:
    await upgrade(empty_database, FIRST)
    before = await put_one_of_each(empty_database)

    await upgrade(empty_database)

    async with empty_database.read() as session:
        after = {table: (await session.execute(select(metadata.tables[table]))).mappings().all() for table in before}
    kept = {table: [{name: row[name] for name in before[table][0]} for row in rows] for table, rows in after.items()}
    assert kept == before
    async with empty_database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []


async def put_one_of_each(database: Database) -> dict[str, list[dict[str, Any]]]:
    """A row in each table an intent stands on, written as the first schema knows them; what was written."""
    at = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    ids = {name: new_id() for name in ("users", "organizers", "companies", "projects", "institutions", "intents")}
    rows: dict[str, dict[str, Any]] = {
        "users": {"email": "old@example.com", "name": "老用户", "locale": "zh-CN"},
        "organizers": {"slug": "old", "name": "老主办方", "name_en": "", "timezone": "Asia/Shanghai"},
        "companies": {"credit_code": "91110000600037341L", "name": "老企业"},
        "projects": {**blank("projects"), "company_id": ids["companies"], "name": "老项目", "updated_at": at},
        "institutions": {**blank("institutions"), "name": "老机构", "kind": "vc", "updated_at": at},
        "intents": {
            "organizer_id": ids["organizers"], "project_id": ids["projects"], "company_id": ids["companies"],
            "institution_id": ids["institutions"], "user_id": ids["users"], "kind": "equity", "note": "希望约见",
            "amount_min_fen": 100, "amount_max_fen": 200, "state": "left", "answer_reason": "", "updated_at": at,
        },
    }  # fmt: skip
    written: dict[str, list[dict[str, Any]]] = {}
    async with database.write() as session:
        for name, row in rows.items():
            written[name] = [await put(session, name, row | {"id": ids[name], "created_at": at})]
    return written


async def put(session: AsyncSession, name: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row in the table as this database has it, whatever columns came later; what was written."""
    connection = await session.connection()
    there = await connection.run_sync(lambda sync: {each["name"] for each in inspect(sync).get_columns(name)})
    full = dict.fromkeys(there) | row
    types = {column.name: column.type for column in metadata.tables[name].columns}
    target = table(name, *(column(each, types[each]) for each in full))
    await session.execute(insert(target).values(full))
    return full


async def test_bookings_of_before_count_on_from_what_calendars_were_told(empty_database: Database) -> None:
    await upgrade(empty_database, UNCOUNTED)
    at = datetime(2026, 11, 20, 6, 30, 0, 900_000, tzinfo=UTC)
    ages = {0: timedelta(0), 1: timedelta(milliseconds=50), 90: timedelta(seconds=89, milliseconds=950)}
    ids = {least: new_id() for least in ages}
    async with empty_database.write() as session:
        names = ("users", "organizers", "series", "venues", "companies", "projects", "roadshows")
        things = {name: new_id() for name in names}
        await put_programme(session, things, at)
        for least, age in ages.items():
            booking = {
                "id": ids[least], "starts_at": at, "ends_at": at, "roadshow_id": things["roadshows"],
                "project_id": things["projects"], "company_id": things["companies"], "booked_by": things["users"],
                "state": "cancelled", "created_at": at, "updated_at": at + age,
            }  # fmt: skip
            await put(session, "bookings", booking)

    await upgrade(empty_database)

    async with empty_database.read() as session:
        counted = dict((await session.execute(select(Booking.id, Booking.sequence))).all())
        confirmed = set(await session.scalars(select(Booking.confirmed_at)))
    assert all(counted[ids[least]] >= int(age.total_seconds()) for least, age in ages.items())
    assert counted[ids[0]] == 0
    assert counted[ids[90]] in (90, 91)
    assert None not in confirmed


async def put_programme(session: AsyncSession, ids: dict[str, str], at: datetime) -> None:
    """A roadshow and everything it stands on."""
    organizer = {"organizer_id": ids["organizers"]}
    rows: dict[str, dict[str, Any]] = {
        "users": {"name": "某人", "locale": "zh-CN"},
        "organizers": {"slug": "old", "name": "主办方", "name_en": "", "timezone": "Asia/Shanghai"},
        "series": {**blank("series"), **organizer, "slug": "s", "name": "系列"},
        "venues": {**blank("venues"), **organizer, "kind": "hall", "name": "厅", "capacity": 9, "hours": {}},
        "companies": {"credit_code": "91110000600037341L", "name": "企业"},
        "projects": {**blank("projects"), "company_id": ids["companies"], "name": "项目", "updated_at": at},
        "roadshows": {
            **blank("roadshows"), **organizer, "series_id": ids["series"], "title": "专场", "state": "ended",
            "starts_at": at, "ends_at": at + timedelta(hours=2), "hall_id": ids["venues"], "capacity": 9,
            "seats_taken": 0, "needs_approval": False, "open_to_guests": True, "join_code": "123456",
            "sequence": 2, "version": 1, "updated_at": at, "timezone": "Asia/Shanghai",
        },
    }  # fmt: skip
    for name, row in rows.items():
        await put(session, name, row | {"id": ids[name], "created_at": at})


async def test_imported_rows_of_before_belong_to_their_organizers(empty_database: Database) -> None:
    """A stranger's import hung its card on another organizer's company and made its friend the owner."""
    await upgrade(empty_database, SHARED)
    at, ids = datetime(2026, 11, 20, 6, 30, tzinfo=UTC), [new_id() for _ in range(12)]
    friend, honest, thief, taken, lone, alone, waiting = ids[:7]
    cards = {organizer: new_id() for organizer in (honest, thief)}
    async with empty_database.write() as session:
        for user in (friend, waiting):
            await put(session, "users", {"id": user, "name": "某人", "locale": "zh-CN", "created_at": at})
        for organizer in (honest, thief):
            row = {
                "id": organizer,
                "slug": organizer.lower(),
                "name": "主办方",
                "name_en": "",
                "timezone": "Asia/Shanghai",
            }
            await put(session, "organizers", row | {"created_at": at})
        for company in (taken, lone, alone):
            await put(
                session, "companies", {"id": company, "credit_code": company[-18:], "name": "企业", "created_at": at}
            )
        for organizer, card in cards.items():
            await put_card(session, card, taken, organizer, at)
        await put_card(session, kept := new_id(), lone, honest, at)
        await put_card(session, asked := new_id(), alone, honest, at)
        for company, user, state in (
            (taken, friend, "active"),
            (lone, friend, "active"),
            (alone, waiting, "requested"),
        ):
            row = {"id": new_id(), "user_id": user, "kind": "company", "subject_id": company, "role": "owner"}
            await put(session, "memberships", row | {"state": state, "created_at": at})

    await upgrade(empty_database)

    async with empty_database.read() as session:
        owner_of = dict((await session.execute(select(Project.id, Project.company_id))).all())
        found_by = set(await session.scalars(select(Project.name_key)))
        companies = {company.id: company for company in await session.scalars(select(Company))}
        words = {(row.organizer_id, row.company_id): row.status for row in await session.scalars(select(Recognition))}
        members = {row.subject_id: row.state for row in await session.scalars(select(Membership))}
    assert {each: companies[owner_of[card]].listed_by for each, card in cards.items()} == {honest: honest, thief: thief}
    assert owner_of[cards[honest]] != owner_of[cards[thief]]
    assert taken not in owner_of.values()
    assert found_by == {"项目"}
    assert owner_of[kept] == lone
    assert companies[owner_of[asked]].listed_by == honest
    assert words == {
        (honest, taken): "pending", (thief, taken): "pending", (honest, lone): "recognised", (honest, alone): "pending",
    }  # fmt: skip
    assert members == {taken: "active", lone: "active", alone: "active"}


async def put_card(session: AsyncSession, card: str, company: str, organizer: str, at: datetime) -> None:
    facts = {**blank("projects"), "id": card, "company_id": company, "name": "项目", "created_at": at, "updated_at": at}
    await put(session, "projects", facts)
    entry = {"organizer_id": organizer, "kind": "project", "subject_id": card, "source": "imported", "added_at": at}
    await put(session, "library", entry)


def blank(table: str) -> dict[str, Any]:
    """Empty values for the columns that may not be null."""
    empty = {"JSON": [], "VARCHAR": "", "BIGINT": 1}
    columns = [column for column in metadata.tables[table].columns if not column.nullable]
    kinds = {column.name: str(column.type.compile()).split("(")[0] for column in columns}
    return {name: empty[kind] for name, kind in kinds.items() if kind in empty and name not in {"id", "name", "kind"}}


async def test_slides_of_before_belong_to_the_bookings_they_were_brought_for(empty_database: Database) -> None:
    """One where it stands, one booked anew by others, one moved, one moved and brought again, one of nobody."""
    await upgrade(empty_database, ON_SLOTS)
    at = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    names = ("users", "organizers", "series", "venues", "companies", "projects", "roadshows")
    things, slots = {name: new_id() for name in names}, [new_id() for _ in range(7)]
    still, given_up, anew, moved, twice, other = (new_id() for _ in range(6))
    decks = {name: new_id() for name in ("still", "given_up", "moved", "before", "after", "nobody", "replaced")}
    async with empty_database.write() as session:
        await put_programme(session, things, at)
        await put(session, "companies", {"id": other, "credit_code": "x", "name": "另一家", "created_at": at})
        for slot in slots:
            row = {"roadshow_id": things["roadshows"], "starts_at": at, "ends_at": at + timedelta(hours=1)}
            await put(session, "slots", row | {"id": slot})
        stands = {still: (0, "confirmed"), given_up: (1, "cancelled"), anew: (1, "confirmed"),
                  moved: (3, "confirmed"), twice: (5, "confirmed")}  # fmt: skip
        for booking, (place, state) in stands.items():
            row = {
                "id": booking, "slot_id": slots[place], "starts_at": at, "ends_at": at, "booked_by": things["users"],
                "roadshow_id": things["roadshows"], "project_id": things["projects"], "state": state,
                "company_id": other if booking == anew else things["companies"], "created_at": at, "updated_at": at,
            }  # fmt: skip
            await put(session, "bookings", row)
        for minute, (booking, place) in enumerate(
            ((moved, 2), (twice, 4), (moved, 3), (twice, 5), (moved, 2), (moved, 3))
        ):
            row = {"action": "booking.moved", "subject_kind": "booking", "subject_id": booking, "at": at}
            row |= {"n": minute + 1, "detail": {"slot_id": slots[place]}}
            await put(session, "audit", row | {"at": at + timedelta(minutes=10 * minute)})
        brought = {
            "still": (0, 1),
            "given_up": (1, 1),
            "moved": (2, 5),
            "before": (4, 15),
            "after": (5, 35),
            "nobody": (6, 1),
        }
        for name, (place, minute) in brought.items():
            await put_deck(session, decks[name], slots[place], things, at + timedelta(minutes=minute))
        await put_deck(session, decks["replaced"], slots[0], things, at, removed_at=at)

    await upgrade(empty_database)

    async with empty_database.read() as session:
        found = {deck.id: deck for deck in await session.scalars(select(Deck))}
    assert {name: found[deck].booking_id for name, deck in decks.items()} == {
        "still": still, "given_up": given_up, "moved": moved, "before": twice, "after": twice, "nobody": None,
        "replaced": still,
    }  # fmt: skip
    gone = {name for name, deck in decks.items() if found[deck].removed_at is not None}
    assert gone == {"before", "replaced"}
    async with empty_database.writer.connect() as connection:
        assert await connection.run_sync(differences) == []


async def put_deck(
    session: AsyncSession,
    deck: str,
    slot: str,
    things: dict[str, str],
    at: datetime,
    removed_at: datetime | None = None,
) -> None:
    row = {
        "id": deck, "slot_id": slot, "roadshow_id": things["roadshows"], "company_id": things["companies"],
        "filename": "路演.pdf", "size": 9, "sha256": "0" * 64, "pages": 3, "page": 1, "uploaded_by": things["users"],
        "created_at": at, "removed_at": removed_at,
    }  # fmt: skip
    await put(session, "decks", row)


@pytest.mark.field
async def test_addresses_of_before_are_found_by_any_writing(empty_database: Database) -> None:
    await upgrade(empty_database, AS_TYPED)
    typed = [
        "li@example.com",
        "ｌｉ@example.com",
        "Li＠Example.com",
        "ｗａｎｇ@example。com",
        "\u202aZhao@example.com\u200b",
        None,
    ]
    ids = [new_id() for _ in typed]
    at = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    async with empty_database.write() as session:
        for id_, email in zip(ids, typed, strict=True):
            row = {
                "id": id_,
                "email": email,
                "name": "某人",
                "locale": "zh-CN",
                "created_at": at,
                "email_proved_at": at,
            }
            await put(session, "users", row)

    await upgrade(empty_database)

    async with empty_database.read() as session:
        held = [
            await find_by_email(session, email) for email in ("LI@example.com", "wang@example.com", "zhao＠example.com")
        ]
        shared = {user.id: user.email for user in await sharing(session, "ｌi@EXAMPLE.com")}
        proved = set(await session.scalars(select(User.id).where(User.email_proved_at.is_not(None))))
    assert [user and user.id for user in held] == [ids[0], ids[3], ids[4]]
    assert shared == {ids[1]: typed[1], ids[2]: typed[2]}
    assert proved == {ids[0], ids[5]}


@pytest.mark.field
async def test_names_of_before_are_found_by_any_writing(empty_database: Database) -> None:
    await upgrade(empty_database, AS_TYPED)
    at = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    names = ["云\u200b岭【昆明】", "星火A‑1 资本"]
    ids = [new_id() for _ in names]
    async with empty_database.write() as session:
        await put_old_institutions(session, dict(zip(ids, names, strict=True)), at)

    await upgrade(empty_database)

    async with empty_database.read() as session:
        keys = dict((await session.execute(select(Institution.id, Institution.name_key))).all())
        listed = list(await session.scalars(select(LibraryEntry.external_key).order_by(LibraryEntry.subject_id)))
        hits = [(await search.find(session, q, [search.Kind.INSTITUTION])).ids for q in ("云岭(昆", "ａ-1 资")]
    assert keys == {id_: name_key(name) for id_, name in zip(ids, names, strict=True)}
    assert listed == [f"name:{name_key(name)}" for name in names]
    assert [list(found.values()) for found in hits] == [[[ids[0]]], [[ids[1]]]]


async def put_old_institutions(session: AsyncSession, names: dict[str, str], at: datetime) -> None:
    """Imported institutions as they were kept: unseen signs stand in what is searched, brackets and hyphens in keys."""
    organizer = new_id()
    row = {
        "id": organizer,
        "slug": "old",
        "name": "主办方",
        "name_en": "",
        "timezone": "Asia/Shanghai",
        "created_at": at,
    }
    await put(session, "organizers", row)
    for id_, name in names.items():
        old = name.lower()
        times = {"created_at": at, "updated_at": at}
        institution = {**blank("institutions"), **times, "id": id_, "name": name, "kind": "vc", "name_key": old}
        await put(session, "institutions", institution)
        entry = {"organizer_id": organizer, "kind": "institution", "subject_id": id_, "external_key": f"name:{old}"}
        await put(session, "library", entry | {"source": "imported", "added_at": at})
        words = {
            "kind": "i",
            "subject_id": id_,
            "text": old,
            "grams": " ".join(search.grams(search.Kind.INSTITUTION, old)),
        }
        await put(session, "search_texts", {"n": len(old), **words})


@pytest.mark.field
async def test_names_of_before_turn_nothing_round(empty_database: Database) -> None:
    await upgrade(empty_database, AS_TYPED)
    at = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    things = {
        name: new_id() for name in ("users", "organizers", "series", "venues", "companies", "projects", "roadshows")
    }
    async with empty_database.write() as session:
        await put_programme(session, things, at)
        for name, column in (("users", "name"), ("roadshows", "title"), ("projects", "name"), ("venues", "name")):
            target = metadata.tables[name]
            await session.execute(target.update().values({column: "王总\u202e方\u2066主持 𮯰"}))

    await upgrade(empty_database)

    async with empty_database.read() as session:
        kept = [
            await session.scalar(select(target)) for target in (User.name, Roadshow.title, Project.name, Venue.name)
        ]
    assert kept == ["王总方主持 𮯰"] * 4
