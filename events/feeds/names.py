"""When two names are the same firm's to a person's eye, however they were typed; pure."""

from __future__ import annotations

import re

from events import text as texts

KEY_PREFIX = "name:"


def folded(name: str) -> str:
    """The name by which firms are compared: width, case, spaces, unseen signs and kinds of bracket do not count."""
    shown = texts.folded(name).casefold().replace(" ", "")
    return re.sub(r"[\[【〔〈《「]", "(", re.sub(r"[\]】〕〉》」]", ")", shown))
