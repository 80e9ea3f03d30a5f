"""The permission table: one row for every route. A route without a row fails the build.

Begin with `everybody`, `account`, `somebody`, `staff(PLANNERS)` or `member(Who.COMPANY)`; name differences
with `.but(host=403)`. Ids in the path are made by tests/security/place.py: a new `{kind_id}` needs a maker there.
"""

from __future__ import annotations

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
    staff,
)

PROVED_ELSEWHERE = {
    "WS /api/v1/roadshows/{roadshow_id}/live/socket": "tests/server/test_sockets.py",
}

ACCOUNTS = {
    "POST /accounts": everybody(
        body={"email": "$new_email", "password": "a long password", "name": "新人"}, login=True
    ),
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
    "POST /companies": account(body={"credit_code": "$new_credit_code", "name": "新公司"}),
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
    "GET /projects/{project_id}": everybody(),
    "PATCH /projects/{project_id}": member(Who.COMPANY, body={"one_liner": "更快"}, version=True),
    "GET /organizers/{organizer_id}/projects": staff(VIEWERS),
}

INSTITUTIONS = {
    "POST /institutions": account(body={"name": "新机构", "kind": "vc"}),
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
    "GET /roadshows/{roadshow_id}/registrations": staff(VIEWERS).but(guest=401, token=401),
    "POST /registrations/{registration_id}/approve": staff(HOSTS).but(guest=401, token=401),
    "POST /registrations/{registration_id}/reject": staff(HOSTS, body={"reason": "重复报名"}).but(guest=401, token=401),
    "POST /roadshows/{roadshow_id}/check-ins": staff(HOSTS, body={"registration_id": "$registration_id"}).but(
        guest=401, token=401
    ),
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
    "GET /organizers/{organizer_id}/intents": staff(VIEWERS).but(guest=401, token=401),
    "POST /intents/{intent_id}/withdraw": member(Who.INSTITUTION),
    "POST /intents/{intent_id}/answer": member(Who.COMPANY, body={"answer": "later"}),
    "POST /intents/{intent_id}/close": staff(PLANNERS).but(guest=401, token=401),
}

ROUTES: dict[str, Row] = ACCOUNTS | ORGANIZERS | COMPANIES | INSTITUTIONS | REGISTRATIONS | INTENTS

__all__ = ["MAY", "PROVED_ELSEWHERE", "ROUTES"]
