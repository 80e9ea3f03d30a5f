"""Results are whole numbers anybody can recompute: shares, means, Borda, words; and their digest."""

from __future__ import annotations

import hashlib

from events.live.polls import results
from events.live.polls.models import PollKind
from events.live.polls.results import Asked, Tally
from events.live.polls.schemas import OptionResult, TieBreak, WordResult


def tallies(*rows: tuple[str, int, int], ballots: int) -> list[Tally]:
    return [Tally("", 0, "", ballots), *(Tally(thing, score, "", votes) for thing, score, votes in rows)]


def test_choices_are_counted_and_placed() -> None:
    found = results.series(Asked(PollKind.SINGLE, ["1", "2", "3"], 5), tallies(("2", 0, 4), ("1", 0, 1), ballots=5))

    assert found.ballots == 5
    assert found.options == [
        OptionResult(id="1", votes=1, place=2),
        OptionResult(id="2", votes=4, place=1),
        OptionResult(id="3", votes=0, place=3),
    ]


def test_equal_choices_share_a_place_and_say_so() -> None:
    found = results.series(Asked(PollKind.SINGLE, ["1", "2"], 5), tallies(("2", 0, 2), ("1", 0, 2), ballots=4))

    assert [(option.place, option.tie) for option in found.options] == [(1, TieBreak.SHARED), (1, TieBreak.SHARED)]


def test_rating_has_its_spread_and_its_mean_in_hundredths() -> None:
    found = results.series(Asked(PollKind.RATING, ["1"], 5), tallies(("1", 5, 2), ("1", 4, 1), ballots=3))

    assert found.options == [OptionResult(id="1", votes=3, spread=[0, 0, 0, 1, 2], points=14, mean=467, place=1)]


def test_ranking_is_bordas_with_the_mean_rank_beside() -> None:
    ranks = tallies(("1", 1, 2), ("2", 2, 2), ("3", 3, 2), ("3", 1, 1), ("1", 2, 1), ("2", 3, 1), ballots=3)

    found = results.series(Asked(PollKind.RANKING, ["1", "2", "3"], 5), ranks)

    assert [(option.id, option.points, option.mean, option.place, option.tie) for option in found.options] == [
        ("1", 5, 133, 1, None),
        ("2", 2, 233, 3, TieBreak.FIRST_PLACES),
        ("3", 2, 233, 2, TieBreak.FIRST_PLACES),
    ]


def test_words_merge_without_the_blocked() -> None:
    said = [Tally("", 0, "", 4), Tally("ai", 0, "AI", 3), Tally("良率", 0, "良率", 3), Tally("坏", 0, "坏", 9)]

    found = results.series(Asked(PollKind.WORDS, [], 5, frozenset({"坏"})), said)

    assert found.words == [WordResult(text="AI", votes=3), WordResult(text="良率", votes=3)]


def test_digest_is_sha256_of_the_canonical_text() -> None:
    text = results.canonical({"b": 1, "a": "光"})

    assert text == '{"a":"光","b":1}'
    assert results.digest_of(text) == hashlib.sha256('{"a":"光","b":1}'.encode()).hexdigest()
