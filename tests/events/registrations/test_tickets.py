"""Tickets: codes are read however they are typed or scanned; the picture is a plain SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from events.registrations.tickets import ALPHABET, LENGTH, new_code, read_code, ticket_svg


def test_code_is_ten_characters_nobody_mixes_up() -> None:
    codes = {new_code() for _ in range(1000)}

    assert len(codes) == 1000
    assert all(re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", code) for code in codes)
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(
    "text",
    [
        "7KQF3M9X20",
        " 7kqf-3m9x-20 ",
        "7KQF 3M9X 2O",
        "https://roadshow.example.org/t/7KQF3M9X20",
        "https://roadshow.example.org/t/7KQF3M9X20/?utm=a#top",
    ],
)
def test_code_is_found_in_what_was_typed_or_scanned(text: str) -> None:
    assert read_code(text) == "7KQF3M9X20"


@pytest.mark.parametrize("text", ["", "   ", "/", "?", "二维码", "a" * 300])
def test_nonsense_is_no_ticket_and_no_crash(text: str) -> None:
    assert len(read_code(text)) != LENGTH


def test_picture_is_svg_without_scripts_or_styles() -> None:
    picture = ticket_svg("https://roadshow.example.org/t/7KQF3M9X20")

    root = ElementTree.fromstring(picture)
    names = {element.tag.rsplit("}", 1)[-1] for element in root.iter()}
    assert names == {"svg", "g", "path"}
    assert b"style" not in picture
    assert b"#fff" in picture
