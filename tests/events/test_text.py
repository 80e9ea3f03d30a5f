"""What text comes in as, whoever typed it and wherever: one table for every kind of trouble."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from events import text
from events.base_schemas import In

UNSEEN = ["\u3164", "\u2800", "\u200b", "\u115f", "\uffa0", "\u0301\u0302", "\u200d\ufe0f", "\u3000", "\U000e0041"]
TURNING = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
KEPT = [
    "张𮯰", "🫨 会动", "\U00032000",
    "👩\u200d🔬", "🏴\U000e0067\U000e0062\U000e007f", "שלום\u200f!", "سلام\u200e (1)", "हिन्दी",
]  # fmt: skip


@pytest.mark.field
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  良率？  ", "良率？"),
        ("e\u0301", "é"),
        ("a\x00b\x07c\ufdd0\U0001ffff", "abc"),
        ("两\r\n行\t字\u2028完", "两 行 字 完"),
        ("半\ud800字", "半字"),
        *((f"王总{sign}方主持", "王总方主持") for sign in TURNING),
        *((sign, sign) for sign in KEPT),
    ],
)
def test_text_is_kept_without_junk_and_direction_overrides(sent: str, kept: str) -> None:
    assert text.one_line(sent) == kept


@pytest.mark.field
@pytest.mark.parametrize("sent", UNSEEN)
def test_text_nobody_can_see_is_not_a_text(sent: str) -> None:
    assert not text.is_visible(sent)
    with pytest.raises(text.Unseen):
        text.visible(sent)


@pytest.mark.field
@pytest.mark.parametrize("sent", [*KEPT, "\u200b字", "。", "e\u0301", "⠓⠊"])
def test_text_with_one_sign_to_see_is_a_text(sent: str) -> None:
    assert text.visible(sent) == sent


@pytest.mark.field
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("１２３４５６", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("\u202a91420100MA4K2T5P8Q\u202c", "91420100MA4K2T5P8Q"),
        ("７ＫＱ\u200bＦ３", "7KQF3"),
        ("＋86 139－7123\u20104567", "+86 139-7123-4567"),
        ("（027）8788\u00a01234", "(027)8788 1234"),
    ],
)
def test_code_is_folded_to_what_was_meant(typed: str, meant: str) -> None:
    assert text.code(typed) == meant


@pytest.mark.field
@pytest.mark.parametrize(
    "typed", ["wang＠example.com", "ｗａｎｇ@example。com", "wang@ｅｘａｍｐｌｅ．com", "\u202awang@example.com\u200b"]
)
def test_address_is_folded_to_what_was_meant(typed: str) -> None:
    assert text.email(typed) == "wang@example.com"


def bodies() -> Iterator[type[In]]:
    """Every schema of what clients send."""
    for path in sorted(Path("events").rglob("*schemas.py")):
        import_module(".".join(path.with_suffix("").parts))
    waiting = In.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        yield kind


SECRETS = {"password", "current_password"}


def text_fields() -> Iterator[Any]:
    """Every field that takes free text: `series_id` and its like are looked up as they are."""
    for kind in bodies():
        for name, field in kind.model_fields.items():
            takes_text = (
                name not in SECRETS and not name.endswith("_id") and name != "id" and _take(field, "甲乙") is not None
            )
            if takes_text and kind.__module__.startswith("events."):
                yield pytest.param(field, id=f"{kind.__name__}.{name}")


def _take(field: FieldInfo, value: str) -> str | None:
    """The value as the field has it, alone or in a list; None when it is refused or the field is no text."""
    adapter = TypeAdapter(Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)
    for sent in (value, [value]):
        try:
            taken = adapter.validate_python(sent)
        except ValidationError:
            continue
        return taken[0] if isinstance(taken, list) else taken if isinstance(taken, str) else None
    return None


@pytest.mark.field
@pytest.mark.parametrize("field", list(text_fields()))
def test_every_text_field_drops_what_turns_its_neighbours_round(field: FieldInfo) -> None:
    assert _take(field, "甲\u202e乙\u2067") == "甲乙"


@pytest.mark.field
@pytest.mark.parametrize("field", list(text_fields()))
def test_every_text_field_refuses_what_nobody_can_see(field: FieldInfo) -> None:
    assert _take(field, "\u3164\u2800") in {None, ""}


SAME = json.loads(Path("tests/same.json").read_text())


@pytest.mark.field
@pytest.mark.parametrize("row", SAME["same"], ids=lambda row: row["why"])
def test_two_writings_of_one_word_are_the_same(row: dict[str, str]) -> None:
    assert text.same(row["one"]) == text.same(row["other"])


@pytest.mark.field
@pytest.mark.parametrize("row", SAME["not"], ids=lambda row: row["why"])
def test_two_words_are_not_the_same(row: dict[str, str]) -> None:
    assert text.same(row["one"]) != text.same(row["other"])
