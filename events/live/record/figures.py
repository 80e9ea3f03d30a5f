"""The figures of a room as a fold of its log: the same entries give the same figures, live and years later; pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean, median
from typing import Any, Final

from events.live.fold import State, blank, fold

AUDIENCES: Final = ("public", "staff", "speaker", "danmaku", "record")
SECONDS: Final = 60


@dataclass(slots=True)
class _Presence:
    """Minutes in the room, from samples that say who came and who left."""

    since: dict[str, datetime] = field(default_factory=dict)
    minutes: Counter[str] = field(default_factory=Counter)
    curve: list[tuple[str, int]] = field(default_factory=list)

    def sample(self, minute: datetime, count: int, joined: list[str], left: list[str]) -> None:
        for member in left:
            self._leave(member, minute)
        self.since |= dict.fromkeys(joined, minute)
        self.curve.append((minute.isoformat(), count))

    def _leave(self, member: str, minute: datetime) -> None:
        came = self.since.pop(member, None)
        if came is not None:
            self.minutes[member] += round((minute - came).total_seconds() / SECONDS)

    def figures(self) -> State:
        """Whoever is still here has stayed until the last sample."""
        last = datetime.fromisoformat(self.curve[-1][0]) if self.curve else None
        minutes = Counter(self.minutes)
        for member, came in self.since.items():
            minutes[member] += round(((last or came) - came).total_seconds() / SECONDS)
        peak = max(self.curve, key=lambda sample: sample[1], default=None)
        stayed = list(minutes.values())
        return {
            "people": len(minutes),
            "peak": peak[1] if peak else 0,
            "peak_at": peak[0] if peak else None,
            "minutes_mean": round(fmean(stayed), 1) if stayed else 0.0,
            "minutes_median": round(median(stayed), 1) if stayed else 0.0,
            "curve": [list(sample) for sample in self.curve],
        }


class Tally:
    """Feed it the entries of a room's streams in their order; ask for the figures at any time."""

    def __init__(self) -> None:
        self.states: dict[str, State] = {audience: blank() for audience in AUDIENCES}
        self._presence = _Presence()
        self._danmaku: Counter[str] = Counter()
        self._reactions: dict[str, int] = {}
        self._opening: State = {}

    def add(self, audience: str, kind: str, data: dict[str, Any]) -> None:
        """One more entry of the stream of this audience."""
        self.states[audience] = fold(self.states[audience], kind, data)
        match kind:
            case "presence.sampled":
                minute = datetime.fromisoformat(data["minute"])
                self._presence.sample(minute, data["count"], data["joined"], data["left"])
            case "danmaku.shown" | "danmaku.removed":
                self._danmaku[kind.removeprefix("danmaku.")] += 1
            case "reaction.tallied":
                self._reactions = dict(data["counts"])
            case "session.opened":
                self._opening = data

    def figures(self) -> State:
        """Counts of everything that happened; times in RFC 3339, amounts in 分."""
        room = self.states["staff"]["room"] or self.states["public"]["room"] or {}
        return {
            "opened_at": room.get("opened_at"),
            "closed_at": room.get("closed_at"),
            "questions": _questions(self.states["staff"]["questions"]),
            "polls": _polls(self.states["staff"].get("polls", [])),
            "intents": _intents(self.states["staff"]["intents"]),
            "danmaku": {"shown": self._danmaku["shown"], "removed": self._danmaku["removed"]},
            "reactions": self._reactions,
            "presence": self._presence.figures(),
            "projects": self._projects(),
        }

    def _projects(self) -> list[State]:
        """What each project on the agenda drew, in the order of the agenda."""
        agenda = self.states["public"]["agenda"] or self._opening.get("agenda", [])
        questions, intents = self.states["staff"]["questions"], self.states["staff"]["intents"]
        return [_project(slot, questions, intents) for slot in agenda if slot.get("project")]


def _questions(rows: list[State]) -> State:
    states = Counter(row["state"] for row in rows)
    public = [row for row in rows if row["state"] not in {"pending", "hidden"}]
    promises = [row["promise"] for row in rows if row.get("promise")]
    return {
        "asked": len(rows),
        "published": len(public),
        "answered": states["answered"],
        "hidden": states["hidden"],
        "merged": sum(bool(row.get("merged_into")) for row in rows),
        "promised": len(promises),
        "kept": sum(bool(promise.get("kept_at")) for promise in promises),
        "votes": sum(row["votes"] for row in public),
        "investor_votes": sum(row.get("investor_votes", 0) for row in public),
        "people": len({row["author_name"] for row in rows}),
    }


def _polls(rows: list[State]) -> State:
    held = [row for row in rows if row["state"] != "draft"]
    return {"held": len(held), "ballots": sum(row.get("ballots") or 0 for row in held)}


def _intents(rows: list[State]) -> State:
    open_rows = [row for row in rows if row.get("state") != "withdrawn"]
    return {
        "left": len(open_rows),
        "institutions": len({row["institution_name"] for row in open_rows}),
        "amount_max_fen": sum(row.get("amount_max_fen") or row.get("amount_min_fen") or 0 for row in open_rows),
    }


def _project(slot: State, questions: list[State], intents: list[State]) -> State:
    project = slot["project"]
    about = [row for row in questions if row["project_id"] == project["id"] and row["state"] != "hidden"]
    return {
        "slot_id": slot["id"],
        "project_id": project["id"],
        "name": project["name"],
        "questions": len(about),
        "votes": sum(row["votes"] for row in about),
        "intents": sum(row.get("project_id") == project["id"] and row.get("state") != "withdrawn" for row in intents),
    }
