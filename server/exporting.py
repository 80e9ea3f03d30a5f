"""Rows become a file: short lists in a thread, long ones in a child process, so that nobody waits for them."""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import IO, Any

from sqlalchemy import Row

from events.actor import Actor
from events.exports import service
from events.exports.columns import LONG, cells
from events.exports.commas import CsvWriter
from events.exports.service import Export
from events.exports.sheets import SheetWriter
from server.settings import ROOT

AT_ONCE = 2
"""Long lists that are written at the same time; more wait."""


class Exporting:
    """Writes exports into files."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def write(
        self, read: service.Sessions, actor: Actor, export: Export, content: IO[bytes], suffix: str, now: datetime
    ) -> int:
        """All rows into the file; no connection is held while they are written. Returns how many."""
        pages = service.pages(read, export)
        first: Rows = await anext(pages, [])
        is_long = len(first) == service.PAGE and export.subject in LONG
        if not is_long:
            count = await _here(first, pages, actor, export, content, suffix, now)
        else:
            async with self._free:
                count = await _apart(first, pages, actor, export, content, suffix, now)
        content.seek(0)
        return count


Rows = Sequence[Row[Any]]


async def _here(
    first: Rows, rest: AsyncIterator[Rows], actor: Actor, export: Export, content: IO[bytes], suffix: str, now: datetime
) -> int:
    kind = SheetWriter if suffix == "xlsx" else CsvWriter
    writer: SheetWriter | CsvWriter = await asyncio.to_thread(kind, export.table, content)

    def add(page: Rows) -> int:
        writer.add(cells(export.table.columns, page, export.zone, export.table.locale))
        return len(page)

    count = await asyncio.to_thread(add, first)
    async for page in rest:
        count += await asyncio.to_thread(add, page)
    service.annotate(export, actor, count, now)
    await asyncio.to_thread(writer.close)
    return count


async def _apart(
    first: Rows, rest: AsyncIterator[Rows], actor: Actor, export: Export, content: IO[bytes], suffix: str, now: datetime
) -> int:
    """The next page is read while the child writes; at most two are on their way to it. Raises OSError."""
    told = {
        "subject": str(export.subject), "timezone": str(export.zone), "locale": export.table.locale,
        "name": export.table.name, "suffix": suffix, "names": list(first[0]._fields),
    }  # fmt: skip
    async with _child(content) as process:
        try:
            await send(process, told)
            await send(process, first)
            count = len(first)
            async for page in rest:
                await send(process, page)
                count += len(page)
            service.annotate(export, actor, count, now)
            await send(process, tuple(export.table.notes))
        except (BrokenPipeError, ConnectionResetError) as error:
            raise OSError(await process.wait(), "the file could not be written") from error
        if code := await process.wait():
            raise OSError(code, "the file could not be written")
        return count


async def send(process: asyncio.subprocess.Process, what: Any) -> None:
    """Give the child one thing, and wait until it has taken in what went before."""
    plain = [tuple(row) for row in what] if isinstance(what, list) else what
    assert process.stdin is not None
    process.stdin.write(await asyncio.to_thread(pickle.dumps, plain, pickle.HIGHEST_PROTOCOL))
    await process.stdin.drain()


@asynccontextmanager
async def _child(content: IO[bytes]) -> AsyncIterator[asyncio.subprocess.Process]:
    """The child over the file; nothing of it is left afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.export_child", cwd=ROOT, env={},
        stdin=asyncio.subprocess.PIPE, stdout=content, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
