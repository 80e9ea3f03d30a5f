"""The label a question's own words suggest; pure, and the same on the phone (src/live/labels.ts)."""

from __future__ import annotations

from typing import Final

from events.live.models import QuestionLabel
from events.text import same

KEYWORDS: Final[dict[QuestionLabel, tuple[str, ...]]] = {
    QuestionLabel.TECHNOLOGY: (
        "技术", "专利", "研发", "良率", "良品率", "工艺", "算法", "芯片", "性能", "精度", "路线图", "自研",
        "国产化", "壁垒", "原理", "参数", "知识产权", "封装", "算力", "功耗", "寿命", "认证", "临床", "下一代", "量产",
        "technology", "patent", "yield", "algorithm", "r&d", "prototype", "accuracy", "roadmap", "clinical",
    ),
    QuestionLabel.MARKET: (
        "市场", "客户", "竞争", "竞品", "对手", "份额", "销售", "渠道", "订单", "价格", "海外", "出口", "需求", "场景",
        "定价", "复购", "获客", "行业空间", "天花板", "进口产品", "合作伙伴",
        "market", "customer", "competitor", "competition", "sales", "channel", "pricing", "price", "export",
    ),
    QuestionLabel.FINANCE: (
        "财务", "收入", "营收", "利润", "毛利", "净利", "现金流", "成本", "估值", "融资", "资金", "负债", "贷款",
        "质押", "应收", "账期", "回款", "亏损", "盈利", "补贴", "预算", "本轮", "出让", "稀释",
        "revenue", "profit", "margin", "cash", "cost", "valuation", "funding", "burn", "loan", "debt", "dilution",
    ),
    QuestionLabel.TEAM: (
        "团队", "创始人", "核心人员", "股权结构", "员工", "竞业", "激励", "招聘", "背景", "期权", "持股", "全职",
        "离职", "人才", "管理层", "顾问",
        "team", "founder", "co-founder", "hire", "hiring", "equity plan", "esop", "advisor", "employee",
    ),
    QuestionLabel.EXIT: (
        "退出", "上市", "回购", "并购", "ipo", "科创板", "北交所", "创业板", "港股", "对赌", "老股", "分红", "新三板",
        "exit", "buyback", "acquisition", "listing", "redemption", "go public",
    ),
}  # fmt: skip


def suggested(text: str) -> QuestionLabel | None:
    """The label with the most of its words in the text, the earlier of equals; None when none is there."""
    folded = same(text)
    found = {label: sum(word in folded for word in words) for label, words in KEYWORDS.items()}
    best = max(found, key=lambda label: found[label])
    return best if found[best] else None
