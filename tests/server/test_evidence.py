"""Documents of companies are read in turn, counted and swept like every other upload."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from server import decks, evidence, examining
from server.parsing import AT_ONCE, EACH_WAITS, TooHeavy
from server.worker import duties_of
from tests import pdfs, pictures
from tests.live import new_show
from tests.server.api.test_decks import send
from tests.server.api.test_imports import upload
from tests.server.test_parsing import kept_on_a_full_disk
from tests.world import Person, World, new_credit_code

Show = Callable[[bytes], Awaitable[httpx.Response]]


@pytest.fixture
async def founder(world: World) -> Person:
    return await world.person("创始人")


@pytest.fixture
async def show(world: World, founder: Person) -> Show:
    """Shows an organizer a document of this content."""
    _, organizer = await world.organizer()
    made = await founder.made("/companies", {"credit_code": new_credit_code(), "name": "自称企业"})
    path = f"/companies/{made['company']['id']}/recognitions"
    await founder.made(path, {"organizer_id": organizer["id"]})
    return lambda content: founder.post(f"{path}/{organizer['id']}/evidence", files={"file": ("执照.pdf", content)})


def kept(world: World, folder: str = "evidence") -> list[Path]:
    place = world.app.state.roadshow.settings.files_dir / folder
    return sorted(place.glob("*")) if place.exists() else []


@pytest.mark.field
async def test_whole_documents_and_pictures_are_taken(world: World, show: Show) -> None:
    answers = [await show(content) for content in (pdfs.plain(1), pictures.png(), pictures.jpeg())]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert sorted(path.suffix for path in kept(world)) == [".jpg", ".pdf", ".png"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "document_kind"),
        (b"<html><script>", "document_kind"),
        (pdfs.with_script(), "pdf_acts"),
        (pdfs.encrypted(), "pdf_encrypted"),
        (pdfs.truncated(), "pdf_unreadable"),
        (pdfs.endless(), "pdf_unreadable"),
        (pictures.png(rows=2)[:-12], "picture_unreadable"),
        (pictures.png()[:20], "picture_unreadable"),
        (pictures.png(0, 8), "picture_unreadable"),
        (pictures.png(60_000, 60_000, rows=1), "picture_too_large"),
        (pictures.jpeg()[:-2], "picture_unreadable"),
        (pictures.jpeg()[:12], "picture_unreadable"),
        (pictures.jpeg(60_000, 60_000), "picture_too_large"),
        (b"\xff\xd8" + b"\xff" * 50_000, "picture_unreadable"),
    ],
    ids=[
        "nothing", "page", "script", "locked", "truncated", "endless", "png-open", "png-short", "png-flat", "png-huge",
        "jpg-open", "jpg-short", "jpg-huge", "jpg-fill",
    ],
)  # fmt: skip
async def test_what_no_reader_should_open_is_refused_and_not_kept(
    world: World, show: Show, content: bytes, code: str
) -> None:
    answer = await show(content)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert kept(world) == []


async def test_documents_wait_in_the_queue_of_all_uploads(
    world: World, founder: Person, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, begun = asyncio.Event(), []

    async def held(module: str, *_: Any) -> dict[str, Any]:
        begun.append(module)
        await go_on.wait()
        raise TooHeavy

    monkeypatch.setattr(examining, "child", held)
    organizer = await founder.made("/organizers", {"slug": "own", "name": "自己的主办方"})
    tasks = [asyncio.create_task(show(pictures.png())) for _ in range(EACH_WAITS)]
    queue = world.app.state.roadshow.parsing
    while queue._of_each.total() < EACH_WAITS or not begun:
        await asyncio.sleep(0.02)
    list_refused, document_refused = await upload(founder, organizer["id"]), await show(pictures.png())
    at_once = len(begun)
    go_on.set()
    ended = await asyncio.gather(*tasks)

    assert [answer.json()["code"] for answer in (list_refused, document_refused)] == ["parsing_busy"] * 2
    assert at_once == 1 < AT_ONCE
    assert [answer.json()["code"] for answer in ended] == ["picture_unreadable"] * EACH_WAITS
    assert kept(world) == []


async def test_documents_count_as_uploads_of_their_account(
    world: World, founder: Person, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.state.roadshow.settings.__dict__, "most_uploaded_mib", 1)
    heavy = pictures.jpeg()[:-2] + b"\x00" * 600_000 + b"\xff\xd9"
    organizer = await founder.made("/organizers", {"slug": "own", "name": "自己的主办方"})

    first, second = await show(heavy), await show(heavy)
    listed = await upload(founder, organizer["id"], b"name\n" + "企业\n".encode() * 80_000)

    assert [answer.status_code for answer in (first, second, listed)] == [201, 422, 422]
    assert [answer.json()["code"] for answer in (second, listed)] == ["uploads_full"] * 2
    assert (len(kept(world)), kept(world, "imports")) == (1, [])


async def test_list_that_is_larger_when_it_is_plain_counts_as_large_as_it_is(
    world: World, founder: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.state.roadshow.settings.__dict__, "most_uploaded_mib", 1)
    organizer = await founder.made("/organizers", {"slug": "own", "name": "自己的主办方"})

    refused = await upload(founder, organizer["id"], b"name\n" + "企业\n".encode() * 100_000)

    assert (refused.status_code, refused.json()["code"]) == (422, "uploads_full")
    assert kept(world, "imports") == []


async def test_full_disk_refuses_a_document_and_keeps_nothing(
    world: World, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.evidence.keep", kept_on_a_full_disk)

    answer = await show(pdfs.plain(1))

    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert kept(world) == []


async def test_files_that_became_no_upload_go_after_an_hour_and_others_stay(world: World, show: Show) -> None:
    state = world.app.state.roadshow
    room = await new_show(world, is_open=True)
    assert room.startup is not None
    assert (await show(pdfs.plain(1))).status_code == 201
    assert (await send(room, room.startup, pdfs.plain(1))).status_code == 201
    stay = kept(world) + kept(world, "decks")
    left = [evidence.path_of(state.settings, "left", "png"), decks.path_of(state.settings, "left")]
    for path in left:
        path.write_bytes(b"x")
    forget = next(duty.act for duty in duties_of(state.database, state.settings, state.commands, _ring)
                  if duty.name == "forget")  # fmt: skip

    await forget(datetime.now(UTC))
    at_once = [path.exists() for path in left]
    for path in [*left, *stay]:
        os.utime(path, times=((datetime.now(UTC) - timedelta(hours=2)).timestamp(),) * 2)
    await forget(datetime.now(UTC))

    assert at_once == [True, True]
    assert kept(world) + kept(world, "decks") == stay


async def _ring(*_: object) -> None:
    pass
