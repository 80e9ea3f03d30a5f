"""Contacts as somebody sees them who may know that there is one, and not which; pure."""

from __future__ import annotations

KEPT_BEFORE, KEPT_AFTER = 3, 4


def phone(text: str) -> str:
    """`138****1234`; of a number too short for that, only its last digit."""
    digits = "".join(character for character in text if character.isdecimal())
    if not digits:
        return ""
    if len(digits) < KEPT_BEFORE + KEPT_AFTER + 2:
        return "****" + digits[-1]
    return f"{digits[:KEPT_BEFORE]}****{digits[-KEPT_AFTER:]}"


def mail(text: str) -> str:
    """`w***@example.com`: the first letter, and where it leads."""
    name, at, host = text.rpartition("@")
    return f"{name[:1]}***@{host}" if at else text and "***"


def name(text: str) -> str:
    """`王**`: the first character."""
    return text[:1] + "**" if text else ""
