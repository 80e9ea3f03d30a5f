"""Why an import, or one row of it, is not accepted: a code and words in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from events.errors import Conflict, Invalid, Refusal


class FileTooLarge(Invalid):
    code = "file_too_large"
    zh, en = "文件过大：{what} 超过上限 {limit}。", "The file is too large: {what} exceeds {limit}."
    fix_zh, fix_en = "请拆分成多个文件后分别导入。", "Split it and import the parts."


class FileUnreadable(Invalid):
    code = "file_unreadable"
    zh, en = "无法读取该文件（第 {row} 行附近）：{reason}", "The file cannot be read (near row {row}): {reason}"
    fix_zh, fix_en = "请用表格软件另存为 XLSX，或 UTF-8 编码的 CSV。", "Save it as XLSX, or as CSV in UTF-8."


class FileEmpty(Invalid):
    code = "file_empty"
    zh, en = "文件里没有数据行。", "The file has no rows."
    fix_zh, fix_en = "第一行应为列名，其后每行一条。", "The first row names the columns; each further row is one entry."


class EncodingUnknown(Invalid):
    code = "encoding_unknown"
    zh, en = "无法识别文件编码。", "The file's encoding is not known."
    fix_zh, fix_en = "请另存为 UTF-8 编码的 CSV，或 XLSX。", "Save it as CSV in UTF-8, or as XLSX."


FILE_REFUSALS: dict[str, type[Invalid]] = {
    kind.code: kind for kind in (FileTooLarge, FileUnreadable, FileEmpty, EncodingUnknown)
}


class MappingInvalid(Invalid):
    code = "mapping_invalid"
    zh, en = "列的对应关系有误：{column}。", "The mapping of columns is not valid: {column}."
    fix_zh, fix_en = (
        "每个字段最多对应一列，名称必须有对应列。",
        "Map each field to one column at most; the name needs one.",
    )


class AlreadyStarted(Conflict):
    code = "import_started"
    zh, en = "该导入已经开始。", "This import has started already."
    fix_zh, fix_en = "请查看其进度；需要重新导入时请再次上传。", "Follow its progress, or upload the file again."


@dataclass(frozen=True, slots=True)
class Cause:
    zh: str
    en: str


CAUSES = {
    "name_missing": Cause("名称为空", "The name is empty"),
    "spreadsheet_error": Cause(
        "单元格是表格软件的错误值，原内容已丢失", "The cell holds a spreadsheet error, not its content"
    ),
    "too_long": Cause("超过 {limit} 个字符，未截断", "Longer than {limit} characters; it is not cut"),
    "control_character": Cause("含有不可见的控制字符", "It contains control characters"),
    "extra_cells": Cause("该行的单元格比列名多", "The row has more cells than there are columns"),
    "date_unreadable": Cause("无法识别的日期", "Not a date that can be read"),
    "email_format": Cause("邮箱格式不正确", "Not an e-mail address"),
    "date_ambiguous": Cause(
        "日期有两种读法（日月顺序不明，或 1 月与 10 月分不清），请写成 2016-08-31",
        "The date can be read in two ways; write it as 2016-08-31",
    ),
    "date_year_short": Cause("年份只有两位，请写成 2016-08-31", "The year has two digits only; write it as 2016-08-31"),
    "digits_lost": Cause(
        "表格软件把长数字改成了科学计数或末尾补零，原数字已丢失；请把该列设为“文本”后重新填写",
        "The spreadsheet turned a long number into 1.2E+17 or rounded it, so digits are lost. Make the column text "
        "and fill it in again",
    ),
    "total_row": Cause("这是合计行，不是一条数据", "This row holds totals, not an entry"),
    "note_row": Cause("这是说明文字，不是一条数据", "This row is a note, not an entry"),
    "header_again": Cause("这一行重复了列名", "This row repeats the names of the columns"),
    "private_use": Cause(
        "含有私用区字符，多半是文件编码读错了；请在预览里换一种文字编码",
        "It holds private-use characters: the file's encoding was probably misread. Choose another in the preview",
    ),
    "undecodable": Cause("有无法还原的乱码字符", "It holds characters that could not be decoded"),
    "maintained_elsewhere": Cause(
        "该条目由企业或机构自行维护，或为其他主办方共用，导入不能覆盖",
        "Its company or institution keeps it up itself, or another organizer shares it; an import cannot change it",
    ),
    "credit_code_taken": Cause("该统一社会信用代码属于另一条目", "That credit code belongs to another entry"),
    "registration_no_taken": Cause("该登记编号属于另一条目", "That registration number belongs to another entry"),
    "same_name": Cause(
        "库里已有“{old}”，与“{new}”同名，但没有信用代码可以证明是同一家，未改动；"
        "请在预览里选择合并、分开或跳过，或补上信用代码",
        "The library has “{old}”, named like “{new}”, and no credit code proves that they are one firm. Nothing was "
        "changed: choose in the preview to merge or keep apart, or add the code",
    ),
    "key_of_another": Cause(
        "这个编号在库里是“{old}”，文件里却是“{new}”，信用代码也对不上，未改名；"
        "请核对编号，或补上信用代码，或在预览里选择",
        "That key belongs to “{old}”, the file says “{new}”, and no credit code matches. Nothing was renamed: correct "
        "the key, add the code, or choose in the preview",
    ),
    "left_out": Cause("在预览里选择了跳过这一行", "You chose in the preview to leave this row out"),
    "conflict": Cause("与已有数据冲突", "It conflicts with what is stored"),
}


class RowRefused(Exception):
    """One row cannot be accepted; `column` is the file's own name for it."""

    def __init__(
        self, code: str, column: str = "", value: str = "", *, cause: Cause | None = None, **facts: Any
    ) -> None:
        super().__init__(code)
        self.code, self.column, self.value = code, column, value
        cause = cause or CAUSES[code]
        self.zh, self.en = cause.zh.format(**facts), cause.en.format(**facts)

    @classmethod
    def because(cls, refusal: Refusal, column: str, value: str) -> RowRefused:
        """A rule of the directory said no; its words are kept."""
        words = refusal.message
        return cls(refusal.code, column, value, cause=Cause(_plain(words["zh-CN"]), _plain(words["en"])))


def _plain(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")
