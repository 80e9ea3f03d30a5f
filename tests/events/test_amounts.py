"""Amounts as people type and paste them; the pages are held to the same table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from events.amounts import Unit, Unreadable, fen_of
from events.base_schemas import Fen

TABLE: list[dict[str, Any]] = json.loads(Path("tests/amounts.json").read_text())
UNITS = {"wan": Unit.WAN, "yuan": Unit.YUAN}


@pytest.mark.field
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["typed"])
def test_amount_is_read_as_it_is_meant_or_not_at_all(row: dict[str, Any], unit: str) -> None:
    if row[unit] == "no":
        with pytest.raises(Unreadable):
            fen_of(row["typed"], UNITS[unit])
    else:
        assert fen_of(row["typed"], UNITS[unit]) == row[unit]


@pytest.mark.field
@pytest.mark.parametrize(("sent", "fen"), [(500, 500), ("500", 500), ("2亿", 20_000_000_000), ("５０万元", 50_000_000)])
def test_amount_of_the_api_counts_fen_unless_it_names_its_unit(sent: object, fen: int) -> None:
    assert TypeAdapter(Fen).validate_python(sent) == fen


@pytest.mark.field
@pytest.mark.parametrize("sent", ["3万5", "-1", "10000万亿", -1, 1.5])
def test_amount_of_the_api_that_is_none_is_refused(sent: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Fen).validate_python(sent)
