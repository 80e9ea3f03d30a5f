"""The live endpoint on a real port: who comes in, what is heard, what is resumed, who must go."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.live import Phone, Show, cookies_of, new_show, phone, served
from tests.world import Person, World


@pytest.fixture
def world(small_world: World) -> World:
    return small_world


@pytest.fixture
async def show(world: World) -> Show:
    return await new_show(world, is_open=True)


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    async with served(world.app) as address:
        yield address


async def status_of(address: str, show: Show, person: Person | None = None, **headers: str | None) -> int:
    """What a handshake is answered: 101 or a refusal's status."""
    sent = {"Origin": f"http://{address}"} | (cookies_of(person) if person else {}) | headers
    kept = {name: value for name, value in sent.items() if value is not None}
    try:
        async with websockets.connect(
            f"ws://{address}/api/v1{show.path}/live/socket", additional_headers=kept, compression=None
        ):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def closed(device: Phone, seconds: float = 6) -> int | None:
    """Listen until the socket is closed; the code."""
    with pytest.raises(ConnectionClosed):
        await device.until("never", seconds)
    return device.link.close_code


# Following.


async def test_question_asked_on_one_phone_appears_on_another(world: World, show: Show, address: str) -> None:
    asker, reader = await world.person("提问人"), await world.person("听众")

    async with phone(address, show, asker) as mine, phone(address, show, reader) as theirs:
        await theirs.follow()
        ack = await mine.act("question.ask", {"text": "良率多少？"})
        entry = await theirs.until("entry", kind="question.changed")

    assert (ack["status"], ack["body"]["state"]) == (200, "published")
    assert entry["data"]["question"]["author"] == "提问人"
    assert theirs.states["public"] == (await show.state(reader))["state"]


async def test_reader_who_was_away_is_told_exactly_what_it_missed(world: World, show: Show, address: str) -> None:
    asker = await world.person()
    async with phone(address, show) as before:
        await before.follow()
    missed = [await show.ask(asker, f"问题{n}") for n in range(5)]

    async with phone(address, show) as after:
        after.states, after.at = before.states, before.at
        resumed = await after.follow(resume=True)
        await after.reach("public", resumed["seq"])

    assert (resumed["type"], resumed["count"]) == ("resumed", 5)
    assert [each["id"] for each in after.states["public"]["questions"]] == sorted(missed)
    assert after.states["public"] == (await show.state(asker))["state"]


async def test_epoch_of_another_life_gets_a_snapshot(show: Show, address: str) -> None:
    async with phone(address, show) as device:
        await device.say(type="subscribe", stream="public", epoch="another", seq=1)

        assert (await device.until("snapshot"))["seq"] == 1


async def test_nothing_falls_between_snapshot_and_entries(world: World, show: Show, address: str) -> None:
    """P6: phones that subscribe while questions pour in all end with the same state."""
    askers = [await world.person(str(n)) for n in range(4)]

    async def pour(asker: Person) -> None:
        for n in range(8):
            await show.ask(asker, f"问题{n}")

    async def subscribe_later(delay: float) -> Phone:
        await asyncio.sleep(delay)
        async with phone(address, show) as device:
            await device.follow()
            await device.reach("public", 1 + 4 * 8)
            return device

    devices = asyncio.gather(*(subscribe_later(n * 0.03) for n in range(10)))
    await asyncio.gather(*(pour(asker) for asker in askers))

    fresh = (await show.state(askers[0]))["state"]
    assert [device.states["public"] == fresh for device in await devices] == [True] * 10


async def test_presence_counts_people_not_sockets(world: World, show: Show, address: str) -> None:
    one, other = await world.person(), await world.person()

    async with phone(address, show, one) as first, phone(address, show, one), phone(address, show, other):
        heard = await first.until("presence", count=2)

    assert heard["count"] == 2


# Who comes in.


async def test_streams_follow_from_who_one_is(world: World, show: Show, address: str) -> None:
    guest = await world.stranger()
    await guest.made(f"{show.path}/guests", {"name": "游客"})
    viewer = await world.staff(show.host, show.organizer_id, "viewer")

    streams = {}
    for name, person in {"stranger": None, "guest": guest, "host": show.host, "viewer": viewer}.items():
        async with phone(address, show, person) as device:
            streams[name] = device.frames[0]["streams"]

    assert streams == {
        "stranger": ["public", "danmaku"],
        "guest": ["public", "danmaku", "user"],
        "host": ["public", "danmaku", "user", "staff", "speaker"],
        "viewer": ["public", "danmaku", "user", "staff", "speaker"],
    }


async def test_stream_that_is_not_ours_is_an_error(world: World, show: Show, address: str) -> None:
    other = await world.person()
    async with phone(address, show, await world.person()) as device:
        for stream in ["staff", f"user/{other.id}", f"{show.id}/staff"]:
            assert (await device.follow(stream))["code"] == "unknown_stream"


async def test_viewer_reads_the_staff_stream_and_moderates_nothing(world: World, show: Show, address: str) -> None:
    viewer = await world.staff(show.host, show.organizer_id, "viewer")
    question_id = await show.ask(viewer)

    async with phone(address, show, viewer) as device:
        await device.follow("staff")
        ack = await device.act("question.hide", {"question_id": question_id, "reason": "x"})

    assert (ack["status"], ack["body"]["code"]) == (403, "forbidden")


async def test_refusals_come_before_the_socket_opens(world: World, show: Show, address: str) -> None:
    person = await world.person()
    closed_show = await new_show(world, needs_approval=True)
    members_only = await new_show(world, open_to_guests=False)
    cancelled = await new_show(world, state="cancelled")
    draft = await new_show(world, state="draft")
    nowhere = Show(world, show.host, show.organizer_id, id="01JD3V0000000000000000000A")

    assert await status_of(address, show, person) == 101
    assert await status_of(address, closed_show, person) == 403
    assert await status_of(address, closed_show) == 401
    assert await status_of(address, members_only, person) == 101
    assert await status_of(address, members_only) == 401
    assert await status_of(address, cancelled, person) == 410
    assert await status_of(address, draft, person) == 404
    assert await status_of(address, nowhere, person) == 404


def foreign_origins(host: str, port: str) -> list[str]:
    return [
        "null", "", "http://", "https://evil.example", f"https://{host}:{port}", f"http://{host}",
        f"http://{host}:{int(port) + 1}", f"http://{host}:{port}.evil.example", f"http://{host}.evil.example:{port}",
        f"http://evil.example/{host}:{port}", f"http://evil{host}:{port}", f"http://{host}:{port}@evil.example",
        f"http://user@{host}:{port}", f"http://user:pass@{host}:{port}", f"ws://{host}:{port}", f"wss://{host}:{port}",
        f"{host}:{port}", f"//{host}:{port}", f"http://{host}.:{port}", f"http://{host}:{port}/", f"http://{host}:{port}/x",
        f"http://{host}:{port}?x", f"http://{host}:{port}#x", f"HTTP://{host}:{port}", f"http://{host}:0{port}",
        f"http://[::1]:{port}", "http://localhost:" + port, f"http://127.1:{port}", f"http://2130706433:{port}",
        f"http://xn--evil.example:{port}", f"file://{host}:{port}", f"http://{host}:{port} http://evil.example",
        f"http://evil.example http://{host}:{port}", "chrome-extension://abcdefghijklmnop",
    ]  # fmt: skip


async def test_other_sites_pages_get_no_socket_with_our_cookie(world: World, show: Show, address: str) -> None:
    person = await world.person()
    origins = foreign_origins(*address.split(":"))

    answers = {origin: await status_of(address, show, person, Origin=origin) for origin in origins}

    assert len(answers) >= 30
    assert {origin: status for origin, status in answers.items() if status != 403} == {}
    assert await status_of(address, show, person, Origin=None) == 403


async def test_own_pages_and_plain_programs_get_a_socket(world: World, show: Show, address: str) -> None:
    person, port = await world.person(), address.split(":")[1]

    assert await status_of(address, show, person) == 101
    assert await status_of(f"localhost:{port}", show, person) == 101
    assert await status_of(address, show) == 101
    assert await status_of(address, show, Origin=None) == 101


# Commands.


async def test_command_repeated_over_both_doors_is_one(world: World, show: Show, address: str) -> None:
    person, cmd_id = await world.person(), str(uuid4())
    body = {"text": "只问一次", "anonymous": True}

    async with phone(address, show, person) as device:
        first = await device.act("question.ask", body, cmd_id)
        raw = await device.link_raw("question.ask", {"anonymous": True, "text": "只问一次"}, cmd_id)
        twin = await person.post(f"{show.path}/live/question.ask", body, key=cmd_id)
        other = await device.act("question.ask", body | {"text": "别的"}, cmd_id)
        elsewhere = await person.post(
            f"{show.path}/live/question.vote", {"question_id": first["body"]["id"]}, key=cmd_id
        )

    assert first["status"] == twin.status_code == 200
    assert twin.text in raw
    assert (other["status"], other["body"]["code"]) == (422, "cmd_conflict")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "cmd_conflict")
    assert len((await show.state(person))["state"]["questions"]) == 1


async def test_command_that_makes_no_sense_is_a_problem_not_a_close(world: World, show: Show, address: str) -> None:
    async with phone(address, show, await world.person()) as device:
        unknown = await device.act("room.explode")
        invalid = await device.act("question.ask", {"text": "", "extra": 1})
        fine = await device.act("question.ask", {"text": "还在"})

    assert (unknown["status"], unknown["body"]["code"]) == (404, "unknown_command")
    assert (invalid["status"], invalid["body"]["code"]) == (422, "validation_failed")
    assert {tuple(error["loc"]) for error in invalid["body"]["errors"]} == {("body", "text"), ("body", "extra")}
    assert fine["status"] == 200


async def acted(device: Phone, body: str) -> int:
    """The status of a question whose body is written out."""
    cmd_id = str(uuid4())
    await device.link.send(f'{{"type":"command","cmd_id":"{cmd_id}","name":"question.ask","body":{body}}}')
    return int((await device.until("ack", cmd_id=cmd_id))["status"])


async def test_odd_text_in_a_frame_is_refused_and_spoils_nothing_beside_it(
    world: World, show: Show, address: str
) -> None:
    async with phone(address, show, await world.person()) as device:
        odd = [r'"\u0000"', "1e999", "9" * 400, "[" * 200 + "]" * 200]
        statuses = [await acted(device, f'{{"text": {text}}}') for text in odd]
        fine = await device.act("question.ask", {"text": "还在"})

    assert statuses == [422] * len(odd)
    assert fine["status"] == 200


COMMAND = '{"type":"command","cmd_id":"%s","name":"x","body":'


@pytest.mark.parametrize(
    "frame",
    ["[" * 60_000, COMMAND % 1 + "[" * 60_000, COMMAND % r"\u0000" + "{}}", COMMAND % r"\ud800" + "{}}"],
    ids=["deep", "deep body", "nul", "half"],
)
async def test_frame_that_could_not_be_kept_closes_the_socket(
    world: World, show: Show, address: str, frame: str
) -> None:
    async with phone(address, show, await world.person()) as device:
        await device.link.send(frame)

        assert await closed(device) == 1007


@pytest.mark.parametrize("place", ["roadshows/%00/live", "roadshows/0/live", "screens/%00", "screens/a"])
async def test_socket_at_an_odd_address_is_not_found(address: str, place: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await websockets.connect(f"ws://{address}/api/v1/{place}/socket")

    assert refused.value.response.status_code == 404


async def test_stranger_reads_but_does_not_act(show: Show, address: str) -> None:
    async with phone(address, show) as device:
        ack = await device.act("question.ask", {"text": "谁"})

    assert (ack["status"], ack["body"]["code"]) == (401, "sign_in_required")


# Nothing unpublished, and nobody anonymous, reaches the audience.


async def test_audience_never_hears_what_was_not_published(world: World, show: Show, address: str) -> None:
    author, reader = await world.person("秘密作者"), await world.person()
    await show.act(show.host, "room.moderation", {"mode": "before"})

    async with phone(address, show, reader) as early, phone(address, show, show.host) as console:
        await early.follow()
        await early.follow("user")
        await console.follow("staff")
        pending = await show.ask(author, "待审的话")
        rejected = await show.ask(author, "被拒的话")
        await show.act(show.host, "question.hide", {"question_id": rejected, "reason": "内部理由"})
        await show.act(show.host, "question.restore", {"question_id": rejected})
        await show.act(show.host, "question.hide", {"question_id": rejected, "reason": "内部理由"})
        shown = await show.ask(author, "公开的话", anonymous=True)
        await show.act(show.host, "question.approve", {"question_id": shown})
        await early.until("entry", kind="question.changed")
        async with phone(address, show, reader) as late:
            await late.follow()
            late.at["public"] = (late.at["public"][0], 0)
            await late.say(type="subscribe", stream="public", epoch=late.at["public"][0], seq=0)
            resumed = await late.until("resumed", fold=False)
            for _ in range(resumed["count"]):
                await late.hear(fold=False)
            heard = early.raw + late.raw + json.dumps(await show.state(reader), ensure_ascii=False)
        await console.reach("staff", (await show.state(show.host, "staff"))["seq"])

    assert "公开的话" in heard
    for secret in ["待审的话", "被拒的话", "内部理由", "秘密作者", author.id, pending, rejected]:
        assert secret not in heard, secret
    assert "被拒的话" in console.raw


async def test_hidden_question_is_removed_from_every_screen(world: World, show: Show, address: str) -> None:
    question_id = await show.ask(await world.person(), "说错的话")
    async with phone(address, show) as reader:
        await reader.follow()
        await show.act(show.host, "question.hide", {"question_id": question_id, "reason": "不当"})
        entry = await reader.until("entry")
        fresh = await show.state(await world.stranger())
        async with phone(address, show) as late:
            await late.follow()
            await late.reach("public", fresh["seq"])

    assert (entry["kind"], entry["data"]) == ("question.removed", {"id": question_id})
    assert "不当" not in reader.raw
    assert "说错的话" not in str(fresh)
    assert late.states["public"] == fresh["state"]


# Who must go.


async def test_sign_out_closes_the_socket_within_five_seconds(world: World, show: Show, address: str) -> None:
    person = await world.person()
    async with phone(address, show, person) as device:
        await person.send("DELETE", "/session")
        began = time.monotonic()

        await device.say(type="command", cmd_id="late", name="question.ask", body={"text": "还能说吗"})
        code = await closed(device)

    assert (code, time.monotonic() - began < 5) == (4401, True)
    assert (await show.state(show.host))["state"]["questions"] == []


async def test_removed_staff_loses_the_room_within_five_seconds(world: World, show: Show, address: str) -> None:
    planner = await world.staff(show.host, show.organizer_id, "planner")
    question_id = await show.ask(planner)
    async with phone(address, show, planner) as device:
        await device.follow("staff")
        await show.host.send("DELETE", f"/organizers/{show.organizer_id}/staff/{planner.id}")
        began = time.monotonic()

        command = {"cmd_id": "late", "name": "question.hide", "body": {"question_id": question_id, "reason": "x"}}
        await device.say(type="command", **command)
        code = await closed(device)

    assert [question["state"] for question in (await show.state(show.host))["state"]["questions"]] == ["published"]
    assert (code, time.monotonic() - began < 5) == (4403, True)


async def test_cancelled_roadshow_shows_everybody_out(world: World, show: Show, address: str) -> None:
    async with phone(address, show, await world.person()) as member, phone(address, show) as stranger:
        await show.change(state="cancelled")

        assert [await closed(member), await closed(stranger)] == [4410, 4410]


async def test_room_that_closes_its_doors_shows_out_who_is_not_registered(
    world: World, show: Show, address: str
) -> None:
    registrant = await world.person()
    await show.register(registrant)
    async with phone(address, show, registrant) as invited, phone(address, show, await world.person()) as other:
        await show.change(needs_approval=True)

        assert await closed(other) == 4403
        assert (await invited.act("question.ask", {"text": "我还在"}))["status"] == 200
