"""Screening is measured: what share of leaks is caught, and how often it is wrong."""

from __future__ import annotations

import time

import pytest

from events.live.screening import CONTACTS, Finding, FindingKind, screen
from tests.events.live import screening_examples as examples

Pairs = list[tuple[str, str]]


def leaks(table: str) -> Pairs:
    rows = (line.split(" | ", 1) for line in table.strip().splitlines())
    return [(kind, text) for kind, text in rows]


def harmless(table: str) -> list[str]:
    return table.strip().splitlines()


LEAKS, HARMLESS = leaks(examples.LEAKS), harmless(examples.HARMLESS)
HELD_OUT = leaks(examples.HELD_OUT_LEAKS), harmless(examples.HELD_OUT_HARMLESS)


def measured(guilty: Pairs, innocent: list[str]) -> tuple[float, float]:
    """Precision and recall of "somebody looks first"."""
    caught = sum(screen(text) is not None for _, text in guilty)
    wrong = sum(screen(text) is not None for text in innocent)
    return caught / (caught + wrong), caught / len(guilty)


def test_table_is_large_and_half_of_it_is_innocent() -> None:
    assert (len(LEAKS) >= 120, len(HARMLESS) >= 120) == (True, True)


@pytest.mark.parametrize(("kind", "text"), LEAKS, ids=lambda value: str(value))
def test_leak_is_found_for_what_it_is(kind: str, text: str) -> None:
    found = screen(text)

    assert found is not None
    assert found.kind == kind or (found.is_contact and kind in CONTACTS)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_let_through(text: str) -> None:
    assert screen(text) is None


def test_precision_and_recall_on_the_table_the_rules_were_made_with() -> None:
    assert measured(LEAKS, HARMLESS) == (1.0, 1.0)


def test_precision_and_recall_on_texts_the_rules_were_not_made_with() -> None:
    precision, recall = measured(*HELD_OUT)

    assert precision >= 0.9
    assert recall >= 0.8


def test_own_words_are_found_in_any_width_case_and_spacing() -> None:
    words = ["某某资本", "Alpha Coin"]

    assert screen("某 某\u200b资本真好", words) == Finding(FindingKind.WORD, "某某资本")
    assert screen("ＡＬＰＨＡ-coin?", words) == Finding(FindingKind.WORD, "Alpha Coin")
    assert screen("某某", ["", " ", "！"]) is None


def test_contacts_are_told_from_other_findings() -> None:
    assert [finding.is_contact for finding in map(screen, ["加我微信 abc_123", "保本保息"]) if finding] == [True, False]


@pytest.mark.parametrize("text", ["1" * 500, "加" * 500, "a." * 250, "群" * 500, "1 3 " * 125, "保证固定" * 125])
def test_no_text_is_slow_to_read(text: str) -> None:
    started = time.thread_time()

    screen(text)

    assert time.thread_time() - started < 0.05
