"""Refusals: every expected "no" of the domain, each with a stable code and words in two languages.

Refusal
├── Invalid            the data cannot be accepted as sent
├── Forbidden          the actor is known, and may not
├── NotFound           missing, or not the actor's to know about
├── Conflict           true a moment ago, or somebody was quicker
├── Gone               over, expired or closed
├── PreconditionMissing / PreconditionFailed    If-Match absent / stale
├── Unauthenticated    sign in first
└── TooMany            slow down
"""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """An expected no. `details` are JSON values; texts may name them in braces."""

    code: ClassVar[str] = "refused"
    zh: ClassVar[str] = "请求未被接受。"
    en: ClassVar[str] = "The request was not accepted."
    fix_zh: ClassVar[str] = ""
    fix_en: ClassVar[str] = ""

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.code)

    @property
    def message(self) -> dict[str, str]:
        return {"zh-CN": self._fill(self.zh), "en": self._fill(self.en)}

    @property
    def fix(self) -> dict[str, str]:
        return {"zh-CN": self._fill(self.fix_zh), "en": self._fill(self.fix_en)}

    def _fill(self, text: str) -> str:
        return text.format_map(_Blank(self.details))


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


class Invalid(Refusal):
    code = "invalid"
    zh, en = "提交的内容有误。", "What was sent is not valid."
    fix_zh, fix_en = "请按提示修改后再提交。", "Correct it as described and send it again."


class Unauthenticated(Refusal):
    code = "sign_in_required"
    zh, en = "请先登录。", "Please sign in first."
    fix_zh, fix_en = "登录后再试，已填写的内容会保留。", "Sign in and try again; what you typed is kept."


class Forbidden(Refusal):
    code = "forbidden"
    zh, en = "您的角色不能执行此操作。", "Your role may not do this."
    fix_zh, fix_en = "请联系主办方的负责人调整角色。", "Ask an owner of the organizer to change your role."


class NotFound(Refusal):
    code = "not_found"
    zh, en = "没有找到。", "Not found."
    fix_zh, fix_en = "请检查链接是否完整，或返回上一页。", "Check that the link is complete, or go back."


class Conflict(Refusal):
    code = "conflict"
    zh, en = "状态已变化，操作未执行。", "The state has changed; nothing was done."
    fix_zh, fix_en = "请刷新后再试。", "Reload and try again."


class Gone(Refusal):
    code = "gone"
    zh, en = "已结束或已失效。", "It is over or has expired."
    fix_zh, fix_en = "请重新发起。", "Please start again."


class PreconditionMissing(Refusal):
    code = "if_match_required"
    zh, en = "修改前需要说明您看到的版本（If-Match）。", "Say which version you are changing (If-Match)."
    fix_zh, fix_en = "请先读取最新内容，再带上其 ETag 提交。", "Read it first and send its ETag as If-Match."


class PreconditionFailed(Refusal):
    code = "version_stale"
    zh, en = "内容已被他人修改，您的修改未保存。", "Somebody changed it meanwhile; your change was not saved."
    fix_zh, fix_en = (
        "请刷新查看最新内容后再修改。",
        "Reload, look at the current content, and change it again.",
    )


class TooMany(Refusal):
    code = "too_many"
    zh, en = "操作过于频繁，请在 {retry_after} 秒后再试。", "Too many requests; try again in {retry_after} s."
    fix_zh, fix_en = "内容已保留，稍后再提交即可。", "Your text is kept; send it again a little later."
