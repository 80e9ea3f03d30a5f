"""What may be asked and answered in a poll, and what a ballot counts for; pure."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from events.errors import Conflict, Forbidden, Gone, Invalid
from events.live.polls.models import Electorate, Names, PollKind, PollState, ResultsWhen
from events.text import folded as unseen_dropped
from events.text import is_visible, one_line, same

OPTIONS_MAX = 12
RANKED_MAX = 8
WORDS_MAX = 5
WORD_MAX = 20
SECRET_STEP = 5
"""Results of an open secret poll move by at least so many ballots at once, so that no single one can be read off."""

Mark = tuple[str, int]
"""What a ballot counts for: a thing (option or word) and its score, rank or 0."""

BALLOT: Mark = ("", 0)
"""The mark every ballot carries: it counts the ballots themselves."""


class WrongPollState(Conflict):
    """409: not in this state of the poll; `details.state` says which."""

    code = "poll_state"
    zh, en = "投票当前状态不允许此操作。", "The poll is in a state that does not allow this."
    fix_zh, fix_en = "请刷新后查看投票的最新状态。", "Reload to see how the poll stands."


class PollClosed(Gone):
    code = "poll_closed"
    zh, en = "投票已结束，这次选择没有计入。", "The poll has closed; this ballot was not counted."
    fix_zh, fix_en = "请查看投票结果。", "See the results."


class AlreadyAnswered(Conflict):
    code = "already_answered"
    zh, en = "您已参与本次不记名投票，选票不能更改。", "You have answered; a secret ballot cannot be changed."
    fix_zh, fix_en = (
        "选票与姓名已分开保存，无法找回修改。",
        "It is kept apart from your name, so nobody can find it again.",
    )


class NotInElectorate(Forbidden):
    """403: `details.electorate` says for whom the poll is."""

    code = "not_in_electorate"
    zh, en = "本次投票仅限指定人员参与。", "This poll is for others to answer."
    fix_zh, fix_en = (
        "请先报名并获确认，或由主办方核验您的机构。",
        "Register and be confirmed, or have your institution verified by the organizer.",
    )


class ChoiceInvalid(Invalid):
    """422: the ballot does not fit the poll; `details.why` says how."""

    code = "choice_invalid"
    zh, en = "选票与题目不符，没有计入。", "The ballot does not fit the poll and was not counted."
    fix_zh, fix_en = "请按题目要求重新选择。", "Choose again as the poll asks."


class OptionsInvalid(Invalid):
    code = "options_invalid"
    zh, en = "选项数量或内容不符合该题型要求。", "The options do not fit this kind of poll."
    fix_zh, fix_en = (
        "请检查选项：不重复，数量在允许范围内。",
        "Check that they differ and that their number is allowed.",
    )


class CloseInPast(Invalid):
    code = "close_in_past"
    zh, en = "结束时间必须晚于开始时间。", "A poll closes after it opens."
    fix_zh, fix_en = "请选择更晚的时间。", "Choose a later time."


class WordsOnly(Conflict):
    code = "words_only"
    zh, en = "只有词云投票可以屏蔽词语。", "Only a word cloud has words to block."


@dataclass(frozen=True, slots=True)
class Choice:
    """A ballot as sent: options in the order chosen, scores by option, or words."""

    options: Sequence[str] = ()
    scores: Mapping[str, int] | None = None
    words: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What of a poll decides whether a ballot fits."""

    kind: PollKind
    option_ids: Sequence[str]
    max_choices: int
    scale: int


def check_options(kind: PollKind, texts: Sequence[str], max_choices: int) -> None:
    """Whether such a poll can be asked. Refuses: options_invalid."""
    least, most = _option_range(kind)
    if not least <= len(texts) <= most or len(set(map(same, texts))) < len(texts):
        raise OptionsInvalid(least=least, most=most)
    if kind is PollKind.MULTIPLE and not 1 <= max_choices <= len(texts):
        raise OptionsInvalid(max_choices=max_choices)
    if kind is PollKind.WORDS and not 1 <= max_choices <= WORDS_MAX:
        raise OptionsInvalid(max_choices=max_choices)


def _option_range(kind: PollKind) -> tuple[int, int]:
    if kind is PollKind.WORDS:
        return 0, 0
    if kind is PollKind.RATING:
        return 0, OPTIONS_MAX
    return 2, RANKED_MAX if kind is PollKind.RANKING else OPTIONS_MAX


def marks_of(frame: Frame, choice: Choice) -> Counter[Mark]:
    """What a ballot counts for, each mark once. Refuses: choice_invalid."""
    marks: list[Mark]
    if frame.kind is PollKind.RATING:
        marks = _scored(frame, choice)
    elif frame.kind is PollKind.WORDS:
        marks = [(folded(word), 0) for word in words_of(frame, choice)]
    else:
        marks = _chosen(frame, choice)
    return Counter([BALLOT, *marks])


def _chosen(frame: Frame, choice: Choice) -> list[Mark]:
    """One option, a few, or all of them in order."""
    chosen, known = list(choice.options), set(frame.option_ids)
    if choice.scores or choice.words or len(set(chosen)) < len(chosen) or not set(chosen) <= known:
        raise ChoiceInvalid(why="options")
    if frame.kind is PollKind.RANKING:
        if len(chosen) != len(known):
            raise ChoiceInvalid(why="rank_all")
        return [(option, rank) for rank, option in enumerate(chosen, start=1)]
    most = 1 if frame.kind is PollKind.SINGLE else frame.max_choices
    if not 1 <= len(chosen) <= most:
        raise ChoiceInvalid(why="count", most=most)
    return [(option, 0) for option in chosen]


def _scored(frame: Frame, choice: Choice) -> list[Mark]:
    scores = choice.scores or {}
    if choice.options or choice.words or set(scores) != set(frame.option_ids):
        raise ChoiceInvalid(why="score_all")
    if not all(1 <= score <= frame.scale for score in scores.values()):
        raise ChoiceInvalid(why="scale", scale=frame.scale)
    return [(option, scores[option]) for option in frame.option_ids]


def words_of(frame: Frame, choice: Choice) -> list[str]:
    """The words of a ballot, cleaned, each once. Refuses: choice_invalid."""
    if choice.options or choice.scores:
        raise ChoiceInvalid(why="words")
    cleaned = {folded(word): word for word in (clean_word(raw) for raw in choice.words) if word}
    if not 1 <= len(cleaned) <= frame.max_choices:
        raise ChoiceInvalid(why="count", most=frame.max_choices)
    return list(cleaned.values())


def clean_word(raw: str) -> str:
    """NFKC, one line, one space between parts, no marks around it; at most 20 characters."""
    kept = one_line(unicodedata.normalize("NFKC", raw))
    word = _unmarked(_unmarked(" ".join(kept.split()))[:WORD_MAX])
    return word if is_visible(word) else ""


def _unmarked(text: str) -> str:
    """Without marks and spaces around it."""
    while text and unicodedata.category(text[0])[0] in "PSZ":
        text = text[1:]
    while text and unicodedata.category(text[-1])[0] in "PZ":
        text = text[:-1]
    return text


def folded(word: str) -> str:
    """What makes two words the same: width and case do not count."""
    return unseen_dropped(word).casefold()[: WORD_MAX * 2]


def difference(new: Counter[Mark], old: Counter[Mark] | None) -> dict[Mark, int]:
    """How counters move when a ballot comes, or replaces an earlier one."""
    moves = dict(new)
    for mark in old or ():
        moves[mark] = moves.get(mark, 0) - 1
    return {mark: step for mark, step in moves.items() if step}


def require_answerable(state: str) -> None:
    """Refuses: poll_closed. A draft is not found before anybody asks."""
    if state == PollState.CLOSED:
        raise PollClosed


def require_state(state: str, *allowed: PollState) -> None:
    """Refuses: poll_state."""
    if state not in allowed:
        raise WrongPollState(state=state)


def require_elector(electorate: str, *, is_registered: bool, is_investor: bool) -> None:
    """Refuses: not_in_electorate."""
    if electorate == Electorate.REGISTERED and not is_registered:
        raise NotInElectorate(electorate=electorate)
    if electorate == Electorate.VERIFIED and not is_investor:
        raise NotInElectorate(electorate=electorate)


def may_tell(names: str, *, told: int | None, ballots: int) -> bool:
    """Whether growing results may be told anew: each ballot of a roll-call, several at once of a secret poll."""
    return names != Names.NOBODY or ballots - (told or 0) >= SECRET_STEP


def is_series_shown(names: str, *, is_final: bool, investors: int, ballots: int) -> bool:
    """Whether investors' results stand apart.

    Of a secret poll only at the end, and only where neither investors nor all the others are so few (fewer than 3)
    that the difference tells what one of them chose.
    """
    if names != Names.NOBODY:
        return investors > 0
    others = ballots - investors
    return is_final and investors >= 3 and (others == 0 or others >= 3)


def are_results_public(results_when: str, state: str, *, is_revealed: bool) -> bool:
    """Whether the audience may see results now."""
    if state == PollState.DRAFT:
        return False
    if results_when == ResultsWhen.LIVE:
        return True
    return state == PollState.CLOSED and (results_when == ResultsWhen.CLOSE or is_revealed)


def option_ids(options: Iterable[Mapping[str, object]]) -> list[str]:
    return [str(option["id"]) for option in options]
