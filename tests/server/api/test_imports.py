"""Imports by screen: upload, look, start, watch, and take the refused rows along."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from events.feeds import sources
from server import importing
from tests.world import Person, World

CSV = '企业名称,行业,城市,备注\n示例光子,芯片,武汉,甲\n#NAME?,软件,,\n"示例 材料",新材料,襄阳,"+86"\n'.encode()


async def upload(
    person: Person,
    organizer_id: str,
    content: bytes = CSV,
    name: str = "企业.csv",
    kind: str = "companies",
    **options: Any,
) -> httpx.Response:
    return await person.send(
        "POST", f"/organizers/{organizer_id}/imports", files={"file": (name, content)}, data={"kind": kind}, **options
    )


async def finished(world: World, person: Person, job: dict[str, Any]) -> dict[str, Any]:
    """The import once it is over; on PostgreSQL, where the worker is another process, carried on from here."""
    state = world.app.state.roadshow
    for _ in range(100):
        await importing.continue_imports(state.database, state.settings, datetime.now(UTC))
        job = await person.read(f"/imports/{job['id']}")
        if job["state"] in {"done", "failed"}:
            break
        await asyncio.sleep(0.1)
    return job


def kept(world: World) -> list[Path]:
    return list(importing.directory(world.app.state.roadshow.settings).iterdir())


async def test_upload_shows_what_would_be_read_and_imports_nothing(world: World) -> None:
    owner, organizer = await world.organizer()

    response = await upload(owner, organizer["id"])
    job = response.json()

    assert response.status_code == 201, response.text
    assert {name: job[name] for name in ("state", "filename", "kind", "columns", "mapping", "counts", "done")} == {
        "state": "preview", "filename": "企业.csv", "kind": "companies",
        "columns": ["企业名称", "行业", "城市", "备注"],
        "mapping": {"企业名称": "name", "行业": "industries", "城市": "city"},
        "counts": {"rows": 3, "acceptable": 2, "refused": 1}, "done": 0,
    }  # fmt: skip
    assert job["sample"][0] == ["示例光子", "芯片", "武汉", "甲"]
    assert (await owner.read(f"/organizers/{organizer['id']}/projects"))["items"] == []


async def test_started_import_runs_to_the_end_and_names_refused_rows(world: World) -> None:
    owner, organizer = await world.organizer()
    job = (await upload(owner, organizer["id"])).json()

    started = await owner.made(f"/imports/{job['id']}/start")
    done = await finished(world, owner, job)
    errors = await owner.read(f"/imports/{job['id']}/errors")
    names = {item["name"] for item in (await owner.read(f"/organizers/{organizer['id']}/projects"))["items"]}

    assert started["state"] == "running"
    assert (done["state"], done["total"], done["stored"], done["updated"], done["refused"]) == ("done", 3, 2, 0, 1)
    assert names == {"示例光子", "示例 材料"}
    words = {"zh-CN": "单元格是表格软件的错误值，原内容已丢失"}
    words["en"] = "The cell holds a spreadsheet error, not its content"
    refused = {"row": 3, "column": "企业名称", "value": "#NAME?", "code": "spreadsheet_error", "message": words}
    assert errors == {"items": [refused], "next": None}
    assert kept(world) == []


async def test_refused_rows_as_a_file_run_nothing(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    job = (await upload(owner, organizer["id"], "name,founded\n甲,=1+1\n乙,@x\n".encode())).json()
    await owner.made(f"/imports/{job['id']}/start")
    await finished(small_world, owner, job)

    response = await owner.get(f"/imports/{job['id']}/errors.csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))

    assert [row[:3] for row in rows] == [
        ["行号 Row", "列 Column", "内容 Value"], ["2", "founded", "'=1+1"], ["3", "founded", "'@x"],
    ]  # fmt: skip


async def test_refused_rows_come_page_by_page(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    job = (await upload(owner, organizer["id"], b"name,city\n" + b",x\n" * 5)).json()
    await owner.made(f"/imports/{job['id']}/start")
    await finished(small_world, owner, job)

    first = await owner.read(f"/imports/{job['id']}/errors?limit=3")
    second = await owner.read(f"/imports/{job['id']}/errors?limit=3&after={first['next']}")

    assert [item["row"] for item in first["items"] + second["items"]] == [2, 3, 4, 5, 6]
    assert second["next"] is None


async def test_sheet_and_packed_file_are_taken_too(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["机构名称", "类型"], ["示例创投", "创投"]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(file)

    sheet = await upload(owner, organizer["id"], file.getvalue(), "机构.xlsx", "institutions")
    packed = await upload(owner, organizer["id"], gzip.compress(CSV), "企业.csv.gz")

    assert (sheet.status_code, packed.status_code) == (201, 201)
    assert sheet.json()["mapping"] == {"机构名称": "name", "类型": "kind"}
    assert packed.json()["total"] == 3


async def test_mapping_can_be_corrected_before_the_start(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    job = (await upload(owner, organizer["id"], "甲列,乙列\n示例光子,武汉\n".encode())).json()

    unmapped = await owner.post(f"/imports/{job['id']}/start")
    await owner.made(f"/imports/{job['id']}/start", {"mapping": {"甲列": "name", "乙列": "city"}})
    done = await finished(small_world, owner, job)

    assert (unmapped.status_code, unmapped.json()["code"]) == (422, "mapping_invalid")
    assert (done["stored"], done["refused"]) == (1, 0)


async def test_import_starts_once(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    job = (await upload(owner, organizer["id"])).json()

    answers = [await owner.post(f"/imports/{job['id']}/start") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["code"] == "import_started"


async def test_repeated_upload_is_one_import_and_one_file(small_world: World) -> None:
    owner, organizer = await small_world.organizer()

    first, second = [await upload(owner, organizer["id"], key="same") for _ in range(2)]
    other = await upload(owner, organizer["id"], CSV + b"x,y,z\n", key="same")

    assert first.content == second.content
    assert (other.status_code, other.json()["code"]) == (422, "cmd_conflict")
    assert sorted(path.suffix for path in kept(small_world)) == [".csv", ".upload"]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "file_empty"), (b"name\n", "a.csv", "file_empty"),
        (b"name\n\xff\xfa\x81\xff\x00\n", "a.csv", "encoding_unknown"),
        (b"PK\x03\x04junk", "a.xlsx", "file_unreadable"), (b"\xd0\xcf\x11\xe0 old", "a.xls", "file_unreadable"),
    ],
)  # fmt: skip
async def test_file_that_cannot_be_read_is_refused_in_words(
    small_world: World, content: bytes, name: str, code: str
) -> None:
    owner, organizer = await small_world.organizer()

    answer = await upload(owner, organizer["id"], content, name)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert set(answer.json()["message"]) == {"zh-CN", "en"}
    assert kept(small_world) == []


async def test_upload_says_what_it_lacks(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    path = f"/organizers/{organizer['id']}/imports"

    answers = [
        await owner.send("POST", path, data={"kind": "companies"}, files={"other": ("a", b"x")}),
        await owner.send("POST", path, data={"kind": "people"}, files={"file": ("a", CSV)}),
        await owner.send("POST", path, {"kind": "companies"}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "upload_incomplete")] * 3


async def test_too_large_upload_is_refused(small_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, organizer = await small_world.organizer()
    monkeypatch.setattr(sources, "MOST_BYTES", 100)

    answer = await upload(owner, organizer["id"], CSV + b"x" * 200)

    assert (answer.status_code, answer.json()["code"]) == (422, "file_too_large")


async def test_only_planners_import_and_only_into_their_own_library(small_world: World) -> None:
    owner, organizer = await small_world.organizer()
    other, elsewhere = await small_world.organizer("别家")
    host = await small_world.staff(owner, organizer["id"], "host")
    job = (await upload(owner, organizer["id"])).json()
    stranger = await small_world.stranger()

    uploads = [(await upload(who, organizer["id"])).status_code for who in (host, other, stranger)]
    reads = [(await who.get(f"/imports/{job['id']}")).status_code for who in (host, other, stranger)]
    starts = [(await who.post(f"/imports/{job['id']}/start")).status_code for who in (host, other, stranger)]

    assert (uploads, reads, starts) == ([403, 404, 401], [403, 404, 401], [403, 404, 401])
    assert (await upload(other, elsewhere["id"])).status_code == 201


async def test_upload_from_another_site_is_refused(small_world: World) -> None:
    owner, organizer = await small_world.organizer()

    answers = [
        await upload(owner, organizer["id"], headers={"X-CSRF-Token": "wrong"}),
        await upload(owner, organizer["id"], headers={"Origin": "https://evil.example"}),
    ]

    assert [answer.json()["code"] for answer in answers] == ["cross_site"] * 2


@pytest.mark.field
async def test_rows_that_may_mean_an_entry_are_named_before_the_start_and_done_as_chosen(world: World) -> None:
    owner, organizer = await world.organizer()
    first = (await upload(owner, organizer["id"], "编号,名称,城市\n1,甲,武汉\n2,乙,武汉\n".encode())).json()
    await owner.made(f"/imports/{first['id']}/start")
    await finished(world, owner, first)

    rows = "编号,名称,城市\n1,丙,襄阳\n,乙,襄阳\n,甲,宜昌\n,丁,宜昌\n,丁,荆州\n"
    job = (await upload(owner, organizer["id"], rows.encode())).json()
    found = await owner.read(f"/imports/{job['id']}/matches")
    answers = {"rest": "skip", "rows": {"2": "apart", "3": "merge"}}
    await owner.made(f"/imports/{job['id']}/start", {"answers": answers})
    done = await finished(world, owner, job)
    refused = (await owner.read(f"/imports/{job['id']}/errors"))["items"]
    projects = (await owner.read(f"/organizers/{organizer['id']}/projects"))["items"]

    assert [(item["row"], item["old"], item["new"], item["why"]) for item in found["items"]] == [
        (2, "甲", "丙", "key_of_another"), (3, "乙", "乙", "same_name"), (4, "甲", "甲", "same_name"),
        (6, "丁", "丁", "same_name"),
    ]  # fmt: skip
    assert (found["items"][3]["old_row"], found["next"]) == (5, None)
    assert (done["stored"], done["updated"], done["refused"]) == (2, 1, 2)
    assert [(item["row"], item["code"]) for item in refused] == [(4, "same_name"), (6, "same_name")]
    assert {item["name"]: item["region"] for item in projects} == {
        "甲": "武汉", "乙": "襄阳", "丙": "襄阳", "丁": "宜昌",
    }  # fmt: skip
