"""What a row of an import goes by when its organizer's file says nothing better; pure."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePath

from events.directory.naming import folded as folded
from events.directory.naming import name_key
from events.text import same

KEY_PREFIX = "name:"
SOURCE_PREFIX = "from:"
MOST_KEY = 200
ENDINGS = re.compile(r"\.(csv|gz|xlsx|xls|txt|tsv)$", re.IGNORECASE)
PASSING = re.compile(r"副本|最终版?|[终定]稿|[修更][订新]版?|copy|final|[年月日号版期]|v(?=\d)|[\d\W_]+", re.IGNORECASE)


def by_name(name: str) -> str:
    """The key of a row without key and code."""
    return KEY_PREFIX + name_key(name)


def series(filename: str) -> str:
    """Which list a file is an issue of: its name without ending, dates, numbers and the marks of a copy."""
    name = same(PurePath(filename).name)
    while ENDINGS.search(name):
        name = ENDINGS.sub("", name)
    return PASSING.sub("", name)[:60]


def of_source(source: str, key: str) -> str:
    """An external key as it is stored: number 1 of one list is not number 1 of another."""
    whole = f"{SOURCE_PREFIX}{source}:{key}"
    return whole if len(whole) <= MOST_KEY else SOURCE_PREFIX + source + ":" + hashlib.sha256(key.encode()).hexdigest()
