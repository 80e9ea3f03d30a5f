"""Totals follow from their terms, whatever the order of rows; ties are told apart as declared."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from events.live.polls.scoring import (
    Commitment,
    Decided,
    Entry,
    Sheets,
    Weights,
    committed_to,
    harshness_corrected,
    hundredths,
    standings,
    total_of,
)

JURY_ONLY = Weights(1, 0, 0)
WAN = 1_000_000


def sheets(points: dict[tuple[str, str, str], int], **more: Any) -> Sheets:
    judges = sorted({judge for judge, _, _ in points})
    projects = sorted({project for _, project, _ in points})
    return Sheets(
        **{"criteria": {"1": 1}, "scale": 10, "judges": judges, "projects": projects, "points": points} | more
    )


def ranked(found: list[Entry]) -> list[tuple[int, str, Decided]]:
    return [(entry.place, entry.project_id, entry.decided) for entry in found]


def jury(points: dict[tuple[str, str, str], int], *, corrected: bool = False, **more: Any) -> list[Entry]:
    return standings(sheets(points, **more), [], 0, {}, JURY_ONLY, corrected=corrected)


def test_sheet_is_the_weighted_mean_of_its_criteria() -> None:
    found = jury({("a", "x", "1"): 10, ("a", "x", "2"): 4}, criteria={"1": 3, "2": 1})

    assert (found[0].jury, found[0].total) == (8500, 8500)


def test_incomplete_sheet_does_not_count_and_is_named() -> None:
    points = {("a", "x", "1"): 10, ("a", "x", "2"): 10, ("b", "x", "1"): 1}
    given = sheets(points, criteria={"1": 1, "2": 1})

    found = standings(given, [], 0, {}, JURY_ONLY, corrected=False)

    assert given.missing() == [("b", "x")]
    assert (found[0].jury, found[0].sheets) == (10000, 1)


def test_harsh_judge_is_moved_to_the_others() -> None:
    points = {("kind", "x", "1"): 9, ("kind", "y", "1"): 7, ("harsh", "x", "1"): 5, ("harsh", "y", "1"): 3}

    raw = {(j, p): Fraction(points[j, p, "1"] * 10) for j in ("kind", "harsh") for p in ("x", "y")}
    moved = harshness_corrected(raw)

    assert moved == {("kind", "x"): 70, ("kind", "y"): 50, ("harsh", "x"): 70, ("harsh", "y"): 50}


def test_correction_stands_beside_the_raw_mean_and_counts_only_if_said() -> None:
    points = {("kind", "x", "1"): 9, ("kind", "y", "1"): 9, ("harsh", "y", "1"): 5}

    raw, corrected = jury(points), jury(points, corrected=True)

    assert [(e.project_id, e.jury_raw, e.jury_corrected) for e in raw] == [("x", 9000, 8000), ("y", 7000, 7500)]
    assert [(e.project_id, e.total) for e in corrected] == [("x", 8000), ("y", 7500)]


def test_commitment_of_an_institution_counts_once_and_up_to_the_cap() -> None:
    given = [
        Commitment("x", "i", 300 * WAN), Commitment("x", "i", 900 * WAN), Commitment("x", "k", 200 * WAN),
        Commitment("y", "i", 100 * WAN),
    ]  # fmt: skip

    assert committed_to("x", given, 500 * WAN) == (700 * WAN, 2)
    assert committed_to("z", given, 500 * WAN) == (0, 0)


def test_total_is_the_weighted_mean_of_the_terms_shown() -> None:
    given = sheets({("a", "x", "1"): 8, ("a", "y", "1"): 6})
    commitments = [Commitment("x", "i", 100), Commitment("y", "i", 300)]
    audience = {"x": Fraction(1, 3), "y": Fraction(1)}

    found = standings(given, commitments, 1000, audience, Weights(60, 20, 20), corrected=False)

    assert [(e.project_id, e.jury, e.commitments, e.audience, e.total) for e in found] == [
        ("y", 6000, 10000, 10000, 7600),
        ("x", 8000, 3333, 3333, 6133),
    ]


def test_equal_totals_go_to_the_jury_then_commitments_then_are_shared() -> None:
    points = {("a", project, "1"): given for project, given in {"p": 8, "q": 6, "r": 6, "s": 6}.items()}
    commitments = [Commitment("q", "i", 1), Commitment("r", "i", 1), Commitment("s", "i", 1)]
    given = sheets(points)

    by_jury = standings(given, commitments[:1], 1, {}, Weights(100, 20, 0), corrected=False)
    shared = standings(given, [], 1, {}, JURY_ONLY, corrected=False)

    assert ranked(by_jury)[:2] == [(1, "p", Decided.JURY), (2, "q", Decided.JURY)]
    assert ranked(shared) == [
        (1, "p", Decided.TOTAL),
        (2, "q", Decided.SHARED),
        (2, "r", Decided.SHARED),
        (2, "s", Decided.SHARED),
    ]


def test_place_after_a_shared_one_is_left_out() -> None:
    found = jury({("a", "p", "1"): 9, ("a", "q", "1"): 9, ("a", "r", "1"): 1})

    assert [entry.place for entry in found] == [1, 1, 3]


names = st.sampled_from("abcde")
weights = st.builds(Weights, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)).filter(
    lambda w: w.jury + w.commitments + w.audience > 0
)


@st.composite
def contests(draw: st.DrawFn) -> dict[str, Any]:
    projects = sorted(draw(st.sets(names, min_size=1)))
    judges = sorted(draw(st.sets(st.sampled_from("JKLM"), min_size=1)))
    criteria = {each: draw(st.integers(1, 5)) for each in draw(st.sets(st.sampled_from("123"), min_size=1))}
    keys = [(j, p, c) for j in judges for p in projects for c in sorted(criteria)]
    points = draw(st.dictionaries(st.sampled_from(keys), st.integers(0, 10)))
    commitment = st.builds(Commitment, st.sampled_from(projects), st.sampled_from("XYZ"), st.integers(0, 10**12))
    audience = draw(st.dictionaries(st.sampled_from(projects), st.fractions(0, 1, max_denominator=50)))
    return {
        "sheets": Sheets(criteria, 10, judges, projects, points), "commitments": draw(st.lists(commitment, max_size=8)),
        "cap_fen": draw(st.integers(1, 10**12)), "audience": audience, "weights": draw(weights),
        "corrected": draw(st.booleans()),
    }  # fmt: skip


def run(contest: dict[str, Any], **change: Any) -> list[Entry]:
    now = contest | change
    return standings(
        now["sheets"], now["commitments"], now["cap_fen"], now["audience"], now["weights"], corrected=now["corrected"]
    )


@given(contests(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_order_of_rows_does_not_matter(contest: dict[str, Any], dice: random.Random) -> None:
    given: Sheets = contest["sheets"]

    def shuffled(rows: Any) -> list[Any]:
        rows = list(rows)
        dice.shuffle(rows)
        return rows

    other = Sheets(
        dict(shuffled(given.criteria.items())), given.scale, shuffled(given.judges), shuffled(given.projects),
        dict(shuffled(given.points.items())),
    )  # fmt: skip

    assert run(contest, sheets=other, commitments=shuffled(contest["commitments"])) == run(contest)


@given(contests(), st.integers(2, 50))
@settings(max_examples=100, deadline=None)
def test_weights_count_only_in_proportion(contest: dict[str, Any], factor: int) -> None:
    w: Weights = contest["weights"]

    assert run(contest, weights=Weights(w.jury * factor, w.commitments * factor, w.audience * factor)) == run(contest)


@given(contests())
@settings(max_examples=150, deadline=None)
def test_every_total_is_explained_and_every_place_follows(contest: dict[str, Any]) -> None:
    found = run(contest)

    for entry in found:
        assert entry.total == total_of((entry.jury, entry.commitments, entry.audience), contest["weights"])
        assert 0 <= entry.total <= 10000
        assert entry.place == 1 + sum(1 for other in found if other.key > entry.key)
    assert [entry.key for entry in found] == sorted((entry.key for entry in found), reverse=True)
    assert {entry.project_id for entry in found} == set(contest["sheets"].projects)


@given(contests(), st.data())
@settings(max_examples=150, deadline=None)
def test_more_points_never_lower_a_raw_total(contest: dict[str, Any], data: st.DataObject) -> None:
    given: Sheets = contest["sheets"]
    keys = sorted(given.points)
    if not keys:
        return
    raised = data.draw(st.sampled_from(keys))
    more = Sheets(given.criteria, 10, given.judges, given.projects, given.points | {raised: 10})

    before = {e.project_id: e.total for e in run(contest, corrected=False)}
    after = {e.project_id: e.total for e in run(contest, corrected=False, sheets=more)}

    assert after[raised[1]] >= before[raised[1]]
    assert {p: t for p, t in after.items() if p != raised[1]} == {p: t for p, t in before.items() if p != raised[1]}


@given(st.fractions(0, 100))
def test_rounding_is_half_up_and_close(points: Fraction) -> None:
    assert 0 <= hundredths(points) - points * 100 + Fraction(1, 2) <= 1
