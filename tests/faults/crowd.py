"""A room full of people while things break, and the reckoning of what they were told, saw, and what is stored."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from events import log
from events.live.models import Question, Vote
from server.database import Database
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll, quantile
from tests.faults.readers import Reader, Said, Scribe, gathered
from tests.faults.writers import Ledger, Writer
from tests.world import PASSWORD, Person, soon, wire

HOT = 8
CALM_SECONDS = 60
QUIET_SECONDS = 1


class Crowd:
    """Voters who vote together on a beat (as people do), askers who ask one after another, readers who only watch."""

    def __init__(
        self, profile: Profile, nodes: Sequence[Node], database_url: str, *, voters: int = 20, askers: int = 4,
        readers: int = 20, beat: float = 0.5, ask_every: float = 2.0, tail: str = "", ramp: float = 0.0,
    ) -> None:  # fmt: skip
        self.nodes = nodes
        self.roadshow_id = ""
        self.readers: list[Reader] = []
        self.voters: list[Writer] = []
        self.askers: list[Writer] = []
        self.ledger = Ledger(profile.directory / f"ledger-{uuid4().hex[:6]}")
        self._profile = profile
        self._database_url = database_url
        self._sizes = voters, askers, readers
        self._beat = beat
        self._ask_every = ask_every
        self._tail = tail
        self._ramp = ramp
        self._said = Said()
        self._gone = 0, 0
        self._questions: list[str] = []
        self._working = True
        self._client = httpx.AsyncClient(
            timeout=10, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
        )
        self._dice = profile.dice

    @property
    def writers(self) -> list[Writer]:
        return self.voters + self.askers

    async def found(self, *, online_capacity: int = 500) -> None:
        """Open a room, let the guests in, and put up the questions that are voted on."""
        async with httpx.AsyncClient(base_url=self.nodes[0].url, timeout=30) as client:
            self.roadshow_id = await found_room(Person(client))
        voters, askers, readers = self._sizes
        everyone = [self._writer() for _ in range(voters + askers)]
        for number, writer in enumerate(everyone):
            await writer.join(f"听众{number}")
        self.voters, self.askers = everyone[:voters], everyone[voters:]
        for number, asker in enumerate(self.askers):
            asker.by_socket = number % 2 == 0
        for number, voter in enumerate(self.voters):
            voter.by_socket = number % 5 != 4
        for number in range(HOT if voters else 0):
            asked = await self._asked(everyone[number % len(everyone)], f"问题 {number}")
            assert asked is not None
            self._questions.append(asked)
        self.readers = [Scribe(0, *self._reading()), *(Reader(n, *self._reading()) for n in range(1, readers))]

    def _writer(self) -> Writer:
        return Writer(self.nodes, self.roadshow_id, self._client, random.Random(self._dice.random()))

    def _reading(self) -> tuple[Sequence[Node], str, Said, random.Random]:
        return self.nodes, self.roadshow_id, self._said, random.Random(self._dice.random())

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Everybody reads and writes while the faults happen inside; then all are given time to catch up."""
        syncing = asyncio.create_task(self.ledger.sync())
        reading = [asyncio.create_task(reader.follow(self._dice.uniform(0, self._ramp))) for reader in self.readers]
        await self.all_stand()
        voting = [asyncio.create_task(self._vote(voter, n)) for n, voter in enumerate(self.voters)]
        asking = [asyncio.create_task(self._ask(asker, n)) for n, asker in enumerate(self.askers)]
        try:
            yield
            self._working = False
            await asyncio.wait_for(asyncio.gather(*voting, *asking), CALM_SECONDS)
            await self._all_caught_up()
        finally:
            for task in (syncing, *reading, *voting, *asking):
                task.cancel()
            await asyncio.gather(syncing, *reading, *voting, *asking, return_exceptions=True)
            for writer in self.writers:
                await writer.leave()
            await self._client.aclose()

    async def all_stand(self, seconds: float = 120) -> None:
        """Every reader has begun."""
        async with asyncio.timeout(seconds):
            while any(reader.seq is None for reader in self.readers):
                await asyncio.sleep(0.05)

    async def _vote(self, voter: Writer, number: int) -> None:
        question = self._questions[number % HOT]
        loop = asyncio.get_running_loop()
        for turn in count():
            await asyncio.sleep(self._beat - loop.time() % self._beat + self._dice.uniform(0, 0.05))
            if not self._working:
                return
            name = "unvote" if turn % 2 else "vote"
            if await voter.act(f"question.{name}", {"question_id": question}) is not None:
                self.ledger.note(name, voter.user_id, question)

    async def _ask(self, asker: Writer, number: int) -> None:
        for turn in count():
            await asyncio.sleep(self._ask_every * self._dice.uniform(0.5, 1.5))
            if not self._working:
                return
            await self._asked(asker, f"听众 {number} 的第 {turn} 问{self._tail}")

    async def _asked(self, asker: Writer, text: str) -> str | None:
        answer = await asker.act("question.ask", {"text": text, "anonymous": False})
        if answer is None:
            return None
        self.ledger.note("ask", answer["id"], text)
        return str(answer["id"])

    def begin_anew(self, kept: int) -> None:
        """The history ends after the first `kept` acknowledgements, or some time later, and another one begins."""
        self._gone = kept, len(self.ledger.lines())
        self._said.begin_anew()

    # The reckoning.

    async def _all_caught_up(self) -> None:
        """Everybody has all there is, and nothing more comes: what was sent and not awaited may land yet."""
        known, top = None, (await self.truth())["seq"]
        with suppress(TimeoutError):
            async with asyncio.timeout(CALM_SECONDS):
                while known != top:
                    while any((reader.seq or 0) < top for reader in self.readers):
                        await asyncio.sleep(0.05)
                    await asyncio.sleep(QUIET_SECONDS)
                    known, top = top, (await self.truth())["seq"]

    async def truth(self, node: Node | None = None) -> dict[str, Any]:
        """A fresh snapshot of `public`."""
        async with httpx.AsyncClient(timeout=20) as client:
            while True:
                url = (node or next((node for node in self.nodes if node.takes_more), self.nodes[0])).url
                with suppress(httpx.TransportError, ValueError):
                    answer = await client.get(f"{url}/api/v1/roadshows/{self.roadshow_id}/live/snapshot")
                    if answer.status_code == 200:
                        truth: dict[str, Any] = answer.json()
                        return truth
                await asyncio.sleep(0.1)

    async def reckon(self) -> Toll:
        """acked ⊆ stored, effects = 1, every view whole and equal, snapshot = fold. Counts what is not so."""
        lines, truth = self.ledger.lines(), await self.truth()
        lines, doubtful = lines[: self._gone[0]] + lines[self._gone[1] :], lines[self._gone[0] : self._gone[1]]
        asked = Counter(text for kind, _, text in lines if kind == "ask")
        unsure = {(user, question) for kind, user, question in doubtful if kind != "ask"}
        held = self._held(lines, unsure)
        texts, votes, counted, holes = await self._stored()
        final = [reader for reader in self.readers if reader.seq != truth["seq"]]
        scribe = self.readers[0] if self.readers else None
        is_folded = not isinstance(scribe, Scribe) or scribe.state == truth["state"]
        return Toll(
            acked=len(lines),
            lost=sum(text not in texts for text in asked) + sum(on != (key in votes) for key, on in held.items()),
            duplicated=sum(texts.values()) - len(texts)
            + sum(abs(counted[question] - sum(key[1] == question for key in votes)) for question in counted),
            gaps=gathered(self.readers, lambda reader: reader.gaps) + holes,
            reordered=gathered(self.readers, lambda reader: reader.reordered),
            refused=sum(sum(writer.refused.values()) for writer in self.writers),
            apart=gathered(self.readers, lambda reader: reader.apart) + len(final) + (not is_folded),
        )  # fmt: skip

    def _held(self, lines: list[list[str]], unsure: set[tuple[str, str]]) -> dict[tuple[str, str], bool]:
        """Who votes for what by the last word on it; what was said in the time that is gone counts if said again."""
        begin = self._gone[0]
        early = {(user, text): kind == "vote" for kind, user, text in lines[:begin] if kind != "ask"}
        late = {(user, text): kind == "vote" for kind, user, text in lines[begin:] if kind != "ask"}
        return {key: on for key, on in early.items() if key not in unsure} | late

    async def _stored(self) -> tuple[Counter[str], set[tuple[str, str]], dict[str, int], int]:
        """Texts of questions, who votes for what, the counters, and holes in the log."""
        database = Database(self._database_url)
        try:
            async with database.read() as session:
                mine = Question.roadshow_id == self.roadshow_id
                questions = (
                    await session.execute(select(Question.id, Question.text, Question.votes).where(mine))
                ).all()
                voted = select(Vote.user_id, Vote.question_id).join(Question, Question.id == Vote.question_id)
                votes = {(user, question) for user, question in await session.execute(voted.where(mine))}
                stream = log.public_stream(self.roadshow_id)
                seqs = (await session.scalars(select(log.LogEntry.seq).where(log.LogEntry.stream_id == stream))).all()
        finally:
            await database.close()
        holes = max(seqs, default=0) - len(set(seqs))
        return Counter(q.text for q in questions), votes, {q.id: q.votes for q in questions}, holes

    def waits(self, begin: float = 0, end: float = float("inf")) -> list[float]:
        """How long commands begun in this span waited for their ack."""
        return [wait for writer in self.writers for at, wait in writer.waits if begin <= at <= end]

    def note_waits(self, toll: Toll, at_most: float | None = None) -> None:
        toll.note("ack_p99_s", quantile(self.waits(), 0.99), at_most=at_most)

    def note_resumes(self, toll: Toll, at_most: float) -> None:
        """From the drop to the first frame that says where the stream stands."""
        away = [seconds for reader in self.readers for seconds in reader.away]
        toll.note("resumes", len(away))
        toll.note("resume_p99_s", quantile(away, 0.99), at_most=at_most)


async def found_room(host: Person) -> str:
    """Sign up, plan an online roadshow, publish it and open its room. Returns its id; the host stays signed in."""
    await host.made("/accounts", {"email": f"{uuid4().hex[:12]}@example.com", "password": PASSWORD, "name": "主持人"})
    await host.refresh()
    organizer = (await host.made("/organizers", {"slug": f"o-{uuid4().hex[:8]}", "name": "故障演练中心"}))["id"]
    series = await host.made(f"/organizers/{organizer}/series", {"name": "演练"})
    channel = {"kind": "online", "name": "直播间", "capacity": 500, "stream_url": "https://live.example.org/1"}
    venue = await host.made(f"/organizers/{organizer}/venues", channel)
    plan = {
        "title": "故障演练", "series_id": series["id"], "channel_id": venue["id"],
        "starts_at": wire(soon(3)), "ends_at": wire(soon(3, 10)),
    }  # fmt: skip
    roadshow: str = (await host.made(f"/organizers/{organizer}/roadshows", plan))["id"]
    await host.made(f"/roadshows/{roadshow}/publish")
    await host.made(f"/roadshows/{roadshow}/live/room.open", {})
    return roadshow
