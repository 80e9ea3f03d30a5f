"""Every attack in its quick form, on both databases."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from tests.attacks.__main__ import attacks, withstand
from tests.attacks.site import Site


@pytest.mark.parametrize("name", sorted(attacks()))
def test_attack_says_in_one_line_what_it_does(name: str) -> None:
    assert len((attacks()[name].__doc__ or "").strip().splitlines()) == 1


async def test_attacks_are_held(tmp_path: Path, database_url: str) -> None:
    """Attacks on a server with the same settings share one process, so that this stays short."""
    missed = {}
    for settings, modules in _by_settings().items():
        async with Site.on(tmp_path, database_url, dict(settings), is_quick=True) as site:
            for name, module in modules.items():
                verdict = await withstand(site, module, quiet_seconds=0.1)
                if verdict.missed:
                    missed[name] = verdict.missed[:5]
    assert missed == {}


def _by_settings() -> dict[tuple[tuple[str, str], ...], dict[str, ModuleType]]:
    grouped: defaultdict[tuple[tuple[str, str], ...], dict[str, ModuleType]] = defaultdict(dict)
    for name, module in attacks().items():
        grouped[tuple(sorted(getattr(module, "SETTINGS", {}).items()))][name] = module
    return grouped
