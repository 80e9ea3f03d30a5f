"""People's files are read in child processes: few at once, in turn for each account, and bounded in every way.

A child takes away its own memory, CPU time, open files and output as it begins; from here it gets a time on the clock,
and no more of its answer is read than an answer can be.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from events.errors import TooMany
from server.errors import Unavailable
from server.settings import ROOT
from server.storage import ROOM, StorageFull

MIB = 1024 * 1024
AT_ONCE = 2
EACH_WAITS = 3
"""Files of one account that are read or wait for it."""
ALL_WAIT = 24
MOST_ANSWER = 8 * MIB
RETRY_SECONDS = 15
logger = structlog.get_logger()


class ParsingBusy(TooMany):
    """429: too many files wait to be read."""

    code = "parsing_busy"
    zh, en = (
        "正在读取的文件较多，请在 {retry_after} 秒后再试。",
        "Many files are being read; try again in {retry_after} s.",
    )
    fix_zh, fix_en = "请等已上传的文件读完后再上传。", "Upload again when the files you sent have been read."


class TooHeavy(Exception):
    """The child did not come back in time, or ended without an answer."""


@dataclass(slots=True)
class Queue:
    """Whose turn it is: `AT_ONCE` files at once, one of each account, and few that wait."""

    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _of_each: Counter[str] = field(default_factory=Counter)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    def refuse_if_full(self, who: str) -> None:
        """Refuses: parsing_busy."""
        if self._of_each[who] >= EACH_WAITS or self._of_each.total() >= ALL_WAIT:
            raise ParsingBusy(retry_after=RETRY_SECONDS)

    @asynccontextmanager
    async def place(self, who: str) -> AsyncIterator[None]:
        """A place in the queue for as long as a file is taken in and read. Refuses: parsing_busy."""
        self.refuse_if_full(who)
        self._of_each[who] += 1
        self._locks.setdefault(who, asyncio.Lock())
        try:
            yield
        finally:
            self._of_each[who] -= 1
            if not self._of_each[who]:
                del self._of_each[who], self._locks[who]

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """This account's turn to have a file read; only from within its `place`."""
        async with self._locks[who], self._free:
            yield


async def child(module: str, argument: str, seconds: float) -> dict[str, Any]:
    """What `python -m module argument` answers as JSON. Raises `TooHeavy`. Refuses: unavailable, storage_full."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, argument, cwd=ROOT, env={},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as error:
        logger.warning("parsing_unavailable", error=str(error))
        raise Unavailable(retry_after=RETRY_SECONDS) from None
    try:
        async with asyncio.timeout(seconds):
            said = await _answer(process)
            code = await process.wait()
    except TimeoutError:
        raise TooHeavy from None
    finally:
        await _end(process)
    if code != 0 or len(said) > MOST_ANSWER:
        raise TooHeavy
    answer: dict[str, Any] = json.loads(said)
    if "failed" in answer:
        if answer["failed"] in ROOM:
            raise StorageFull
        raise TooHeavy
    return answer


async def _answer(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    said = bytearray()
    while len(said) <= MOST_ANSWER and (piece := await process.stdout.read(64 * 1024)):
        said += piece
    if len(said) > MOST_ANSWER:
        process.kill()
    return bytes(said)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Nothing of the child is left, whatever ended the wait for it."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())
