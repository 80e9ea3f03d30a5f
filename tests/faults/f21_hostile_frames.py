"""F21: frames no browser sends, by the tens of thousands: each ends as the rules say, and the room does not notice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.crowd import Crowd
from tests.faults.ground import lone_node
from tests.faults.link import PING, TEXT, Link, frame
from tests.faults.nodes import Node
from tests.faults.profile import Profile, Toll

AT_ONCE = 40
CONTINUED, BINARY = 0, 2
RSV1 = 0x40
OPEN_STILL = 0


@dataclass(frozen=True, slots=True)
class Attack:
    """Frames to send, and the codes that are right answers to them; `OPEN_STILL` when nothing is wrong with them."""

    name: str
    make: Callable[[random.Random], list[bytes]]
    codes: tuple[int, ...]


def _fragments(dice: random.Random) -> list[bytes]:
    """A ping of the application in small pieces, a control frame between two of them."""
    pieces = [b'{"ty', b'pe":', b'"pin', b'g"}']
    return [
        frame(pieces[0], TEXT, last=False),
        *(frame(piece, CONTINUED, last=False) for piece in pieces[1:3]),
        frame(b"between", PING),
        frame(pieces[3], CONTINUED),
    ]


ATTACKS = (
    Attack("fragments", _fragments, (OPEN_STILL,)),
    Attack("pings", lambda dice: [frame(dice.randbytes(dice.randrange(125)), PING) for _ in range(30)], (OPEN_STILL,)),
    Attack("bad UTF-8", lambda dice: [frame(b'{"type":"\xff\xfe"}')], (1007,)),
    Attack("cut UTF-8", lambda dice: [frame('{"type":"问"}'.encode()[:-4])], (1007,)),
    Attack("not JSON", lambda dice: [frame(dice.choice([b"", b"{", b"null", b'{"type":"x"}', b"[" * 5000]))], (1007,)),
    Attack("too big", lambda dice: [frame(b'"' + b"a" * 70_000 + b'"')], (1009,)),
    Attack("says too big", lambda dice: [b"\x81\xff" + (2**40).to_bytes(8, "big") + b"\0\0\0\0"], (1009, 1002)),
    Attack("negative size", lambda dice: [b"\x81\xff" + b"\xff" * 8 + b"\0\0\0\0"], (1009, 1002)),
    Attack("endless fragments", lambda dice: [frame(b"[" * 900, 0 if n else 1, last=False) for n in range(90)],
           (1009, 4429)),
    Attack("deflate bomb", lambda dice: [frame(b"\xaa" + b"\0" * 1000, TEXT, rsv=RSV1)], (1002,)),
    Attack("not masked", lambda dice: [frame(b'{"type":"ping"}', masked=False)], (1002,)),
    Attack("reserved opcode", lambda dice: [frame(b"x", dice.choice([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]))], (1002,)),
    Attack("long ping", lambda dice: [frame(b"x" * 126, PING)], (1002,)),
    Attack("fragmented ping", lambda dice: [frame(b"x", PING, last=False)], (1002,)),
    Attack("continues nothing", lambda dice: [frame(b"x", CONTINUED)], (1002,)),
    Attack("starts twice", lambda dice: [frame(b"x", TEXT, last=False), frame(b"y", TEXT)], (1002,)),
    Attack("binary", lambda dice: [frame(b"\0\1\2", BINARY)], (1007, 1003)),
)  # fmt: skip


async def run(profile: Profile) -> Toll:
    wanted, dice = profile.pick(1500, 100_000), profile.dice
    async with lone_node(profile) as (node, url):
        crowd = Crowd(profile, [node], url, voters=10, askers=2, readers=10)
        await crowd.found()
        async with crowd.at_work():
            await _attack(node, crowd, dice, wanted // 20)
            before, pid = node.rss_kib, node.pid
            frames, wrong = await _attack(node, crowd, dice, wanted)
            await asyncio.sleep(2)
            after, same = node.rss_kib, node.is_up and node.pid == pid
        toll = await crowd.reckon()
    toll.note("frames", frames, at_least=wanted)
    toll.note("crashes", 0 if same else 1, at_most=0)
    toll.note("wrong_answers", sum(wrong.values()), at_most=0)
    toll.figures |= {f"wrong: {name}": count for name, count in wrong.items()}
    toll.note("rss_change", after / before - 1, at_most=0.10)
    toll.note("readers_dropped", sum(reader.drops for reader in crowd.readers), at_most=0)
    return toll


async def _attack(node: Node, crowd: Crowd, dice: random.Random, wanted: int) -> tuple[int, dict[str, int]]:
    """Send so many frames over many sockets; how many were sent, and which attacks were answered wrongly."""
    gate, wrong, sent = asyncio.Semaphore(AT_ONCE), dict[str, int](), 0
    path = f"/api/v1/roadshows/{crowd.roadshow_id}/live/socket"

    async def one(attack: Attack, warm: list[bytes], frames: list[bytes]) -> None:
        async with gate:
            code = await _answer(node, path, warm + frames, attack)
        if code not in attack.codes:
            wrong[f"{attack.name} → {code}"] = wrong.get(f"{attack.name} → {code}", 0) + 1

    attacks = []
    while sent < wanted:
        attack = dice.choice(ATTACKS)
        warm = [*_fragments(dice), *ATTACKS[1].make(dice)] * dice.randrange(1, 3)
        frames = attack.make(dice)
        sent += len(warm) + len(frames)
        attacks.append(one(attack, warm, frames))
    await asyncio.gather(*attacks)
    return sent, wrong


async def _answer(node: Node, path: str, frames: list[bytes], attack: Attack) -> int | None:
    """The code this socket was closed with, 0 when it still answers; None when it was dropped without a word."""
    over: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
    heard = asyncio.Event()

    def left(code: int | None) -> None:
        if not over.done():
            over.set_result(code)

    try:
        link = await Link.dial(node.port, path, {}, lambda _text: heard.set(), left)
    except (OSError, TimeoutError):
        return None
    try:
        async with asyncio.timeout(15):
            await heard.wait()
            heard.clear()
            link.transport.write(b"".join(frames))
            if attack.codes == (OPEN_STILL,):
                link.say('{"type":"subscribe","stream":"nowhere"}')
                await heard.wait()
                return OPEN_STILL
            return await over
    except TimeoutError:
        return -1
    finally:
        link.transport.abort()
