"""A room's public questions by the pairs of characters they have, so that only those with one in common are compared.

The shapes of questions are kept from one look to the next; what is public is read anew each time, so nothing is ever
compared that was hidden meanwhile. Two questions without a common pair are never alike (`similarity.CLOSE`).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Mapping

from events.live.similarity import Shape, likeness, shape

ROOMS = 32
"""Of so many rooms, the latest looked at, shapes are kept."""
AT_ONCE = 50
"""With more new questions than this their shapes are made in a thread."""


class Shapes:
    """The shapes of one room's questions, and which question has which pair."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._shapes: dict[str, Shape] = {}
        self._having: defaultdict[str, set[str]] = defaultdict(set)

    async def follow(self, texts: Mapping[str, str]) -> None:
        """Hold exactly these questions: texts by id."""
        for gone in [id_ for id_, text in self._texts.items() if texts.get(id_) != text]:
            self._drop(gone)
        missing = {id_: text for id_, text in texts.items() if id_ not in self._texts}
        shapes = await asyncio.to_thread(_shaped, missing) if len(missing) > AT_ONCE else _shaped(missing)
        for id_, found in shapes.items():
            if id_ not in self._texts:
                self._add(id_, missing[id_], found)

    def alike(self, asked: Shape) -> list[tuple[str, float]]:
        """(question, likeness) for each that has a pair in common."""
        common = set[str]().union(*(self._having[pair] for pair in asked.pairs if pair in self._having))
        return [(id_, likeness(asked, self._shapes[id_])) for id_ in common]

    def _add(self, id_: str, text: str, found: Shape) -> None:
        self._texts[id_], self._shapes[id_] = text, found
        for pair in found.pairs:
            self._having[pair].add(id_)

    def _drop(self, id_: str) -> None:
        del self._texts[id_]
        for pair in self._shapes.pop(id_).pairs:
            self._having[pair].discard(id_)
            if not self._having[pair]:
                del self._having[pair]


class Kept:
    """Shapes of the rooms looked at last."""

    def __init__(self, most: int = ROOMS) -> None:
        self._most = most
        self._rooms: OrderedDict[str, Shapes] = OrderedDict()

    def of(self, roadshow_id: str) -> Shapes:
        found = self._rooms.setdefault(roadshow_id, Shapes())
        self._rooms.move_to_end(roadshow_id)
        while len(self._rooms) > self._most:
            self._rooms.popitem(last=False)
        return found


def _shaped(texts: Mapping[str, str]) -> dict[str, Shape]:
    return {id_: shape(text) for id_, text in texts.items()}
