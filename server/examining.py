"""Documents and pictures are looked through in a process of their own before anybody opens them."""

from __future__ import annotations

from pathlib import Path

from events.errors import Invalid
from server.parsing import TooHeavy, child

EXAMINED_WITHIN = 60.0


class PdfUnreadable(Invalid):
    code = "pdf_unreadable"
    zh, en = "这不是完整的 PDF 文件。", "This is not a complete PDF file."
    fix_zh, fix_en = "请从原来的软件重新导出 PDF。", "Export the PDF again from the program it was made with."


class PdfEncrypted(Invalid):
    code = "pdf_encrypted"
    zh, en = "PDF 有密码保护，无法展示。", "The PDF is protected by a password."
    fix_zh, fix_en = "请去掉密码后再上传。", "Remove the password and upload it again."


class PdfActs(Invalid):
    code = "pdf_acts"
    zh, en = (
        "PDF 含有脚本、附件或会启动程序的动作，已拒绝。",
        "The PDF holds scripts, attachments or actions that start something.",
    )
    fix_zh, fix_en = "请用“打印为 PDF”重新导出。", "Export it again by printing to PDF."


class PdfTooManyPages(Invalid):
    code = "pdf_too_many_pages"
    zh, en = "PDF 超过 300 页。", "The PDF has more than 300 pages."
    fix_zh, fix_en = "请只保留需要展示的页。", "Keep the pages that are shown."


class PdfTooHeavy(Invalid):
    code = "pdf_too_heavy"
    zh, en = "PDF 过于复杂，无法检查。", "The PDF is too complex to be examined."
    fix_zh, fix_en = "请用“打印为 PDF”重新导出。", "Export it again by printing to PDF."


class PictureUnreadable(Invalid):
    code = "picture_unreadable"
    zh, en = "图片不完整或已损坏。", "The picture is cut short or damaged."
    fix_zh, fix_en = "请重新拍照或另存为 JPG、PNG 后上传。", "Take it again, or save it as JPG or PNG, and upload it."


class PictureTooLarge(Invalid):
    code = "picture_too_large"
    zh, en = "图片超过 1 亿像素。", "The picture has more than 100 million pixels."
    fix_zh, fix_en = "请缩小后再上传。", "Make it smaller and upload it again."


REFUSALS: dict[str, type[Invalid]] = {
    kind.code: kind
    for kind in (
        PdfUnreadable, PdfEncrypted, PdfActs, PdfTooManyPages, PdfTooHeavy, PictureUnreadable, PictureTooLarge,
    )
}  # fmt: skip


async def pages_of(path: Path) -> int:
    """How many pages a PDF has.

    Refuses what a reader should not open: pdf_unreadable, pdf_encrypted, pdf_acts, pdf_too_many_pages, pdf_too_heavy.
    """
    try:
        found = await child("events.live.stage.pdf", str(path), EXAMINED_WITHIN)
    except TooHeavy:
        raise PdfTooHeavy from None
    if "refused" in found:
        raise REFUSALS[found["refused"]]
    return int(found["pages"])


async def look_through_picture(path: Path) -> None:
    """Refuses a JPG or PNG that is no whole picture, or one too large: picture_unreadable, picture_too_large."""
    try:
        found = await child("events.directory.picture", str(path), EXAMINED_WITHIN)
    except TooHeavy:
        raise PictureUnreadable from None
    if "refused" in found:
        raise REFUSALS[found["refused"]]
