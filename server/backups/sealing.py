"""Encryption of one stream: AES-256-GCM in chunks, under a key made from a passphrase by scrypt.

Each chunk's nonce carries its number and whether it is the last, so chunks cannot be moved, left out or cut off.
"""

from __future__ import annotations

import io
import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from server.backups.refusals import BackupDamaged, BackupKeyShort, BackupKeyWrong

MAGIC = b"roadshow-sealed-1\n"
SALT, PREFIX, TAG = 16, 7, 16
HEADER = len(MAGIC) + SALT + PREFIX
CHUNK = 64 * 1024
LEAST_KEY = 16


def checked_key(text: str) -> str:
    """The passphrase without surrounding space. Refuses: backup_key_short."""
    if len(text.strip()) < LEAST_KEY:
        raise BackupKeyShort(least=LEAST_KEY)
    return text.strip()


def is_sealed(beginning: bytes) -> bool:
    return beginning.startswith(MAGIC)


class _Chunks:
    """The cipher of one stream, chunk by chunk."""

    def __init__(self, key: str, header: bytes) -> None:
        salt = header[len(MAGIC) : len(MAGIC) + SALT]
        self._cipher = AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(key.encode()))
        self._header = header
        self.number = 0

    def _nonce(self, is_last: bool) -> bytes:
        return self._header[-PREFIX:] + self.number.to_bytes(4, "big") + bytes([is_last])

    def seal(self, chunk: bytes, is_last: bool) -> bytes:
        sealed = self._cipher.encrypt(self._nonce(is_last), chunk, self._header)
        self.number += 1
        return sealed

    def open(self, sealed: bytes, is_last: bool) -> bytes:
        """Raises InvalidTag."""
        chunk = self._cipher.decrypt(self._nonce(is_last), sealed, self._header)
        self.number += 1
        return chunk


class SealingWriter(io.RawIOBase):
    """Encrypts what is written into `file`; `close` writes the last chunk and leaves `file` open."""

    def __init__(self, file: IO[bytes], key: str) -> None:
        self._file = file
        header = MAGIC + os.urandom(SALT) + os.urandom(PREFIX)
        self._chunks = _Chunks(key, header)
        self._rest = bytearray()
        file.write(header)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._rest += data
        while len(self._rest) > CHUNK:
            self._file.write(self._chunks.seal(bytes(self._rest[:CHUNK]), False))
            del self._rest[:CHUNK]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.write(self._chunks.seal(bytes(self._rest), True))
        super().close()


class OpeningReader(io.RawIOBase):
    """Decrypts `file` as it is read. Refuses: backup_key_wrong, backup_damaged."""

    def __init__(self, file: IO[bytes], key: str) -> None:
        self._file = file
        self._chunks = _Chunks(key, file.read(HEADER))
        self._next = file.read(CHUNK + TAG)
        self._ready = b""
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._ready and not self._is_over:
            self._advance()
        taken = self._ready[: len(buffer)]
        buffer[: len(taken)] = taken
        self._ready = self._ready[len(taken) :]
        return len(taken)

    def _advance(self) -> None:
        sealed, self._next = self._next, self._file.read(CHUNK + TAG)
        self._is_over = not self._next
        try:
            self._ready = self._chunks.open(sealed, self._is_over)
        except InvalidTag:
            if self._chunks.number == 0:
                raise BackupKeyWrong from None
            raise BackupDamaged(what=f"chunk {self._chunks.number}") from None
