"""Letters filled in: the text of a template, in a person's language, with what the domain queued; plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from events import text as texts
from events.vocabulary import word
from events.wallclock import comes_twice, offset_text
from server.letter_texts import TEXTS

WEEKDAYS = {"zh-CN": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
SIGNATURE = {"zh-CN": "天天有路演\n{base}", "en": "天天有路演\n{base}"}
GREETING = {"zh-CN": "{name}，您好：", "en": "Hello {name},"}


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str


def render(template: str, data: Mapping[str, Any], locale: str, base: str) -> Letter:
    """The letter in `locale` (else Chinese). Values are only ever text: nothing in them is interpreted.

    Raises KeyError for a template nobody wrote.
    """
    language = locale if locale in GREETING else "zh-CN"
    subject, body = TEXTS[template][language]
    values = _Values(_facts(data, language, base.rstrip("/")))
    whole = "\n\n".join([body.format_map(values), SIGNATURE[language].format_map(values)])
    if values["name"]:
        whole = f"{GREETING[language].format_map(values)}\n\n{whole}"
    return Letter(one_line(subject.format_map(values)), whole + "\n")


def one_line(text: str) -> str:
    """The text without anything that could end a header line or turn round what follows it."""
    return " ".join(texts.one_line(text).split())


class _Values(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _facts(data: Mapping[str, Any], locale: str, base: str) -> dict[str, str]:
    facts = {key: one_line(str(value)) for key, value in data.items() if value is not None}
    facts |= {"base": base, "amount": _amount(data, locale)}
    if "roadshow_id" in facts:
        facts["link"] = f"{base}/r/{facts['roadshow_id']}"
    if "starts_at" in facts:
        facts["when"] = _when(facts["starts_at"], facts.get("timezone", "Asia/Shanghai"), locale)
    if "kind" in facts:
        facts["intent"] = word("intent", facts["kind"], locale)
    if "state" in facts:
        facts["answer"] = word("intent_state", facts["state"], locale)
    if "role" in facts:
        facts["role_name"] = word("role", facts["role"], locale)
        facts["room_role"] = word("room_role", facts["role"], locale)
    if facts.get("reason"):
        facts["because"] = ("原因：" if locale == "zh-CN" else "Reason: ") + facts["reason"]
    return facts


def _when(text: str, timezone: str, locale: str) -> str:
    at = datetime.fromisoformat(text).astimezone(ZoneInfo(timezone))
    weekday = WEEKDAYS[locale][at.weekday()]
    if comes_twice(at, timezone):
        timezone = f"{timezone}, {offset_text(at, timezone)}"
    if locale == "zh-CN":
        return f"{at.year}年{at.month}月{at.day}日 周{weekday} {at:%H:%M}（{timezone}）"
    return f"{weekday} {at:%Y-%m-%d %H:%M} ({timezone})"


def _amount(data: Mapping[str, Any], locale: str) -> str:
    least, most = data.get("amount_min_fen"), data.get("amount_max_fen")
    if least is None and most is None:
        return ""
    span = "–".join(f"{fen / 1_000_000:,.10g}" for fen in dict.fromkeys((least, most)) if fen is not None)
    return f"，{span} 万元" if locale == "zh-CN" else f", {span} × 10,000 yuan"
