"""More people than there are connections to the database load a large file over slow lines."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from server.database import POSTGRES_POOL
from tests import pdfs
from tests.attacks.site import Site
from tests.attacks.wire import get, line
from tests.live import new_show

PHONES = POSTGRES_POOL + 2
SIP = 32 * 1024


async def prepare(site: Site) -> None:
    """Slides of several MiB, and somebody who may read them."""
    show = await new_show(site, is_open=True)
    assert show.startup is not None
    sent = await show.startup.post(
        f"/slots/{show.slot_ids[0]}/deck", files={"file": ("slides.pdf", pdfs.heavy(site.pick(6, 20)))}
    )
    site.kept["deck"] = f"/api/v1/decks/{sent.json()['id']}/file"
    site.kept["cookie"] = "; ".join(f"{each.name}={each.value}" for each in show.startup.client.cookies.jar)


async def attack(site: Site) -> list[str]:
    async with AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(line(site.address, reads_little=True)) for _ in range(PHONES)]
        for phone in phones:
            await phone.say(get(site.kept["deck"], f"Cookie: {site.kept['cookie']}"))
        answered = [await phone.status() for phone in phones]
        for _ in range(site.pick(8, 40)):
            await asyncio.gather(*(phone.reader.read(SIP) for phone in phones))
            await asyncio.sleep(0.5)
        still_open = sum(not phone.reader.at_eof() for phone in phones)
    missed = [] if answered == [200] * PHONES else [f"slow readers were answered {answered}"]
    return missed if still_open == PHONES else [*missed, f"{PHONES - still_open} slow but honest readers were cut off"]
