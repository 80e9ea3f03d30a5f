"""An uploaded file made plain: whatever it was, afterwards it is UTF-8 CSV whose rows begin with their number."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from events.feeds.refusals import EncodingUnknown, FileEmpty, FileTooLarge, FileUnreadable

MIB = 1024 * 1024
MOST_BYTES = 64 * MIB
MOST_TEXT_BYTES = 1024 * MIB
MOST_SHEET_BYTES = 512 * MIB
MOST_PARTS = 2_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
SHEET_SECONDS = 600
ENCODINGS = ("utf-8-sig", "gb18030")
BLOCK = MIB
ZIP, GZIP, OLD_SHEET = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
DAMAGE = (OSError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class Source:
    """A plain file: its columns, and how many rows follow."""

    columns: list[str]
    rows: int


def make_plain(source: Path, filename: str, target: Path) -> Source:
    """Write `target` from `source`, in flat memory. Slow for large files: not for the event loop.

    Refuses: file_too_large, file_unreadable, file_empty, encoding_unknown.
    """
    if source.stat().st_size > MOST_BYTES:
        raise FileTooLarge(what="文件 / file", limit="64 MiB")
    with source.open("rb") as file:
        magic = file.read(4)
    if magic == OLD_SHEET:
        raise FileUnreadable(row=1, reason="XLS, not XLSX / 旧版 XLS 格式")
    if magic == ZIP:
        _refuse_bomb(source)
        _convert_sheet(source, target)
        return _looked_at(target)
    with target.open("w", encoding="utf-8", newline="") as file:
        write_plain(_csv_rows(source), file)
    return _looked_at(target)


def write_plain(rows: Iterator[list[str]], file: IO[str]) -> None:
    """Number the rows as a spreadsheet does and leave out blank ones. The first is the header."""
    out = csv.writer(file)
    count = size = 0
    for number, row in enumerate(rows, start=1):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
            raise FileTooLarge(what="列 / columns", limit=MOST_COLUMNS)
        count, size = count + 1, size + sum(map(len, row))
        if count > MOST_ROWS + 1:
            raise FileTooLarge(what="行 / rows", limit=f"{MOST_ROWS:,}")
        if size > MOST_TEXT_BYTES:
            raise FileTooLarge(what="解压后 / unpacked", limit="1 GiB")
        out.writerow([number, *row])


def read_plain(path: Path, after: int = 0) -> Iterator[tuple[int, list[str]]]:
    """The data rows of a plain file, each with its number, beyond the first `after`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        for place, row in enumerate(rows):
            if place > after:
                yield int(row[0]), row[1:]


def _looked_at(target: Path) -> Source:
    with target.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, None)
        count = sum(1 for _ in rows)
    if header is None or count == 0:
        raise FileEmpty
    return Source(_distinct(header[1:]), count)


def _distinct(header: list[str]) -> list[str]:
    """Names of columns, each once and none empty."""
    found: list[str] = []
    while header and not header[-1].strip():
        header = header[:-1]
    for place, name in enumerate(header, start=1):
        base = " ".join(name.split())[:190] or f"#{place}"
        found.append(base if base not in found else f"{base} #{place}")
    return found


def _csv_rows(source: Path) -> Iterator[list[str]]:
    encoding = _encoding(source)
    number = 0
    with _opened(source) as binary, io.TextIOWrapper(binary, encoding=encoding, newline="") as file:
        first = file.read(BLOCK)
        file.seek(0)
        try:
            for number, row in enumerate(csv.reader(file, delimiter=_delimiter(first)), start=1):  # noqa: B007
                yield row
        except csv.Error as error:
            raise FileUnreadable(row=number + 1, reason=str(error)) from None


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t|", key=header.count)


def _encoding(source: Path) -> str:
    try:
        with _opened(source) as file:
            is_utf16 = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        for name in ("utf-16",) if is_utf16 else ENCODINGS:
            if _decodes(source, name):
                return name
    except DAMAGE as error:
        raise FileUnreadable(row=1, reason=str(error)) from None
    raise EncodingUnknown


def _decodes(source: Path, encoding: str) -> bool:
    total = 0
    with _opened(source) as binary, io.TextIOWrapper(binary, encoding=encoding, newline="") as file:
        try:
            while block := file.read(BLOCK):
                total += len(block)
                if total > MOST_TEXT_BYTES:
                    raise FileTooLarge(what="解压后 / unpacked", limit="1 GiB")
        except UnicodeDecodeError:
            return False
    return True


@contextmanager
def _opened(source: Path) -> Iterator[Any]:
    with source.open("rb") as file:
        is_packed = file.read(2) == GZIP
        file.seek(0)
        if not is_packed:
            yield file
            return
        with gzip.open(file) as unpacked:
            yield unpacked


def _refuse_bomb(source: Path) -> None:
    """An XLSX is a zip: look at what it claims to hold before anything opens it."""
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileUnreadable(row=1, reason=str(error)) from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_SHEET_BYTES:
        raise FileTooLarge(what="解压后 / unpacked", limit="512 MiB")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise FileUnreadable(row=1, reason="not an XLSX workbook / 不是 XLSX 工作簿")


def _convert_sheet(source: Path, target: Path) -> None:
    """A process of its own with bounded memory and time reads the workbook: whatever it holds stays in there."""
    command = [sys.executable, "-m", "events.feeds.workbook", str(source), str(target)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SHEET_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise FileTooLarge(what="读取时间 / reading time", limit=f"{SHEET_SECONDS} s") from None
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["stopped / 读取中止"]
        if words[-1].startswith("too_large "):
            raise FileTooLarge(what=words[-1].removeprefix("too_large "), limit=f"{MOST_ROWS:,} / {MOST_COLUMNS}")
        raise FileUnreadable(row=1, reason=words[-1][:200])
