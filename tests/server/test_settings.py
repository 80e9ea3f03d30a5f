"""Demo mode cannot reach the outside by accident."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from server.settings import Settings


@pytest.mark.parametrize(
    "public",
    [
        {"host": "0.0.0.0"},
        {"host": "192.0.2.7"},
        {"base_url": "https://roadshow.example.org"},
        {"base_url": "http://roadshow.example.org"},
        {"base_url": "https://127.0.0.1"},
    ],
)
def test_demo_mode_is_refused_on_a_public_address(public: dict[str, str]) -> None:
    Settings(demo=False, **public)

    with pytest.raises(ValidationError, match="ROADSHOW_DEMO"):
        Settings(demo=True, **public)


def test_demo_mode_runs_at_home() -> None:
    assert Settings(demo=True, host="127.0.0.1").demo
