"""What identifies a company or an institution, checked with the cause of every no; pure."""

from __future__ import annotations

import re

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from events.errors import Invalid
from events.text import code

REGISTRATION_NO = re.compile(r"P\d{7}", re.ASCII)


class CreditCodeLength(Invalid):
    code = "credit_code_length"
    zh, en = (
        "统一社会信用代码应为 18 位，您填写了 {length} 位。",
        "A credit code has 18 characters; yours has {length}.",
    )
    fix_zh, fix_en = "请对照营业执照补全。", "Compare it with the business licence."


class CreditCodeCharacters(Invalid):
    code = "credit_code_characters"
    zh = "统一社会信用代码含有不允许的字符：前 8 位为数字，其余为数字或大写字母（不含 I、O、S、V、Z）。"
    en = "A credit code begins with 8 digits; the rest are digits or letters other than I, O, S, V, Z."
    fix_zh, fix_en = "请检查是否把 0 写成 O、1 写成 I。", "Look for O instead of 0 and I instead of 1."


class CreditCodeCheckDigit(Invalid):
    code = "credit_code_check_digit"
    zh, en = "统一社会信用代码的校验位不符。", "The credit code's check digit does not fit."
    fix_zh, fix_en = "有一位写错了，请逐位核对营业执照。", "One character is wrong; compare it with the licence."


class RegistrationNumber(Invalid):
    code = "registration_no_format"
    zh, en = "基金管理人登记编号应为 P 加 7 位数字。", "A fund manager's registration number is P and 7 digits."
    fix_zh, fix_en = "请填写如 P1012345 的编号，没有则留空。", "Write it like P1012345, or leave it empty."


class ChequeRange(Invalid):
    code = "cheque_range"
    zh, en = "单笔投资下限高于上限。", "The smallest cheque is larger than the largest."
    fix_zh, fix_en = "请调整投资金额范围。", "Correct the range."


def credit_code(text: str) -> str:
    """The 18 characters without separators. Refuses by cause: length, characters, check digit (GB 32100-2015)."""
    written = code(text)
    try:
        return str(uscc.validate(written))
    except InvalidLength:
        raise CreditCodeLength(length=len(uscc.compact(written))) from None
    except InvalidChecksum:
        raise CreditCodeCheckDigit from None
    except ValidationError:
        raise CreditCodeCharacters from None


def registration_no(text: str) -> str:
    """`P` and seven digits, as the fund association writes it. Refuses: registration_no_format."""
    number = code(text).upper()
    if not REGISTRATION_NO.fullmatch(number):
        raise RegistrationNumber
    return number


def check_cheque(smallest_fen: int | None, largest_fen: int | None) -> None:
    """Both in 分; either may be open. Refuses: cheque_range."""
    if smallest_fen is not None and largest_fen is not None and smallest_fen > largest_fen:
        raise ChequeRange
