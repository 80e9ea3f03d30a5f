"""How a reader of a stream keeps its state: the reference every client follows (P4, P6).

Entries carry state, so applying one is an upsert, a removal or a replacement. Lists are kept in order of `id`
(order of asking, sending, creating), and every screen sorts for itself. What a kind does is its row in a table.
"""

from __future__ import annotations

from typing import Any, Final

State = dict[str, Any]

REPLACED: Final = {
    "room.changed": "room",
    "agenda.changed": "agenda",
    "contest.changed": "contest",
    "contest.concealed": "contest",
    "stage.changed": "stage",
    "deck.changed": "deck",
    "flow.changed": "flow",
    "muted.changed": "muted",
}
"""The entry's part of this name takes the place of the state's."""

PUT: Final = {
    "question.changed": ("questions", "question"),
    "intent.changed": ("intents", "intent"),
    "message.changed": ("messages", "message"),
    "danmaku.held": ("held", "danmaku"),
    "mute.changed": ("mutes", "mute"),
    "poll.changed": ("polls", "poll"),
}
"""The entry's part goes into the list, in the place of the one with its id."""

DROPPED: Final = {
    "question.removed": "questions",
    "danmaku.settled": "held",
    "mute.removed": "mutes",
    "poll.removed": "polls",
}
"""The row with the entry's id leaves the list."""

MERGED: Final = {
    "question.tallied": "questions",
    "poll.tallied": "polls",
}
"""The entry's fields overwrite those of the row with its id, if the list has one."""


def fold(state: State, kind: str, data: dict[str, Any]) -> State:
    """The state after one entry; the given state is left as it was. Unknown kinds change nothing."""
    if kind in REPLACED:
        part = REPLACED[kind]
        return state | {part: data[part]}
    if kind in PUT:
        rows, part = PUT[kind]
        return state | {rows: _put(state[rows], data[part])}
    if kind in DROPPED:
        rows = DROPPED[kind]
        return state | {rows: [row for row in state[rows] if row["id"] != data["id"]]}
    if kind in MERGED:
        rows = MERGED[kind]
        return state | {rows: [row | data if row["id"] == data["id"] else row for row in state[rows]]}
    return state


def blank() -> State:
    """A state in which nothing has been said: what replaying a stream from its first entry begins with."""
    lists = [*(rows for rows, _ in PUT.values()), *DROPPED.values(), *MERGED.values()]
    return dict.fromkeys(REPLACED.values()) | {rows: [] for rows in lists}


def _put(rows: list[State], row: State) -> list[State]:
    others = [other for other in rows if other["id"] != row["id"]]
    return sorted([*others, row], key=lambda each: str(each["id"]))
