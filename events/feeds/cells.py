"""Single cells: what a spreadsheet did to digits and days, undone where it can be and named where it cannot; pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from events import text as texts

SHANGHAI = timezone(timedelta(hours=8))
SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
ROUNDED = re.compile(r"\d{13,}000")
"""A spreadsheet keeps 15 digits of a number and fills the rest with zeros."""
WHOLE = re.compile(r"(\d+)\.0+")
APOSTROPHE = re.compile(r"['\u2018\u2019\uff07](?=[=+\-@\d\t＝＋－＠'])")

PART_OF_DAY = r"(?:上午|下午|晚上|早上|中午|凌晨)?"
CLOCK = rf"(?:[T\s]*{PART_OF_DAY}\s*\d{{1,2}}[:：时]\d{{1,2}}(?:[:：分]\d{{1,2}}秒?(?:[.,]\d+)?)?(?:\s*[AP]M)?)?"
AFTERNOON = re.compile(r"下午|晚上|PM", re.IGNORECASE)
WEEKDAY = re.compile(
    r"[,(\s]*(?:星期|周|礼拜)[一二三四五六日天]\)?|^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"(?<=\d)\s*[、\\\u2010-\u2015\u2212]\s*(?=\d)")
SPACED = re.compile(r"^(\d{4}) (\d{1,2}) (\d{1,2})$")
REPUBLIC = re.compile(r"^(?:中[华華])?民[国國]\s*(\d{1,3})(?=年)")
FIRST_REPUBLIC = 1911
DATE = re.compile(
    r"(\d{4})\s*(?:[-/.年．／－]\s*(\d{1,2})\s*(?:[-/.月．／－]\s*(\d{1,2})\s*[日号]?|月)?|年)?" + CLOCK, re.IGNORECASE
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?" + CLOCK)
DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + CLOCK, re.IGNORECASE)
SERIAL = re.compile(r"(\d{5})(?:\.(\d+))?")
SHORT_YEAR = re.compile(
    r"\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|(?:\d{1,2}[\s-])?[A-Za-z]{3,9}[\s-]'?\d{2}"
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WORDED = re.compile(r"(?:(\d{1,2})[\s-]+)?([A-Za-z]{3,9})\.?[\s-]+(?:(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+)?(\d{4})")
INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\d*\s*(Z|[+-]\d{2}:?\d{2})")
EPOCH = datetime(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 10_000, 73_050
ALMOST = timedelta(minutes=10)
"""Programs that take local mean time for Shanghai's write a day's midnight some minutes early."""
DIGIT = "〇零一二三四五六七八九"
CHINESE_DAY = re.compile(rf"([{DIGIT}]{{4}})年(?:([{DIGIT}十]{{1,2}})月(?:([{DIGIT}十]{{1,3}})[日号])?)?")
CHINESE = str.maketrans("〇零一二三四五六七八九", "00123456789")


def bare(text: str) -> str:
    """The cell without the apostrophe that made a spreadsheet keep it as text."""
    return text[1:] if APOSTROPHE.match(text) else text


def identifier(text: str) -> str:
    """A code or number that must keep each of its digits. Refuses: ValueError `digits_lost`."""
    folded = texts.code(text)
    if SCIENTIFIC.fullmatch(folded) or ROUNDED.fullmatch(folded):
        raise ValueError("digits_lost")
    whole = WHOLE.fullmatch(folded)
    return whole[1] if whole else folded


def phone(text: str) -> str:
    """A telephone number as written. Refuses: ValueError `digits_lost`."""
    return identifier(text)


def day(text: str) -> date:
    """The day that is meant. Refuses: ValueError `date_ambiguous`, `date_year_short` or `date_unreadable`."""
    text = _unadorned(texts.folded(text))
    found = _instant(text) or _serial(text) or _worded(text) or _day_first(text) or _chinese(text) or _written(text)
    if found is None:
        raise ValueError("date_year_short" if SHORT_YEAR.fullmatch(text) else "date_unreadable")
    if not 1800 <= found.year <= 2100:
        raise ValueError("date_unreadable")
    return found


def _unadorned(text: str) -> str:
    """Without the weekday, with one sign between the parts, the year counted as elsewhere."""
    bare_day = WEEKDAY.sub("", text).rstrip(".")
    counted = REPUBLIC.sub(lambda found: str(int(found[1]) + FIRST_REPUBLIC), bare_day)
    return SPACED.sub(r"\1-\2-\3", BETWEEN.sub("-", counted))


def _written(text: str) -> date | None:
    if re.fullmatch(r"\d{4}\.1", text):
        raise ValueError("date_ambiguous")
    found = DATE.fullmatch(text) or COMPACT.fullmatch(text)
    if found is None:
        return None
    return _nearest(_made(found[1], found[2] or 1, found[3] or 1), text)


def _nearest(on: date, text: str) -> date:
    """The next day where the clock stands moments before midnight."""
    clock = re.search(r"(\d{1,2})[:：](\d{1,2})(?:[:：](\d{1,2}))?", text)
    if clock is None:
        return on
    hour = int(clock[1]) % 12 + 12 if AFTERNOON.search(text) else int(clock[1])
    passed = timedelta(hours=hour, minutes=int(clock[2]), seconds=int(clock[3] or 0))
    return on + timedelta(days=1) if timedelta(days=1) - ALMOST <= passed < timedelta(days=1) else on


def _instant(text: str) -> date | None:
    """A time with its offset is the day it was in Shanghai."""
    found = INSTANT.fullmatch(text)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[1] + ("+00:00" if found[2] == "Z" else found[2]))
    except ValueError:
        return None
    return (at.astimezone(SHANGHAI) + ALMOST).date()


def _serial(text: str) -> date | None:
    """A spreadsheet's count of days."""
    found = SERIAL.fullmatch(text)
    if found is None or not FIRST_SERIAL <= int(found[1]) <= LAST_SERIAL:
        return None
    return (EPOCH + timedelta(days=float(text)) + ALMOST).date()


def _worded(text: str) -> date | None:
    found = WORDED.fullmatch(text)
    if found is None or found[2][:3].lower() not in MONTHS or (found[1] and found[3]):
        return None
    return _made(found[4], MONTHS.index(found[2][:3].lower()) + 1, found[1] or found[3] or 1)


def _day_first(text: str) -> date | None:
    """Day and month in either order, where only one of them can be a month."""
    found = DAY_FIRST.fullmatch(text)
    if found is None:
        return None
    first, second = int(found[1]), int(found[2])
    if first <= 12 and second <= 12 and first != second:
        raise ValueError("date_ambiguous")
    return _made(found[3], first, second) if second > 12 else _made(found[3], second, first)


def _chinese(text: str) -> date | None:
    found = re.fullmatch(
        r"([〇零一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})[日号])?)?",
        text,
    )
    if found is None:
        return None
    return _made(found[1].translate(CHINESE), _counted(found[2] or "一"), _counted(found[3] or "一"))


def _counted(word: str) -> int:
    tens, ten, ones = word.rpartition("十")
    units = int(ones.translate(CHINESE)) if ones else 0
    return (int(tens.translate(CHINESE)) if tens else 1) * 10 + units if ten else units


def _made(year: str | int, month: str | int, on: str | int) -> date:
    try:
        return date(int(year), int(month), int(on))
    except ValueError:
        raise ValueError("date_unreadable") from None
