"""What is wrong with one field, in two languages: pydantic's error types put into words."""

from __future__ import annotations

import json
from typing import Any, Final

MOST_SHOWN: Final = 50
MOST_ANSWER: Final = 12 * 1024
MOST_TEXT: Final = 200
MOST_PART: Final = 64
MOST_PARTS: Final = 12

WORDS: dict[str, tuple[str, str]] = {
    "missing": ("必填。", "Required."),
    "extra_forbidden": ("没有这个字段。", "There is no such field."),
    "string_too_short": ("至少 {min_length} 个字符。", "At least {min_length} characters."),
    "string_too_long": ("最多 {max_length} 个字符。", "At most {max_length} characters."),
    "string_pattern_mismatch": ("格式不对。", "Not in the required form."),
    "text_unseen": ("请填写看得见的文字。", "Write something that can be seen."),
    "amount_unreadable": ("读不出金额；可写 2亿、500万元、1200.5万。", "Not an amount; write 2亿 or 1.5 million."),
    "string_type": ("应为文字。", "Text is expected."),
    "too_long": ("最多 {max_length} 项。", "At most {max_length} items."),
    "too_short": ("至少 {min_length} 项。", "At least {min_length} items."),
    "greater_than": ("应大于 {gt}。", "Must be more than {gt}."),
    "greater_than_equal": ("不能小于 {ge}。", "Must be {ge} or more."),
    "less_than": ("应小于 {lt}。", "Must be less than {lt}."),
    "less_than_equal": ("不能大于 {le}。", "Must be {le} or less."),
    "int_parsing": ("应为整数。", "A whole number is expected."),
    "int_type": ("应为整数。", "A whole number is expected."),
    "int_from_float": ("应为整数。", "A whole number is expected."),
    "bool_parsing": ("应为是或否。", "Yes or no is expected."),
    "bool_type": ("应为是或否。", "Yes or no is expected."),
    "enum": ("请从选项中选择。", "Choose one of the options."),
    "literal_error": ("请从选项中选择。", "Choose one of the options."),
    "timezone_aware": ("时间需带时区，如 2026-12-01T14:30:00+08:00。", "Give a zone: 2026-12-01T14:30:00+08:00."),
    "datetime_parsing": ("时间格式不对。", "Not a valid time."),
    "datetime_from_date_parsing": ("时间格式不对。", "Not a valid time."),
    "date_parsing": ("日期格式应为 2026-12-01。", "A date like 2026-12-01 is expected."),
    "date_from_datetime_parsing": ("日期格式应为 2026-12-01。", "A date like 2026-12-01 is expected."),
    "json_invalid": ("不是有效的 JSON。", "Not valid JSON."),
    "model_attributes_type": ("应为一个 JSON 对象。", "A JSON object is expected."),
    "list_type": ("应为列表。", "A list is expected."),
    "dict_type": ("应为 JSON 对象。", "A JSON object is expected."),
    "stream_url_needed": ("线上直播间需要观看地址。", "An online channel needs the address where it is watched."),
    "hours_needed": ("场地需要开放时间。", "A hall needs opening hours."),
    "place_needed": ("请选择场地或线上直播间。", "Choose a hall, an online channel, or both."),
    "weight_needed": ("至少一项权重须大于 0。", "One of the weights must be more than 0."),
    "code_needed": ("请扫描或输入票码，或从名单中选择一人。", "Scan or type a code, or choose somebody."),
}  # fmt: skip
FIELD = {
    "stream_url_needed": "stream_url",
    "hours_needed": "hours",
    "place_needed": "place",
    "weight_needed": "jury_weight",
    "code_needed": "code",
}
"""Where a form shows what is wrong with several fields at once."""
FALLBACK = ("填写有误，请检查后再提交。", "Not as required; check it and send it again.")


def in_words(error: dict[str, Any]) -> dict[str, str]:
    """One pydantic error as `{"zh-CN": …, "en": …}`; never the validator's own words."""
    zh, en = WORDS.get(error["type"], FALLBACK)
    facts = error.get("ctx", {})
    return {"zh-CN": zh.format_map(facts), "en": en.format_map(facts)}


def field_errors(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pydantic's errors as problem details list them: where, which type, in words. 50 at most, in 12 KiB at most."""
    shown, room = [], MOST_ANSWER
    for error in errors[:MOST_SHOWN]:
        words = {language: text[:MOST_TEXT] for language, text in in_words(error).items()}
        loc = [part[:MOST_PART] for part in _where(error)[:MOST_PARTS]]
        each = {"loc": loc, "type": error["type"], "message": words}
        room -= len(json.dumps(each, ensure_ascii=False).encode(errors="replace"))
        if room < 0:
            break
        shown.append(each)
    return shown


def _where(error: dict[str, Any]) -> list[str]:
    """The field's path, without the names of validators on the way to it."""
    path = [str(part) for part in error["loc"] if "[" not in str(part)]
    return [*path, FIELD[error["type"]]] if error["type"] in FIELD else path
