"""Money as people write it: 2亿, 1,200.5 万元, ５００万, 1亿2000万, CNY 3.5 million. The pages read it the same way.

`tests/amounts.json` is the table both readers are held to (`frontend_static/src/format/amounts.ts` is the other).
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from events.text import code

MOST_FEN: Final = 10**15
LONGEST: Final = 100
YUAN: Final = 100
SCALES: Final = {
    "": 1, "k": 10**3, "thousand": 10**3, "万": 10**4, "w": 10**4, "m": 10**6, "mn": 10**6, "million": 10**6,
    "亿": 10**8, "bn": 10**9, "billion": 10**9, "万亿": 10**12,
}  # fmt: skip
TENS: Final = {"": 1, "十": 10, "百": 100, "千": 1000}
COINS: Final = {"": YUAN, "元": YUAN, "圆": YUAN, "块": YUAN, "角": 10, "分": 1}
LIKE: Final = str.maketrans("億萬圓", "亿万圆")
AROUND: Final = re.compile(r"^(?:人民币|rmb|cny|¥)|(?:人民币|rmb|cny|整)$")
PART: Final = re.compile(
    r"(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d*))?([十百千]?)(万亿|亿|万|w|million|mn|m|billion|bn|thousand|k|)([元圆块角分]?)"
)


class Unit(IntEnum):
    """What a number without a unit counts, in 分."""

    FEN = 1
    YUAN = YUAN
    WAN = 10**4 * YUAN


class Unreadable(ValueError):
    """No amount from 0 to 10^15 分, or one that could be read in two ways."""

    def __init__(self) -> None:
        super().__init__("not an amount")


def fen_of(typed: str, bare: Unit) -> int | None:
    """The amount in 分; nothing for an empty text. Raises `Unreadable`: also for 5千 (of what?), 3万5 and 1,23."""
    if len(typed) > LONGEST:
        raise Unreadable
    text = AROUND.sub("", AROUND.sub("", code(typed).lower().replace(" ", "").translate(LIKE)))
    if not text:
        if code(typed):
            raise Unreadable
        return None
    total, unit_before, at = 0, 0, 0
    while at < len(text):
        found = PART.match(text, at)
        if found is None or not (found[1] or found[2]):
            raise Unreadable
        whole, part, unit = found[1].replace(",", ""), found[2] or "", _unit(found, bare, is_alone=found[0] == text)
        amount, rest = divmod(int(whole + part) * unit, 10 ** len(part))
        if rest or (at and (unit >= unit_before or amount >= unit_before)):
            raise Unreadable
        total, unit_before, at = total + amount, unit, found.end()
    if total > MOST_FEN:
        raise Unreadable
    return total


def _unit(found: re.Match[str], bare: Unit, *, is_alone: bool) -> int:
    """How many 分 one of a part's numbers is."""
    tens, scale, coin = found[3], found[4], found[5]
    if not tens and not scale and not coin and is_alone:
        return bare
    if (not scale and not coin) or ((scale or tens) and COINS[coin] < YUAN):
        raise Unreadable
    return TENS[tens] * SCALES[scale] * COINS[coin]
