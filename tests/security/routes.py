"""The permission table: one row for every route. A route without a row fails the build.

Begin with `everybody`, `account`, `somebody`, `staff(PLANNERS)` or `member(Who.COMPANY)`; name differences
with `.but(host=403)`. Ids in the path are made by tests/security/place.py: a new `{kind_id}` needs a maker there.
"""

from __future__ import annotations

from typing import Any

from tests import pdfs
from tests.security.table import (
    HOSTS,
    MAY,
    OWNERS,
    PLANNERS,
    VIEWERS,
    Row,
    Who,
    account,
    everybody,
    member,
    somebody,
    staff,
)

PROVED_ELSEWHERE = {
    "GET /demo/roles": "tests/server/api/test_demo.py",
    "POST /demo/enter": "tests/server/api/test_demo.py",
    "WS /api/v1/roadshows/{roadshow_id}/live/socket": "tests/server/test_sockets.py",
    "WS /api/v1/screens/{address}/socket": "tests/server/api/test_screens.py",
    "GET /roadshows/{roadshow_id}/live/events": "tests/server/test_fallbacks.py",
    "GET /screens/{address}/events": "tests/server/test_fallbacks.py",
}

ACCOUNTS = {
    "POST /accounts": everybody(
        body={"email": "$new_email", "password": "a long password", "name": "新人"}, login=True
    ),
    "POST /accounts/confirm": everybody(body={"token": "a link nobody ever sent"}, login=True),
    "POST /me/confirmation-letters": account(),
    "POST /password-letters": everybody(body={"email": "$known_email"}),
    "POST /password-resets": everybody(body={"token": "a link nobody ever sent", "password": "a long password"}),
    "POST /session": everybody(body={"email": "$known_email", "password": "$known_password"}, login=True),
    "DELETE /session": everybody(login=True),
    "GET /me": everybody(),
    "PATCH /me": account(body={"locale": "en"}),
}

ORGANIZERS = {
    "POST /organizers": account(body={"slug": "$new_slug", "name": "新主办方"}),
    "GET /organizers": everybody(),
    "GET /organizers/{organizer_id}": everybody(),
    "GET /organizers/{organizer_id}/staff": staff(VIEWERS),
    "POST /organizers/{organizer_id}/staff": staff(OWNERS, body={"email": "$new_email", "role": "host"}),
    "DELETE /organizers/{organizer_id}/invitations/{invitation_id}": staff(OWNERS, fresh=("invitation_id",)),
    "POST /invitations/accept": account(body={"token": "$invitation_token"}, fresh=("invitation_token",)),
    "PATCH /organizers/{organizer_id}/staff/{user_id}": staff(
        OWNERS, body={"role": "host"}, ids={"user_id": "colleague_id"}
    ),
    "DELETE /organizers/{organizer_id}/staff/{user_id}": staff(
        OWNERS, ids={"user_id": "colleague_id"}, fresh=("colleague_id",)
    ),
    "GET /organizers/{organizer_id}/tokens": staff(OWNERS),
    "POST /organizers/{organizer_id}/tokens": staff(OWNERS, body={"name": "鄂融通"}),
    "DELETE /organizers/{organizer_id}/tokens/{token_id}": staff(OWNERS, fresh=("token_id",)),
}

COMPANIES = {
    "POST /companies": account(body={"credit_code": "$known_company_code", "name": "公司"}),
    "GET /companies/{company_id}": member(Who.COMPANY),
    "GET /companies/{company_id}/members": member(Who.COMPANY),
    "POST /companies/{company_id}/members/{user_id}/approve": member(
        Who.COMPANY, ids={"user_id": "asking_id"}, fresh=("asking_id",)
    ),
    "POST /companies/{company_id}/members/{user_id}/reject": member(
        Who.COMPANY, ids={"user_id": "asking_id"}, fresh=("asking_id",)
    ),
    "GET /companies/{company_id}/projects": member(Who.COMPANY),
    "POST /companies/{company_id}/projects": member(Who.COMPANY, body={"name": "新项目"}),
    "GET /projects": everybody(),
    "GET /projects/{project_id}": everybody(ids={"project_id": "pitching_id"}),
    "PATCH /projects/{project_id}": member(Who.COMPANY, body={"one_liner": "更快"}, version=True),
    "GET /organizers/{organizer_id}/projects": staff(VIEWERS),
}
ASKED = {"organizer_id": "asked_id"}
LICENCE = {"file": ("licence.pdf", pdfs.plain(1))}
RECOGNITIONS = {
    "GET /companies/{company_id}/recognitions": member(Who.COMPANY),
    "POST /companies/{company_id}/recognitions": member(
        Who.COMPANY, body={"organizer_id": "$another_organizer_id"}, fresh=("another_organizer_id",)
    ),
    "POST /companies/{company_id}/recognitions/{organizer_id}/evidence": member(
        Who.COMPANY, files=LICENCE, ids=ASKED, fresh=("asked_id",)
    ),
    "POST /companies/{company_id}/recognitions/{organizer_id}/letters": member(Who.COMPANY, ids=ASKED),
    "POST /companies/{company_id}/recognitions/{organizer_id}/code": member(
        Who.COMPANY, ids=ASKED, body={"code": "0123456789abcdef"}
    ),
    "GET /organizers/{organizer_id}/recognitions": staff(PLANNERS),
    "POST /organizers/{organizer_id}/recognitions/{company_id}": staff(
        PLANNERS, body={"status": "recognised"}, ids={"company_id": "recognised_id"}, fresh=("recognised_id",)
    ),
    "GET /evidence/{evidence_id}/file": member(Who.COMPANY).but(planner=MAY, owner=MAY, viewer=403, host=403),
}

INSTITUTIONS = {
    "POST /institutions": account(body={"name": "机构", "kind": "vc", "credit_code": "$known_institution_code"}),
    "GET /institutions/{institution_id}": member(Who.INSTITUTION),
    "PATCH /institutions/{institution_id}": member(Who.INSTITUTION, body={"about": "早期"}, version=True),
    "GET /institutions/{institution_id}/members": member(Who.INSTITUTION),
    "POST /institutions/{institution_id}/members/{user_id}/approve": member(
        Who.INSTITUTION, ids={"user_id": "applicant_id"}, fresh=("applicant_id",)
    ),
    "POST /institutions/{institution_id}/members/{user_id}/reject": member(
        Who.INSTITUTION, ids={"user_id": "applicant_id"}, fresh=("applicant_id",)
    ),
    "POST /institutions/{institution_id}/verification-requests": member(
        Who.INSTITUTION, body={"organizer_id": "$organizer_id"}
    ),
    "GET /organizers/{organizer_id}/institutions": staff(VIEWERS),
    "POST /organizers/{organizer_id}/institutions/{institution_id}/verification": staff(
        PLANNERS, body={"status": "verified"}
    ),
}

REGISTRATIONS = {
    "POST /roadshows/{roadshow_id}/registrations": account(body={}),
    "GET /me/registrations": account(),
    "DELETE /registrations/{registration_id}": member(Who.COMPANY),
    "GET /registrations/{registration_id}/ticket.svg": member(Who.COMPANY),
    "GET /roadshows/{roadshow_id}/registrations": staff(VIEWERS),
    "POST /registrations/{registration_id}/approve": staff(HOSTS),
    "POST /registrations/{registration_id}/reject": staff(HOSTS, body={"reason": "重复报名"}),
    "POST /roadshows/{roadshow_id}/check-ins": staff(HOSTS, body={"registration_id": "$registration_id"}),
}

NO_INSTITUTION = dict.fromkeys(("stranger", "viewer", "host", "planner", "owner", "company"), 403)
INTENTS = {
    "POST /roadshows/{roadshow_id}/intents": account(body={"project_id": "$pitching_id", "kind": "equity"}).but(
        **NO_INSTITUTION
    ),
    "POST /projects/{project_id}/intents": account(body={"kind": "equity"}, ids={"project_id": "pitching_id"}).but(
        **NO_INSTITUTION
    ),
    "GET /me/intents": account(),
    "GET /companies/{company_id}/intents": member(Who.COMPANY),
    "GET /organizers/{organizer_id}/intents": staff(VIEWERS),
    "POST /intents/{intent_id}/withdraw": member(Who.INSTITUTION),
    "POST /intents/{intent_id}/answer": member(Who.COMPANY, body={"answer": "later"}),
    "POST /intents/{intent_id}/close": staff(PLANNERS),
}

SERIES = {"name": "科创点金汇"}
VENUE = {"kind": "online", "name": "直播频道", "capacity": 500, "stream_url": "https://live.example.com/1"}
ROADSHOW = {
    "series_id": "$series_id",
    "title": "新专场",
    "starts_at": "2027-03-01T06:00:00Z",
    "ends_at": "2027-03-01T08:00:00Z",
    "hall_id": "$new_venue_id",
}
PROGRAMME = {
    "GET /organizers/{organizer_id}/series": everybody(),
    "POST /organizers/{organizer_id}/series": staff(PLANNERS, body=SERIES),
    "GET /series/{series_id}": everybody(),
    "PATCH /series/{series_id}": staff(PLANNERS, body={"theme": "硬科技"}, version=True),
    "DELETE /series/{series_id}": staff(PLANNERS, fresh=("series_id",), version=True),
    "GET /organizers/{organizer_id}/venues": staff(VIEWERS),
    "POST /organizers/{organizer_id}/venues": staff(PLANNERS, body=VENUE),
    "GET /venues/{venue_id}": staff(VIEWERS),
    "PATCH /venues/{venue_id}": staff(PLANNERS, body={"kit": "话筒两支"}, version=True),
    "DELETE /venues/{venue_id}": staff(PLANNERS, fresh=("venue_id",), version=True),
    "GET /organizers/{organizer_id}/roadshows": staff(VIEWERS),
    "POST /organizers/{organizer_id}/roadshows": staff(PLANNERS, body=ROADSHOW),
    "GET /roadshows/{roadshow_id}": everybody(),
    "PATCH /roadshows/{roadshow_id}": staff(PLANNERS, body={"summary": "六个项目"}, version=True),
    "POST /roadshows/{roadshow_id}/publish": staff(
        PLANNERS, ids={"roadshow_id": "draft_id"}, fresh=("draft_id",), version=True
    ),
    "POST /roadshows/{roadshow_id}/cancel": staff(
        PLANNERS, body={"reason": "场地检修"}, fresh=("roadshow_id",), version=True
    ),
    "GET /roadshows/{roadshow_id}/slots": everybody(),
    "PUT /roadshows/{roadshow_id}/slots": staff(
        PLANNERS, body={"slots": []}, ids={"roadshow_id": "draft_id"}, fresh=("draft_id",), version=True
    ),
    "GET /calendar": everybody(query="?from=2026-11-01&to=2026-11-30"),
    "GET /roadshows/{roadshow_id}/calendar.ics": everybody(),
    "GET /series/{series_id}/calendar.ics": everybody(),
    "GET /organizers/{organizer_id}/calendar.ics": everybody(),
    "GET /feeds/{address}": everybody(ids={"address": "feed_address"}),
    "GET /me/feed": account(),
    "POST /me/feed": account(),
    "DELETE /me/feed": account(),
}

BOOKINGS = {
    "POST /slots/{slot_id}/bookings": member(Who.COMPANY, body={"project_id": "$project_id"}, fresh=("slot_id",)),
    "POST /bookings/{booking_id}/confirm": member(Who.COMPANY, fresh=("booking_id",)),
    "POST /bookings/{booking_id}/move": member(Who.COMPANY, body={"slot_id": "$slot_id"}, fresh=("booking_id",)),
    "DELETE /bookings/{booking_id}": member(Who.COMPANY, fresh=("booking_id",)),
    "GET /companies/{company_id}/bookings": member(Who.COMPANY),
    "GET /roadshows/{roadshow_id}/bookings": staff(VIEWERS),
}

ROOM = {"roadshow_id": "room_id"}
QUESTION = {"question_id": "$question_id"}
LIVE = "POST /roadshows/{roadshow_id}/live/"
PITCHED = {"question_id": "$pitched_question_id"}
PITCHED_ROOM = {"roadshow_id": "pitched_room_id"}


def answerers(**options: Any) -> Row:
    """The company the question is about, and whoever hosts."""
    return account(**options).but(stranger=403, viewer=403, institution=403)


DANMAKU = {"danmaku_id": "$danmaku_id"}
POLL = {"poll_id": "$poll_id"}
NEW_POLL = {"kind": "single", "title": "有兴趣吗？", "options": [{"text": "有"}, {"text": "没有"}]}
POLLS = {
    f"{LIVE}poll.create": staff(HOSTS, body=NEW_POLL, ids=ROOM),
    f"{LIVE}poll.edit": staff(HOSTS, body=POLL | NEW_POLL, ids=ROOM),
    f"{LIVE}poll.copy": staff(HOSTS, body=POLL, ids=ROOM),
    f"{LIVE}poll.delete": staff(HOSTS, body=POLL, ids=ROOM),
    f"{LIVE}poll.restore": staff(HOSTS, body=POLL, ids=ROOM),
    f"{LIVE}poll.open": staff(HOSTS, body=POLL, ids=ROOM),
    f"{LIVE}poll.close": staff(HOSTS, body={"poll_id": "$new_poll_id"}, ids=ROOM),
    f"{LIVE}poll.time": staff(HOSTS, body=POLL | {"seconds": 60}, ids=ROOM),
    f"{LIVE}poll.reveal": staff(HOSTS, body=POLL, ids=ROOM),
    f"{LIVE}poll.show": staff(HOSTS, body=POLL, ids=ROOM),
    f"{LIVE}poll.block": staff(HOSTS, body=POLL | {"word": "词"}, ids=ROOM),
    f"{LIVE}poll.answer": somebody(body=POLL | {"options": ["1"]}, ids=ROOM),
    "GET /polls/{poll_id}/roll": staff(VIEWERS, ids={"poll_id": "roll_call_id"}).but(guest=404),
    "GET /polls/{poll_id}/record": staff(VIEWERS, ids={"poll_id": "roll_call_id"}).but(guest=404),
}
RUBRIC = {"criteria": [{"name": "技术"}]}
JUDGED = {"roadshow_id": "judged_id"}
CONTEST = {
    f"{LIVE}contest.set": staff(HOSTS, body=RUBRIC, ids=JUDGED),
    f"{LIVE}contest.dismiss": staff(HOSTS, body={"judge_id": "$new_judge_id"}, ids=JUDGED),
    f"{LIVE}contest.score": account(body={"project_id": "$project_id", "points": {"1": 5}}, ids=JUDGED).but(
        stranger=404, viewer=404, host=404, planner=404, owner=404, company=404
    ),
    f"{LIVE}contest.freeze": staff(HOSTS, body={"accepts_missing": True}, ids={"roadshow_id": "new_judged_id"}),
    f"{LIVE}contest.reveal": staff(HOSTS, body={"steps": 0}, ids=JUDGED),
    "POST /roadshows/{roadshow_id}/contest/judges": staff(
        HOSTS, body={"name": "评委", "email": "$new_email"}, ids=JUDGED
    ),
    "POST /judging/accept": account(body={"token": "$judging_token"}, fresh=("judging_token",)),
    "GET /roadshows/{roadshow_id}/contest/sheet": account(ids=JUDGED).but(
        stranger=404, viewer=404, host=404, planner=404, owner=404, company=404
    ),
    "GET /roadshows/{roadshow_id}/contest/standings": staff(HOSTS, ids=JUDGED),
    "GET /roadshows/{roadshow_id}/contest/record": everybody(ids={"roadshow_id": "frozen_id"}),
}
LIVE_ROOM = {
    "GET /join/{code}": everybody(ids={"code": "join_code"}),
    "POST /roadshows/{roadshow_id}/guests": everybody(body={"name": "游客"}, login=True),
    "GET /roadshows/{roadshow_id}/live/poll": everybody(query="?follow=public&wait=0", ids=ROOM),
    "POST /roadshows/{roadshow_id}/live/frames": everybody(body=[{"type": "ping"}], ids=ROOM),
    "GET /roadshows/{roadshow_id}/live/snapshot": everybody(ids=ROOM),
    "GET /roadshows/{roadshow_id}/live/mine": somebody(ids=ROOM),
    f"{LIVE}room.open": staff(HOSTS, body={}, ids=ROOM),
    f"{LIVE}room.close": staff(HOSTS, body={}, ids={"roadshow_id": "new_room_id"}),
    f"{LIVE}room.stage": staff(HOSTS, body={"slot_id": None}, ids=ROOM),
    f"{LIVE}room.moderation": staff(HOSTS, body={"mode": "after"}, ids=ROOM),
    f"{LIVE}question.ask": somebody(body={"text": "良率多少？"}, ids=ROOM),
    f"{LIVE}question.vote": somebody(body=QUESTION, ids=ROOM),
    f"{LIVE}question.unvote": somebody(body=QUESTION, ids=ROOM),
    f"{LIVE}question.approve": staff(HOSTS, body=QUESTION, ids=ROOM),
    f"{LIVE}question.unapprove": staff(HOSTS, body=QUESTION, ids=ROOM),
    f"{LIVE}question.hide": staff(HOSTS, body={"question_id": "$new_question_id", "reason": "无关"}, ids=ROOM),
    f"{LIVE}question.restore": staff(HOSTS, body=QUESTION, ids=ROOM),
    f"{LIVE}question.pin": staff(HOSTS, body=QUESTION, ids=ROOM),
    f"{LIVE}question.answering": staff(HOSTS, body=QUESTION, ids=ROOM),
    f"{LIVE}question.answer": staff(HOSTS, body={"question_id": "$new_question_id", "how": "aloud"}, ids=ROOM),
    f"{LIVE}question.label": staff(HOSTS, body=QUESTION | {"label": "finance"}, ids=ROOM),
    f"{LIVE}question.merge": staff(
        HOSTS, body={"question_id": "$new_question_id", "into_id": "$question_id"}, ids=ROOM
    ),
    f"{LIVE}question.unmerge": staff(HOSTS, body=QUESTION, ids=ROOM),
    f"{LIVE}question.promise": staff(HOSTS, body=QUESTION, ids=ROOM),
    f"{LIVE}question.promise_rest": staff(HOSTS, body={}, ids=ROOM),
    f"{LIVE}question.unpromise": staff(HOSTS, body=QUESTION, ids=ROOM),
    f"{LIVE}question.reply": answerers(body=PITCHED | {"text": "会后提供。"}, ids=PITCHED_ROOM),
    f"{LIVE}question.unreply": answerers(
        body=PITCHED | {"reply_id": "$reply_id"}, ids=PITCHED_ROOM, fresh=("reply_id",)
    ),
    f"{LIVE}question.keep": answerers(body=PITCHED | {"text": "百分之四十。"}, ids=PITCHED_ROOM),
    "GET /roadshows/{roadshow_id}/live/similar": everybody(query="?text=良率", ids=ROOM),
    "GET /roadshows/{roadshow_id}/live/duplicates": staff(HOSTS, ids=ROOM),
    "GET /roadshows/{roadshow_id}/questions": everybody(),
    "GET /companies/{company_id}/promises": member(Who.COMPANY),
    "GET /organizers/{organizer_id}/promises": staff(VIEWERS),
    f"{LIVE}danmaku.send": somebody(body={"text": "讲得好"}, ids=ROOM),
    f"{LIVE}danmaku.approve": staff(HOSTS, body=DANMAKU, ids=ROOM),
    f"{LIVE}danmaku.remove": staff(HOSTS, body=DANMAKU, ids=ROOM),
    f"{LIVE}danmaku.restore": staff(HOSTS, body=DANMAKU, ids=ROOM),
    f"{LIVE}danmaku.mute": staff(HOSTS, body=DANMAKU | {"reason": "刷屏"}, ids=ROOM),
    f"{LIVE}danmaku.unmute": staff(HOSTS, body={"user_id": "01JD3V0000000000000000000A"}, ids=ROOM),
    f"{LIVE}flow.set": staff(HOSTS, body={"slow_seconds": 0}, ids=ROOM),
    f"{LIVE}reaction.send": somebody(body={"counts": {"clap": 2}}, ids=ROOM),
    "GET /roadshows/{roadshow_id}/live/danmaku": staff(HOSTS, ids=ROOM),
    "GET /organizers/{organizer_id}/screening-words": staff(HOSTS),
    "PUT /organizers/{organizer_id}/screening-words": staff(HOSTS, body={"words": ["某某资本"]}, version=True),
    f"{LIVE}intent.leave": account(body={"project_id": "$pitching_id", "kind": "meeting"}).but(**NO_INSTITUTION),
    **POLLS,
    **CONTEST,
    "GET /asyncapi.yaml": everybody(),
}

DECK_FILE = {"file": ("deck.pdf", pdfs.plain(2))}
STAGED = {"roadshow_id": "staged_room_id"}


def on_stage(**options: Any) -> Row:
    """The company whose project is on stage, and whoever hosts; who else is in the room is told that it may not."""
    return account(**options).but(stranger=403, viewer=403, institution=403)


def deck_owners(**options: Any) -> Row:
    """The company whose slot it is, and whoever hosts there."""
    return staff(HOSTS, **options).but(company=MAY)


SCREEN = {"screen_id": "screen_id", **STAGED}
STAGE = {
    "GET /roadshows/{roadshow_id}/live/me": everybody(ids=ROOM),
    f"{LIVE}stage.start": staff(HOSTS, body={}, ids=STAGED),
    f"{LIVE}stage.clear": staff(HOSTS, body={}, ids=STAGED),
    f"{LIVE}stage.pause": staff(HOSTS, body={}, ids=STAGED),
    f"{LIVE}stage.resume": staff(HOSTS, body={}, ids=STAGED),
    f"{LIVE}stage.extend": staff(HOSTS, body={"seconds": 60}, ids=STAGED),
    f"{LIVE}stage.next": staff(HOSTS, body={}, ids=ROOM),
    f"{LIVE}stage.back": staff(HOSTS, body={}, ids=ROOM),
    f"{LIVE}stage.carry": staff(HOSTS, body={"mode": "move", "preview": True}, ids=STAGED),
    f"{LIVE}screen.layout": staff(HOSTS, body={"layout": "slides"}, ids=STAGED),
    f"{LIVE}message.send": staff(HOSTS, body={"text": "请收尾"}, ids=STAGED),
    f"{LIVE}message.acknowledge": on_stage(body={"message_id": "$message_id"}, ids=STAGED),
    f"{LIVE}deck.page": on_stage(body={"page": 2}, ids=STAGED),
    "POST /slots/{slot_id}/deck": deck_owners(files=DECK_FILE, ids={"slot_id": "pitched_slot_id"}),
    "GET /slots/{slot_id}/deck": deck_owners(ids={"slot_id": "decked_slot_id"}),
    "DELETE /slots/{slot_id}/deck": deck_owners(ids={"slot_id": "decked_slot_id"}, fresh=("decked_slot_id",)),
    "GET /decks/{deck_id}/file": staff(VIEWERS, ids={"deck_id": "waiting_deck_id"}).but(
        anonymous=404, guest=404, token=404, company=MAY
    ),
    "GET /roadshows/{roadshow_id}/roles": staff(HOSTS),
    "POST /roadshows/{roadshow_id}/roles": staff(HOSTS, body={"email": "$known_email", "role": "moderator"}),
    "DELETE /roadshows/{roadshow_id}/roles/{role_id}": staff(HOSTS, ids={"role_id": "helper_id"}, fresh=("helper_id",)),
    "GET /roadshows/{roadshow_id}/screens": staff(HOSTS, ids=STAGED),
    "POST /roadshows/{roadshow_id}/screens": staff(HOSTS, body={"kind": "timer"}, ids=STAGED),
    "DELETE /roadshows/{roadshow_id}/screens/{screen_id}": staff(HOSTS, ids=SCREEN),
    "GET /screens/{address}/poll": everybody(query="?follow=public&wait=0", ids={"address": "screen_address"}),
    "GET /screens/{address}": everybody(ids={"address": "screen_address"}),
    "GET /screens/{address}/deck/{deck_id}": everybody(ids={"address": "screen_address", "deck_id": "staged_deck_id"}),
}

EXPORTS = {
    "GET /organizers/{organizer_id}/exports/{file}": staff(PLANNERS, ids={"file": "export_file"}),
    "GET /roadshows/{roadshow_id}/exports/{file}": staff(PLANNERS, ids={"file": "export_file"}),
}

RECORDS = {
    "GET /roadshows/{roadshow_id}/record": staff(VIEWERS),
    "GET /roadshows/{roadshow_id}/record.{form}": staff(PLANNERS, ids={"form": "record_form"}),
}

SHEET = {"file": ("companies.csv", "企业名称,统一社会信用代码\n导入示例公司,91110000600037341L\n".encode())}
FEEDS = {
    "GET /changes": staff(PLANNERS, query="?organizer=$organizer_id").but(token=MAY),
    "GET /changes.jsonl": staff(PLANNERS, query="?organizer=$organizer_id").but(token=MAY),
    "POST /organizers/{organizer_id}/imports": staff(PLANNERS, body={"kind": "companies"}, files=SHEET),
    "GET /imports/{import_id}": staff(PLANNERS),
    "GET /imports/{import_id}/matches": staff(PLANNERS),
    "GET /imports/{import_id}/errors": staff(PLANNERS),
    "GET /imports/{import_id}/errors.csv": staff(PLANNERS),
    "POST /imports/{import_id}/reading": staff(PLANNERS, body={}),
    "POST /imports/{import_id}/start": staff(PLANNERS),
}

ROUTES: dict[str, Row] = {
    **ACCOUNTS,
    **ORGANIZERS,
    **COMPANIES,
    **RECOGNITIONS,
    **INSTITUTIONS,
    **PROGRAMME,
    **BOOKINGS,
    **REGISTRATIONS,
    **INTENTS,
    **LIVE_ROOM,
    **STAGE,
    **EXPORTS,
    **RECORDS,
    **FEEDS,
}

__all__ = ["MAY", "PROVED_ELSEWHERE", "ROUTES"]
