"""Files are read in child processes: few at once, in turn for each account, and the server holds none of it."""

from __future__ import annotations

import asyncio
import errno
import gzip
import io
import json
import os
import re
import resource
import sys
import threading
import zipfile
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from events.directory import picture
from events.feeds import parsing as lists
from events.feeds import sources
from events.feeds.sources import Choices
from events.live.stage import pdf as slides
from server import auth, importing, parsing, uploads
from server.importing import forget_imports
from server.parsing import EACH_WAITS, ParsingBusy, Queue, TooHeavy, child
from server.settings import ROOT
from server.storage import StorageFull
from tests import pdfs
from tests.live import new_show
from tests.server.api.test_decks import send
from tests.server.api.test_imports import CSV, kept, upload
from tests.world import World

MIB = 1024 * 1024


def long_line() -> bytes:
    """One megabyte that unpacks to a line of a gibibyte."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb") as packed:
        packed.write(b"name\n")
        for _ in range(1024):
            packed.write(b"a" * MIB)
    return file.getvalue()


def deep_sheet() -> bytes:
    """A small workbook whose shared strings take more memory than a child has."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sharedStrings.xml", "<sst>" + "<si><t/></si>" * 12_000_000 + "</sst>")
    return file.getvalue()


@pytest.mark.field
@pytest.mark.parametrize("content", [long_line, deep_sheet])
async def test_bomb_is_refused_by_a_child_and_the_server_holds_none_of_it(small_world: World, content: Any) -> None:
    owner, organizer = await small_world.organizer()
    bomb = content()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    answer = await upload(owner, organizer["id"], bomb, "f.csv.gz")

    assert (answer.status_code, answer.json()["code"]) in {(422, "file_too_large"), (422, "file_unreadable")}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert kept(small_world) == []


FENCES = {
    "events.feeds.parsing": (lists.MEMORY_BYTES, lists.CPU_SECONDS, lists.MOST_PLAIN),
    "events.live.stage.pdf": (slides.MEMORY, slides.CPU_SECONDS, 0),
    "events.directory.picture": (picture.MEMORY, picture.CPU_SECONDS, 0),
}


@pytest.mark.parametrize("module", FENCES)
async def test_child_has_given_up_memory_time_and_output_before_it_opens_the_file(tmp_path: Path, module: str) -> None:
    source = tmp_path / "file"
    os.mkfifo(source)
    request = {"source": str(source), "target": "/dev/null", "kind": "companies", "choices": asdict(Choices())}
    argument = json.dumps(request) if "parsing" in module else str(source)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, argument, cwd=ROOT)
    opened = await asyncio.to_thread(source.open, "wb")  # comes back when the child opens it
    try:
        text = Path(f"/proc/{process.pid}/limits").read_text()
    finally:
        process.kill()
        opened.close()
        await process.wait()
    soft = dict(re.findall(r"^Max (address space|cpu time|file size|core file size) +(\S+)", text, re.MULTILINE))

    assert tuple(int(soft[name]) for name in ("address space", "cpu time", "file size")) == FENCES[module]
    assert soft["core file size"] == "0"


async def test_nothing_of_an_upload_is_opened_in_the_server(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, organizer = await small_world.organizer()
    for name in ("gzip.open", "zipfile.ZipFile", "openpyxl.load_workbook"):
        monkeypatch.setattr(name, lambda *args, **options: pytest.fail("opened in the server"))

    answers = [
        await upload(owner, organizer["id"], gzip.compress(CSV), "f.csv.gz"),
        await upload(owner, organizer["id"], b"PK\x03\x04junk", "f.xlsx"),
    ]

    assert [answer.status_code for answer in answers] == [201, 422]


async def test_each_account_has_one_file_read_at_a_time_and_few_waiting() -> None:
    queue, order = Queue(), []

    async def read(who: str, name: str, until: asyncio.Event) -> None:
        async with queue.place(who), queue.turn(who):
            order.append(name)
            await until.wait()

    done = asyncio.Event()
    tasks = [asyncio.create_task(read("a", f"a{n}", done)) for n in range(EACH_WAITS)]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(read("b", "b", done)))
    for _ in range(5):
        await asyncio.sleep(0)
    begun = list(order)
    with pytest.raises(ParsingBusy) as caught:
        queue.refuse_if_full("a")
    done.set()
    await asyncio.gather(*tasks)

    assert (begun, sorted(order)) == (["a0", "b"], ["a0", "a1", "a2", "b"])
    assert caught.value.details["retry_after"] > 0
    queue.refuse_if_full("a")


async def test_few_files_are_read_at_once_and_few_wait_in_all() -> None:
    queue, reading, done = Queue(), [], asyncio.Event()

    async def read(who: str) -> None:
        async with queue.place(who), queue.turn(who):
            reading.append(who)
            await done.wait()

    tasks = [asyncio.create_task(read(str(number))) for number in range(parsing.ALL_WAIT)]
    for _ in range(5):
        await asyncio.sleep(0)
    begun = len(reading)
    with pytest.raises(ParsingBusy):
        queue.refuse_if_full("somebody else")
    done.set()
    await asyncio.gather(*tasks)

    assert (begun, len(reading)) == (parsing.AT_ONCE, parsing.ALL_WAIT)


async def test_upload_beyond_those_that_wait_is_told_when_to_come_back(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, organizer = await small_world.organizer()
    go_on = asyncio.Event()

    async def held(*_: Any) -> dict[str, Any]:
        await go_on.wait()
        raise TooHeavy

    monkeypatch.setattr(importing, "child", held)
    tasks = [asyncio.create_task(upload(owner, organizer["id"])) for _ in range(EACH_WAITS)]
    queue = small_world.app.state.roadshow.parsing
    while queue._of_each.total() < EACH_WAITS:
        await asyncio.sleep(0.02)
    refused = await upload(owner, organizer["id"])
    signed_in = await small_world.person("另一位")
    go_on.set()
    statuses = [answer.status_code for answer in await asyncio.gather(*tasks)]

    assert (refused.status_code, refused.json()["code"]) == (429, "parsing_busy")
    assert int(refused.headers["retry-after"]) > 0
    assert signed_in is not None
    assert statuses == [422] * EACH_WAITS
    assert kept(small_world) == []


async def test_passwords_are_checked_while_every_other_thread_is_taken() -> None:
    loop = asyncio.get_running_loop()
    gate = threading.Event()
    busy = [loop.run_in_executor(None, gate.wait) for _ in range(64)]
    try:
        stored = await asyncio.wait_for(auth.hash_password("ein Wort 123"), 60)
        assert await asyncio.wait_for(auth.password_fits(stored, "ein Wort 123"), 60)
    finally:
        gate.set()
        await asyncio.gather(*busy)


@pytest.mark.parametrize(
    "program",
    [
        "print('x' * 20_000_000)", "import time; time.sleep(60)", "import sys; sys.exit(3)",
        "import os; os.kill(os.getpid(), 9)",
    ],
    ids=["talks", "sleeps", "fails", "dies"],
)  # fmt: skip
async def test_child_that_does_not_answer_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    (tmp_path / "unruly.py").write_text(program)
    monkeypatch.setattr(parsing, "ROOT", tmp_path)

    with pytest.raises(TooHeavy):
        await child("unruly", "x", 5.0)


async def test_waiting_that_is_given_up_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sleeper.py").write_text(
        "import os, sys, time\nopen(sys.argv[1], 'w').write(str(os.getpid()))\ntime.sleep(300)\n"
    )
    monkeypatch.setattr(parsing, "ROOT", tmp_path)
    mark = tmp_path / "pid"
    task = asyncio.create_task(child("sleeper", str(mark), 300.0))
    while not (mark.exists() and mark.read_text()):
        await asyncio.sleep(0.02)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


async def test_account_has_so_much_room_for_uploads_and_no_more(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, organizer = await small_world.organizer()
    content = CSV + b"x,,,\n" * 60_000
    settings = small_world.app.state.roadshow.settings
    monkeypatch.setitem(settings.__dict__, "most_uploaded_mib", 1)

    first = await upload(owner, organizer["id"], content)
    second = await upload(owner, organizer["id"], content)

    assert (first.status_code, second.status_code, second.json()["code"]) == (201, 422, "uploads_full")
    assert len(kept(small_world)) == 2


class Full(io.BytesIO):
    """An upload for which the disk has no room."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")


def kept_on_a_full_disk(_file: Any, *rest: Any) -> tuple[int, str]:
    return uploads.keep(Full(), *rest)


async def failing_child(*_: Any) -> dict[str, Any]:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("place", "by"), [("api.imports.keep", kept_on_a_full_disk), ("importing.child", failing_child)]
)
async def test_full_disk_refuses_the_upload_and_keeps_nothing(
    small_world: World, monkeypatch: pytest.MonkeyPatch, place: str, by: Any
) -> None:
    owner, organizer = await small_world.organizer()
    monkeypatch.setattr(f"server.{place}", by)

    answer = await upload(owner, organizer["id"])

    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert kept(small_world) == []


async def test_child_that_finds_the_storage_full_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "full.py").write_text(f"print('{{\"failed\": {errno.ENOSPC}}}')")
    monkeypatch.setattr(parsing, "ROOT", tmp_path)

    with pytest.raises(StorageFull):
        await child("full", "x", 60.0)


async def test_full_disk_refuses_slides_and_keeps_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    show = await new_show(world, is_open=True)
    assert show.startup is not None
    monkeypatch.setattr("server.decks.keep", kept_on_a_full_disk)

    answer = await send(show, show.startup, pdfs.plain())

    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert list((world.app.state.roadshow.settings.files_dir / "decks").glob("*")) == []


async def test_slides_of_too_many_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.pdf").write_bytes(pdfs.plain())
    monkeypatch.setattr(slides, "MOST_OBJECTS", 3)

    assert slides.examine(tmp_path / "a.pdf") == {"refused": "pdf_too_heavy"}


async def test_files_no_import_needs_are_swept_and_no_others(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    await upload(owner, organizer["id"])
    state = small_world.app.state.roadshow
    (importing.directory(state.settings) / "left.csv").write_bytes(b"x")

    await forget_imports(state.database, state.settings, datetime.now(UTC))
    at_once = len(kept(small_world))
    await forget_imports(state.database, state.settings, datetime.now(UTC) + timedelta(hours=2))

    assert (at_once, sorted(path.suffix for path in kept(small_world))) == (3, [".csv", ".upload"])


async def test_cell_longer_than_any_field_refuses_its_row_only(small_world: World) -> None:
    owner, organizer = await small_world.organizer()

    job = (await upload(owner, organizer["id"], f"name,city\n甲,{'长' * 100_000}\n乙,武汉\n".encode())).json()

    assert (job["counts"], job["reasons"][0]["code"]) == ({"rows": 2, "acceptable": 1, "refused": 1}, "too_long")
    assert max(len(cell) for row in job["sample"] for cell in row) < sources.MOST_CELL
