"""Ticket codes as people type them and as scanners type them through a keyboard's layout."""

from __future__ import annotations

import pytest

from events.registrations.tickets import read_code


@pytest.mark.field
@pytest.mark.parametrize(
    "text",
    [
        "7KQF3M9X2P",
        "7kqf-3m9x 2p",
        "https://host/t/7KQF3M9X2P",
        "https://host/t/7KQF3M9X2P/?from=mail#top",
        "https：、、host、t、7KQF3M9X2P",
        "７ＫＱＦ３Ｍ９Ｘ２Ｐ",
        "HTTPS》、、HOST、T、7kqf3m9x2p、",
    ],
)
def test_code_is_found_in_what_was_typed_or_scanned(text: str) -> None:
    assert read_code(text) == "7KQF3M9X2P"


@pytest.mark.field
@pytest.mark.parametrize("text", ["", "、、、", "https://"])
def test_no_code_is_made_of_signs_alone(text: str) -> None:
    assert read_code(text) in {"", "HTTPS"}
