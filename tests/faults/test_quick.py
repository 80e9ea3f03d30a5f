"""Every fault in its quick form: nothing acknowledged is lost or doubled, everybody sees one gap-free room.

Bounds in seconds belong to `make faults`, on a machine that does nothing else.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.__main__ import faults
from tests.faults.profile import Profile

SEED = 20261121


@pytest.mark.parametrize("name", list(faults()))
async def test_a_fault_costs_nothing(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    async def postgres() -> str:
        url: str = request.getfixturevalue("fresh_postgres_url")
        return url

    async def sqlite() -> str:
        url: str = request.getfixturevalue("sqlite_url")
        return url

    toll = await faults()[name].run(Profile(False, SEED, tmp_path, postgres, sqlite))

    assert toll.is_clean_but_for_time, toll
