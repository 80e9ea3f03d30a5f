"""Which questions of a room are compared with what somebody types, and that hidden ones are forgotten."""

from __future__ import annotations

import pytest

from events.live import alike
from events.live.alike import Kept, Shapes
from events.live.similarity import ALIKE, likeness, shape

TEXTS = {
    f"q{n}": f"{place}的{what}"
    for n, (place, what) in enumerate(
        (place, what)
        for place in ("光谷", "江城", "东湖", "海外")
        for what in (
            "良率目前是多少",
            "良品率多少",
            "客户集中度高不高",
            "专利布局在哪些国家",
            "2026年毛利率是多少",
            "SiC衬底",
        )
    )
}


async def test_every_alike_question_is_found_without_comparing_all() -> None:
    """The same answers as comparing each with each."""
    shapes = Shapes()
    await shapes.follow(TEXTS)

    for text in TEXTS.values():
        found = {id_ for id_, score in shapes.alike(shape(text)) if score >= ALIKE}
        assert found == {id_ for id_, other in TEXTS.items() if likeness(shape(text), shape(other)) >= ALIKE}


async def test_only_questions_with_a_common_pair_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []
    shapes = Shapes()
    await shapes.follow({f"{n}": "客户集中度" for n in range(500)} | {"other": "良率"})
    monkeypatch.setattr(alike, "likeness", lambda one, other: compared.append(other) or 1.0)

    assert [id_ for id_, _ in shapes.alike(shape("良率多少"))] == ["other"]
    assert len(compared) == 1


async def test_a_shape_is_made_once_and_dropped_with_its_question(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(alike, "shape", lambda text: made.append(text) or shape(text))
    shapes = Shapes()
    await shapes.follow({"a": "良率目前是多少", "b": "客户是谁"})
    await shapes.follow({"a": "良率目前是多少"})
    await shapes.follow({"a": "良率改了字"})

    assert made == ["良率目前是多少", "客户是谁", "良率改了字"]
    assert [id_ for id_, _ in shapes.alike(shape("客户是谁"))] == []
    assert [id_ for id_, _ in shapes.alike(shape("良率改了字"))] == ["a"]


def test_only_so_many_rooms_are_kept() -> None:
    kept = Kept(most=2)
    first = kept.of("one")
    kept.of("two")

    assert kept.of("one") is first
    kept.of("three")
    assert kept.of("one") is first
    assert kept.of("two") is not None
    assert kept.of("three") is kept.of("three")
    assert len(kept._rooms) == 2
