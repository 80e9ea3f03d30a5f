"""How a reader of a stream keeps its state: the reference every client follows (P4, P6).

Entries carry state, so applying one is an upsert or a removal. Lists are kept in order of `id` (questions and
intents: order of asking; votes: by question), and every screen sorts for itself.
"""

from __future__ import annotations

from typing import Any

State = dict[str, Any]


def fold(state: State, kind: str, data: dict[str, Any]) -> State:
    """The state after one entry; the given state is left as it was. Unknown kinds change nothing."""
    match kind:
        case "room.changed":
            return state | {"room": data["room"]}
        case "agenda.changed":
            return state | {"agenda": data["agenda"]}
        case "question.changed":
            return state | {"questions": _put(state["questions"], data["question"])}
        case "question.removed":
            return state | {"questions": [item for item in state["questions"] if item["id"] != data["id"]]}
        case "question.tallied":
            return state | {"questions": [_tallied(item, data) for item in state["questions"]]}
        case "intent.changed":
            return state | {"intents": _put(state["intents"], data["intent"])}
        case "vote.changed":
            return state | {"votes": _marked(state["votes"], data["question_id"], data["voted"])}
    return state


def _put(items: list[State], item: State) -> list[State]:
    """The list with `item` in the place of the one with its id, or added."""
    others = [other for other in items if other["id"] != item["id"]]
    return sorted([*others, item], key=lambda each: str(each["id"]))


def _tallied(item: State, data: dict[str, Any]) -> State:
    return item | {"votes": data["votes"]} if item["id"] == data["id"] else item


def _marked(votes: list[str], question_id: str, voted: bool) -> list[str]:
    others = set(votes) - {question_id}
    return sorted(others | {question_id} if voted else others)
