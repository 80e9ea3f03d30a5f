"""The front end's types are what the server describes right now."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCES = ROOT / "frontend_static" / "src"


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("types")
    (out / "api").mkdir()
    (out / "live").mkdir()
    subprocess.run([ROOT / "scripts" / "types", out], check=True, cwd=ROOT)
    return out


@pytest.mark.parametrize("name", ["api/schema.d.ts", "live/wire.d.ts"])
def test_committed_types_are_the_servers(renewed: Path, name: str) -> None:
    assert (SOURCES / name).read_text() == (renewed / name).read_text(), "run scripts/types"
