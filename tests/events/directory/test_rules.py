"""What identifies a company or an institution, refused by cause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from events.directory.rules import (
    ChequeRange,
    CreditCodeCharacters,
    CreditCodeCheckDigit,
    CreditCodeLength,
    RegistrationNumber,
    check_cheque,
    credit_code,
    registration_no,
)

RIGHT = "91110000600037341L"


@pytest.mark.parametrize(
    "text", [RIGHT, " 91110000600037341l ", "9111 0000 6000 3734 1L", "９１１１００００６０００３７３４１L"]
)
def test_credit_code_is_normalized(text: str) -> None:
    assert credit_code(text) == RIGHT


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", CreditCodeLength),
        ("91110000600037341", CreditCodeLength),
        ("91110000600037341LL", CreditCodeLength),
        ("A1110000600037341L", CreditCodeCharacters),
        ("91110000600O37341L", CreditCodeCharacters),
        ("9111000060003734IL", CreditCodeCharacters),
        ("911100006000373中1L", CreditCodeCharacters),
        ("91110000600037341M", CreditCodeCheckDigit),
        ("91110000600073341L", CreditCodeCheckDigit),
    ],
)
def test_credit_code_is_refused_by_cause(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        credit_code(text)


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(place: int, digit: str) -> None:
    wrong = RIGHT[:place] + digit + RIGHT[place + 1 :]

    if wrong != RIGHT:
        with pytest.raises((CreditCodeCheckDigit, CreditCodeCharacters)):
            credit_code(wrong)


def test_length_refusal_tells_the_length() -> None:
    with pytest.raises(CreditCodeLength) as refused:
        credit_code("911100")

    assert refused.value.message["zh-CN"] == "统一社会信用代码应为 18 位，您填写了 6 位。"


def test_check_digit_is_the_standards() -> None:
    assert uscc.calc_check_digit(RIGHT[:17]) == "L"


@pytest.mark.field
@pytest.mark.parametrize("text", [" p1012345 ", "P10１2345", "Ｐ１０１２３４５", "\u202aP1012345\u202c"])
def test_registration_number_is_normalized(text: str) -> None:
    assert registration_no(text) == "P1012345"


@pytest.mark.field
@pytest.mark.parametrize("text", [f"\u202a{RIGHT}", f"\u200b{RIGHT.translate({n: n + 0xFEE0 for n in range(48, 91)})}"])
def test_credit_code_is_read_in_any_width(text: str) -> None:
    assert credit_code(text) == RIGHT


@pytest.mark.parametrize("text", ["P101234", "P10123456", "1012345", "PP012345", "P1012345\n1"])
def test_other_registration_numbers_are_refused(text: str) -> None:
    with pytest.raises(RegistrationNumber):
        registration_no(text)


@pytest.mark.parametrize(("smallest", "largest"), [(None, None), (1, None), (None, 1), (1, 1), (0, 10**15)])
def test_cheque_range_may_be_open(smallest: int | None, largest: int | None) -> None:
    check_cheque(smallest, largest)


def test_cheque_range_upside_down_is_refused() -> None:
    with pytest.raises(ChequeRange):
        check_cheque(2, 1)
