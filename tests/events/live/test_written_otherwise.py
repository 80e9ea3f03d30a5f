"""What a room compares is compared however it is written: likeness, labels, screened words, options and words."""

from __future__ import annotations

import pytest

from events.live.labels import suggested
from events.live.polls.rules import Choice, Frame, OptionsInvalid, PollKind, check_options, words_of
from events.live.screening import FindingKind, screen
from events.live.similarity import score

pytestmark = pytest.mark.field
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
ASKED = "SiC 良率 2026 年能到多少？"


@pytest.mark.parametrize(
    "written",
    [ASKED.translate(WIDE), ASKED.upper(), "\u200b".join(ASKED), ASKED.replace(" ", "\u3000"), f"\ufeff{ASKED}\u2060"],
)
def test_question_written_otherwise_is_the_same_question(written: str) -> None:
    assert score(ASKED, written) == 1.0
    assert suggested(written) == suggested(ASKED) is not None


@pytest.mark.parametrize("word", ["某某资本", "Alpha Coin", "ａｌｐｈａ\u200bcoin"])
@pytest.mark.parametrize(
    "written", ["某\u200b某　资本", "ＡＬＰＨＡ coin", "al\u00adpha\u2060coin", "某某\u3164资本", "Alpha\u2011Coin"]
)
def test_organizers_word_is_found_however_either_is_written(word: str, written: str) -> None:
    found = screen(written, [word])

    assert (found is not None) == (word.startswith("某") == written.startswith("某"))
    assert found is None or found.kind is FindingKind.WORD


@pytest.mark.parametrize(
    "text", ["加微\u3164信 abc_123", "１\ufe0f\u20e33800138000", "wang＠example．com", "加\u2800微信ａｂｃ_１２３"]
)
def test_contact_written_otherwise_is_still_one(text: str) -> None:
    found = screen(text)

    assert found is not None
    assert found.is_contact


@pytest.mark.parametrize("other", ["Ａ轮", "a轮", "A\u200b轮", " A轮 "])
def test_options_that_read_alike_are_not_two(other: str) -> None:
    with pytest.raises(OptionsInvalid):
        check_options(PollKind.SINGLE, ["A轮", other], 1)


@pytest.mark.parametrize("other", ["ＳＩＣ", "sic", "Si\u200bC", "\u3000SiC!"])
def test_words_that_read_alike_count_once(other: str) -> None:
    words = words_of(Frame(PollKind.WORDS, [], 3, 0), Choice(words=["SiC", other]))

    assert len(words) == 1
