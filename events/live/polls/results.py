"""From counters to results, and results frozen: pure, in whole numbers, so that anybody can recompute them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events.live.polls.models import PollKind
from events.live.polls.rules import BALLOT
from events.live.polls.schemas import OptionResult, Series, TieBreak, WordResult

WORDS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Tally:
    """One counter: how many ballots hold this thing with this score."""

    thing: str
    score: int
    text: str
    votes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a poll its results depend on."""

    kind: PollKind
    option_ids: Sequence[str]
    scale: int
    blocked: Collection[str] = ()


def series(asked: Asked, counters: Iterable[Tally]) -> Series:
    """The results of these counters."""
    counts = {(each.thing, each.score): each.votes for each in counters}
    ballots = counts.get(BALLOT, 0)
    if asked.kind is PollKind.WORDS:
        return Series(ballots=ballots, options=[], words=_words(asked, counters))
    if asked.kind is PollKind.RATING:
        options = [_rated(asked, option, counts) for option in asked.option_ids]
    elif asked.kind is PollKind.RANKING:
        options = _ranked(asked.option_ids, counts)
    else:
        options = [_chosen(option, counts) for option in asked.option_ids]
    return Series(ballots=ballots, options=_placed(asked.kind, options), words=[])


Counts = Mapping[tuple[str, int], int]


def _words(asked: Asked, counters: Iterable[Tally]) -> list[WordResult]:
    said = [each for each in counters if each.thing and each.votes and each.thing not in asked.blocked]
    said.sort(key=lambda each: (-each.votes, each.thing))
    return [WordResult(text=each.text, votes=each.votes) for each in said[:WORDS_SHOWN]]


def _chosen(option: str, counts: Counts) -> OptionResult:
    return OptionResult(id=option, votes=counts.get((option, 0), 0))


def _rated(asked: Asked, option: str, counts: Counts) -> OptionResult:
    spread = [counts.get((option, score), 0) for score in range(1, asked.scale + 1)]
    given = sum(spread)
    points = sum(score * many for score, many in enumerate(spread, start=1))
    return OptionResult(id=option, votes=given, spread=spread, points=points, mean=hundredths(points, given))


def _ranked(option_ids: Sequence[str], counts: Counts) -> list[OptionResult]:
    """Borda: of n options the first gets n - 1 points, the last none; the mean rank says the same in places."""
    size = len(option_ids)
    found = []
    for option in option_ids:
        spread = [counts.get((option, rank), 0) for rank in range(1, size + 1)]
        points = sum((size - rank) * many for rank, many in enumerate(spread, start=1))
        ranks = sum(rank * many for rank, many in enumerate(spread, start=1))
        mean = hundredths(ranks, sum(spread))
        found.append(OptionResult(id=option, votes=sum(spread), spread=spread, points=points, mean=mean))
    return found


def _placed(kind: PollKind, options: list[OptionResult]) -> list[OptionResult]:
    """Each option with its place; ties of a ranking go to more first places, then second ones, else are shared."""
    keys = {option.id: _key(kind, option) for option in options}
    mains = [key[0] for key in keys.values()]
    wholes = list(keys.values())
    placed = []
    for option in options:
        key = keys[option.id]
        place = 1 + sum(1 for other in wholes if other > key)
        tie = None
        if mains.count(key[0]) > 1 and any(map(any, wholes)):
            tie = TieBreak.SHARED if wholes.count(key) > 1 else TieBreak.FIRST_PLACES
        placed.append(option.model_copy(update={"place": place, "tie": tie}))
    return placed


def _key(kind: PollKind, option: OptionResult) -> tuple[int, ...]:
    if kind is PollKind.RANKING:
        return (option.points or 0, *option.spread)
    if kind is PollKind.RATING:
        return (option.mean or 0,)
    return (option.votes,)


def hundredths(amount: int, among: int) -> int | None:
    """`amount / among` in hundredths, halves up; None where there is nobody."""
    return (200 * amount + among) // (2 * among) if among else None


def canonical(record: Mapping[str, Any]) -> str:
    """The one text of a record: JSON, keys sorted, no spaces, characters as they are."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """SHA-256 of the text in UTF-8, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()
