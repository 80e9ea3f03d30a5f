"""PDFs written by hand: plain ones, and those no reader should open."""

from __future__ import annotations

import io

from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def plain(pages: int = 3) -> bytes:
    return _bytes(_writer(pages))


def encrypted() -> bytes:
    writer = _writer(1)
    writer.encrypt("secret", algorithm="RC4-128")
    return _bytes(writer)


def with_script() -> bytes:
    """A document whose opening runs JavaScript."""
    writer = _writer(1)
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return _bytes(writer)


def launching() -> bytes:
    """A page whose opening starts a program."""
    writer = _writer(1)
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")})
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    return _bytes(writer)


def with_attachment() -> bytes:
    writer = _writer(1)
    writer.add_attachment("books.xlsx", b"PK")
    return _bytes(writer)


def with_link() -> bytes:
    """An ordinary address to click on: allowed."""
    writer = _writer(1)
    writer.add_annotation(0, Link(rect=(0, 0, 10, 10), url="https://example.com/"))
    return _bytes(writer)


def truncated() -> bytes:
    return plain()[:200]


def endless() -> bytes:
    """A page tree that is its own child."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def too_long() -> bytes:
    return plain(301)


def too_wide() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(20_000, 20_000)
    return _bytes(writer)


def _writer(pages: int) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(960, 540)
    return writer


def _bytes(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def heavy(mib: int) -> bytes:
    """One with as many MiB in it that nobody sees."""
    writer = _writer(1)
    writer.add_metadata({"/Filler": "x" * mib * 1024 * 1024})
    return _bytes(writer)
