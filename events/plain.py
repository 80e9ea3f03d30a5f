"""JSON that the domain and both databases can carry: whole characters, finite numbers, no depth beyond reason."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

MAX_DEPTH: Final = 32
MAX_INT: Final = 2**63 - 1
_ODD = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]|[0-9]{17}|[0-9.][eE]\+?[0-9]{2}|NaN|Infinity")
"""What may spell something odd; everything else need not be looked at closely."""


class NotPlain(ValueError):
    """The text is JSON, or near it, that nothing behind the door could keep."""


def refuse_odd(data: bytes) -> None:
    """Raises `NotPlain` for JSON that is not plain. What is no JSON at all is left for others to name."""
    try:
        data.decode()
    except UnicodeDecodeError:
        raise NotPlain("text is UTF-8") from None
    if _ODD.search(data) is None and data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    try:
        plain(data)
    except json.JSONDecodeError:
        return


def plain(data: bytes | str) -> Any:
    """What the JSON says. Raises `NotPlain` when it could not be kept, `ValueError` when it is no JSON."""
    try:
        value = json.loads(data.decode() if isinstance(data, bytes) else data)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise NotPlain("nested too deep") from None
    except ValueError as error:
        raise NotPlain(str(error)[:100]) from None
    check(value)
    return value


def check(value: Any) -> None:
    """Raises `NotPlain` for a value with a NUL, half a surrogate pair, a number without end, or too much depth."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += each.keys()
                below += each.values()
            elif isinstance(each, list):
                below += each
            else:
                _check_one(each)
        if not below:
            return
        level = below
    raise NotPlain("nested too deep")


def is_text(text: str) -> bool:
    """Whether every character is one that both databases keep."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))


def _check_one(value: Any) -> None:
    if isinstance(value, str):
        if not is_text(value):
            raise NotPlain("text holds a NUL or half a character")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise NotPlain("a number is not finite")
    elif isinstance(value, int) and not -MAX_INT <= value <= MAX_INT:
        raise NotPlain("a number is too large")
