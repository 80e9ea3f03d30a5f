"""F23: a backup beside the writers, then the machine is lost and the backup restored; everybody starts over on it.

What was acknowledged before the backup began is there; the restored history is a beginning of the lost one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy import select

from events import audit, log
from server.database import Database, opened
from server.recorder import catch_up
from tests.faults.crowd import Crowd
from tests.faults.ground import lone_node
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll

Entries = list[tuple[int, bytes | None]]
Ground = Callable[[Profile], AbstractAsyncContextManager[tuple[Node, str]]]


async def run(profile: Profile) -> Toll:
    toll = Toll()
    for name, ground in (("sqlite", lone_node), ("postgres", node_on_postgres)):
        toll.add(await _once(profile, name, ground))
    return toll


@asynccontextmanager
async def node_on_postgres(profile: Profile) -> AsyncIterator[tuple[Node, str]]:
    """One process on PostgreSQL, without Redis."""
    url = await profile.postgres()
    node = Node(profile.directory, url)
    try:
        await node.start()
        yield node, url
    finally:
        node.kill()


async def _once(profile: Profile, name: str, ground: Ground) -> Toll:
    key = {"ROADSHOW_BACKUP_KEY": "a key for this fault alone"} if name == "sqlite" else {}
    archive = profile.directory / f"{name}.backup"
    async with ground(profile) as (node, url):
        crowd = Crowd(profile, [node], url, voters=profile.pick(8, 40), askers=4, readers=profile.pick(6, 40))
        await crowd.found()
        async with crowd.at_work():
            await asyncio.sleep(profile.pick(1.5, 10))
            kept = len(crowd.ledger.lines())
            toll = await _command(node, key, "backup", str(archive))
            await asyncio.sleep(profile.pick(1.5, 10))
            node.kill()
            lost, old_epoch = await _history(url, crowd.roadshow_id)
            snapshots = [reader.snapshots for reader in crowd.readers]
            toll.add(await _command(node, key, "restore", str(archive), "--replace"))
            restored, epoch = await _history(url, crowd.roadshow_id)
            crowd.begin_anew(kept)
            await node.start()
            await asyncio.sleep(profile.pick(2, 10))
        toll.add(await crowd.reckon())
        without = sum(reader.snapshots == before for reader, before in zip(crowd.readers, snapshots, strict=True))
    toll.apart += restored != lost[: len(restored)] or epoch == old_epoch
    toll.note(f"{name}_entries_lost", len(lost) - len(restored), at_least=1)
    toll.note(f"{name}_readers_without_snapshot", without, at_most=0)
    toll.note(f"{name}_chains_broken", await _broken(url), at_most=0)
    return toll


async def _command(node: Node, key: dict[str, str], *words: str) -> Toll:
    """One command of the operator's; one that fails is a miss."""
    toll, began = Toll(), asyncio.get_running_loop().time()
    code, said = await node.run(*words, more=key)
    if code:
        toll.missed.append(f"{words[0]} ended with {code}: {said[-500:]}")
    toll.note(f"{words[0]}_s", asyncio.get_running_loop().time() - began)
    return toll


async def _history(url: str, roadshow_id: str) -> tuple[Entries, str]:
    """The room's public entries with their links, and the epoch they count in."""
    async with opened(url) as database, database.read() as session:
        stream = log.LogEntry.stream_id == log.public_stream(roadshow_id)
        rows = await session.execute(
            select(log.LogEntry.seq, log.LogEntry.hash).where(stream).order_by(log.LogEntry.seq)
        )
        return [(seq, link) for seq, link in rows], (await session.get_one(log.Installation, 1)).epoch


async def _broken(url: str) -> int:
    """How many chains do not hold: the audit trail's and the streams'."""
    async with opened(url) as database:
        await catch_up(database)
        return await _verdict(database)


async def _verdict(database: Database) -> int:
    async with database.read() as session:
        trail = (await audit.verify(session)).broken_at is not None
        return trail + len((await log.broken(session))[1])
