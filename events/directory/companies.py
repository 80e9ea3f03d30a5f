"""Companies (企业), known by their credit code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events import audit
from events.accounts.models import MemberOf
from events.actor import Actor
from events.base import new_id
from events.directory import members, rules, views
from events.directory.models import Company
from events.directory.schemas import CompanyIn, CompanyJoined, CompanyView, Named
from events.errors import NotFound


async def sign_up_company(session: AsyncSession, actor: Actor, data: CompanyIn, *, now: datetime) -> CompanyJoined:
    """The actor's company: new with the actor as owner, or signed up already and its members are asked.

    What organizers' lists say of the same code neither shows nor opens: each of them is asked to recognise the company.

    Refuses: sign_in_required, credit_code_length, credit_code_characters, credit_code_check_digit.
    """
    actor.require_account()
    code = rules.credit_code(data.credit_code)
    known = await session.scalar(select(Company).where(Company.own_code == code))
    if known is not None:
        state = await members.ask_to_join(session, actor, _body(known), now=now)
        return CompanyJoined(company=Named(id=known.id, name=known.name), membership=state)
    company = Company(id=new_id(), credit_code=code, own_code=code, name=data.name, created_at=now)
    session.add(company)
    await session.flush()
    audit.record(session, actor, "company.signed_up", ("company", company.id), now=now, credit_code=code)
    state = await members.found(session, actor, _body(company), now=now)
    return CompanyJoined(company=views.company(company), membership=state)


async def own_company(session: AsyncSession, actor: Actor, company_id: str) -> CompanyView:
    """Refuses: not_found for all but its members."""
    actor.require_company(company_id)
    return views.company(await load_company(session, company_id))


async def load_company(session: AsyncSession, company_id: str) -> Company:
    """Refuses: not_found."""
    company = await session.get(Company, company_id)
    if company is None:
        raise NotFound
    return company


def _body(company: Company) -> members.Body:
    return members.Body(MemberOf.COMPANY, company.id, company.name)
