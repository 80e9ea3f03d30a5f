"""Sixty contenders for one slot through real HTTP; one wins each round, nobody sees anything else."""

from __future__ import annotations

from pathlib import Path

from benchmarks.booking import Outcome, contend

ROUNDS, CONTENDERS = 3, 60


async def test_one_slot_has_one_winner_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    outcome = await contend(sqlite_url, tmp_path, processes=1, rounds=ROUNDS, contenders=CONTENDERS)

    _check(outcome)


async def test_one_slot_has_one_winner_on_postgresql_with_two_processes(
    fresh_postgres_url: str, tmp_path: Path
) -> None:
    outcome = await contend(fresh_postgres_url, tmp_path, processes=2, rounds=ROUNDS, contenders=CONTENDERS)

    _check(outcome)


def _check(outcome: Outcome) -> None:
    assert (outcome.winners, outcome.conflicts, outcome.other) == (ROUNDS, ROUNDS * (CONTENDERS - 1), 0)
    assert (outcome.fair_rounds, outcome.stored) == (ROUNDS, ROUNDS)
