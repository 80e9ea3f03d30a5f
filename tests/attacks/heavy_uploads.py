"""Accounts send files that exhaust a reader, previews until their share is full, and files to a disk that is full."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
from sqlalchemy import select

from events.directory.models import Evidence
from events.feeds.models import Import
from events.live.stage.models import Deck
from server.parsing import EACH_WAITS
from tests import pdfs, pictures
from tests.attacks import bombs
from tests.attacks.site import Beside, Site
from tests.live import new_show
from tests.world import PASSWORD, Person

SHARE_MIB = 16
SETTINGS = {"ROADSHOW_MOST_UPLOADED_MIB": str(SHARE_MIB)}
ANSWERS = {201, 422, 429}
SIGN_IN_SECONDS, UPLOAD_SECONDS = 45.0, 800.0
MOST_MORE_MIB = 96
MIB = 1024 * 1024
FULL_AT = 6 * MIB
Upload = Callable[[], Awaitable[httpx.Response]]


async def prepare(site: Site) -> None:
    """Two organizers with lists, a startup with slides and documents, and somebody who signs in now and then."""
    *lists, (other, another) = [await site.organizer() for _ in range(3)]
    show = await new_show(site, is_open=True)
    assert show.startup is not None
    asked = f"/companies/{show.company_id}/recognitions"
    await show.startup.made(asked, {"organizer_id": lists[0][1]["id"]})
    site.kept |= {
        "lists": [(owner, organizer["id"]) for owner, organizer in lists], "empty": (other, another["id"]),
        "startup": show.startup,
        "deck": f"/slots/{show.slot_ids[0]}/deck", "evidence": f"{asked}/{lists[0][1]['id']}/evidence",
        "contents": _contents(site), "address": f"{uuid4().hex[:12]}@example.com",
    }  # fmt: skip
    person = await site.stranger()
    await person.made("/accounts", {"email": site.kept["address"], "password": PASSWORD, "name": "按时登录的人"})


async def attack(site: Site) -> list[str]:
    before, quiet, beside = site.peak_mib, Beside(), Beside()
    await _signing_in(site, quiet, asyncio.sleep(site.pick(1, 5)))
    answers: list[httpx.Response] = []
    for uploads in _rounds(site):
        answers += await _signing_in(site, beside, asyncio.gather(*(upload() for upload in uploads)))
    missed = [f"an upload was answered {each.status_code}" for each in answers if each.status_code not in ANSWERS]
    missed += [f"a sign-in met {what}" for what in beside.failed]
    if max(beside.seconds) > max(SIGN_IN_SECONDS, 2 * max(quiet.seconds)):
        missed.append(f"a sign-in took {max(beside.seconds):.1f} s, without uploads {max(quiet.seconds):.1f} s")
    missed += await _share(site)
    missed += await _full_disk(site)
    missed += await _left(site)
    if (more := site.peak_mib - before) > MOST_MORE_MIB:
        missed.append(f"memory grew by {more:.0f} MiB")
    return missed


async def _signing_in(site: Site, beside: Beside, meanwhile: Any) -> Any:
    """Somebody signs in again and again until the other thing is done; at least three times."""
    other = asyncio.ensure_future(meanwhile)
    form = {"email": site.kept["address"], "password": PASSWORD}
    while not other.done() or len(beside.seconds) < 3:
        async with httpx.AsyncClient(base_url=site.node.url, timeout=60) as client:
            began = time.perf_counter()
            answer = await Person(client).post("/session", json=form)
            beside.seconds.append(time.perf_counter() - began)
            if answer.status_code != 200:
                beside.failed.append(str(answer.status_code))
        await asyncio.sleep(site.pick(2, 1) / 4)
    return await other


def _contents(site: Site) -> dict[str, bytes]:
    return {
        "busy": bombs.busy_sheet(site.pick(1, 40)), "hollow": bombs.hollow_sheet(site.pick(520, 1000)),
        "line": bombs.long_line(site.pick(64, 1024)), "swollen": bombs.swollen_pdf(site.pick(4, 1024)),
        "huge": pictures.png(60_000, 60_000, rows=1), "deck": pdfs.heavy(FULL_AT // MIB + 1),
    }  # fmt: skip


def _rounds(site: Site) -> list[list[Upload]]:
    """Workbooks in parallel beside slides and a document (six at full size); then as many other bombs as may wait."""
    has, startup = site.kept["contents"], site.kept["startup"]
    senders = [partial(_list, owner, organizer_id) for owner, organizer_id in site.kept["lists"]]
    first: list[Upload] = [
        partial(send, has["busy"], "a.xlsx") for send in senders for _ in range(site.pick(1, EACH_WAITS))
    ]
    first += [partial(_file, startup, site.kept["deck"], content) for content in (has["swollen"], pdfs.endless())]
    first.append(partial(_file, startup, site.kept["evidence"], has["huge"]))
    second: list[Upload] = [partial(send, has["hollow"], "b.xlsx") for send in senders[: site.pick(1, 2)]]
    second += [
        partial(send, has["line"], "c.csv.gz")
        for send in senders[site.pick(1, 0) :]
        for _ in range(site.pick(1, EACH_WAITS))
    ]
    return [first, second]


async def _list(owner: Person, organizer_id: str, content: bytes, name: str) -> httpx.Response:
    return await owner.post(
        f"/organizers/{organizer_id}/imports",
        data={"kind": "companies"},
        files={"file": (name, content)},
        timeout=UPLOAD_SECONDS,
    )


async def _file(person: Person, path: str, content: bytes) -> httpx.Response:
    return await person.post(path, files={"file": ("f.pdf", content)}, timeout=UPLOAD_SECONDS)


async def _share(site: Site) -> list[str]:
    """Previews nobody starts, until the account's share is full."""
    owner, organizer_id = site.kept["lists"][0]
    content = b"name\n" + (b"x" * 30_000 + b"\n") * 160
    for _ in range(SHARE_MIB):
        answer = await _list(owner, organizer_id, content, "many.csv")
        if answer.status_code != 201:
            break
    code = answer.json().get("code")
    return [] if code == "uploads_full" else [f"an account's share has no end: {answer.status_code} {code}"]


async def _full_disk(site: Site) -> list[str]:
    """The server may not write files beyond some size, which is what it would meet on a full disk or quota."""
    owner, organizer_id = site.kept["empty"]
    with _limited(site):
        told = [
            await _file(site.kept["startup"], site.kept["deck"], site.kept["contents"]["deck"]),
            await _list(owner, organizer_id, b"name\n" + b"x\n" * (FULL_AT // 2 + MIB), "full.csv"),
        ]
    return [
        f"a full disk was answered {each.status_code} {each.json().get('code')}"
        for each in told
        if each.status_code != 507
    ]


@contextmanager
def _limited(site: Site) -> Iterator[None]:
    soft, hard = resource.prlimit(site.node.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(site.node.pid, resource.RLIMIT_FSIZE, (FULL_AT, hard))
    try:
        yield
    finally:
        resource.prlimit(site.node.pid, resource.RLIMIT_FSIZE, (soft, hard))


async def _left(site: Site) -> list[str]:
    """What stays: the files of previews that wait, none of what was refused, and no child process."""
    async with site.session() as session:
        wanted = {name for row in await session.execute(select(Import.id, Import.path)) for name in map(_stem, row)}
        wanted |= set(await session.scalars(select(Deck.id))) | set(await session.scalars(select(Evidence.id)))
    refused = [path.name for path in _files(site) if path.stem not in wanted]
    missed = [f"{len(refused)} refused files are still there: {refused[:3]}"] if refused else []
    if children := psutil.Process(site.node.pid).children(recursive=True):
        missed.append(f"{len(children)} child processes are still there")
    return missed


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _files(site: Site) -> list[Path]:
    return [path for path in site.node.files_dir.rglob("*") if path.is_file()]
