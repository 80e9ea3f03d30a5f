"""A city's library, invented and always the same: `python -m benchmarks.city --times 10 --database-url sqlite:///city.db`.

The demo comes first, so that its people can sign in; then `--times` × 5,000 projects, 1,500 institutions, 3,000 pitches at
500 roadshows, 20,000 registrations, 10,000 intents, 30,000 questions and 40,000 changes, all of the demo's organizer,
written straight into the tables of a fresh database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select

from benchmarks.bulk import Bulk, opened
from events import search
from events.accounts.models import Membership, User
from events.base import Base
from events.changes import Change, FeedHead
from events.deals.models import Intent, IntentKind, IntentState
from events.directory.models import (
    Company,
    Industry,
    Institution,
    InstitutionKind,
    LibraryEntry,
    Organizer,
    Project,
    Stage,
    Verification,
)
from events.directory.naming import name_key
from events.live.models import Promise, Question, Reply, Room
from events.programme.models import Booking, Roadshow, Series, Slot, Venue, VenueKind
from events.registrations.models import Registration
from events.search import SearchText
from server.database import Database
from server.demo import cast
from server.demo.story import load
from server.migrate import upgrade
from server.recorder import catch_up

PROJECTS, INSTITUTIONS, ROADSHOWS, USERS = 5_000, 1_500, 500, 2_000
PITCHES, SEATS, INTENTS, QUESTIONS, CHANGES = 6, 40, 20, 60, 80
"""For one city; and for each roadshow."""
CROWD = 1_500
"""Questions in the one large room."""
YEARS_BACK, DAYS_AHEAD = 5, 40
PLACES = ("光谷", "江城", "楚天", "长江", "珞珈", "东湖", "汉水", "黄鹤", "琴台", "昙华林")
FIELDS = (
    "光子芯片",
    "激光雷达",
    "创新药",
    "医疗影像",
    "储能电池",
    "工业软件",
    "卫星遥感",
    "智能装备",
    "新材料",
    "车规芯片",
)
ASKED = (
    "良率目前是多少",
    "客户集中度会不会太高",
    "专利布局在哪些国家",
    "下一轮打算什么时候开始",
    "毛利率为什么下降",
    "量产时间表能否提前",
)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(slots=True)
class City:
    """What the rows refer to."""

    now: datetime
    times: int
    organizer: str
    founder: str
    host: str
    series: list[str]
    hall: str
    head: int
    chance: Random = field(default_factory=lambda: Random(2026))
    count: int = 0
    companies: list[str] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    institutions: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    pitches: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    shows: list[tuple[str, datetime]] = field(default_factory=list)

    def id(self, at: datetime) -> str:
        """A ULID of that time; the random part is a counter, so that every run has the same."""
        self.count += 1
        left, text = int(at.timestamp() * 1000), ""
        for _ in range(10):
            left, digit = divmod(left, 32)
            text = CROCKFORD[digit] + text
        return f"{text}{self.count:016d}"

    def past(self) -> datetime:
        return self.now - timedelta(seconds=self.chance.randrange(YEARS_BACK * 365 * 86400))


def projects(city: City) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    for n in range(PROJECTS * city.times):
        at = city.past()
        company, project = city.id(at), city.id(at)
        city.companies.append(company)
        city.projects.append(project)
        place, what = PLACES[n % 10], FIELDS[n // 10 % 10]
        stamps = {"created_at": at, "updated_at": at}
        name = f"示例{place}{what}{n}号企业"
        yield Company, {
            "id": company, "credit_code": f"91420100MX{n:08d}", "name": name, "name_key": name_key(name), "created_at": at,
        }  # fmt: skip
        card = f"示例{what}{n}号项目"
        yield Project, {
            "id": project, "company_id": company, "name": card, "name_key": name_key(card), "one_liner": f"为{place}的工厂做{what}的第{n}个主意",
            "stage": list(Stage)[n % 4].value, "industries": [list(Industry)[n % 11].value], "region": "湖北 武汉", "labels": [],
            "instruments": ["equity"], "ask_amount_fen": n % 100 * 10**8, **stamps,
        }  # fmt: skip
        yield LibraryEntry, {
            "organizer_id": city.organizer, "kind": "project", "subject_id": project, "external_key": f"city:{n}",
            "source": "imported", "added_at": at,
        }  # fmt: skip


def institutions(city: City) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    for n in range(INSTITUTIONS * city.times):
        at = city.past()
        institution = city.id(at)
        city.institutions.append(institution)
        status = ("verified", "verified", "verified", "pending", "rejected")[n % 5]
        name = f"示例{PLACES[n % 10]}创投{n}号基金"
        yield Institution, {
            "id": institution, "name": name, "name_key": name_key(name), "kind": list(InstitutionKind)[n % 11].value,
            "registration_no": f"P{n:07d}", "region": "湖北", "stages": ["seed"], "industries": ["ai"], "regions": [],
            "instruments": ["equity"], "created_at": at, "updated_at": at,
        }  # fmt: skip
        yield LibraryEntry, {
            "organizer_id": city.organizer, "kind": "institution", "subject_id": institution, "external_key": f"city:{n}",
            "source": "imported", "added_at": at,
        }  # fmt: skip
        yield Verification, {
            "organizer_id": city.organizer, "institution_id": institution, "status": status, "requested_at": at,
        }  # fmt: skip


def users(city: City) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    for n in range(USERS * city.times):
        at = city.past()
        user = city.id(at)
        city.users.append(user)
        yield User, {"id": user, "email": f"guest{n}@city.example", "name": f"示例投资人{n}", "created_at": at}
        yield Membership, {
            "id": city.id(at), "user_id": user, "kind": "institution", "created_at": at, "role": "member",
            "subject_id": city.institutions[n % len(city.institutions)],
        }  # fmt: skip


def roadshows(city: City) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    number = ROADSHOWS * city.times
    span = timedelta(days=YEARS_BACK * 365 + DAYS_AHEAD)
    for n in range(number):
        start = (city.now + timedelta(days=DAYS_AHEAD) - span * (n / number)).replace(minute=0, second=0, microsecond=0)
        yield from roadshow(city, n, start)


def roadshow(city: City, n: int, start: datetime) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    planned, is_over = start - timedelta(days=5), start < city.now - timedelta(days=1)
    id_ = city.id(planned)
    city.shows.append((id_, start))
    yield Roadshow, {
        "id": id_, "organizer_id": city.organizer, "series_id": city.series[n % len(city.series)],
        "title": f"示例{FIELDS[n % 10]}专场 第{n}期", "summary": "虚构的一场路演。", "state": "ended" if is_over else "published",
        "starts_at": start, "ends_at": start + timedelta(hours=3), "hall_id": city.hall, "capacity": 200,
        "seats_taken": SEATS * 3 // 4, "join_code": f"C{n:07d}", "created_at": planned, "updated_at": planned,
    }  # fmt: skip
    if is_over:
        yield Room, {"roadshow_id": id_, "state": "over", "opened_at": start, "closed_at": start + timedelta(hours=3)}
    city.pitches[id_] = []
    for place in range(PITCHES):
        begin = start + timedelta(minutes=25 * place)
        slot, at = city.id(planned), city.chance.randrange(len(city.projects))
        times = {"starts_at": begin, "ends_at": begin + timedelta(minutes=20)}
        is_kept = city.chance.random() < 0.9
        yield Slot, {"id": slot, "roadshow_id": id_, **times}
        yield Booking, {
            "id": city.id(planned), "slot_id": slot, "roadshow_id": id_, "project_id": city.projects[at],
            "company_id": city.companies[at], "state": "confirmed" if is_kept else "cancelled", "booked_by": city.founder,
            "created_at": planned, "updated_at": planned, **times,
        }  # fmt: skip
        city.pitches[id_].append((city.projects[at], city.companies[at]))


def registrations(city: City) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    states = ("confirmed", "confirmed", "confirmed", "waitlisted", "confirmed", "confirmed", "confirmed", "cancelled")
    for n, (show, start) in enumerate(city.shows):
        first, at = city.chance.randrange(len(city.users)), start - timedelta(days=3)
        for seat in range(SEATS):
            person, state = (first + seat) % len(city.users), states[seat % 8]
            came = start if state == "confirmed" and start < city.now and seat % 3 else None
            yield Registration, {
                "id": city.id(at), "roadshow_id": show, "user_id": city.users[person], "state": state,
                "institution_id": city.institutions[person % len(city.institutions)], "note": "想了解产能" if seat % 9 == 0 else "",
                "ticket_code": f"X{n:06d}{seat:04d}", "queued_at": at if state == "waitlisted" else None,
                "checked_in_at": came, "created_at": at + timedelta(minutes=seat), "updated_at": at,
            }  # fmt: skip


def intents(city: City) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    states = [state.value for state in IntentState]
    for show, start in city.shows:
        first = city.chance.randrange(len(city.institutions))
        for n in range(INTENTS):
            project, company = city.pitches[show][n % PITCHES]
            at, house = min(start, city.now) + timedelta(minutes=n), (first + n) % len(city.institutions)
            yield Intent, {
                "id": city.id(at), "organizer_id": city.organizer, "roadshow_id": show, "project_id": project,
                "company_id": company, "institution_id": city.institutions[house], "user_id": city.users[house % len(city.users)],
                "kind": list(IntentKind)[n % 8].value, "amount_min_fen": (n + 1) * 10**8, "amount_max_fen": (n + 3) * 10**8,
                "note": "希望下周约见" if n % 4 == 0 else "", "state": states[city.chance.randrange(len(states))],
                "created_at": at, "updated_at": at,
            }  # fmt: skip


def questions(city: City) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    for n, (show, start) in enumerate(city.shows):
        is_large = n == len(city.shows) // 2
        for asked in range(CROWD if is_large else QUESTIONS):
            yield from question(city, show, start, asked)


def question(city: City, show: str, start: datetime, n: int) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    at = min(start, city.now - timedelta(days=1)) + timedelta(seconds=n * 7)
    id_, project, company = city.id(at), *city.pitches[show][n % PITCHES]
    state = ("answered", "answered", "answered", "published", "published", "hidden")[n % 6]
    author = city.chance.randrange(len(city.users))
    is_answered = state == "answered"
    yield Question, {
        "id": id_, "roadshow_id": show, "author_id": city.users[author], "author_name": f"示例投资人{author}",
        "author_institution": "示例创投", "anonymous": n % 5 == 0, "project_id": project,
        "text": f"{PLACES[n % 10]}的{FIELDS[n // 10 % 10]}{ASKED[n % 6]}（{n // 60}）", "state": state, "votes": n % 40,
        "answer": "现场已答。" if is_answered else "", "answered_how": "aloud" if is_answered else None, "asked_at": at,
        "published_at": at, "answered_at": at + timedelta(hours=1) if is_answered else None,
    }  # fmt: skip
    if n % 5 == 0:
        yield Reply, {
            "id": city.id(at), "question_id": id_, "author_id": city.founder, "author_name": "示例创始人", "side": "startup",
            "text": "谢谢提问，会后补充。", "at": at,
        }  # fmt: skip
    if n % 30 == 3:
        yield Promise, {
            "question_id": id_, "organizer_id": city.organizer, "owner": "startup", "company_id": company,
            "owner_name": "示例企业", "due_at": at + timedelta(days=7), "made_by": city.host, "made_at": at,
            "kept_at": at + timedelta(days=3) if n % 60 == 3 else None,
        }  # fmt: skip


def news(city: City) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    for show, start in city.shows:
        for n in range(CHANGES):
            city.head += 1
            at = min(start, city.now) + timedelta(minutes=n)
            yield Change, {
                "organizer_id": city.organizer, "seq": city.head, "id": city.id(at), "kind": "intent", "object_id": show,
                "data": {"id": show, "kind": "equity", "note": "虚构的一条变化", "amount_min_fen": 10**8}, "at": at,
            }  # fmt: skip


async def build(url: str, times: int, *, told: Any = lambda text: None) -> dict[str, int]:
    """Fill a fresh database. Returns how many rows each table got."""
    city = await found(url, times)
    bulk, counts = await opened(url), dict[str, int]()
    for part in (projects, institutions, users, roadshows, registrations, intents, questions, news):
        started = time.perf_counter()
        await _write(bulk, part(city), counts)
        told(f"{part.__name__}: {time.perf_counter() - started:.1f} s")
    await bulk.finish()
    database = Database(url)
    async with database.write() as session:
        (await session.get_one(FeedHead, city.organizer)).seq = city.head
    await database.close()
    return counts


async def found(url: str, times: int) -> City:
    """The demo, and those of it that the city's rows name."""
    now = datetime.now(UTC)
    database = Database(url)
    await upgrade(database)
    await load(database, now, lambda *_: None)
    await catch_up(database)
    async with database.read() as session:
        people = dict((await session.execute(select(User.email, User.id))).all())
        organizer = await session.scalar(select(Organizer.id).where(Organizer.slug == cast.ORGANIZER[0]))
        hall = await session.scalar(select(Venue.id).where(Venue.kind == VenueKind.HALL).limit(1))
        head = await session.scalar(select(func.max(Change.seq)).where(Change.organizer_id == organizer))
        series = list(await session.scalars(select(Series.id)))
    await database.close()
    host = next(mail for role, _, mail in cast.STAFF if role == "host")
    return City(now, times, organizer, people["founder1@demo.example"], people[host], series, hall, head or 0)


async def _write(bulk: Bulk, rows: Iterator[tuple[type[Base], dict[str, Any]]], counts: dict[str, int]) -> None:
    """Rows of several tables, those that are named by others first, and their texts for search."""
    waiting: dict[type[Base], list[dict[str, Any]]] = {}
    for n, (model, row) in enumerate(rows, start=1):
        waiting.setdefault(model, []).append(row)
        for text in search.texts_of(model, row):
            waiting.setdefault(SearchText, []).append(text)
        if n % 20_000 == 0:
            await _flush(bulk, waiting, counts)
    await _flush(bulk, waiting, counts)


async def _flush(bulk: Bulk, waiting: dict[type[Base], list[dict[str, Any]]], counts: dict[str, int]) -> None:
    for model, rows in waiting.items():
        counts[model.__tablename__] = counts.get(model.__tablename__, 0) + await bulk.add(model, rows)
        rows.clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--database-url", required=True)
    given = parser.parse_args()
    started = time.perf_counter()
    counts = asyncio.run(build(given.database_url, given.times, told=print))
    print(json.dumps(counts | {"seconds": round(time.perf_counter() - started, 1)}))


if __name__ == "__main__":
    main()
