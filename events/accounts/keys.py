"""Secrets told once and stored only as hashes: logins, invitations, integrators' tokens, feed addresses."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """How a high-entropy secret is stored: SHA-256, 64 hex digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
