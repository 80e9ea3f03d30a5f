"""What a ballot counts for, which polls can be asked, and what may be told when."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.live.polls import rules
from events.live.polls.models import Names, PollKind, PollState, ResultsWhen
from events.live.polls.rules import BALLOT, Choice, Frame

IDS = ["1", "2", "3"]


def frame(kind: PollKind, most: int = 1, scale: int = 5) -> Frame:
    return Frame(kind, [] if kind is PollKind.WORDS else IDS, most, scale)


@pytest.mark.parametrize(
    ("asked", "choice", "marks"),
    [
        (frame(PollKind.SINGLE), Choice(options=["2"]), {("2", 0)}),
        (frame(PollKind.MULTIPLE, 2), Choice(options=["3", "1"]), {("3", 0), ("1", 0)}),
        (frame(PollKind.RANKING), Choice(options=["2", "3", "1"]), {("2", 1), ("3", 2), ("1", 3)}),
        (frame(PollKind.RATING), Choice(scores={"1": 5, "2": 1, "3": 3}), {("1", 5), ("2", 1), ("3", 3)}),
        (frame(PollKind.WORDS, 2), Choice(words=["ＡＩ", "「良率」"]), {("ai", 0), ("良率", 0)}),
    ],
)
def test_ballot_counts_once_for_each_thing_it_holds(asked: Frame, choice: Choice, marks: set[rules.Mark]) -> None:
    assert rules.marks_of(asked, choice) == Counter([BALLOT, *marks])


@pytest.mark.parametrize(
    ("asked", "choice"),
    [
        (frame(PollKind.SINGLE), Choice()),
        (frame(PollKind.SINGLE), Choice(options=["1", "2"])),
        (frame(PollKind.SINGLE), Choice(options=["9"])),
        (frame(PollKind.SINGLE), Choice(options=["1"], words=["x"])),
        (frame(PollKind.MULTIPLE, 2), Choice(options=["1", "1"])),
        (frame(PollKind.MULTIPLE, 2), Choice(options=IDS)),
        (frame(PollKind.RANKING), Choice(options=["1", "2"])),
        (frame(PollKind.RATING), Choice(scores={"1": 5})),
        (frame(PollKind.RATING), Choice(scores={"1": 6, "2": 1, "3": 1})),
        (frame(PollKind.RATING), Choice(scores={"1": 0, "2": 1, "3": 1})),
        (frame(PollKind.RATING), Choice(options=["1"])),
        (frame(PollKind.WORDS, 1), Choice(words=["a", "b"])),
        (frame(PollKind.WORDS, 1), Choice(words=["!!", " "])),
        (frame(PollKind.WORDS, 1), Choice(options=["1"])),
        (frame(PollKind.WORDS, 1), Choice(options=["1"], words=["a"])),
    ],
)
def test_ballot_that_does_not_fit_is_refused(asked: Frame, choice: Choice) -> None:
    with pytest.raises(rules.ChoiceInvalid):
        rules.marks_of(asked, choice)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("  光 芯\u3000屏 ", "光 芯 屏"),
        ("“良率”！", "良率"),
        ("ＡＩ", "AI"),
        ("C++", "C++"),
        ("a\u202eb\u0000c", "abc"),
        ("#创新#", "创新"),
        ("。。。", ""),
        ("很" * 30, "很" * 20),
    ],
)
def test_word_is_cleaned(raw: str, word: str) -> None:
    assert rules.clean_word(raw) == word


@given(st.text())
@example("+\u0327")
def test_cleaning_a_word_again_changes_nothing(raw: str) -> None:
    once = rules.clean_word(raw)

    assert rules.folded(rules.clean_word(once)) == rules.folded(once)
    assert len(rules.folded(once)) <= 40


def test_same_word_of_one_person_counts_once() -> None:
    marks = rules.marks_of(frame(PollKind.WORDS, 3), Choice(words=["AI", "ａｉ", "Ai"]))

    assert marks == Counter([BALLOT, ("ai", 0)])


@pytest.mark.parametrize(
    ("kind", "texts", "most"),
    [
        (PollKind.SINGLE, ["a"], 1),
        (PollKind.SINGLE, ["a", "a"], 1),
        (PollKind.MULTIPLE, ["a", "b"], 3),
        (PollKind.RANKING, [str(n) for n in range(9)], 1),
        (PollKind.WORDS, ["a", "b"], 1),
        (PollKind.WORDS, [], 6),
    ],
)
def test_poll_nobody_could_answer_is_refused(kind: PollKind, texts: list[str], most: int) -> None:
    with pytest.raises(rules.OptionsInvalid):
        rules.check_options(kind, texts, most)


def test_changed_ballot_moves_only_what_differs() -> None:
    old, new = Counter([BALLOT, ("1", 0)]), Counter([BALLOT, ("2", 0)])

    assert rules.difference(new, old) == {("2", 0): 1, ("1", 0): -1}
    assert rules.difference(new, None) == {BALLOT: 1, ("2", 0): 1}


@pytest.mark.parametrize(("told", "ballots", "may"), [(None, 4, False), (None, 5, True), (5, 9, False), (5, 10, True)])
def test_secret_results_move_five_ballots_at_a_time(told: int | None, ballots: int, may: bool) -> None:
    assert rules.may_tell(Names.NOBODY, told=told, ballots=ballots) is may
    assert rules.may_tell(Names.HOST, told=told, ballots=ballots) is True


@pytest.mark.parametrize(
    ("is_final", "investors", "ballots", "shown"),
    [(False, 10, 20, False), (True, 2, 20, False), (True, 18, 20, False), (True, 20, 20, True), (True, 3, 6, True)],
)
def test_investors_of_a_secret_poll_stand_apart_only_where_that_tells_of_nobody(
    is_final: bool, investors: int, ballots: int, shown: bool
) -> None:
    found = rules.is_series_shown(Names.NOBODY, is_final=is_final, investors=investors, ballots=ballots)

    assert found is shown


@pytest.mark.parametrize(
    ("when", "state", "revealed", "public"),
    [
        (ResultsWhen.LIVE, PollState.DRAFT, False, False),
        (ResultsWhen.LIVE, PollState.OPEN, False, True),
        (ResultsWhen.CLOSE, PollState.OPEN, False, False),
        (ResultsWhen.CLOSE, PollState.CLOSED, False, True),
        (ResultsWhen.REVEAL, PollState.CLOSED, False, False),
        (ResultsWhen.REVEAL, PollState.CLOSED, True, True),
    ],
)
def test_audience_sees_results_when_it_was_said(
    when: ResultsWhen, state: PollState, revealed: bool, public: bool
) -> None:
    assert rules.are_results_public(when, state, is_revealed=revealed) is public
