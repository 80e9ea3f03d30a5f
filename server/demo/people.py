"""The demo's people: staff, founders with their firms, investors with their institutions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from stdnum.cn import uscc

from events.accounts.models import MemberOf, Membership, User
from events.accounts.schemas import AccountIn
from events.accounts.users import sign_up
from events.actor import NOBODY, Actor
from events.base import new_id
from events.directory.companies import sign_up_company
from events.directory.institutions import sign_up_institution
from events.directory.models import Industry, InstitutionKind, Stage, VerificationStatus
from events.directory.organizers import create_organizer
from events.directory.projects import create_project
from events.directory.schemas import CompanyIn, InstitutionIn, OrganizerIn, ProjectIn, VerificationIn
from events.directory.verifications import ask_for_verification, decide
from server import auth
from server.demo import cast

WAN = 1_000_000
PASSWORD = "demo-demo-demo"  # noqa: S105  (printed on start; demo mode never leaves this machine)


@dataclass(slots=True)
class Ensemble:
    """Everybody who can act in the demo, as actors; founders and investors in the order of the cast."""

    organizer_id: str
    staff: dict[str, Actor]
    founders: list[Actor] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    investors: list[Actor] = field(default_factory=list)
    institutions: list[str] = field(default_factory=list)
    verified: int = 0

    @property
    def owner(self) -> Actor:
        return self.staff["owner"]


async def actor_of(session: AsyncSession, user_id: str) -> Actor:
    return await auth.user_actor(session, await session.get_one(User, user_id))


async def _person(session: AsyncSession, name: str, email: str, password_hash: str, now: datetime) -> str:
    data = AccountIn(email=email, password=PASSWORD, name=name)
    return (await sign_up(session, NOBODY, data, password_hash, now=now, proved=True)).id


async def found_organizer(session: AsyncSession, password_hash: str, now: datetime) -> Ensemble:
    """The organizer with one member of staff in each role."""
    ids = {role: await _person(session, name, email, password_hash, now) for role, name, email in cast.STAFF}
    slug, name, name_en = cast.ORGANIZER
    owner = await actor_of(session, ids["owner"])
    organizer = await create_organizer(session, owner, OrganizerIn(slug=slug, name=name, name_en=name_en), now=now)
    for role in ("planner", "host", "viewer"):
        session.add(
            Membership(
                id=new_id(), user_id=ids[role], kind=MemberOf.ORGANIZER, subject_id=organizer.id, role=role,
                created_at=now,
            )
        )  # fmt: skip
    await session.flush()
    return Ensemble(organizer.id, {role: await actor_of(session, user_id) for role, user_id in ids.items()})


async def found_firms(session: AsyncSession, all_: Ensemble, password_hash: str, chance: Random, now: datetime) -> None:
    """Sixty firms, a founder and a project card each."""
    for number, idea in enumerate(cast.IDEAS):
        name = _name(chance)
        user_id = await _person(session, name, f"founder{number + 1}@demo.example", password_hash, now)
        founder = await actor_of(session, user_id)
        company = CompanyIn(credit_code=_credit_code(number), name=f"{idea.brand}科技（演示）有限公司")
        joined = await sign_up_company(session, founder, company, now=now)
        founder = await actor_of(session, user_id)
        card = await create_project(session, founder, joined.company.id, _card(idea, name, number, chance), now=now)
        all_.founders.append(founder)
        all_.projects.append(card.id)


async def found_institutions(
    session: AsyncSession, all_: Ensemble, password_hash: str, chance: Random, now: datetime
) -> None:
    """Twenty-five institutions: most verified, some waiting, one turned away with a reason."""
    for number, (name, kind) in enumerate(cast.INSTITUTIONS):
        person = _name(chance)
        user_id = await _person(session, person, f"investor{number + 1}@demo.example", password_hash, now)
        data = _thesis(name, kind, person, number, chance)
        joined = await sign_up_institution(session, await actor_of(session, user_id), data, now=now)
        investor = await actor_of(session, user_id)
        all_.investors.append(investor)
        all_.institutions.append(joined.institution.id)
        await ask_for_verification(session, investor, joined.institution.id, all_.organizer_id, now=now)
        await _decide(session, all_, number, now + timedelta(hours=3))


async def _decide(session: AsyncSession, all_: Ensemble, number: int, now: datetime) -> None:
    waiting, refused = len(cast.INSTITUTIONS) - 3, len(cast.INSTITUTIONS) - 1
    if waiting <= number < refused:
        return
    word = VerificationIn(status=VerificationStatus.VERIFIED, reason="")
    if number == refused:
        word = VerificationIn(status=VerificationStatus.REJECTED, reason="登记资料不全，请补充营业执照后重新申请")
    else:
        all_.verified += 1
    await decide(session, all_.staff["planner"], all_.organizer_id, all_.institutions[number], word, now=now)


def _name(chance: Random) -> str:
    return chance.choice(cast.SURNAMES) + chance.choice(cast.GIVEN)


def _credit_code(number: int) -> str:
    """A code of the right form with a right check digit; the 9s in it belong to no registry."""
    body = f"91420199MA99999{number:02d}"
    return body + str(uscc.calc_check_digit(body))


def _card(idea: cast.Idea, founder: str, number: int, chance: Random) -> ProjectIn:
    return ProjectIn(
        name=idea.brand,
        one_liner=idea.line,
        stage=cast.STAGES[number % 4],
        industries=[idea.industry],
        region=chance.choice(cast.REGIONS),
        labels=list(chance.choice(cast.LABELS)),
        round=chance.choice(cast.ROUNDS),
        ask_amount_fen=chance.choice(cast.ASKS_WAN) * WAN,
        instruments=list(chance.choice(cast.INSTRUMENTS)),
        team=f"创始人{founder}，行业从业 {chance.randint(8, 20)} 年；核心团队 {chance.randint(6, 40)} 人，研发占六成。",
        highlights=f"{idea.pride}。已申请发明专利 {chance.randint(3, 30)} 项。",
        contact_name=founder,
        contact_phone=f"1990000{number:04d}",
        contact_email=f"founder{number + 1}@demo.example",
    )


def _thesis(name: str, kind: InstitutionKind, person: str, number: int, chance: Random) -> InstitutionIn:
    smallest = chance.choice((100, 200, 300, 500, 1000))
    is_fund = kind in {InstitutionKind.VC, InstitutionKind.PE, InstitutionKind.GOVERNMENT_FUND}
    return TypeAdapter(InstitutionIn).validate_python(
        {
            "name": f"{name}（演示）",
            "kind": kind,
            "registration_no": f"P99{number:05d}" if is_fund else None,
            "region": "武汉",
            "about": "演示数据：虚构机构。",
            "stages": chance.sample(list(Stage), 2),
            "industries": chance.sample(list(Industry)[:10], 3),
            "regions": ["湖北"],
            "instruments": list(chance.choice(cast.INSTRUMENTS)),
            "cheque_min_fen": smallest * WAN,
            "cheque_max_fen": smallest * chance.choice((4, 6, 10)) * WAN,
            "contact_name": person,
            "contact_phone": f"1980000{number:04d}",
            "contact_email": f"investor{number + 1}@demo.example",
        }
    )
