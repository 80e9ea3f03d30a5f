"""The field's terms for people to read, in both languages: what letters and sheets call a state or a kind."""

from __future__ import annotations

WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "intent": {
        "equity": ("股权", "Equity"),
        "loan": ("贷款", "Loan"),
        "guarantee": ("担保", "Guarantee"),
        "insurance": ("保险", "Insurance"),
        "bond": ("债券", "Bond"),
        "merger": ("并购", "M&A"),
        "materials": ("索取资料", "Ask for materials"),
        "meeting": ("约见", "Meeting"),
    },
    "intent_state": {
        "left": ("待回应", "Awaiting reply"),
        "accepted": ("已接受", "Accepted"),
        "later": ("稍后再议", "Ask later"),
        "declined": ("已婉拒", "Declined"),
        "withdrawn": ("已撤回", "Withdrawn"),
        "closed": ("已关闭", "Closed"),
    },
    "registration": {
        "pending": ("待审核", "Awaiting approval"),
        "confirmed": ("已确认", "Confirmed"),
        "waitlisted": ("候补中", "On the waitlist"),
        "rejected": ("未通过", "Not accepted"),
        "cancelled": ("已取消", "Cancelled"),
    },
    "booking": {
        "held": ("未确认", "Not confirmed yet"),
        "confirmed": ("已确认", "Confirmed"),
        "cancelled": ("已取消", "Cancelled"),
    },
    "question": {
        "pending": ("待审核", "Awaiting approval"),
        "published": ("已公开", "Published"),
        "answering": ("正在回答", "Being answered"),
        "answered": ("已回答", "Answered"),
        "hidden": ("已隐藏", "Hidden"),
        "merged": ("已合并", "Merged"),
    },
    "label": {
        "technology": ("技术", "Technology"),
        "market": ("市场", "Market"),
        "finance": ("财务", "Finance"),
        "team": ("团队", "Team"),
        "exit": ("退出", "Exit"),
        "other": ("其他", "Other"),
    },
    "side": {"startup": ("企业", "Startup"), "host": ("主办方", "Organizer")},
    "poll": {"ballots": ("（全部选票）", "(all ballots)"), "blocked": ("（已屏蔽）", "(blocked)")},
    "poll_kind": {
        "single": ("单选", "Single choice"),
        "multiple": ("多选", "Multiple choice"),
        "rating": ("打分", "Rating"),
        "ranking": ("排序", "Ranking"),
        "words": ("词云", "Word cloud"),
    },
    "poll_names": {
        "nobody": ("不记名", "Secret"),
        "host": ("记名，主持人可见", "By name, for the host"),
        "all": ("记名，所有人可见", "By name, for all"),
    },
    "answered_how": {"aloud": ("现场口头回答", "Aloud"), "written": ("文字回答", "In writing")},
    "role": {
        "owner": ("负责人", "owner"),
        "planner": ("策划", "planner"),
        "host": ("主持人", "host"),
        "viewer": ("查看", "viewer"),
    },
    "room_role": {"cohost": ("协同主持", "a co-host"), "moderator": ("审核员", "a moderator")},
    "yes": {"True": ("是", "Yes"), "False": ("否", "No")},
}


def word(kind: str, value: str, locale: str) -> str:
    """The term for `value` in zh-CN or en; an unknown value stands for itself."""
    terms = WORDS[kind].get(value)
    return value if terms is None else terms[locale == "en"]
