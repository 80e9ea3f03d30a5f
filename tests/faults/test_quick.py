"""Every fault in its quick form: nothing acknowledged is lost or doubled, everybody sees one gap-free room.

Bounds in seconds belong to `make faults`, on a machine that does nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.__main__ import faults
from tests.faults.profile import Profile

SEED = 20261121


@pytest.mark.parametrize("name", list(faults()))
async def test_a_fault_costs_nothing(name: str, fresh_postgres_url: str, sqlite_url: str, tmp_path: Path) -> None:
    toll = await faults()[name].run(Profile(False, SEED, tmp_path, _given(fresh_postgres_url), _given(sqlite_url)))

    assert toll.is_clean_but_for_time, toll


def _given(url: str) -> Callable[[], Awaitable[str]]:
    async def database() -> str:
        return url

    return database
