"""Files made to exhaust whoever reads them: small where they lie, large or endless where they are read."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
import zlib

MIB = 1024 * 1024
ROW = '<row r="{0}">' + "".join(f'<c r="{column}{{0}}"><v>1</v></c>' for column in "ABCDEFGHIJKLMNOPQRST") + "</row>"


def busy_sheet(unpacked_mib: int) -> bytes:
    """A workbook of about 1.1 MB with so much in it that a parser is busy for minutes."""
    return _workbook(_rows(unpacked_mib * MIB), padding=MIB)


def hollow_sheet(unpacked_mib: int) -> bytes:
    """A workbook with a sheet that is many times as large as any honest one, and nothing in it."""
    return _workbook([b" " * MIB] * unpacked_mib, padding=0)


def _rows(size: int) -> list[bytes]:
    rows = [ROW.format(number).encode() for number in range(1, size // len(ROW) + 1)]
    return [b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>', *rows,
            b"</sheetData></worksheet>"]  # fmt: skip


def _workbook(sheet: list[bytes], padding: int) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        '"application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="s" sheetId="1" r:id="r"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    }  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as target:
            for piece in sheet:
                target.write(piece)
        archive.writestr("xl/media/image1.bin", os.urandom(padding), zipfile.ZIP_STORED)
    return file.getvalue()


def long_line(unpacked_mib: int) -> bytes:
    """A packed list whose second line is that long: one megabyte for a gibibyte."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb") as packed:
        packed.write(b"name\n")
        for _ in range(unpacked_mib):
            packed.write(b"a" * MIB)
    return file.getvalue()


def swollen_pdf(unpacked_mib: int) -> bytes:
    """A PDF whose table of objects unpacks to that much."""
    packer = zlib.compressobj()
    packed = b"".join(packer.compress(b" " * MIB) for _ in range(unpacked_mib)) + packer.flush()
    objects = [
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
        b"3 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed
        + b"\nendstream endobj\n",
    ]  # fmt: skip
    body, at = b"%PDF-1.5\n", []
    for each in objects:
        at.append(len(body))
        body += each
    entries = [(0, 0, 255), (1, at[0], 0), (2, 3, 0), (1, at[1], 0), (1, len(body), 0)]
    table = b"".join(
        kind.to_bytes(1, "big") + where.to_bytes(4, "big") + more.to_bytes(1, "big") for kind, where, more in entries
    )
    return body + (
        b"4 0 obj<</Type/XRef/Size 5/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(table) + table
        + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )  # fmt: skip
