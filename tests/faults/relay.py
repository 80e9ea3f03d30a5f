"""A wire between a process and a service that can be cut without a word to either end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import unquote

from tests.services import free_port


class Relay:
    """Passes bytes on; while it is cut nothing passes, nothing closes, and who connects is not answered."""

    def __init__(self) -> None:
        self.port = free_port()
        self._target: int | str = 0
        self._whole = asyncio.Event()
        self._whole.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def to(self, url: str) -> str:
        """The address to use instead of `url`, which may name a directory of unix sockets."""
        address, _, directory = url.partition("?host=")
        if directory:
            self._target = f"{unquote(directory)}/.s.PGSQL.5432"
            return address.replace("@/", f"@127.0.0.1:{self.port}/")
        port = url.rpartition(":")[2].partition("/")[0]
        self._target = int(port)
        return url.replace(f":{port}", f":{self.port}")

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        self._whole.clear()

    def heal(self) -> None:
        self._whole.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(OSError, asyncio.CancelledError):
            await self._whole.wait()
            far_reader, far_writer = await self._dial()
            try:
                await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
            finally:
                far_writer.close()
        writer.close()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._target, str):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection("127.0.0.1", self._target)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._whole.wait()
            writer.write(data)
            await writer.drain()
        writer.close()
