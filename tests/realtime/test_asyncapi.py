"""The document describes every frame, every payload and every way a socket ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from realtime.asyncapi import FROM_CLIENT, FROM_SERVER, asyncapi
from realtime.frames import CLOSE_RULES, CloseCode, Inbound, Outbound

QUESTION = {
    "type": "object",
    "properties": {"question": {"$ref": "#/$defs/Question"}},
    "$defs": {"Question": {"type": "object", "properties": {"id": {"type": "string"}}}},
}


def document() -> dict[str, Any]:
    return asyncapi(
        {"public/question.changed": QUESTION, "room.changed": {"type": "object"}},
        {"question.ask": {"type": "object", "required": ["text"]}},
        "Live",
        "1",
        state_schemas={"public": {"type": "object"}},
        address="/rooms/{room_id}/socket",
    )


def refs(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def test_every_reference_resolves() -> None:
    doc = document()

    for ref in refs(doc):
        node: Any = doc
        for step in ref.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_every_frame_of_the_wire_is_described() -> None:
    assert set(FROM_CLIENT) == set(Inbound.__args__)
    assert set(FROM_SERVER) == set(Outbound.__args__)
    assert set(document()["components"]["messages"]) == {
        "subscribe",
        "ping",
        "command.question.ask",
        "welcome",
        "snapshot.public",
        "resumed",
        "entry.public.question.changed",
        "entry.room.changed",
        "ack",
        "heartbeat",
        "presence",
        "moved",
        "drain",
        "error",
    }


def test_entry_has_its_kind_and_data() -> None:
    payload = document()["components"]["messages"]["entry.public.question.changed"]["payload"]

    assert payload["properties"] == {
        "type": {"enum": ["entry"]},
        "stream": {"const": "public"},
        "seq": {"type": "integer"},
        "kind": {"const": "question.changed"},
        "at": {"type": "string", "format": "date-time"},
        "data": {"type": "object", "properties": {"question": {"$ref": "#/components/schemas/Question"}}},
    }


def test_client_sends_and_server_sends_are_told_apart() -> None:
    operations = document()["operations"]

    assert operations["fromClient"]["action"] == "receive"
    assert [ref["$ref"].rpartition("/")[2] for ref in operations["fromClient"]["messages"]] == [
        "subscribe",
        "ping",
        "command.question.ask",
    ]


def test_every_close_code_says_what_to_do_next() -> None:
    codes = {row["code"]: row["next"] for row in document()["channels"]["live"]["x-close-codes"]}

    assert set(CLOSE_RULES) == set(CloseCode)
    assert codes == {
        1007: "stop",
        1009: "stop",
        1012: "resume",
        4401: "stop",
        4403: "stop",
        4408: "resume",
        4409: "stop",
        4410: "stop",
        4429: "retry",
    }
    assert all(len(rule.meaning.encode()) <= 123 for rule in CLOSE_RULES.values())


def test_two_schemas_of_one_name_are_refused() -> None:
    other = {"$defs": {"Question": {"type": "string"}}}

    with pytest.raises(ValueError, match="Question"):
        asyncapi({"public/a": QUESTION, "staff/a": other}, {}, "Live", "1")


def test_document_without_payloads_has_the_plain_frames() -> None:
    messages = asyncapi({}, {}, "Live", "1")["components"]["messages"]

    assert {"entry", "snapshot", "command"} <= set(messages)
