"""CSV in whatever encoding: which reading of the bytes is text, and which others could be meant."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from events.feeds import sources
from events.feeds.refusals import EncodingUnknown, FileTooLarge, FileUnreadable
from events.feeds.sources import Grid, Line

GZIP = b"\x1f\x8b"
LOOKED_AT = 256 * 1024
DAMAGE = (OSError, EOFError, zlib.error)
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
OLDER = ("gb18030", "big5hkscs", "cp950", "cp932", "euc_kr", "cp1252")
"""Encodings without a mark, in which almost any bytes make some text; the likeliest by what it says is taken."""
KNOWN = frozenset({*OLDER, "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"})
MOST_FIELD = 128 * 1024
MOST_DAMAGE = 0.01
SURE = 0.2
"""How much likelier the best reading must be than the next, of at most 1, to be taken without asking."""

Weigh = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Reading:
    """An encoding that fits, and how likely its text is: 1 is certain."""

    encoding: str
    likely: float
    sample: str


def grid_of(path: Path, weigh: Weigh, chosen: str | None) -> Grid:
    """The file's lines. `weigh` tells how much a line is a header. Refuses: encoding_unknown, file_unreadable."""
    try:
        with opened(path) as file:
            start = file.read(LOOKED_AT)
        readings = likely_readings(start, weigh)
    except DAMAGE as error:
        raise FileUnreadable(row=1, reason=str(error)) from None
    names = [reading.encoding for reading in readings]
    encoding = chosen if chosen in KNOWN else (names[0] if names else None)
    if encoding is None:
        raise EncodingUnknown
    is_sure = len(readings) < 2 or readings[0].likely - readings[1].likely >= SURE
    encodings: list[dict[str, object]] = [{"name": each.encoding, "sample": each.sample} for each in readings]
    return Grid(Lines(path, encoding), encoding=encoding, encodings=encodings, is_sure=is_sure)


def likely_readings(start: bytes, weigh: Weigh) -> list[Reading]:
    """What these first bytes may say, likeliest first; one reading where the bytes themselves tell."""
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return [Reading(encoding, 1.0, "")]
    if b"\0" in start:
        return _wide(start)
    if not _damage(_text(start, "utf-8")):
        return [Reading("utf-8", 1.0, "")]
    found = [each for encoding in OLDER if (each := _weighed(start, encoding, weigh)) is not None]
    if not found and _damage(text := _text(start, "utf-8")) <= MOST_DAMAGE:
        return [Reading("utf-8", 1.0, text[:200])]
    texts: dict[str, Reading] = {}
    for reading in sorted(found, key=lambda each: -each.likely):
        texts.setdefault(reading.sample, reading)
    return list(texts.values())


def _wide(start: bytes) -> list[Reading]:
    """Two bytes a character and no mark: the zero bytes of commas, digits and line ends tell which comes first."""
    if len(start) % 2:
        return []
    odd, even = start[1::2].count(0), start[0::2].count(0)
    encoding = "utf-16-le" if odd >= even else "utf-16-be"
    text = _text(start, encoding)
    is_text = not _damage(text) and "\0" not in text and any(end in text for end in ("\n", "\r"))
    return [Reading(encoding, 1.0, "")] if is_text else []


def _weighed(start: bytes, encoding: str, weigh: Weigh) -> Reading | None:
    text = _text(start, encoding)
    if "\0" in text or _damage(text) > MOST_DAMAGE:
        return None
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return Reading(encoding, 0.0, _sample(text))
    common = sum(_is_common(char, encoding) for char in foreign) / len(foreign)
    private = sum("\ue000" <= char <= "\uf8ff" for char in foreign) / len(foreign)
    named = max((weigh(line) for line in text.splitlines()[:10]), default=0)
    likely = common - 3 * private - 20 * _damage(text) + min(named, 3) / 3
    return Reading(encoding, likely, _sample(text)) if likely > 0 else None


def _sample(text: str) -> str:
    """The first lines that say something beyond ASCII: by these a person tells readings apart."""
    telling = [line for line in text.splitlines() if not line.isascii()]
    return "\n".join(line[:120] for line in telling[:3])


def _text(start: bytes, encoding: str) -> str:
    """Decoded as far as whole characters go; what cannot be decoded becomes U+FFFD."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(start, final=len(start) < LOOKED_AT)


def _damage(text: str) -> float:
    return text.count("\N{REPLACEMENT CHARACTER}") / max(1, sum(char > "\x7f" for char in text))


def _is_common(char: str, encoding: str) -> bool:
    """Whether people who use this encoding write this character every day."""
    if encoding == "cp1252":
        return (unicodedata.category(char) in {"Ll", "Lu"} and char not in "ªºµƒ") or char in "‘’“”–—…€"
    if "\u3000" <= char <= "\u3011" or "\uff01" <= char <= "\uff5e" or char in "“”‘’—…·":
        return True
    if encoding == "cp932" and "\u3041" <= char <= "\u30fc":
        return True
    own = {"gb18030": "gb2312", "big5hkscs": "big5", "cp950": "big5"}.get(encoding, encoding)
    try:
        code = int.from_bytes(char.encode(own), "big")
    except UnicodeEncodeError:
        return False
    lowest, highest = {
        "gb2312": (0xB0A1, 0xD7F9), "big5": (0xA440, 0xC67E), "cp932": (0x889F, 0x9872), "euc_kr": (0xB0A1, 0xC8FE),
    }[own]  # fmt: skip
    return lowest <= code <= highest


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The bytes, unpacked where they are packed."""
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
        file.seek(0)
        if not is_packed:
            yield file
            return
        with gzip.open(file) as unpacked:
            yield unpacked


class Lines:
    """The rows of a CSV file, read anew at each iteration; a line is never longer in memory than its limit."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self._delimiter = ","
        self._quotes = 0
        self._delimiter = max(",;\t|", key=self._first().count)

    def _first(self) -> str:
        with self._text() as lines:
            return "".join(islice(lines, 10))

    @contextmanager
    def _text(self) -> Iterator[Iterator[str]]:
        try:
            with opened(self._path) as binary:
                file = io.TextIOWrapper(binary, encoding=self._encoding, errors="replace", newline="")
                yield self._bounded(file)
        except DAMAGE as error:
            raise FileUnreadable(row=1, reason=str(error)) from None

    def __iter__(self) -> Iterator[Line]:
        csv.field_size_limit(MOST_FIELD)
        number, row = 0, [""]
        with self._text() as lines:
            try:
                for number, row in enumerate(csv.reader(lines, delimiter=self._delimiter), start=1):
                    yield Line(number, row)
                if self._quotes % 2 and "\n" in row[-1]:
                    raise csv.Error("a quote is never closed / 引号没有闭合")
            except csv.Error as error:
                raise FileUnreadable(row=number + 1, reason=str(error)) from None

    def _bounded(self, file: io.TextIOWrapper) -> Iterator[str]:
        self._quotes = 0
        while line := file.readline(sources.MOST_LINE):
            if len(line) >= sources.MOST_LINE and not line.endswith(("\n", "\r")):
                raise FileTooLarge(what="一行 / a line", limit=f"{sources.MOST_LINE // sources.MIB} MiB")
            self._quotes += line.count('"')
            yield line
