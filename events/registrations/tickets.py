"""Tickets: a short code a person can type, and its QR picture."""

from __future__ import annotations

import io
import re
import secrets

import segno

from events.text import code

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": "", " ": ""})


def new_code() -> str:
    """50 random bits in ten characters that are not mistaken for one another (Crockford's base 32)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str:
    """The code in what was typed or scanned: a bare code, or an address that ends in it.

    A scanner types through the keyboard's layout, which may turn `://` into other signs and letters into full width.
    """
    path = code(text).split("?")[0].split("#")[0]
    parts = [part for part in re.split(r"[^0-9A-Za-z -]+", path) if part.strip(" -")]
    return (parts[-1] if parts else "").upper().translate(_LOOKALIKES)


def ticket_svg(text: str) -> bytes:
    """`text` as a QR code, black on white, readable on a dark screen."""
    picture = io.BytesIO()
    picked = segno.make(text, error="m", micro=False)
    picked.save(picture, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=True)
    return picture.getvalue()
