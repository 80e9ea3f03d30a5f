"""When two names are the same firm's to a person's eye, however they were typed; pure."""

from __future__ import annotations

import hashlib
from typing import Any

from events import text as texts

LONGEST_KEY = 100


def folded(name: str) -> str:
    """The name by which firms are compared: `same` without spaces."""
    return texts.same(name).replace(" ", "")


def name_key(name: str) -> str:
    """`folded`, at most `LONGEST_KEY` characters: a longer name is a digest."""
    same = folded(name)
    return same if len(same) <= LONGEST_KEY else hashlib.sha256(same.encode(errors="replace")).hexdigest()


def key_of_inserted(context: Any) -> str:
    """The default of a `name_key` column in a statement that gives the name."""
    return name_key(context.get_current_parameters()["name"])
