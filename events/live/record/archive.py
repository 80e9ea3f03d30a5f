"""The archive of a session: its streams line by line as they were hashed, so that the file verifies itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from events.live.fold import DROPPED, MERGED, PUT, REPLACED, blank
from events.live.record.models import Seal

FORMAT: Final = "roadshow-record/1"
PAGE: Final = Path(__file__).parent / "page"

Heads = Mapping[str, Mapping[str, Any]]
"""By audience: `seq` and the hexadecimal `head` of the chain there."""


def digest_of(heads: Heads) -> str:
    """One SHA-256 for all chains: over a line `NAME SEQ HEAD` for each, in order of name."""
    lines = (f"{name} {heads[name]['seq']} {heads[name]['head']}\n" for name in sorted(heads))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def compose(
    about: dict[str, Any], streams: dict[str, dict[str, Any]], seal: Seal | None, figures: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """The record as plain data. `streams` hold `base`, `lines`, `seq` and `head` by audience."""
    return {
        "format": FORMAT,
        "exported_at": now.isoformat(),
        "roadshow": about,
        "streams": streams,
        "digest": digest_of(streams),
        "seal": None if seal is None else _sealed(seal),
        "figures": figures,
        "blank": blank(),
        "folds": {"replaced": REPLACED, "put": PUT, "dropped": DROPPED, "merged": MERGED},
    }


def _sealed(seal: Seal) -> dict[str, Any]:
    return {"sealed_at": seal.sealed_at.isoformat(), "heads": seal.heads, "digest": seal.digest}


def as_json(record: dict[str, Any]) -> str:
    """Compact JSON; `<` is escaped, so that the same text may stand in a page."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def as_page(record: dict[str, Any]) -> str:
    """One HTML file that needs nothing else: it verifies the chains and replays the evening offline."""
    parts = {
        "style": (PAGE / "archive.css").read_text(),
        "player": (PAGE / "player.js").read_text(),
        "record": as_json(record),
        "title": _escaped(record["roadshow"]["title"]),
    }
    before, *rest = (PAGE / "archive.html").read_text().split("{{")
    return before + "".join(_filled(piece, parts) for piece in rest)


def _filled(piece: str, parts: dict[str, str]) -> str:
    name, _, after = piece.partition("}}")
    return parts[name] + after


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def broken(record: dict[str, Any]) -> str | None:
    """What in a record does not fit, as `AUDIENCE SEQ`; None when every chain, the digest and the seal hold."""
    sealed = (record["seal"] or {}).get("heads", {})
    reached: dict[str, dict[str, Any]] = {}
    for name, stream in record["streams"].items():
        seq, head = stream["base"]["seq"], bytes.fromhex(stream["base"]["head"])
        reached |= _at_seal(sealed, name, seq, head)
        for line in stream["lines"]:
            seq += 1
            if json.loads(line)[0] != seq:
                return f"{name} {seq}"
            head = hashlib.sha256(head + line.encode()).digest()
            reached |= _at_seal(sealed, name, seq, head)
        if (seq, head.hex()) != (stream["seq"], stream["head"]):
            return f"{name} {seq}"
    if digest_of(record["streams"]) != record["digest"]:
        return "digest"
    return "seal" if record["seal"] and digest_of(reached) != record["seal"]["digest"] else None


def _at_seal(sealed: Heads, name: str, seq: int, head: bytes) -> dict[str, dict[str, Any]]:
    if name in sealed and sealed[name]["seq"] == seq:
        return {name: {"seq": seq, "head": head.hex()}}
    return {}
