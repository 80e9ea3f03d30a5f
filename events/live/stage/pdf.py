"""What a PDF holds before anybody opens it: its pages, and nothing that acts. A program with a process of its own.

    python -m events.live.stage.pdf FILE    prints {"pages": 12} or {"refused": "pdf_acts"}

The process first takes away its own time, memory and files, so that a file made to exhaust a reader exhausts only it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from events.fence import MIB, fence

MOST_PAGES: Final = 300
MOST_OBJECTS: Final = 200_000
CPU_SECONDS: Final = 10
MEMORY: Final = 768 * MIB
WIDEST: Final = 14_400
"""Units of 1/72 inch: the format's own limit, and 200 inches of slide."""
ACTING: Final = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound",
     "/RichMedia", "/RichMediaExecute", "/SetOCGState", "/Trans3D", "/GoTo3DView"}
)  # fmt: skip
CARRYING: Final = frozenset(
    {"/JS", "/JavaScript", "/XFA", "/EmbeddedFiles", "/EmbeddedFile", "/RichMediaContent", "/EF"}
)


def examine(path: Path) -> dict[str, Any]:
    """`pages`, or the code of what is wrong with the file."""
    with path.open("rb") as file:
        if file.read(5) != b"%PDF-":
            return {"refused": "pdf_unreadable"}
    try:
        return _read(PdfReader(path, strict=False))
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OSError,
        RecursionError,
        AssertionError,
    ):
        return {"refused": "pdf_unreadable"}
    except MemoryError:
        return {"refused": "pdf_too_heavy"}


def _read(reader: PdfReader) -> dict[str, Any]:
    if reader.is_encrypted:
        return {"refused": "pdf_encrypted"}
    pages = len(reader.pages)
    if not 1 <= pages <= MOST_PAGES:
        return {"refused": "pdf_too_many_pages" if pages else "pdf_unreadable"}
    if any(
        not 0 < float(side) <= WIDEST for page in reader.pages for side in (page.mediabox.width, page.mediabox.height)
    ):
        return {"refused": "pdf_unreadable"}
    refused = _walk(reader)
    return {"refused": refused} if refused else {"pages": pages}


def _walk(reader: PdfReader) -> str | None:
    """Everything reachable from the trailer, once."""
    waiting: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        count += 1
        if count > MOST_OBJECTS:
            return "pdf_too_heavy"
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if (thing.idnum, thing.generation) in seen:
                continue
            seen.add((thing.idnum, thing.generation))
            thing = thing.get_object()
        if isinstance(thing, DictionaryObject):
            if _acts(thing):
                return "pdf_acts"
            waiting.extend(thing.values())
        elif isinstance(thing, ArrayObject):
            waiting.extend(thing)
    return None


def _acts(thing: DictionaryObject) -> bool:
    kind = thing.get("/S")
    return bool(CARRYING & thing.keys()) or (isinstance(kind, str) and kind in ACTING) or _is_rich(thing)


def _is_rich(thing: DictionaryObject) -> bool:
    return thing.get("/Subtype") in {"/RichMedia", "/FileAttachment", "/Screen", "/Movie", "/Sound", "/3D"}


if __name__ == "__main__":
    fence(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    sys.stdout.write(json.dumps(examine(Path(sys.argv[1]))))
