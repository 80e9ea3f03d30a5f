"""The figures are a fold: the same entries, the same figures."""

from __future__ import annotations

from typing import Any

from events.live.record.figures import Tally


def question(id_: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": id_, "state": "published", "votes": 0, "investor_votes": 0, "project_id": "p1", "author_name": "林知远",
        "promise": None, "merged_into": None,
    }  # fmt: skip
    return row | more


def asked(tally: Tally, id_: str, **more: Any) -> None:
    tally.add("staff", "question.changed", {"question": question(id_, **more)})


def sampled(tally: Tally, minute: str, count: int, joined: list[str], left: list[str]) -> None:
    data = {"minute": f"2026-11-21T06:{minute}:00+00:00", "count": count, "joined": joined, "left": left}
    tally.add("record", "presence.sampled", data)


def test_an_empty_room_has_figures() -> None:
    figures = Tally().figures()

    assert figures["questions"]["asked"] == 0
    assert figures["presence"] == {
        "people": 0, "peak": 0, "peak_at": None, "minutes_mean": 0.0, "minutes_median": 0.0, "curve": [],
    }  # fmt: skip


def test_questions_are_counted_once_however_often_they_changed() -> None:
    tally = Tally()
    asked(tally, "q1")
    asked(tally, "q1", state="answered", votes=3)
    tally.add("staff", "question.tallied", {"id": "q1", "votes": 5, "investor_votes": 2})
    asked(tally, "q2", state="hidden", votes=9, author_name="周宁")
    asked(tally, "q3", promise={"kept_at": None}, merged_into=None)

    assert tally.figures()["questions"] == {
        "asked": 3, "published": 2, "answered": 1, "hidden": 1, "merged": 0, "promised": 1, "kept": 0,
        "votes": 5, "investor_votes": 2, "people": 2,
    }  # fmt: skip


def test_minutes_stayed_survive_coming_and_going() -> None:
    tally = Tally()
    sampled(tally, "00", 2, ["a", "b"], [])
    sampled(tally, "10", 1, [], ["b"])
    sampled(tally, "15", 2, ["b"], [])
    sampled(tally, "20", 0, [], ["a", "b"])

    presence = tally.figures()["presence"]

    assert (presence["people"], presence["peak"], presence["peak_at"]) == (2, 2, "2026-11-21T06:00:00+00:00")
    assert (presence["minutes_mean"], presence["minutes_median"]) == (17.5, 17.5)


def test_who_is_still_here_has_stayed_until_the_last_sample() -> None:
    tally = Tally()
    sampled(tally, "00", 1, ["a"], [])
    sampled(tally, "07", 1, [], [])

    assert tally.figures()["presence"]["minutes_mean"] == 7.0


def test_projects_are_those_of_the_opening_when_the_agenda_never_changed() -> None:
    tally = Tally()
    project = {"id": "p1", "name": "曜石传感"}
    tally.add("record", "session.opened", {"agenda": [{"id": "s1", "project": project}, {"id": "s2", "project": None}]})
    asked(tally, "q1", votes=4)
    intent = {"id": "i1", "project_id": "p1", "institution_name": "珞珈", "amount_max_fen": 5, "state": "open"}
    tally.add("staff", "intent.changed", {"intent": intent})

    assert tally.figures()["projects"] == [
        {"slot_id": "s1", "project_id": "p1", "name": "曜石传感", "questions": 1, "votes": 4, "intents": 1}
    ]
    assert tally.figures()["intents"] == {"left": 1, "institutions": 1, "amount_max_fen": 5}


def test_reactions_are_the_last_totals_and_danmaku_are_counted() -> None:
    tally = Tally()
    tally.add("danmaku", "reaction.tallied", {"counts": {"clap": 3}})
    tally.add("danmaku", "reaction.tallied", {"counts": {"clap": 9, "heart": 1}})
    tally.add("danmaku", "danmaku.shown", {"id": "d1"})
    tally.add("danmaku", "danmaku.removed", {"id": "d1"})

    figures = tally.figures()

    assert figures["reactions"] == {"clap": 9, "heart": 1}
    assert figures["danmaku"] == {"shown": 1, "removed": 1}
