"""F16: the disk with the database and the uploads is full for a while; reading goes on, writing is refused.

Wants a disk of its own (a small tmpfs, mounted as root), and fails plainly where it cannot have one.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from uuid import uuid4

import httpx

from tests.faults.crowd import Crowd
from tests.faults.f02_only_process_killed import is_whole
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll
from tests.faults.tight import fill, small_disk
from tests.world import PASSWORD, Person

REFUSED = {503, 507}
ROWS = 20_000


async def run(profile: Profile) -> Toll:
    with small_disk(profile.directory / "disk", profile.pick(16, 64)) as disk:
        template = (await profile.sqlite()).removeprefix("sqlite:///")
        shutil.copy(template, disk / "roadshow.sqlite3")
        files = {"ROADSHOW_FILES_DIR": str(disk / "files")}
        node = Node(profile.directory, f"sqlite:///{disk / 'roadshow.sqlite3'}", more=files)
        try:
            await node.start()
            return await _filled(profile, node, disk)
        finally:
            node.kill()


async def _filled(profile: Profile, node: Node, disk: Path) -> Toll:
    """Fill the disk in the middle of an evening, and empty it again."""
    crowd = Crowd(
        profile, [node], node.database_url, voters=profile.pick(16, 60), askers=4, readers=profile.pick(8, 30)
    )
    await crowd.found()
    async with httpx.AsyncClient(base_url=node.url, timeout=30) as client:
        owner = Person(client)
        organizer = await _owner(owner)
        async with crowd.at_work():
            await asyncio.sleep(profile.pick(1, 10))
            fill(disk)
            kept = _uploads(disk)
            seen = await _while_full(owner, organizer, crowd, profile.pick(4, 30))
            half = len(_uploads(disk) - kept)
            (disk / "ballast").unlink()
            recovery = await _until_written(owner, organizer)
            await asyncio.sleep(1)
    toll = await crowd.reckon()
    toll.note("refused_507", seen[("write", 507)], at_least=1)
    toll.note("writes_answered_otherwise", _others(seen, "write", {*REFUSED, 201}), at_most=0)
    toll.note("reads_not_200", _others(seen, "read", {200}), at_most=0)
    toll.note("uploads_not_refused", _others(seen, "upload", REFUSED), at_most=0)
    toll.note("half_uploads", half, at_most=0)
    toll.note("integrity_ok", is_whole(node.database_url), at_least=1)
    toll.note("recovery_s", recovery, at_most=5)
    toll.note("restarts", not node.is_up, at_most=0)
    return toll


async def _owner(owner: Person) -> str:
    """Somebody of another organizer, who writes, reads and uploads. Returns the organizer's id."""
    await owner.made("/accounts", {"email": f"{uuid4().hex[:12]}@example.com", "password": PASSWORD, "name": "主办"})
    await owner.refresh()
    return str((await owner.made("/organizers", {"slug": f"o-{uuid4().hex[:8]}", "name": "满盘演练"}))["id"])


async def _while_full(owner: Person, organizer: str, crowd: Crowd, seconds: float) -> Counter[tuple[str, int]]:
    """What is answered meanwhile, by kind and status."""
    seen: Counter[tuple[str, int]] = Counter()
    sheet = "企业名称,统一社会信用代码\n" + "".join(f"某某科技{n}有限公司,\n" for n in range(ROWS))
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end or not seen["upload", 507] + seen["upload", 503]:
        series = await owner.post(f"/organizers/{organizer}/series", {"name": "演练"})
        seen["write", series.status_code] += 1
        for path in ("/calendar?from=2026-11-01&to=2026-11-30", f"/roadshows/{crowd.roadshow_id}/live/snapshot"):
            seen["read", (await owner.get(path)).status_code] += 1
        upload = await owner.post(
            f"/organizers/{organizer}/imports", data={"kind": "companies"}, files={"file": ("a.csv", sheet.encode())}
        )
        seen["upload", upload.status_code] += 1
        await asyncio.sleep(0.2)
        if loop.time() > end + 20:
            break
    return seen


async def _until_written(owner: Person, organizer: str) -> float:
    """How long until a write is taken again, in seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() < began + 60:
        if (await owner.post(f"/organizers/{organizer}/series", {"name": "演练"})).status_code == 201:
            break
        await asyncio.sleep(0.1)
    return loop.time() - began


def _others(seen: Counter[tuple[str, int]], kind: str, fine: set[int]) -> int:
    return sum(count for (what, status), count in seen.items() if what == kind and status not in fine)


def _uploads(disk: Path) -> set[Path]:
    return {path for path in (disk / "files").rglob("*") if path.is_file()}
