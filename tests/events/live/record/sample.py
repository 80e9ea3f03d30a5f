"""A small evening as an archive, and the ways in which somebody might touch it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from events.live.fold import blank, fold
from events.live.record.archive import compose, digest_of
from events.live.record.figures import Tally
from events.live.record.models import Seal

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ROOM = {"state": "open", "current_slot_id": "s1", "opened_at": "2026-11-21T06:00:00Z", "closed_at": None}
AGENDA = [{"id": "s1", "project": {"id": "p1", "name": "曜石传感", "company_name": "曜石"}}]


def at(minute: int) -> str:
    return f"2026-11-21T06:{minute:02}:00.000000+00:00"


def asked(id_: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_, "text": text, "state": "published", "votes": 0, "investor_votes": 0, "project_id": "p1",
        "author_name": "林知远", "author_institution": "珞珈创投", "anonymous": False, "hidden_reason": "",
        "answer": "", "replies": [], "promise": None, "merged_into": None,
    } | more  # fmt: skip


ENTRIES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "public": [("room.changed", at(0), {"room": ROOM}), ("agenda.changed", at(1), {"agenda": AGENDA})],
    "staff": [
        ("room.changed", at(0), {"room": ROOM}),
        ("question.changed", at(2), {"question": asked("q1", "良率 </script><b>多少</b>？")}),
        ("question.tallied", at(5), {"id": "q1", "votes": 7, "investor_votes": 2}),
        ("question.changed", at(8), {"question": asked("q2", "客户集中度？", state="hidden", hidden_reason="重复")}),
    ],
    "speaker": [],
    "danmaku": [],
    "record": [
        ("session.opened", at(0), {"roadshow_id": "r", "title": "芯片专场", "opened_at": at(0), "agenda": AGENDA}),
        ("presence.sampled", at(1), {"minute": at(1), "count": 2, "joined": ["a", "b"], "left": []}),
        ("presence.sampled", at(9), {"minute": at(9), "count": 0, "joined": [], "left": ["a", "b"]}),
    ],
}


def chained(base: bytes, lines: Iterable[str]) -> bytes:
    """The head of a chain after these lines: SHA-256 of the head before and the line, one after another."""
    head = base
    for line in lines:
        head = hashlib.sha256(head + line.encode()).digest()
    return head


def record(sealed: bool = True) -> dict[str, Any]:
    tally, streams = Tally(), {}
    for name, entries in ENTRIES.items():
        lines = [
            json.dumps([seq, kind, when, data], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            for seq, (kind, when, data) in enumerate(entries, start=1)
        ]
        for kind, _, data in entries:
            tally.add(name, kind, data)
        base = bytes(32)
        head = chained(base, lines).hex()
        streams[name] = {"base": {"seq": 0, "head": base.hex()}, "lines": lines, "seq": len(lines), "head": head}
    heads = {name: {"seq": stream["seq"], "head": stream["head"]} for name, stream in streams.items()}
    seal = Seal(roadshow_id="r", sealed_at=NOW, heads=heads, digest=digest_of(heads))
    about = {"id": "r", "title": "芯片专场 <i>", "starts_at": at(0), "ends_at": at(30)}
    return compose(about, streams, seal if sealed else None, tally.figures(), NOW)


def rechained(record: dict[str, Any], name: str, lines: list[str]) -> None:
    """A forger's work: other lines, with chain and digest made to fit."""
    stream = record["streams"][name]
    base = bytes.fromhex(stream["base"]["head"])
    stream |= {"lines": lines, "seq": len(lines), "head": chained(base, lines).hex()}
    record["digest"] = digest_of(record["streams"])


def edited(record: dict[str, Any]) -> None:
    lines = record["streams"]["staff"]["lines"]
    lines[2] = lines[2].replace('"votes":7', '"votes":70')


def removed(record: dict[str, Any]) -> None:
    del record["streams"]["staff"]["lines"][1]


def swapped(record: dict[str, Any]) -> None:
    lines = record["streams"]["staff"]["lines"]
    lines[1], lines[3] = lines[3], lines[1]


def cut_short(record: dict[str, Any]) -> None:
    record["streams"]["staff"]["lines"].pop()


def forged(record: dict[str, Any]) -> None:
    edited(record)
    rechained(record, "staff", record["streams"]["staff"]["lines"])


TAMPERED: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (edited, "staff 4"), (removed, "staff 2"), (swapped, "staff 2"), (cut_short, "staff 3"), (forged, "seal"),
]  # fmt: skip


def folded(audience: str, count: int) -> dict[str, Any]:
    state = blank()
    for kind, _, data in ENTRIES[audience][:count]:
        state = fold(state, kind, data)
    return state
