"""Where the permission table is tried: one tenant, everybody who could knock, and a maker for every id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from events.feeds.models import ImportKind
from server.importing import import_file
from server.settings import Settings
from tests import pdfs
from tests.security.table import Who
from tests.world import PASSWORD, Person, World, new_credit_code, soon, wire

NEEDED: dict[ImportKind, dict[str, str]] = {ImportKind.COMPANIES: {}, ImportKind.INSTITUTIONS: {"kind": "vc"}}
Maker = Callable[["Place"], Awaitable[str]]
MAKERS: dict[str, Maker] = {}


def makes(name: str) -> Callable[[Maker], Maker]:
    """Register how a thing is made; `Place.get` keeps the first one made, `Place.fresh` makes another."""

    def register(maker: Maker) -> Maker:
        MAKERS[name] = maker
        return maker

    return register


class Place:
    """One tenant, its people and things; things are made when first asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[Who, Person] = {}
        self._things: dict[str, str] = {}
        self.strangers: dict[str, str] = {}
        self.days = 0

    @classmethod
    async def lay_out(cls, world: World) -> Place:
        """The people with a role, and what their roles are in."""
        place = cls(world)
        owner, organizer = await world.organizer()
        place._things["organizer_id"] = organizer["id"]
        place.people = {Who.OWNER: owner, Who.ANONYMOUS: await world.stranger()}
        for who in (Who.VIEWER, Who.HOST, Who.PLANNER):
            place.people[who] = await world.staff(owner, organizer["id"], who)
        place.people[Who.COMPANY] = await place._company_member()
        place.people[Who.INSTITUTION] = await place._institution_member()
        place.people[Who.STRANGER] = await place._stranger()
        place.people[Who.NAMESAKE] = await place._namesake()
        place.people[Who.TOKEN] = await place._token()
        place.people[Who.GUEST] = await place._guest()
        return place

    async def get(self, name: str) -> str:
        if name not in self._things:
            self._things[name] = await self.fresh(name)
        return self._things[name]

    def has(self, name: str) -> bool:
        """Whether there is such a thing, or a way to make one."""
        return name in self._things or name in MAKERS

    def keep(self, name: str, thing: str) -> None:
        """Remember a thing that was made along with another."""
        self._things[name] = thing

    async def fresh(self, name: str) -> str:
        assert name in MAKERS, f"tests/security/place.py has no maker for {name!r}: add one with @makes({name!r})"
        return await MAKERS[name](self)

    async def twin(self, who: Who) -> Person:
        """The same somebody with a sign-in of its own, that may be used up."""
        if who is Who.TOKEN:
            return self.people[who]
        if who is Who.GUEST:
            return await self._guest()
        twin = await self.world.stranger()
        if who is not Who.ANONYMOUS:
            await self._sign_in(twin, (await self.people[who].read("/me"))["user"]["email"])
        return twin

    async def _sign_in(self, person: Person, email: str) -> None:
        await person.made("/session", {"email": email, "password": PASSWORD})
        await person.refresh()

    async def _company_member(self) -> Person:
        person = await self.world.person("企业成员")
        company = await self.world.company(person)
        project = await self.world.project(person, company["id"])
        self._things |= {"company_id": company["id"], "project_id": project["id"]}
        return person

    async def _institution_member(self) -> Person:
        person = await self.world.person("投资人")
        owner, organizer_id = self.people[Who.OWNER], await self.get("organizer_id")
        institution = await self.world.verified(owner, organizer_id, person, credit_code=new_credit_code())
        self._things["institution_id"] = institution["id"]
        return person

    async def _stranger(self) -> Person:
        """Somebody with an organizer, a company and an institution, none of them this tenant's."""
        person, organizer = await self.world.organizer("另一家主办方")
        company = await self.world.company(person)
        await self.world.project(person, company["id"])
        institution = await self.world.institution(person)
        self.strangers = {
            "organizer_id": organizer["id"],
            "company_id": company["id"],
            "institution_id": institution["id"],
            "roadshow_id": (await self.world.roadshow(person, organizer["id"]))["id"],
        }
        return person

    async def _namesake(self) -> Person:
        """An organizer whose list holds the codes of the place's company and institution, and who asks to join."""
        person, organizer = await self.world.organizer("同码的主办方")
        settings = self.world.app.state.roadshow.settings
        for kind, who, path in (
            (ImportKind.COMPANIES, Who.COMPANY, "/companies/{company_id}"),
            (ImportKind.INSTITUTIONS, Who.INSTITUTION, "/institutions/{institution_id}"),
        ):
            code = (await self.people[who].read(await self.filled(path)))["credit_code"]
            sheet = settings.files_dir / f"{kind}.csv"
            sheet.parent.mkdir(parents=True, exist_ok=True)
            sheet.write_text(f"名称,统一社会信用代码\n同码,{code}\n", encoding="utf-8")
            job, _ = await import_file(settings, organizer["slug"], kind, sheet, lambda done, total: None)
            assert job.stored == 1
            await person.made(f"/{kind}", {"credit_code": code, "name": "同码"} | NEEDED[kind])
        return person

    async def _token(self) -> Person:
        made = await self.people[Who.OWNER].made(
            f"/organizers/{await self.get('organizer_id')}/tokens", {"name": "智慧大脑"}
        )
        person = await self.world.stranger()
        person.client.headers["Authorization"] = f"Bearer {made['secret']}"
        return person

    async def _guest(self) -> Person:
        person = await self.world.stranger()
        await person.made(f"/roadshows/{await self.get('roadshow_id')}/guests", {"name": "游客"})
        await person.refresh()
        return person

    async def made_by(self, who: Who, path: str, json: Any = None) -> dict[str, Any]:
        """What this somebody makes; ids in the path are the place's own."""
        return await self.people[who].made(await self.filled(path), json)

    async def filled(self, path: str) -> str:
        """The path with every `{name}` replaced by the place's own."""
        for part in path.split("/"):
            if part.startswith("{"):
                path = path.replace(part, await self.get(part.strip("{}")))
        return path


@makes("new_email")
async def new_email(place: Place) -> str:
    return f"{uuid4().hex[:12]}@example.com"


@makes("new_slug")
async def new_slug(place: Place) -> str:
    return f"o-{uuid4().hex[:10]}"


@makes("known_company_code")
async def known_company_code(place: Place) -> str:
    """Of somebody else's company, so that signing it up makes nobody a member of anything."""
    code = new_credit_code()
    await (await place.world.person()).made("/companies", {"credit_code": code, "name": "别家公司"})
    return code


@makes("known_institution_code")
async def known_institution_code(place: Place) -> str:
    """Of somebody else's institution."""
    code = new_credit_code()
    await place.world.institution(await place.world.person(), credit_code=code)
    return code


@makes("export_file")
async def export_file(place: Place) -> str:
    return "intents.csv"


@makes("record_form")
async def record_form(place: Place) -> str:
    return "json"


@makes("known_email")
async def known_email(place: Place) -> str:
    email: str = (await (await place.world.person()).read("/me"))["user"]["email"]
    return email


@makes("known_password")
async def known_password(place: Place) -> str:
    return PASSWORD


@makes("invitation_id")
async def invitation_id(place: Place) -> str:
    asked = {"email": await new_email(place), "role": "viewer"}
    invitation = await place.made_by(Who.OWNER, "/organizers/{organizer_id}/staff", asked)
    return str(invitation["id"])


@makes("invitation_token")
async def invitation_token(place: Place) -> str:
    """To a third organizer, so that accepting it changes nothing here."""
    owner, organizer = await place.world.organizer("第三家主办方")
    asked = {"email": await new_email(place), "role": "viewer"}
    return str((await owner.made(f"/organizers/{organizer['id']}/staff", asked))["token"])


@makes("colleague_id")
async def colleague_id(place: Place) -> str:
    colleague = await place.world.staff(place.people[Who.OWNER], await place.get("organizer_id"), "viewer")
    return colleague.id


@makes("token_id")
async def token_id(place: Place) -> str:
    return str((await place.made_by(Who.OWNER, "/organizers/{organizer_id}/tokens", {"name": "汉融通"}))["id"])


@makes("asking_id")
async def asking_id(place: Place) -> str:
    """Somebody who asks to join the company."""
    person = await place.world.person("同事")
    code = (await place.people[Who.COMPANY].read(await place.filled("/companies/{company_id}")))["credit_code"]
    await person.made("/companies", {"credit_code": code, "name": "同一家"})
    return person.id


@makes("applicant_id")
async def applicant_id(place: Place) -> str:
    """Somebody who asks to join the institution."""
    person = await place.world.person("同事")
    institution = await place.people[Who.INSTITUTION].read(await place.filled("/institutions/{institution_id}"))
    code = institution["credit_code"]
    await person.made("/institutions", {"name": "同一家", "kind": "vc", "credit_code": code})
    return person.id


@makes("series_id")
async def series_id(place: Place) -> str:
    return str((await place.world.series(place.people[Who.OWNER], await place.get("organizer_id")))["id"])


@makes("venue_id")
async def venue_id(place: Place) -> str:
    return str((await place.world.venue(place.people[Who.OWNER], await place.get("organizer_id")))["id"])


@makes("roadshow_id")
async def roadshow_id(place: Place) -> str:
    return str((await place.world.roadshow(place.people[Who.OWNER], await place.get("organizer_id")))["id"])


@makes("registration_id")
async def registration_id(place: Place) -> str:
    """The company member's, at the place's roadshow."""
    return str((await place.made_by(Who.COMPANY, "/roadshows/{roadshow_id}/registrations", {}))["id"])


@makes("pitching_id")
async def pitching_id(place: Place) -> str:
    """The place's project, once it has a slot at the place's roadshow."""
    founder, project_id = place.people[Who.COMPANY], await place.get("project_id")
    slots = (await founder.read(await place.filled("/roadshows/{roadshow_id}/slots")))["items"]
    free = next(slot for slot in slots if slot["state"] == "free")
    held = await founder.made(f"/slots/{free['id']}/bookings", {"project_id": project_id})
    await founder.made(f"/bookings/{held['id']}/confirm")
    return project_id


@makes("intent_id")
async def intent_id(place: Place) -> str:
    """The institution member's, for the company member's project."""
    wanted = {"project_id": await place.get("pitching_id"), "kind": "bond"}
    return str((await place.made_by(Who.INSTITUTION, "/roadshows/{roadshow_id}/intents", wanted))["id"])


@makes("new_venue_id")
async def new_venue_id(place: Place) -> str:
    return await venue_id(place)


@makes("draft_id")
async def draft_id(place: Place) -> str:
    return str((await place.world.draft(place.people[Who.OWNER], await place.get("organizer_id")))["id"])


@makes("draft_slot_id")
async def draft_slot_id(place: Place) -> str:
    """Of the draft, which nobody but its organizer may know of."""
    slots = await place.people[Who.OWNER].read(await place.filled("/roadshows/{draft_id}/slots"))
    return str(slots["items"][0]["id"])


@makes("slot_id")
async def slot_id(place: Place) -> str:
    """Free, at a roadshow of its own."""
    slots = await place.people[Who.OWNER].read(f"/roadshows/{await another_day(place)}/slots")
    return str(slots["items"][0]["id"])


@makes("booking_id")
async def booking_id(place: Place) -> str:
    """The company member's hold."""
    wanted = {"project_id": await place.get("project_id")}
    return str((await place.made_by(Who.COMPANY, f"/slots/{await slot_id(place)}/bookings", wanted))["id"])


@makes("feed_address")
async def feed_address(place: Place) -> str:
    made = await place.made_by(Who.COMPANY, "/me/feed")
    return str(made["url"]).rsplit("/", 1)[1]


@makes("join_code")
async def join_code(place: Place) -> str:
    roadshow = await place.people[Who.OWNER].read(await place.filled("/roadshows/{roadshow_id}"))
    return str(roadshow["join_code"])


@makes("room_id")
async def room_id(place: Place) -> str:
    """A roadshow whose room is open."""
    roadshow_id = await another_day(place)
    await place.people[Who.OWNER].made(f"/roadshows/{roadshow_id}/live/room.open", {})
    return roadshow_id


@makes("new_room_id")
async def new_room_id(place: Place) -> str:
    return await room_id(place)


@makes("question_id")
async def question_id(place: Place) -> str:
    """The guest's, in the open room."""
    room = await place.get("room_id")
    asked = await place.people[Who.GUEST].made(f"/roadshows/{room}/live/question.ask", {"text": "何时量产？"})
    return str(asked["id"])


@makes("pitched_room_id")
async def pitched_room_id(place: Place) -> str:
    """A roadshow whose room is open, with the company member's project on its agenda."""
    founder, roadshow_id = place.people[Who.COMPANY], await another_day(place)
    slots = (await founder.read(f"/roadshows/{roadshow_id}/slots"))["items"]
    project_id = await place.get("project_id")
    held = await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": project_id})
    await founder.made(f"/bookings/{held['id']}/confirm")
    await place.people[Who.OWNER].made(f"/roadshows/{roadshow_id}/live/room.open", {})
    return roadshow_id


@makes("pitched_question_id")
async def pitched_question_id(place: Place) -> str:
    """About the company member's project, and promised an answer of its."""
    live = f"/roadshows/{await place.get('pitched_room_id')}/live"
    asked = {"text": "毛利率多少？", "about": await place.get("project_id")}
    question = await place.people[Who.GUEST].made(f"{live}/question.ask", asked)
    await place.people[Who.OWNER].made(f"{live}/question.promise", {"question_id": question["id"]})
    return str(question["id"])


@makes("reply_id")
async def reply_id(place: Place) -> str:
    live = f"/roadshows/{await place.get('pitched_room_id')}/live"
    words = {"question_id": await place.get("pitched_question_id"), "text": "会后提供。"}
    return str((await place.people[Who.COMPANY].made(f"{live}/question.reply", words))["replies"][-1]["id"])


@makes("danmaku_id")
async def danmaku_id(place: Place) -> str:
    """Of somebody who plays no other part, and may be muted."""
    room, person = await place.get("room_id"), await place.world.person()
    sent = await person.made(f"/roadshows/{room}/live/danmaku.send", {"text": "讲得好"})
    return str(sent["id"])


@makes("new_question_id")
async def new_question_id(place: Place) -> str:
    return await question_id(place)


@makes("poll_id")
async def poll_id(place: Place) -> str:
    """Open, in the open room."""
    return await _poll(place, names="nobody")


@makes("new_poll_id")
async def new_poll_id(place: Place) -> str:
    return await poll_id(place)


@makes("roll_call_id")
async def roll_call_id(place: Place) -> str:
    """A closed roll-call whose results the host has not revealed."""
    made = await _poll(place, names="host", results_when="reveal")
    await place.people[Who.HOST].made(f"/roadshows/{await place.get('room_id')}/live/poll.close", {"poll_id": made})
    return made


async def _poll(place: Place, **more: str) -> str:
    live = f"/roadshows/{await place.get('room_id')}/live"
    asked = {"kind": "single", "title": "有兴趣吗？", "options": [{"text": "有"}, {"text": "没有"}]} | more
    made = await place.people[Who.HOST].made(f"{live}/poll.create", asked)
    await place.people[Who.HOST].made(f"{live}/poll.open", {"poll_id": made["id"]})
    return str(made["id"])


@makes("judged_id")
async def judged_id(place: Place) -> str:
    """An open room with a contest the institution member judges; the company member's project is on its agenda."""
    roadshow_id = await new_judged_id(place)
    await _judge(place, roadshow_id, place.people[Who.INSTITUTION])
    return roadshow_id


@makes("new_judged_id")
async def new_judged_id(place: Place) -> str:
    roadshow_id, host, founder = await another_day(place), place.people[Who.HOST], place.people[Who.COMPANY]
    slots = (await founder.read(f"/roadshows/{roadshow_id}/slots"))["items"]
    held = await founder.made(f"/slots/{slots[0]['id']}/bookings", {"project_id": await place.get("project_id")})
    await founder.made(f"/bookings/{held['id']}/confirm")
    await host.made(f"/roadshows/{roadshow_id}/live/room.open", {})
    await host.made(f"/roadshows/{roadshow_id}/live/contest.set", {"criteria": [{"name": "技术"}]})
    return roadshow_id


@makes("frozen_id")
async def frozen_id(place: Place) -> str:
    """A contest that is over, everything revealed."""
    roadshow_id, host = await new_judged_id(place), place.people[Who.HOST]
    await host.made(f"/roadshows/{roadshow_id}/live/contest.freeze", {"accepts_missing": True})
    await host.made(f"/roadshows/{roadshow_id}/live/contest.reveal", {"steps": 1})
    return roadshow_id


@makes("new_judge_id")
async def new_judge_id(place: Place) -> str:
    return str((await _invited(place, await place.get("judged_id")))["judge"]["id"])


@makes("judging_token")
async def judging_token(place: Place) -> str:
    return str((await _invited(place, await new_judged_id(place)))["token"])


async def _judge(place: Place, roadshow_id: str, person: Person) -> None:
    await person.made("/judging/accept", {"token": (await _invited(place, roadshow_id, person.email))["token"]})


async def _invited(place: Place, roadshow_id: str, email: str = "") -> dict[str, Any]:
    asked = {"name": "评委", "email": email or await new_email(place)}
    return await place.people[Who.HOST].made(f"/roadshows/{roadshow_id}/contest/judges", asked)


async def another_day(place: Place) -> str:
    """A published roadshow at a time nobody is busy."""
    place.days += 1
    begins = soon(days=3 + place.days)
    times: dict[str, Any] = {"starts_at": wire(begins), "ends_at": wire(begins + timedelta(hours=2))}
    roadshow = await place.world.roadshow(place.people[Who.OWNER], await place.get("organizer_id"), **times)
    return str(roadshow["id"])


@makes("import_id")
async def import_id(place: Place) -> str:
    """A previewed file of the organizer's."""
    sheet = {"file": ("companies.csv", "企业名称,统一社会信用代码\n示例公司,91110000600037341L\n".encode())}
    path = await place.filled("/organizers/{organizer_id}/imports")
    return str((await place.people[Who.OWNER].made(path, data={"kind": "companies"}, files=sheet))["id"])


async def decked(place: Place) -> tuple[str, str, str]:
    """A room that is open, the company member's slot in it, and the slides it brought."""
    room = await pitched_room_id(place)
    slots = (await place.people[Who.OWNER].read(f"/roadshows/{room}/slots"))["items"]
    files = {"file": ("deck.pdf", pdfs.plain(2))}
    deck = await place.people[Who.COMPANY].made(f"/slots/{slots[0]['id']}/deck", files=files)
    return room, str(slots[0]["id"]), str(deck["id"])


@makes("pitched_slot_id")
async def pitched_slot_id(place: Place) -> str:
    room = await place.get("pitched_room_id")
    return str((await place.people[Who.OWNER].read(f"/roadshows/{room}/slots"))["items"][0]["id"])


@makes("decked_slot_id")
async def decked_slot_id(place: Place) -> str:
    return (await decked(place))[1]


@makes("waiting_deck_id")
async def waiting_deck_id(place: Place) -> str:
    """Slides that are not on stage."""
    return (await decked(place))[2]


@makes("staged_room_id")
async def staged_room_id(place: Place) -> str:
    """A room where the company member's project is on stage with its slides, and the clock runs."""
    room, slot, deck = await decked(place)
    await place.people[Who.OWNER].made(f"/roadshows/{room}/live/stage.start", {"slot_id": slot})
    place.keep("staged_deck_id", deck)
    return room


@makes("staged_deck_id")
async def staged_deck_id(place: Place) -> str:
    await place.get("staged_room_id")
    return await place.get("staged_deck_id")


@makes("message_id")
async def message_id(place: Place) -> str:
    live = f"/roadshows/{await place.get('staged_room_id')}/live"
    return str((await place.people[Who.OWNER].made(f"{live}/message.send", {"text": "请收尾"}))["id"])


async def screen(place: Place) -> dict[str, Any]:
    room = await place.get("staged_room_id")
    return await place.people[Who.OWNER].made(f"/roadshows/{room}/screens", {"kind": "screen"})


@makes("screen_id")
async def screen_id(place: Place) -> str:
    return str((await screen(place))["id"])


@makes("screen_address")
async def screen_address(place: Place) -> str:
    return str((await screen(place))["url"]).rsplit("/", 1)[1]


@makes("helper_id")
async def helper_id(place: Place) -> str:
    """A moderator of the place's roadshow."""
    role = {"email": await known_email(place), "role": "moderator"}
    path = await place.filled("/roadshows/{roadshow_id}/roles")
    return str((await place.people[Who.OWNER].made(path, role))["id"])


@asynccontextmanager
async def laid_out(template: Path, directory: Path) -> AsyncIterator[Place]:
    """A place in an application of its own: on a copy of `template`, an empty SQLite file, with all it keeps beside."""
    (directory / "p.sqlite3").write_bytes(template.read_bytes())
    url = f"sqlite:///{directory / 'p.sqlite3'}"
    async with World.open(Settings(database_url=url, files_dir=directory / "files", rate_limits=False)) as world:
        yield await Place.lay_out(world)
