"""The wire as an AsyncAPI 3 document, built from the frames themselves and the payloads the server names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from realtime.frames import (
    CLOSE_RULES,
    DEADMAN_SECONDS,
    HEARTBEAT_SECONDS,
    MAX_FRAME_BYTES,
    RESUME_MAX_BYTES,
    RESUME_MAX_ENTRIES,
    Ack,
    Command,
    Drain,
    Entry,
    Error,
    Heartbeat,
    Moved,
    Ping,
    Presence,
    Resumed,
    Snapshot,
    Subscribe,
    Welcome,
)

FROM_CLIENT: Final = (Subscribe, Command, Ping)
FROM_SERVER: Final = (Welcome, Snapshot, Resumed, Entry, Ack, Heartbeat, Presence, Moved, Drain, Error)
REF: Final = "#/components/schemas/{name}"

Schema = dict[str, Any]


def asyncapi(
    entry_schemas: Mapping[str, Schema],
    command_schemas: Mapping[str, Schema],
    title: str,
    version: str,
    *,
    state_schemas: Mapping[str, Schema] | None = None,
    address: str = "/live/socket",
) -> Schema:
    """The document as plain data.

    `entry_schemas` maps `kind`, or `stream/kind` where audiences see different views, to the JSON schema
    of `data`; `command_schemas` maps a name to that of `body`; `state_schemas` a stream to that of `state`.
    Their `$defs` become shared schemas; two different ones of one name are refused with `ValueError`.
    """
    frames = _FrameSchemas()
    client = [frames.message(frame) for frame in (Subscribe, Ping)]
    client += [
        frames.narrowed(Command, {"name": name}, "body", schema) for name, schema in command_schemas.items()
    ] or [frames.message(Command)]
    server = [frames.message(frame) for frame in FROM_SERVER if frame not in (Snapshot, Entry)]
    server += _snapshots(frames, state_schemas or {})
    server += [frames.narrowed(Entry, _entry_constants(key), "data", s) for key, s in entry_schemas.items()] or [
        frames.message(Entry)
    ]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": title, "version": version},
        "defaultContentType": "application/json",
        "channels": {"live": _channel(address, [*client, *server])},
        "operations": {"fromClient": _operation("receive", client), "fromServer": _operation("send", server)},
        "components": {"messages": frames.messages, "schemas": frames.schemas},
    }


def _snapshots(frames: _FrameSchemas, state_schemas: Mapping[str, Schema]) -> list[str]:
    if not state_schemas:
        return [frames.message(Snapshot)]
    return [frames.narrowed(Snapshot, {"stream": name}, "state", schema) for name, schema in state_schemas.items()]


def _entry_constants(key: str) -> dict[str, str]:
    stream, slash, kind = key.rpartition("/")
    return {"stream": stream, "kind": kind} if slash else {"kind": kind}


def _channel(address: str, messages: list[str]) -> Schema:
    parameters: Schema = {name: {} for name in re.findall(r"{(\w+)}", address)}
    return {
        "address": address,
        **({"parameters": parameters} if parameters else {}),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"ws": {"method": "GET"}},
        "x-close-codes": [
            {"code": int(code), "next": rule.next, "meaning": rule.meaning} for code, rule in CLOSE_RULES.items()
        ],
        "x-limits": {
            "frame_bytes": MAX_FRAME_BYTES,
            "resume_entries": RESUME_MAX_ENTRIES,
            "resume_bytes": RESUME_MAX_BYTES,
            "heartbeat_seconds": HEARTBEAT_SECONDS,
            "deadman_seconds": DEADMAN_SECONDS,
        },
    }


def _operation(action: str, messages: list[str]) -> Schema:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/live"},
        "messages": [{"$ref": f"#/channels/live/messages/{name}"} for name in messages],
    }


class _FrameSchemas:
    """The messages and schemas of the document while it is put together."""

    def __init__(self) -> None:
        _, self.schemas = msgspec.json.schema_components([*FROM_CLIENT, *FROM_SERVER], ref_template=REF)
        self.messages: dict[str, Schema] = {}

    def message(self, frame: type[msgspec.Struct]) -> str:
        """A message with the frame's own schema; returns its name."""
        return self._add(_tag(frame), frame, {"$ref": REF.format(name=frame.__name__)})

    def narrowed(self, frame: type[msgspec.Struct], constants: Mapping[str, str], payload: str, schema: Schema) -> str:
        """A message of the frame with some fields fixed and its payload described; returns its name."""
        base = self.schemas[frame.__name__]
        fixed = {field: {"const": value} for field, value in constants.items()}
        properties = {**base["properties"], **fixed, payload: self._lifted(schema)}
        name = ".".join([_tag(frame), *constants.values()])
        return self._add(name, frame, {**base, "properties": properties})

    def _add(self, name: str, frame: type[msgspec.Struct], payload: Schema) -> str:
        summary = (frame.__doc__ or "").strip().partition("\n")[0]
        self.messages[name] = {"name": name, "summary": summary, "payload": payload}
        return name

    def _lifted(self, schema: Schema) -> Schema:
        """The schema with its `$defs` moved to the shared ones."""
        body = {key: value for key, value in schema.items() if key != "$defs"}
        for name, definition in schema.get("$defs", {}).items():
            lifted = _repointed(definition)
            if self.schemas.setdefault(name, lifted) != lifted:
                raise ValueError(f"two different schemas are called {name}")
        lifted_body: Schema = _repointed(body)
        return lifted_body


def _tag(frame: type[msgspec.Struct]) -> str:
    return str(frame.__struct_config__.tag)


def _repointed(node: Any) -> Any:
    if isinstance(node, list):
        return [_repointed(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value.replace("#/$defs/", "#/components/schemas/")
        if key == "$ref" and isinstance(value, str)
        else _repointed(value)
        for key, value in node.items()
    }
