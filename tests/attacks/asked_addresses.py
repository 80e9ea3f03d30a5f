"""A stranger signs up with other people's addresses, to learn who has an account and to take what is sent to them."""

from __future__ import annotations

import re

import httpx

from tests.attacks.site import Site

PASSWORD = "a long enough guess"


async def prepare(site: Site) -> None:
    owner, organizer = await site.organizer()
    known = await site.person()
    asked = {"email": "invited@example.com", "role": "owner"}
    token = (await owner.made(f"/organizers/{organizer['id']}/staff", asked))["token"]
    site.kept |= {"known": known.email, "token": token}


async def attack(site: Site) -> list[str]:
    missed = []
    told = [await _told(site, email) for email in (site.kept["known"], "nobody@example.com")]
    if told[0] != told[1]:
        missed.append(f"a known address is answered otherwise: {told}")
    resets = [await (await site.stranger()).post("/password-letters", {"email": email})
              for email in (site.kept["known"], "nobody@example.com")]  # fmt: skip
    if _shape(resets[0]) != _shape(resets[1]):
        missed.append("a reset tells who has an account")
    taker = await site.newcomer(email="invited@example.com")
    answer = await taker.post("/invitations/accept", {"token": site.kept["token"]})
    if answer.status_code != 409:
        missed.append(f"an invitation opened to an address nobody proved: {answer.status_code}")
    return missed


async def _told(site: Site, email: str) -> list[str]:
    stranger = await site.stranger()
    first = await stranger.post("/accounts", {"email": email, "password": PASSWORD, "name": "来人"})
    later = await (await site.stranger()).post("/session", {"email": email, "password": PASSWORD})
    wrong = await (await site.stranger()).post("/session", {"email": email, "password": "another guess"})
    return [_shape(answer).replace(email, "ADDRESS") for answer in (first, later, wrong)]


def _shape(answer: httpx.Response) -> str:
    cookies = sorted(each.split("=")[0] for each in answer.headers.get_list("set-cookie"))
    return f"{answer.status_code} {re.sub('[0-9A-HJKMNP-TV-Z]{26}', 'ID', answer.text)} {cookies}"
